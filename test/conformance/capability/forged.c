/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Handles that name nothing, or something of another kind. */

#include "cases.h"

/* Of the last transfer. */
static uint8_t mark;

enum { FORGED_MAX = 8 };

/* All that is wrong with a handle but looks like `good`. */
static unsigned forge(tn_handle good, tn_handle forged[FORGED_MAX])
{
	uint32_t kind = TN_HANDLE_KIND(good), generation = TN_HANDLE_GENERATION(good);
	uint32_t index = TN_HANDLE_INDEX(good), n = 0;
	forged[n++] = 0;
	forged[n++] = TN_HANDLE(kind, generation, 0);
	forged[n++] = TN_HANDLE(kind, generation, 0xfffff);
	forged[n++] = TN_HANDLE(kind, generation, index + 1000);
	forged[n++] = TN_HANDLE(kind, generation + 1, index);
	forged[n++] = TN_HANDLE(kind, generation + 255, index);
	forged[n++] =
		TN_HANDLE(kind == TN_CAP_CORE ? TN_CAP_OBJECT : TN_CAP_CORE, generation, index);
	forged[n++] = UINT32_MAX;
	return n;
}

void forged_destination(struct tn_env *env)
{
	box_cap box = start_box("box");
	tn_handle forged[FORGED_MAX];
	uint64_t back;
	(void)env;
	for (unsigned i = forge(box.handle, forged); i > 0; i--) {
		box_cap cap = { forged[i - 1] };
		TN_EXPECT_ERROR(box_echo(cap, 1, &back), TN_ERR_CAPABILITY);
		TN_EXPECT_ERROR(tn_cap_retain(cap.handle), TN_ERR_CAPABILITY);
		tn_cap_release(cap.handle);
	}
	expect_box_alive(box);
	end_box("box", box);
}

void forged_in_a_transfer(struct tn_env *env)
{
	box_cap box = start_box("box");
	tn_handle forged[FORGED_MAX];
	(void)env;
	for (unsigned i = forge(box.handle, forged); i > 1; i--) {
		tn_any_cap cap = { forged[i - 1] };
		TN_EXPECT_ERROR(box_put(box, cap), TN_ERR_CAPABILITY);
	}
	expect_box_alive(box);
	end_box("box", box);
}

/* All or nothing: what came before the forged one is not left at the server. */
void half_forged_transfer(struct tn_env *env)
{
	box_cap box = start_box("box");
	static struct tn_object object;
	tn_handle forged[FORGED_MAX];
	TN_REQUIRE(forge(box.handle, forged) > 1);
	TN_REQUIRE_OK(tn_object_create(tn_env_entrypoint(env), &object));
	struct tn_accounts before = tn_actor_accounts("main");
	struct tn_handles handles = { .count = 2, .handle = { object.handle, forged[1] } };
	TN_EXPECT_ERROR(tn_pd_transfer_call(tn_env_pd(env), box.handle, handles, &mark),
			TN_ERR_CAPABILITY);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	tn_object_destroy(&object);
	end_box("box", box);
}

/* A server that has never been given any must not look for them where nothing is. */
void announced_but_not_transferred(struct tn_env *env)
{
	box_cap box = start_box("box");
	struct tn_call call = { .cap_count = 0 };
	(void)env;
	for (unsigned count = 1; count <= TN_MESSAGE_CAPS_MAX; count++) {
		call.cap_count = 0;
		TN_REQUIRE_OK(tn_call_begin(&call, box.handle));
		call.length = 0;
		call.opcode = (uint16_t)box_opcode_put;
		call.cap_count = (uint8_t)count;
		call.reply_cap_count = 0;
		TN_EXPECT_ERROR(tn_call_end(&call, tn_call_invoke(&call)), TN_ERR_PROTOCOL);
	}
	expect_box_alive(box);
	end_box("box", box);
}

void forged_signal(struct tn_env *env)
{
	struct tn_signal signal = { .handler = NULL };
	tn_handle forged[FORGED_MAX];
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signal));
	for (unsigned i = forge(signal.cap.handle, forged); i > 0; i--) {
		tn_signal_cap cap = { forged[i - 1] };
		TN_EXPECT_ERROR(tn_signal_submit(cap), TN_ERR_CAPABILITY);
	}
	TN_EXPECT_ERROR(tn_signal_submit(signal.cap), TN_OK);
	tn_signal_wait(&signal);
	tn_signal_destroy(&signal);
}

