/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The victim, and "main", who judges. Included by one source of each test that is made of attacks,
 * on whatever kernel.
 */
#include <tenon/session_list.h>
#include "attack.h"

enum { ATTACKS_MAX = 1500, EXIT_NOT_REFUSED = 1, AGAIN_STEP = 8, PATIENCE = 1000 };

static const struct attack *attacks[ATTACKS_MAX];
static unsigned attack_count;

static void gather(const struct attack *const *lists)
{
	for (; *lists; lists++)
		for (const struct attack *attack = *lists; attack->name; attack++)
			if (attack_count < ATTACKS_MAX)
				attacks[attack_count++] = attack;
}

/* -- attackers -- */

void attack_holds(bool condition, const char *file, int line, const char *text)
{
	if (condition)
		return;
	tn_log("%s:%d: does not hold: %s", file, line, text);
	tn_exit(EXIT_NOT_REFUSED);
}

victim_cap attack_victim(void)
{
	victim_cap victim = { tn_actor_get("victim") };
	return victim;
}

tn_signal_cap attack_alarm(void)
{
	tn_signal_cap alarm = { 0 };
	TN_MUST(victim_alarm(attack_victim(), &alarm));
	return alarm;
}

uint64_t attack_random(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15ull;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static const struct attack *own_attack;

const char *attack_name(void)
{
	return own_attack->name;
}

void attack_offer(tn_handle object)
{
	tn_actor_put("rogue", object);
}

victim_cap attack_rogue(void)
{
	victim_cap rogue = { tn_actor_get("rogue") };
	return rogue;
}

static void play_attacker(struct tn_env *env)
{
	const char *digit = tn_env_name(env) + sizeof("attacker.") - 1;
	unsigned which = 0;
	for (; *digit; digit++)
		which = which * 10 + (unsigned)(*digit - '0');
	HOLDS(which < attack_count);
	own_attack = attacks[which];
	own_attack->run(env);
	tn_exit(0);
}

/* -- the victim -- */

enum { PEEKED = 8 }; /* pages */
enum { SECRET_WORDS = 4 * TN_PAGE_SIZE / sizeof(uint64_t), SCRATCH = 16 * TN_PAGE_SIZE };

static volatile uint64_t *secret;
static uint64_t heard, unheard;
static tn_handle victims_object;
static struct tn_session_node *visitors;
static uint64_t visitor_count;
static struct tn_signal alarm, secret_alarm;

static void hear(void *argument)
{
	(void)argument;
	heard++;
}

static void hear_what_nobody_has(void *argument)
{
	(void)argument;
	unheard++;
}

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value;
	return TN_OK;
}

static tn_error give_alarm(void *self, struct tn_request *request, tn_signal_cap *cap)
{
	(void)self;
	(void)request;
	*cap = alarm.cap;
	return TN_OK;
}

static tn_error hold(void *self, struct tn_request *request, tn_any_cap cap)
{
	(void)self;
	(void)request;
	(void)cap;
	return TN_OK;
}

/* Memory for a moment, which leaves a secret behind for whoever gets the frames next. */
static tn_error use_quota(void)
{
	tn_dataspace_cap dataspace;
	void *at = NULL;
	tn_error error = tn_dataspace_alloc(SCRATCH, &dataspace);
	if (error != TN_OK)
		return error;
	error = tn_attach(dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at);
	for (size_t i = 0; error == TN_OK && i < SCRATCH / sizeof(uint64_t); i++)
		((volatile uint64_t *)at)[i] = VICTIM_SECRET;
	(void)!tn_detach(at);
	tn_dataspace_free(dataspace);
	return error;
}

/* With exceptions unmasked, as an attacker may have left them, this would fault. */
static bool fpu_is_own(void)
{
	volatile double one = 1, zero = 0;
	volatile double infinite = one / zero;
	return infinite > 1e300;
}

