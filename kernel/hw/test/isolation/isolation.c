/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Attacks on the hw kernel and on others by it. Each attacker is a component of its own; after each
 * attack the victim still answers, with its memory as it was.
 */

#include "attacks.h"

#define VICTIM(RPC, I) RPC(I, check, In(uint64_t, value), Out(uint64_t, back))
TN_RPC_INTERFACE(victim, VICTIM)

#define ADDRESSES(X)                                  \
	X("kernel-image", 0xffffffff80100000)         \
	X("kernel-direct", 0xffff800000000000)        \
	X("interrupt-controller", 0xffffff0000000000) \
	X("core-window", 0x0000100000000000)          \
	X("non-canonical", 0x0000800000000000)        \
	X("last-page", 0x00007ffffffff000)            \
	X("top", 0xfffffffffffffff8)

#define ATTACK_ADDRESS(name, address)                              \
	{ "read-" name, read_address, address, FAULTS },           \
		{ "write-" name, write_address, address, FAULTS }, \
		{ "jump-" name, jump_to, address, FAULTS },
#define ATTACK_INSTRUCTION(name, text) { #name, execute, DO_##name, FAULTS_BY_INSTRUCTION },
#define ATTACK_RETURN(name, text)      { #name, execute, DO_##name, FAULTS },

const struct attack attacks[] = { { "core-only-calls", core_only_calls, 0, EXITS },
				  { "unknown-calls", unknown_calls, 0, EXITS },
				  { "forged-handles", forged_handles, 0, EXITS },
				  { "long-tags", long_tags, 0, EXITS },
				  { "garbage-to-core-1", garbage_to_core, 1, ANYHOW },
				  { "garbage-to-core-2", garbage_to_core, 2, ANYHOW },
				  { "garbage-to-core-3", garbage_to_core, 3, ANYHOW },
				  { "replies-without-request", replies_without_request, 0, EXITS },
				  { "strange-unparks", strange_unparks, 0, EXITS },
				  { "strange-registers", strange_registers, 0, EXITS },
				  { "copy-from-forbidden", copy_from_forbidden, 0, EXITS },
				  { "search-secret", search_secret, 0, EXITS },
				  { "flags", flags, 0, EXITS },
				  ADDRESSES(ATTACK_ADDRESS) INSTRUCTIONS(ATTACK_INSTRUCTION)
					  RETURNS(ATTACK_RETURN) };
const unsigned attack_count = sizeof(attacks) / sizeof(attacks[0]);

/* -- the victim -- */

static uint64_t secret = 0;

static tn_error check(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value + (secret == SECRET + 1);
	return TN_OK;
}

static void play_victim(struct tn_env *env)
{
	static const struct victim_ops ops = { .check = check };
	static struct tn_object object;
	victim_cap cap;
	secret = SECRET + 1;
	TN_MUST(victim_serve(tn_env_entrypoint(env), &object, &ops, NULL, &cap));
	tn_actor_put("victim", cap.handle);
}

/* -- the attacker: "attacker.7" does attacks[7] -- */

static void play_attacker(struct tn_env *env)
{
	const char *digit = tn_env_name(env) + sizeof("attacker.") - 1;
	unsigned which = 0;
	for (; *digit; digit++)
		which = which * 10 + (unsigned)(*digit - '0');
	attacks[which].run(env, attacks[which].argument);
	tn_exit(attacks[which].outcome == EXITS ? 0 : 1);
}

static void play_spinner(struct tn_env *env)
{
	spin(env, 0);
}

/* -- main -- */

static victim_cap victim;

static void expect_victim_well(void)
{
	uint64_t back = 0;
	TN_EXPECT_ERROR(victim_check(victim, 41, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 42);
}

static void judge(const struct attack *attack, const struct tn_child_end *end)
{
	bool faulted = end->cause == TN_CHILD_FAULTED;
	bool good = attack->outcome == ANYHOW;
	if (attack->outcome == EXITS)
		good = end->cause == TN_CHILD_EXITED && end->value == 0;
	if (attack->outcome == FAULTS)
		good = faulted;
	if (attack->outcome == FAULTS_BY_INSTRUCTION)
		good = faulted && end->fault.kind == TN_FAULT_INSTRUCTION;
	if (!good)
		tn_log("%s: cause %d, value %d, fault %u", attack->name, (int)end->cause,
		       end->value, end->fault.kind);
	TN_EXPECT(good);
}

static void run_attack(unsigned i)
{
	char name[TN_TEST_NAME_MAX + 1];
	tn_format(name, sizeof(name), "attacker.%u", i);
	tn_actor_start(name);
	if (attacks[i].outcome == ANYHOW) { /* it may have cut itself off from its parent */
		for (unsigned calls = 0; calls < 20000 && !tn_actor_has_ended(name); calls++)
			;
		tn_actor_kill(name);
	}
	struct tn_child_end end = tn_actor_end(name);
	judge(&attacks[i], &end);
	expect_victim_well();
}

static bool is_of(const struct attack *attack, unsigned group)
{
	if (attack->run == execute)
		return group == 2;
	return group == (attack->outcome == FAULTS);
}

static void run_group(unsigned group)
{
	for (unsigned i = 0; i < attack_count; i++)
		if (is_of(&attacks[i], group))
			run_attack(i);
}

static void start(struct tn_env *env)
{
	(void)env;
	tn_actor_start("victim");
	victim.handle = tn_actor_get("victim");
	expect_victim_well();
}

static void kernel_entry(struct tn_env *env)
{
	(void)env;
	run_group(0);
}

static void addresses(struct tn_env *env)
{
	(void)env;
	run_group(1);
}

static void instructions(struct tn_env *env)
{
	(void)env;
	run_group(2);
}

/* Never gives the processor away; the others run all the same. */
static void endless_loop(struct tn_env *env)
{
	(void)env;
	tn_actor_start("spinner");
	tn_actor_await("spinning");
	for (unsigned i = 0; i < 20; i++)
		expect_victim_well();
	TN_EXPECT(!tn_actor_has_ended("spinner"));
	tn_actor_kill("spinner");
	expect_victim_well();
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "kernel-entry", kernel_entry },
		{ "addresses", addresses },
		{ "instructions", instructions },
		{ "endless-loop", endless_loop },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "victim", play_victim },
						     { "attacker", play_attacker },
						     { "spinner", play_spinner },
						     { NULL, NULL } };
	tn_test_main(env, "test-isolation", cases, roles);
}
