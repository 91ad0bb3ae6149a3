/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "machine.h"

static const struct {
	const char *service;
	const struct tn_interface *interface;
} services[] = {
	[TN_FEATURE_IO_MEM] = { "IO_MEM", &tn_io_mem_interface },
	[TN_FEATURE_IO_PORT] = { "IO_PORT", &tn_io_port_interface },
	[TN_FEATURE_IRQ] = { "IRQ", &tn_irq_interface },
	[TN_FEATURE_DMA] = { "DMA", &tn_dma_interface },
};

static tn_error open(enum tn_feature feature, const char *label, struct tn_session *session)
{
	return tn_session_open(services[feature].service, label, (struct tn_quota){ 0, 0 },
			       services[feature].interface, session);
}

bool open_device(enum tn_feature feature, const char *label, struct tn_session *session)
{
	bool present = tn_feature(feature, NULL);
	tn_error error = open(feature, label, session);
	TN_EXPECT_ERROR(error, present ? TN_OK : TN_ERR_UNSUPPORTED);
	return error == TN_OK;
}

void expect_answer(enum tn_feature feature, const char *label, tn_error expected)
{
	struct tn_session session;
	tn_error error = open(feature, label, &session);
	TN_EXPECT_ERROR(error, tn_feature(feature, NULL) ? expected : TN_ERR_UNSUPPORTED);
	if (error == TN_OK)
		tn_session_close(&session);
}

void pause_ms(struct tn_env *env, uint64_t ms)
{
	struct tn_session session;
	struct tn_signal reached = { .handler = NULL };
	uint64_t now = 0;
	TN_MUST(tn_session_open("TIME", "", (struct tn_quota){ 0, 0 }, &tn_time_interface,
				&session));
	tn_time_cap time = { session.cap };
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &reached));
	TN_MUST(tn_time_watch(time, reached.cap));
	TN_MUST(tn_time_now(time, &now));
	TN_MUST(tn_time_deadline(time, now + ms * 1000000));
	tn_signal_wait(&reached);
	tn_signal_destroy(&reached);
	tn_session_close(&session);
}

volatile void *attach_device(struct tn_session *session, uint32_t rights)
{
	tn_io_mem_cap io_mem = { session->cap };
	tn_dataspace_cap dataspace = { 0 };
	uint64_t size = 0;
	void *address = NULL;
	if (!TN_EXPECT_ERROR(tn_io_mem_dataspace(io_mem, &size, &dataspace), TN_OK))
		return NULL;
	TN_EXPECT_ERROR(tn_attach(dataspace, 0, 0, rights, &address), TN_OK);
	tn_cap_release(dataspace.handle);
	return address;
}