void forged_in_messages_to_core(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	tn_dataspace_cap dataspace = { 0 };
	tn_handle forged[FORGED_MAX];
	struct tn_releases releases = { .count = TN_MESSAGE_CAPS_MAX + 1 };
	struct tn_released released = { 0 };
	uint64_t at, size;
	TN_EXPECT_ERROR(tn_pd_release_all(pd, releases, &released), TN_ERR_ARGUMENT);
	releases.count = 1;
	TN_REQUIRE_OK(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace));
	for (unsigned i = forge(dataspace.handle, forged); i > 0; i--) {
		tn_dataspace_cap made_up = { forged[i - 1] };
		tn_any_cap any = { forged[i - 1] };
		tn_signal_cap signal = { forged[i - 1] };
		TN_EXPECT_ERROR(tn_pd_attach(pd, made_up, 0, 0, 0, TN_RIGHT_READ, &at, &size),
				TN_ERR_CAPABILITY);
		TN_EXPECT_ERROR(tn_pd_free(pd, made_up, &at, &size), TN_ERR_CAPABILITY);
		releases.entry[0].handle = forged[i - 1];
		releases.entry[0].count = 1;
		TN_EXPECT_ERROR(tn_pd_release_all(pd, releases, &released), TN_OK);
		TN_EXPECT_EQUAL(released.error[0], TN_ERR_CAPABILITY);
		TN_EXPECT_ERROR(tn_pd_object_destroy(pd, any), TN_ERR_CAPABILITY);
		TN_EXPECT_ERROR(tn_pd_transfer_quota(pd, any, 0, 0), TN_ERR_CAPABILITY);
		TN_EXPECT_ERROR(tn_pd_start(pd, any), TN_ERR_CAPABILITY);
		TN_EXPECT_ERROR(tn_pd_watch(pd, signal), TN_ERR_CAPABILITY);
	}
	tn_dataspace_free(dataspace);
}

/* A capability of a kind where another one is wanted. */
void of_another_kind(struct tn_env *env)
{
	box_cap box = start_box("box");
	tn_pd_cap pd = tn_env_pd(env);
	struct tn_signal signal = { .handler = NULL };
	uint64_t at, size, back;
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signal));
	tn_dataspace_cap box_as_dataspace = { box.handle };
	tn_dataspace_cap pd_as_dataspace = { pd.handle };
	box_cap signal_as_box = { signal.cap.handle };
	tn_signal_cap box_as_signal = { box.handle };
	tn_any_cap signal_as_any = { signal.cap.handle };
	TN_EXPECT_ERROR(tn_pd_attach(pd, box_as_dataspace, 0, 0, 0, TN_RIGHT_READ, &at, &size),
			TN_ERR_CAPABILITY);
	TN_EXPECT_ERROR(tn_pd_attach(pd, pd_as_dataspace, 0, 0, 0, TN_RIGHT_READ, &at, &size),
			TN_ERR_CAPABILITY);
	TN_EXPECT_ERROR(box_echo(signal_as_box, 1, &back), TN_ERR_CAPABILITY);
	TN_EXPECT_ERROR(tn_signal_submit(box_as_signal), TN_ERR_CAPABILITY);
	TN_EXPECT_ERROR(tn_pd_watch(pd, box_as_signal), TN_ERR_CAPABILITY);
	TN_EXPECT_ERROR(tn_pd_transfer_quota(pd, signal_as_any, 0, 0), TN_ERR_CAPABILITY);
	tn_signal_destroy(&signal);
	expect_box_alive(box);
	end_box("box", box);
}

/* What only the runtime asks of core, asked by hand. */
void made_up_requests_to_core(struct tn_env *env)
{
	box_cap box = start_box("box");
	tn_pd_cap pd = tn_env_pd(env);
	struct tn_handles none = { .count = 0 }, many = { .count = 200 };
	tn_any_cap foreign = { box.handle };
	uint32_t channel;
	TN_EXPECT_ERROR(tn_pd_transfer_call(pd, box.handle + 1000, none, &mark), TN_ERR_CAPABILITY);
	TN_EXPECT_ERROR(tn_pd_transfer_call(pd, pd.handle, none, &mark), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_pd_transfer_call(pd, box.handle, many, &mark), TN_ERR_ARGUMENT);
	for (uint64_t id = 0; id < 10; id++)
		TN_EXPECT_ERROR(tn_pd_transfer_reply(pd, id, 0, none, &mark), TN_ERR_GONE);
	TN_EXPECT_ERROR(tn_pd_transfer_reply(pd, UINT64_MAX, 0, none, &mark), TN_ERR_GONE);
	TN_EXPECT_ERROR(tn_pd_transfer_reply(pd, 65536, 0, none, &mark), TN_ERR_GONE);
	TN_EXPECT_ERROR(tn_pd_object_destroy(pd, foreign), TN_ERR_DENIED);
	TN_EXPECT_ERROR(tn_pd_release(pd, box.handle, 99, &channel), TN_ERR_AGAIN);
	TN_EXPECT_ERROR(tn_pd_release(pd, box.handle, 0, &channel), TN_ERR_AGAIN);
	TN_EXPECT_ERROR(tn_pd_object_create(pd, 1, 0, &foreign), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_pd_start(pd, foreign), TN_ERR_BUSY);
	expect_box_alive(box);
	end_box("box", box);
}

/* Operations of another interface, at an object of core. */
void another_interface_of_core(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	tn_pd_cap dataspace_as_pd;
	tn_log_cap pd_as_log = { tn_env_pd(env).handle };
	struct tn_accounts accounts;
	uint64_t at, size;
	TN_REQUIRE_OK(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace));
	dataspace_as_pd.handle = dataspace.handle;
	TN_EXPECT_ERROR(tn_pd_accounts(dataspace_as_pd, &accounts), TN_ERR_PROTOCOL);
	TN_EXPECT_ERROR(tn_pd_attach(dataspace_as_pd, dataspace, 0, 0, 0, TN_RIGHT_READ, &at,
				     &size),
			TN_ERR_PROTOCOL);
	TN_EXPECT_ERROR(tn_log_write(pd_as_log, "x", 1), TN_ERR_PROTOCOL);
	tn_dataspace_free(dataspace);
}