static tn_error examine(void *self, struct tn_request *request, uint64_t *times)
{
	(void)self;
	(void)request;
	for (size_t i = 0; i < SECRET_WORDS; i++)
		if (secret[i] != VICTIM_SECRET + i)
			return TN_ERR_FAULT;
	*times = heard;
	return fpu_is_own() ? use_quota() : TN_ERR_FORMAT;
}

static tn_error sum(void *self, struct tn_request *request, const void *bytes, size_t bytes_length,
		    uint64_t *total)
{
	(void)self;
	(void)request;
	*total = 0;
	for (size_t i = 0; i < bytes_length; i++)
		*total += ((const unsigned char *)bytes)[i];
	return TN_OK;
}

static tn_error sessions(void *self, struct tn_request *request, uint64_t *open,
			 uint64_t *not_given)
{
	(void)self;
	(void)request;
	*open = visitor_count;
	*not_given = unheard;
	return TN_OK;
}

/* It is the attacker's, who may take it away at any moment. */
static tn_error peek(void *self, struct tn_request *request, tn_dataspace_cap dataspace,
		     uint64_t *copied)
{
	static unsigned char page[TN_PAGE_SIZE];
	void *at = NULL;
	(void)self;
	(void)request;
	*copied = 0;
	tn_error error = tn_attach(dataspace, 0, 0, TN_RIGHT_READ, &at);
	if (error != TN_OK)
		return error;
	for (unsigned i = 0; i < PEEKED; i++)
		*copied += tn_guarded_copy(page, (const unsigned char *)at + i * TN_PAGE_SIZE,
					   TN_PAGE_SIZE) == TN_OK;
	return tn_detach(at);
}

/* All sessions are the one object. */
static tn_error visit(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static struct tn_session_node nodes[4];
	(void)self;
	if (visitor_count >= sizeof(nodes) / sizeof(nodes[0]))
		return TN_ERR_LIMIT;
	tn_session_list_add(&visitors, &nodes[visitor_count++], request->id);
	*object = victims_object;
	return TN_OK;
}

static void leave(void *self, uint32_t id)
{
	(void)self;
	if (tn_session_list_remove(&visitors, id))
		visitor_count--;
}

static void keep_secret(void)
{
	tn_dataspace_cap dataspace;
	void *at = (void *)VICTIM_SECRET_AT;
	TN_MUST(tn_dataspace_alloc(SECRET_WORDS * sizeof(uint64_t), &dataspace));
	TN_MUST(tn_attach(dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at));
	secret = at;
	for (size_t i = 0; i < SECRET_WORDS; i++)
		secret[i] = VICTIM_SECRET + i;
}

static void play_victim(struct tn_env *env)
{
	static const struct victim_ops ops = { .echo = echo,
					       .alarm = give_alarm,
					       .hold = hold,
					       .examine = examine,
					       .sum = sum,
					       .sessions = sessions,
					       .peek = peek };
	static struct tn_service service = {
		.name = "Victim", .interface = &victim_interface, .open = visit, .close = leave
	};
	static struct tn_object object;
	victim_cap cap;
	keep_secret();
	alarm.handler = hear;
	secret_alarm.handler = hear_what_nobody_has;
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &alarm));
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &secret_alarm));
	TN_MUST(victim_serve(tn_env_entrypoint(env), &object, &ops, NULL, &cap));
	victims_object = cap.handle;
	TN_MUST(tn_service_announce(&service));
	tn_actor_put("victim", cap.handle);
}

/* -- main judges -- */

static victim_cap victim;
static tn_signal_cap victims_alarm;
static struct tn_accounts victims_accounts;

static void expect_same_accounts(struct tn_accounts before, struct tn_accounts after)
{
	TN_EXPECT_EQUAL(after.ram_limit, before.ram_limit);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_limit, before.caps_limit);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
}

