/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Takes all there is to be had, and more often than anybody needs: only the attacker runs dry. */
#include <tenon/rm.h>
#include "lists.h"
#include <tenon/thread.h>

/* Of the last transfer. */
static uint8_t mark;

enum { CALLS = 20000, LINES = 100, SESSIONS = 200 };

/* The victim can be reached, and has its own, while the attacker has nothing left. */
static void expect_victim_has_its_own(victim_cap victim)
{
	uint64_t heard;
	HOLDS(victim_examine(victim, &heard) == TN_OK);
}

static void take_all_ram(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	tn_dataspace_cap dataspace;
	uint64_t size = 1ull << 40;
	(void)env;
	while (size >= TN_PAGE_SIZE) {
		tn_error error = tn_pd_alloc(tn_env_pd(env), size, &dataspace);
		HOLDS(error == TN_OK || error == TN_ERR_OUT_OF_RAM);
		if (error != TN_OK)
			size /= 2;
	}
	expect_victim_has_its_own(victim);
}

static void ask_for_absurd_sizes(struct tn_env *env)
{
	tn_dataspace_cap dataspace;
	for (uint64_t i = 0; i < 5000; i++)
		HOLDS(tn_pd_alloc(tn_env_pd(env), UINT64_MAX - i, &dataspace) == TN_ERR_OUT_OF_RAM);
	HOLDS(tn_pd_alloc(tn_env_pd(env), 0, &dataspace) == TN_ERR_ARGUMENT);
}

static bool is_exhausted(tn_error error)
{
	return error == TN_ERR_OUT_OF_CAPS || error == TN_ERR_OUT_OF_RAM;
}

static void take_all_capabilities(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	tn_signal_cap signal;
	tn_any_cap object;
	tn_error error = TN_OK;
	for (uint32_t key = 0; error == TN_OK; key++)
		error = tn_pd_signal_create(tn_env_pd(env), 0, key, &signal);
	HOLDS(is_exhausted(error));
	error = TN_OK;
	for (uint32_t key = 0; error == TN_OK; key++)
		error = tn_pd_object_create(tn_env_pd(env), 0, key, &object);
	HOLDS(is_exhausted(error));
	expect_victim_has_its_own(victim);
}

static void take_all_addresses(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	tn_dataspace_cap dataspace;
	uint64_t at, size;
	tn_error error = TN_OK;
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace));
	for (uint64_t i = 1; error == TN_OK; i++) /* each needs page tables of its own */
		error = tn_pd_attach(tn_env_pd(env), dataspace, i << 39, 0, 0, TN_RIGHT_READ, &at,
				     &size);
	HOLDS(error == TN_ERR_OUT_OF_RAM);
	expect_victim_has_its_own(victim);
}

/* As many pieces of one page as its quota pays for. */
static void take_all_regions(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	tn_dataspace_cap dataspace;
	uint64_t at, size;
	tn_error error = TN_OK;
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace));
	while (error == TN_OK)
		error = tn_pd_attach(tn_env_pd(env), dataspace, 0, 0, 0, TN_RIGHT_READ, &at, &size);
	HOLDS(error == TN_ERR_OUT_OF_RAM);
	expect_victim_has_its_own(victim);
}

