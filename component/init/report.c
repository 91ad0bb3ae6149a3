/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Who gets the state of all, and when: the parent, by a Report session, if the scenario says
 * report; and each child with a route to { state }, by a ROM. Some time after a change, so that
 * many changes are one report.
 */

#include "init.h"

#include <tenon/report.h>
#include <tenon/thread.h>

#define OTHERWISE_DELAY_NS ((uint64_t)1000000000)
#define OTHERWISE_SIZE     ((size_t)64 << 10)

/*
 * The server of the Report session may be slow, or hang. So a thread of its own talks to it; what
 * it has not taken yet is replaced by what is newer.
 */
static struct {
	struct tn_own_session session;
	struct tn_thread *thread;
	struct tn_mutex lock; /* never held while the server is called */
	struct tn_semaphore there;
	size_t length; /* 0: nothing new */
	char *text;    /* both of the thread's size */
	char *copy;
	size_t size;
	bool asked;
} upward;

static struct {
	char *text;
	size_t size;
	uint64_t due; /* UINT64_MAX: nothing has changed */
	bool wanted;
} report = { .due = UINT64_MAX };

/* -- to the parent -- */

static size_t take_text(void)
{
	tn_mutex_lock(&upward.lock);
	size_t length = upward.length;
	__builtin_memcpy(upward.copy, upward.text, length);
	upward.length = 0;
	tn_mutex_unlock(&upward.lock);
	return length;
}

static tn_error submit_all(tn_report_cap server, void *shared)
{
	tn_error error = TN_OK;
	while (error == TN_OK) {
		tn_semaphore_down(&upward.there);
		size_t length = take_text();
		if (!length)
			continue;
		error = tn_guarded_copy(shared, upward.copy, length);
		if (error == TN_OK)
			error = tn_report_submit(server, length);
	}
	return error;
}

static void talk(void *argument)
{
	tn_report_cap server = { upward.session.cap };
	tn_dataspace_cap dataspace = { 0 };
	uint64_t size = 0;
	void *shared = NULL;
	(void)argument;
	tn_error error = tn_report_dataspace(server, &size, &dataspace);
	if (error == TN_OK)
		error = tn_attach(dataspace, 0, TN_REPORT_ROUND(upward.size),
				  TN_RIGHT_READ | TN_RIGHT_WRITE, &shared);
	if (error == TN_OK)
		error = submit_all(server, shared);
	tn_log("no more reports to the parent: %s", tn_error_text(error));
}

static void opened(struct tn_own_session *session, tn_error error)
{
	(void)session;
	if (error == TN_OK)
		error = tn_thread_create("report", TN_PRIORITY_DEFAULT, 0, talk, NULL,
					 &upward.thread);
	if (error != TN_OK)
		tn_log("the state is not reported to the parent: %s", tn_error_text(error));
}

static void open_upward(size_t size)
{
	const struct tn_quota quota = { TN_REPORT_RAM(size), TN_REPORT_CAPS };
	if (upward.asked)
		return;
	upward.asked = true;
	upward.text = tn_heap_alloc(2 * size);
	upward.size = size;
	if (!upward.text) {
		tn_log("the state is not reported to the parent: out of RAM");
		return;
	}
	upward.copy = upward.text + size;
	upward.session.opened = opened;
	tn_family_open(&init.family, &upward.session, "Report", "state", quota,
		       &tn_report_interface);
}

static void report_upward(size_t length)
{
	if (!upward.thread || length > upward.size)
		return;
	tn_mutex_lock(&upward.lock);
	__builtin_memcpy(upward.text, report.text, length);
	upward.length = length;
	tn_mutex_unlock(&upward.lock);
	tn_semaphore_up(&upward.there);
}

/* -- to children -- */

static void publish(struct child *child, size_t length)
{
	tn_error error = rom_publish(&child->status, report.text, length);
	if (error != TN_OK)
		tn_log("%s is not told of the state: %s", child->name, tn_error_text(error));
}

static void publish_all(size_t length)
{
	struct tn_list_node *node = tn_list_first(&init.children);
	for (; node; node = tn_list_next(&init.children, node)) {
		struct child *child = TN_CONTAINER_OF(node, struct child, in_all);
		if (child->status.object.handle)
			publish(child, length);
	}
}

/* -- when -- */

static bool have_buffer(size_t size)
{
	if (report.text && report.size >= size)
		return true;
	tn_heap_free(report.text);
	report.text = tn_heap_alloc(size);
	report.size = report.text ? size : 0;
	if (!report.text)
		tn_log("no report: out of RAM");
	return report.text;
}

static size_t wanted_size(void)
{
	return init.config->report_size ? (size_t)init.config->report_size : OTHERWISE_SIZE;
}

static uint64_t delay(void)
{
	return init.config->report_delay_ns ? init.config->report_delay_ns : OTHERWISE_DELAY_NS;
}

void report_configure(const struct config *config)
{
	if (!config->report_delay_ns)
		return;
	report.wanted = true;
	open_upward((size_t)config->report_size);
	report_changed(NULL);
}

tn_error report_serve(struct child *child)
{
	tn_error error = rom_serve(&child->status);
	if (error != TN_OK || child->status.current.handle)
		return error;
	if (!have_buffer(wanted_size()))
		return TN_ERR_OUT_OF_RAM;
	report.wanted = true;
	publish(child, state_write(report.text, wanted_size()));
	return TN_OK;
}

void report_changed(void *self)
{
	(void)self;
	if (!report.wanted || report.due != UINT64_MAX)
		return;
	report.due = clock_now() + delay();
	clock_program();
}

void report_due(uint64_t now)
{
	if (report.due > now)
		return;
	report.due = UINT64_MAX;
	if (!have_buffer(wanted_size()))
		return;
	size_t length = state_write(report.text, wanted_size());
	publish_all(length);
	report_upward(length);
}

uint64_t report_next(void)
{
	return report.due;
}