/* Answers, has its memory and its quota, hears signals. */
static void expect_victim_well(void)
{
	uint64_t back = 0, times = 0, again = 0;
	TN_EXPECT_ERROR(victim_echo(victim, 4711, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 4711);
	TN_EXPECT_ERROR(victim_examine(victim, &times), TN_OK);
	TN_EXPECT_ERROR(tn_signal_submit(victims_alarm), TN_OK);
	TN_EXPECT_ERROR(victim_examine(victim, &again), TN_OK);
	TN_EXPECT(again > times); /* signals come before requests */
}

/* Sessions of the dead are closed by the victim when it hears of it. */
static void expect_no_visitors(void)
{
	uint64_t open = 1, not_given = 0;
	for (unsigned i = 0; i < PATIENCE && open; i++)
		TN_EXPECT_ERROR(victim_sessions(victim, &open, &not_given), TN_OK);
	TN_EXPECT_EQUAL(open, 0);
	TN_EXPECT_EQUAL(not_given, 0);
}

static void expect_end(const struct attack *attack, const struct tn_child_end *end)
{
	if (attack->ending == ENDS) {
		TN_EXPECT(end->cause != TN_CHILD_EXITED || end->value != EXIT_NOT_REFUSED);
	} else if (attack->ending == SURVIVES) {
		TN_EXPECT_EQUAL(end->cause, TN_CHILD_EXITED);
		TN_EXPECT_EQUAL(end->value, 0);
	} else if (attack->ending == KILLED) {
		TN_EXPECT_EQUAL(end->cause, TN_CHILD_KILLED);
	} else {
		TN_EXPECT_EQUAL(end->cause, TN_CHILD_FAULTED);
		if (attack->ending != FAULTS)
			TN_EXPECT_EQUAL(end->fault.kind, attack->ending);
	}
}

static void judge(unsigned which)
{
	const struct attack *attack = attacks[which];
	char name[TN_TEST_NAME_MAX + 1];
	tn_format(name, sizeof(name), "attacker.%u", which);
	tn_actor_start(name);
	if (attack->beside)
		attack->beside();
	if (attack->ending == KILLED) {
		tn_actor_await(attack->name);
		expect_victim_well();
		tn_actor_kill(name);
	}
	struct tn_child_end end = tn_actor_end(name);
	expect_end(attack, &end);
	expect_victim_well();
	expect_no_visitors();
	expect_same_accounts(victims_accounts, tn_actor_accounts("victim"));
}

static void judge_next(struct tn_env *env)
{
	static unsigned next;
	(void)env;
	judge(next++);
}

static void start_victim(struct tn_env *env)
{
	(void)env;
	tn_actor_start_with("victim", "", "Victim", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	victim = attack_victim();
	TN_REQUIRE_OK(victim_alarm(victim, &victims_alarm));
	expect_victim_well();
	victims_accounts = tn_actor_accounts("victim");
}

/* A second round costs the attackers' parent nothing. */
static void all_comes_back(struct tn_env *env)
{
	struct tn_accounts before = tn_actor_accounts("test");
	(void)env;
	for (unsigned i = 0; i < attack_count; i += AGAIN_STEP)
		judge(i);
	expect_same_accounts(before, tn_actor_accounts("test"));
}

void attack_main(struct tn_env *env, const char *binary, const struct attack *const *lists)
{
	static struct tn_test_case cases[ATTACKS_MAX + 3];
	static const struct tn_test_role roles[] = { { "victim", play_victim },
						     { "attacker", play_attacker },
						     { NULL, NULL } };
	struct tn_test_case *last = cases;
	gather(lists);
	*last++ = (struct tn_test_case){ "start", start_victim };
	for (unsigned i = 0; i < attack_count; i++)
		*last++ = (struct tn_test_case){ attacks[i]->name, judge_next };
	*last++ = (struct tn_test_case){ "all-comes-back", all_comes_back };
	tn_test_main(env, binary, cases, roles);
}
