/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A server, by its configuration:
 *
 *     config { announce "Service" ; needs "Service" ; late ms=N ; fault-at-start ; pass-on "rom" }
 *
 * One after the other. Who opens a ROM of it gets the server's own session of what is passed on.
 */

#include "../probe.h"

#include <tenon/config.h>
#include <tenon/session_list.h>
#include <tenon/text.h>
#include <tenon/time.h>

enum { SERVICES_MAX = 4 };

struct session {
	struct tn_session_node node;
	struct tn_object object;
	char label[TN_LABEL_MAX + 1];
};

static struct tn_env *environment;
static struct tn_session_node *sessions;

static tn_error who(void *self, struct tn_request *request, char *server, char *label)
{
	const struct session *session = self;
	(void)request;
	tn_text_copy_cut(server, TN_LABEL_MAX + 1, tn_env_name(environment));
	tn_text_copy_cut(label, TN_LABEL_MAX + 1, session->label);
	return TN_OK;
}

static tn_error fault(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	__builtin_trap();
	return TN_OK;
}

static tn_error quit(void *self, struct tn_request *request, int32_t value)
{
	(void)self;
	(void)request;
	tn_exit(value);
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct probe_ops ops = { .who = who, .fault = fault, .quit = quit };
	struct session *session = tn_heap_alloc(sizeof(*session));
	probe_cap cap;
	(void)self;
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	*session = (struct session){ 0 };
	tn_text_copy_cut(session->label, sizeof(session->label), request->label);
	tn_error error =
		probe_serve(tn_env_entrypoint(environment), &session->object, &ops, session, &cap);
	if (error != TN_OK) {
		tn_heap_free(session);
		return error;
	}
	tn_session_list_add(&sessions, &session->node, request->id);
	*object = cap.handle;
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	struct session *session = (void *)tn_session_list_remove(&sessions, id);
	(void)self;
	if (!session)
		return;
	tn_object_destroy(&session->object);
	tn_heap_free(session);
}

static void announce(const char *name)
{
	static struct tn_service services[SERVICES_MAX];
	static char names[SERVICES_MAX][TN_SERVICE_NAME_MAX + 1];
	static unsigned count;
	struct tn_service *service = &services[count];
	tn_text_copy_cut(names[count], sizeof(names[count]), name);
	*service = (struct tn_service){
		.name = names[count], .interface = &probe_interface, .open = open, .close = close
	};
	count++;
	tn_error error = tn_service_announce(service);
	if (error != TN_OK)
		tn_transcript("not ok server: announce %s: %s", name, tn_error_text(error));
}

static char passed_on[TN_LABEL_MAX + 1];

static tn_error open_rom(void *self, const struct tn_session_request *request, tn_handle *object)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	(void)self;
	(void)request;
	tn_error error = tn_session_open("ROM", passed_on, none, &tn_rom_interface, &session);
	*object = session.cap;
	return error;
}

static void pass_on(const char *rom)
{
	static struct tn_service service = {
		.name = "ROM", .interface = &tn_rom_interface, .open = open_rom, .close = close
	};
	tn_text_copy_cut(passed_on, sizeof(passed_on), rom);
	tn_error error = tn_service_announce(&service);
	if (error != TN_OK)
		tn_transcript("not ok server: ROM: %s", tn_error_text(error));
}

static void sleep(uint64_t ms)
{
	static struct tn_signal reached;
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	uint64_t now = 0;
	tn_error error = tn_session_open("TIME", "", none, &tn_time_interface, &session);
	tn_time_cap time = { session.cap };
	if (error == TN_OK)
		error = tn_signal_create(tn_env_entrypoint(environment), &reached);
	if (error == TN_OK)
		error = tn_time_watch(time, reached.cap);
	if (error == TN_OK)
		error = tn_time_now(time, &now);
	if (error == TN_OK)
		error = tn_time_deadline(time, now + ms * 1000000);
	if (error == TN_OK)
		tn_signal_wait(&reached);
	else
		tn_transcript("not ok server: sleep: %s", tn_error_text(error));
}

static void need(const char *service)
{
	const struct tn_quota quota = { 16384, 8 };
	struct tn_session session;
	tn_error error = tn_session_open(service, "", quota, &probe_interface, &session);
	if (error != TN_OK)
		tn_log("needs %s: %s", service, tn_error_text(error));
}

static void follow(const struct tn_kdl_node *node)
{
	char service[TN_SERVICE_NAME_MAX + 1];
	uint64_t ms = 0;
	tn_kdl_arg_string(node, 0, "", service, sizeof(service));
	tn_kdl_prop_u64(node, "ms", 0, 0, 100000, &ms);
	if (tn_kdl_name_is(node, "announce"))
		announce(service);
	else if (tn_kdl_name_is(node, "needs"))
		need(service);
	else if (tn_kdl_name_is(node, "late"))
		sleep(ms);
	else if (tn_kdl_name_is(node, "pass-on"))
		pass_on(service);
	else if (tn_kdl_name_is(node, "fault-at-start"))
		__builtin_trap();
}

void component_construct(struct tn_env *env)
{
	struct tn_config config;
	struct tn_kdl_node root, node;
	environment = env;
	tn_config_read(&config, "config", &root);
	for (bool more = tn_kdl_child(&root, NULL, &node); more; more = tn_kdl_next(&node, NULL))
		follow(&node);
}