static void take_all_managed(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	victim_cap victim = attack_victim();
	struct tn_session session;
	tn_region_map_cap map;
	tn_dataspace_cap managed;
	tn_error error = TN_OK;
	(void)env;
	TN_MUST(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	while (error == TN_OK)
		error = tn_rm_create((tn_rm_cap){ session.cap }, 1ull << 40, &map, &managed);
	HOLDS(is_exhausted(error));
	expect_victim_has_its_own(victim);
}

/* Each object of an entrypoint of its own takes a channel to whoever gets it: all that it can pay
 * for. */
static void take_all_channels(struct tn_env *env)
{
	static struct tn_object objects[64];
	victim_cap victim = attack_victim();
	tn_error error = TN_OK;
	(void)env;
	for (unsigned i = 0; error == TN_OK && i < 64; i++) {
		struct tn_entrypoint *entrypoint;
		error = tn_entrypoint_create("x", TN_PRIORITY_DEFAULT, &entrypoint);
		if (error == TN_OK)
			error = tn_object_create(entrypoint, &objects[i]);
		if (error == TN_OK)
			error = victim_hold(victim, (tn_any_cap){ objects[i].handle });
	}
	HOLDS(is_exhausted(error));
	expect_victim_has_its_own(victim);
}

static void take_all_sessions(struct tn_env *env)
{
	static const char *const services[] = { "LOG", "PD", "ROM", "TIME" };
	victim_cap victim = attack_victim();
	tn_parent_cap parent = tn_env_parent(env);
	uint32_t id, opened = 0;
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		for (unsigned n = 0; n < 300; n++)
			opened += tn_parent_session_open(parent, services[i], "x", 0, 0, 1, n, "x",
							 &id) == TN_OK;
	HOLDS(opened < 1200);
	expect_victim_has_its_own(victim);
}

/* Transfers are paid by the sender, and by nobody else. */
static void take_all_of_the_victim(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	tn_pd_cap pd = tn_env_pd(env);
	tn_signal_cap signal;
	tn_error error = TN_OK;
	for (uint32_t key = 1000; error == TN_OK; key++) {
		error = tn_pd_signal_create(pd, 0, key, &signal);
		struct tn_handles one = { .count = 1, .handle = { signal.handle } };
		if (error == TN_OK)
			error = tn_pd_transfer_call(pd, victim.handle, one, &mark);
	}
	HOLDS(is_exhausted(error));
	expect_victim_has_its_own(victim);
}

static void flood_of_calls(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	uint64_t back;
	(void)env;
	for (uint64_t i = 0; i < CALLS; i++)
		HOLDS(victim_echo(victim, i, &back) == TN_OK && back == i);
}

static void flood_of_signals(struct tn_env *env)
{
	tn_signal_cap alarm = attack_alarm();
	(void)env;
	for (unsigned i = 0; i < 10 * CALLS; i++)
		HOLDS(tn_signal_submit(alarm) == TN_OK);
}

/* Asked for and given up again, as fast as it goes. */
static void flood_of_sessions(struct tn_env *env)
{
	const struct tn_quota quota = { 4096, 1 };
	struct tn_session session;
	(void)env;
	for (unsigned i = 0; i < SESSIONS; i++) {
		TN_MUST(tn_session_open("Victim", "", quota, &victim_interface, &session));
		tn_session_close(&session);
	}
}

static void signals_for_good(struct tn_env *env)
{
	tn_signal_cap alarm = attack_alarm();
	(void)env;
	tn_actor_post("signals-for-good");
	for (;;)
		(void)!tn_signal_submit(alarm);
}

static void calls_for_good(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	uint64_t back;
	(void)env;
	tn_actor_post("calls-for-good");
	for (;;)
		(void)!victim_echo(victim, 1, &back);
}

static void calls_to_core_for_good(struct tn_env *env)
{
	struct tn_accounts accounts;
	tn_actor_post("calls-to-core-for-good");
	for (;;)
		(void)!tn_pd_accounts(tn_env_pd(env), &accounts);
}

static void lines_for_good(struct tn_env *env)
{
	(void)env;
	tn_actor_post("lines-for-good");
	for (;;)
		tn_log_line("x", 1);
}

static void sleep_for_good(void *argument)
{
	struct tn_semaphore never = { .count = 0 };
	(void)argument;
	tn_semaphore_down(&never);
}

static void take_all_threads(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	struct tn_thread *thread;
	tn_error error = TN_OK;
	(void)env;
	while (error == TN_OK)
		error = tn_thread_create("x", TN_PRIORITY_DEFAULT, 0, sleep_for_good, NULL,
					 &thread);
	HOLDS(is_exhausted(error) || error == TN_ERR_LIMIT);
	expect_victim_has_its_own(victim);
}

/* Control characters, to look like somebody else's lines, or like verdicts. */
static void flood_of_lines(struct tn_env *env)
{
	static const char line[] = "\n[init] forged\r[core] forged\033[2J\nnot forged";
	(void)env;
	for (unsigned i = 0; i < LINES; i++)
		tn_log_line(line, sizeof(line) - 1);
}

static void make_and_destroy(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	for (uint32_t i = 0; i < 3000; i++) {
		tn_signal_cap signal;
		TN_MUST(tn_pd_signal_create(pd, 0, UINT32_MAX - i, &signal));
		TN_MUST(tn_pd_object_destroy(pd, (tn_any_cap){ signal.handle }));
	}
}

const struct attack exhaustion_attacks[] = {
	{ "take-all-ram", take_all_ram, SURVIVES, NULL },
	{ "ask-for-absurd-sizes", ask_for_absurd_sizes, SURVIVES, NULL },
	{ "take-all-capabilities", take_all_capabilities, SURVIVES, NULL },
	{ "take-all-addresses", take_all_addresses, SURVIVES, NULL },
	{ "take-all-regions", take_all_regions, SURVIVES, NULL },
	{ "take-all-managed", take_all_managed, SURVIVES, NULL },
	{ "take-all-channels", take_all_channels, SURVIVES, NULL },
	{ "take-all-sessions", take_all_sessions, SURVIVES, NULL },
	{ "take-all-of-the-victim", take_all_of_the_victim, SURVIVES, NULL },
	{ "flood-of-calls", flood_of_calls, SURVIVES, NULL },
	{ "flood-of-signals", flood_of_signals, SURVIVES, NULL },
	{ "flood-of-sessions", flood_of_sessions, SURVIVES, NULL },
	{ "take-all-threads", take_all_threads, SURVIVES, NULL },
	{ "lines-for-good", lines_for_good, KILLED, NULL },
	{ "signals-for-good", signals_for_good, KILLED, NULL },
	{ "calls-for-good", calls_for_good, KILLED, NULL },
	{ "calls-to-core-for-good", calls_to_core_for_good, KILLED, NULL },
	{ "flood-of-lines", flood_of_lines, SURVIVES, NULL },
	{ "make-and-destroy", make_and_destroy, SURVIVES, NULL },
	{ NULL, NULL, 0, NULL },
};
