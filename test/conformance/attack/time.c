/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What takes time from others, and never ends by itself: of the CPU, of core, of the victim. */
#include <tenon/rm.h>
#include <tenon/sync.h>
#include <tenon/thread.h>
#include "lists.h"

enum { THREADS = 8, MEGABYTE = 1 << 20 };

static void beside(void (*function)(void *argument))
{
	struct tn_thread *thread;
	TN_MUST(tn_thread_create("x", TN_PRIORITY_DEFAULT, 0, function, NULL, &thread));
}

static void spin(void *argument)
{
	(void)argument;
	for (;;)
		for (volatile unsigned i = 0; i < 1000; i++)
			;
}

static void spin_on_many_threads(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 1; i < THREADS; i++)
		beside(spin);
	tn_actor_post(attack_name());
	spin(NULL);
}

static void call(void *argument)
{
	victim_cap victim = attack_victim();
	uint64_t back;
	(void)argument;
	for (;;)
		(void)!victim_echo(victim, 1, &back);
}

static void call_on_many_threads(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 1; i < THREADS; i++)
		beside(call);
	tn_actor_post(attack_name());
	call(NULL);
}

static struct tn_semaphore there, back_again;

static void answer(void *argument)
{
	(void)argument;
	for (;;) {
		tn_semaphore_down(&there);
		tn_semaphore_up(&back_again);
	}
}

/* Who is woken goes before others, for as long as its turn lasts. */
static void wake_each_other(struct tn_env *env)
{
	(void)env;
	beside(answer);
	tn_actor_post(attack_name());
	for (;;) {
		tn_semaphore_up(&there);
		tn_semaphore_down(&back_again);
	}
}

static void nothing(void *argument)
{
	(void)argument;
}

static void threads_for_good(struct tn_env *env)
{
	struct tn_thread *thread;
	(void)env;
	tn_actor_post(attack_name());
	for (;;)
		if (tn_thread_create("x", TN_PRIORITY_DEFAULT, 0, nothing, NULL, &thread) == TN_OK)
			(void)!tn_thread_join(thread);
}

static void memory_for_good(struct tn_env *env)
{
	tn_dataspace_cap dataspace;
	(void)env;
	tn_actor_post(attack_name());
	for (;;)
		if (tn_dataspace_alloc(MEGABYTE, &dataspace) == TN_OK)
			tn_dataspace_free(dataspace);
}

static void faults_for_good(struct tn_env *env)
{
	char byte;
	(void)env;
	tn_actor_post(attack_name());
	for (;;)
		(void)!tn_guarded_copy(&byte, (const void *)0x345678, 1);
}

static void revocations_for_good(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_region_map_cap map;
	tn_dataspace_cap managed, page;
	void *shown = NULL;
	uint64_t at, size;
	(void)env;
	TN_MUST(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	TN_MUST(tn_rm_create((tn_rm_cap){ session.cap }, TN_PAGE_SIZE, &map, &managed));
	TN_MUST(tn_attach(managed, 0, 0, TN_RIGHT_READ, &shown));
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &page));
	tn_actor_post(attack_name());
	for (;;) {
		(void)!tn_region_map_attach(map, page, 0, 0, 0, TN_RIGHT_READ, &at, &size);
		(void)*(volatile char *)shown;
		(void)!tn_region_map_detach(map, 0, &at, &size);
	}
}

/* Objects that the victim has just got are destroyed under it. */
static void destroy_for_good(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	tn_any_cap object;
	tn_actor_post(attack_name());
	for (uint32_t key = 0;; key++) {
		if (tn_pd_object_create(tn_env_pd(env), 0, key, &object) != TN_OK)
			continue;
		(void)!victim_hold(victim, object);
		while (tn_pd_object_destroy(tn_env_pd(env), object) == TN_ERR_AGAIN)
			;
	}
}

/* -- servers -- */

/* Has its reply's capability on the way when it dies. */
static tn_error die_in_a_reply_now(const void *ops, void *self, struct tn_request *request)
{
	struct tn_handles one = { .count = 1, .handle = { attack_alarm().handle } };
	uint8_t mark;
	(void)ops;
	TN_MUST(tn_pd_transfer_reply(tn_env_pd(self), request->channel, request->thread, one,
				     &mark));
	__builtin_trap();
}

static void die_in_a_reply(struct tn_env *env)
{
	static struct tn_object object;
	struct tn_semaphore never = { .count = 0 };
	struct tn_entrypoint *entrypoint;
	object = (struct tn_object){ .dispatch = die_in_a_reply_now, .self = env };
	TN_MUST(tn_entrypoint_create("rogue", TN_PRIORITY_DEFAULT, &entrypoint));
	TN_MUST(tn_object_create(entrypoint, &object));
	attack_offer(object.handle);
	tn_semaphore_down(&never);
}

/* Nothing of it has arrived, and nothing is paid for. */
static void hear_nothing(void)
{
	victim_cap rogue = attack_rogue();
	tn_signal_cap alarm = { 0 };
	struct tn_accounts before = tn_actor_accounts("main");
	TN_EXPECT_ERROR(victim_alarm(rogue, &alarm), TN_ERR_GONE);
	TN_EXPECT_ERROR(victim_alarm(rogue, &alarm), TN_ERR_GONE);
	TN_EXPECT_EQUAL(tn_actor_accounts("main").caps_used, before.caps_used);
	TN_EXPECT(tn_actor_accounts("main").ram_used <= before.ram_used); /* its channel is gone */
	tn_cap_release(rogue.handle);
}

const struct attack time_attacks[] = {
	{ "spin-on-many-threads", spin_on_many_threads, KILLED, NULL },
	{ "call-on-many-threads", call_on_many_threads, KILLED, NULL },
	{ "wake-each-other", wake_each_other, KILLED, NULL },
	{ "threads-for-good", threads_for_good, KILLED, NULL },
	{ "memory-for-good", memory_for_good, KILLED, NULL },
	{ "faults-for-good", faults_for_good, KILLED, NULL },
	{ "revocations-for-good", revocations_for_good, KILLED, NULL },
	{ "destroy-for-good", destroy_for_good, KILLED, NULL },
	{ "die-in-a-reply", die_in_a_reply, TN_FAULT_INSTRUCTION, hear_nothing },
	{ NULL, NULL, 0, NULL },
};
