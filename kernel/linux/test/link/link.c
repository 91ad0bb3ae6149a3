/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Attacker: a client that writes its requests by hand into the memory that it shares with its
 * server. What it was not given it must not reach, and what keeps no limits must reach nobody.
 */
#include <link.h>
#include <tenon/test.h>

enum { NUMBERS = 48, PATIENCE = 10000 };

/* -- the server: any request that reaches an object is counted -- */

static struct tn_object open_object, secret_object, count_object;

#define COUNT(RPC, I) RPC(I, told, Out(uint64_t, open), Out(uint64_t, secret))
TN_RPC_INTERFACE(count, COUNT)

static uint64_t reached[2];

static tn_error reach(const void *ops, void *self, struct tn_request *request)
{
	(void)ops;
	(void)request;
	++*(uint64_t *)self;
	return TN_OK;
}

static tn_error told(void *self, struct tn_request *request, uint64_t *open, uint64_t *secret)
{
	(void)self;
	(void)request;
	*open = reached[0];
	*secret = reached[1];
	return TN_OK;
}

static void play_server(struct tn_env *env)
{
	static const struct count_ops ops = { .told = told };
	struct tn_entrypoint *entrypoint = tn_env_entrypoint(env);
	count_cap count;
	open_object = (struct tn_object){ .dispatch = reach, .self = &reached[0] };
	secret_object = (struct tn_object){ .dispatch = reach, .self = &reached[1] };
	TN_MUST(tn_object_create(entrypoint, &open_object));
	TN_MUST(tn_object_create(entrypoint, &secret_object));
	TN_MUST(count_serve(entrypoint, &count_object, &ops, NULL, &count));
	tn_actor_put("secret", secret_object.handle);
	tn_actor_put("open", open_object.handle);
	tn_actor_put("count", count.handle);
}

/* -- the attacker, and who knows what it must not -- */

struct message {
	uint32_t grant, serial, opcode, length, cap_count;
};

static tn_pd_cap pd;
static count_cap counter;
static tn_handle given;
static struct linux_cap_entry own;

/* A call as it should be, so that the memory is there to be written to. */
static tn_error call_once(tn_handle to)
{
	struct tn_call call = { 0 };
	tn_error error = tn_call_begin(&call, to);
	if (error == TN_OK)
		error = tn_call_end(&call, tn_call_invoke(&call));
	return error;
}

static struct linux_cap_entry entry_of(tn_handle handle)
{
	return ((const struct linux_cap_entry *)LINUX_CAPS)[TN_HANDLE_INDEX(handle)];
}

static tn_error send(struct message message)
{
	static const uint64_t one = 1;
	static uint32_t sequence = 0x70000000;
	struct tn_accounts ignored;
	uint32_t number = own.channel & LINUX_CAP_CHANNEL;
	struct link *link = (struct link *)linux_link_address(LINUX_CLIENT, number);
	LINK_WRITE(link->opcode, message.opcode);
	LINK_WRITE(link->length, message.length);
	LINK_WRITE(link->cap_count, message.cap_count);
	LINK_WRITE(link->grant, message.grant);
	LINK_WRITE(link->serial, message.serial);
	LINK_WRITE(link->waiting, 0);
	__atomic_store_n(&link->request, ++sequence, __ATOMIC_SEQ_CST);
	linux_call3(__NR_write, LINUX_FD_EVENTS + number, &one, 8);
	for (unsigned i = 0; i < PATIENCE; i++) {
		if (__atomic_load_n(&link->reply, __ATOMIC_SEQ_CST) == sequence)
			return tn_error_of(LINK_READ(link->status));
		(void)!tn_pd_accounts(pd, &ignored); /* takes a moment */
	}
	return tn_error_of(TN_ERROR_COUNT);
}

static void expect_reached(uint64_t open)
{
	uint64_t now = 0, secret = 0;
	TN_EXPECT_ERROR(count_told(counter, &now, &secret), TN_OK);
	TN_EXPECT_EQUAL(now, open);
	TN_EXPECT_EQUAL(secret, 0);
}

static void start_server(struct tn_env *env)
{
	pd = tn_env_pd(env);
	tn_actor_start("server");
	tn_actor_start("neighbour");
	tn_actor_await("neighbour-has-it");
	counter.handle = tn_actor_get("count");
	given = tn_actor_get("open");
	TN_REQUIRE_OK(call_once(given));
	own = entry_of(given);
	expect_reached(1);
}

static struct message honest(void)
{
	return (struct message){ .grant = own.grant, .serial = own.serial };
}

static void by_hand(struct tn_env *env)
{
	(void)env;
	TN_EXPECT_EQUAL(send(honest()), TN_OK);
	expect_reached(2);
}

/* All the numbers that others of the same server can have. */
static void granted_to_others(struct tn_env *env)
{
	struct message message = honest();
	struct linux_cap_entry count = entry_of(counter.handle);
	(void)env;
	for (message.grant = 0; message.grant < NUMBERS; message.grant++) {
		if (message.grant == own.grant || message.grant == count.grant)
			continue;
		for (message.serial = 0; message.serial < NUMBERS; message.serial++)
			TN_REQUIRE(send(message) == TN_ERR_GONE);
	}
	expect_reached(2);
}

static void serial_of_another(struct tn_env *env)
{
	struct message message = honest();
	(void)env;
	for (message.serial = 0; message.serial < NUMBERS; message.serial++)
		if (message.serial != own.serial)
			TN_REQUIRE(send(message) == TN_ERR_GONE);
	expect_reached(2);
}

static void expect_refused(struct message message)
{
	TN_EXPECT_EQUAL(send(message), TN_ERR_PROTOCOL);
	expect_reached(2);
}

static void beyond_limits(struct tn_env *env)
{
	struct message long_one = honest(), many = honest(), unknown = honest();
	(void)env;
	long_one.length = TN_MESSAGE_MAX + 1;
	expect_refused(long_one);
	long_one.length = UINT32_MAX;
	expect_refused(long_one);
	many.cap_count = TN_MESSAGE_CAPS_MAX + 1;
	expect_refused(many);
	many.cap_count = 256;
	expect_refused(many);
	unknown.opcode = UINT16_MAX + 1;
	expect_refused(unknown);
}

/* The channel stays: another capability goes through it. */
static void kept_after_release(struct tn_env *env)
{
	(void)env;
	tn_cap_release(given);
	TN_EXPECT_EQUAL(send(honest()), TN_ERR_GONE);
	expect_reached(2);
}

enum { SIGNALS = LINK_SIGNALS + 100 };

/* One is one: those that share its bit are not taken for it. Several at once are all heard. */
static void signals_that_share_a_bit(struct tn_env *env)
{
	static struct tn_signal signal[SIGNALS];
	for (unsigned i = 0; i < SIGNALS; i++)
		TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signal[i]));
	for (unsigned i = 0; i < SIGNALS; i++) {
		TN_EXPECT_ERROR(tn_signal_submit(signal[i].cap), TN_OK);
		tn_signal_wait(&signal[i]);
		for (unsigned other = 0; other < SIGNALS; other++)
			TN_REQUIRE(!signal[other].pending);
	}
	for (unsigned i = 0; i < SIGNALS; i++)
		TN_EXPECT_ERROR(tn_signal_submit(signal[i].cap), TN_OK);
	for (unsigned i = 0; i < SIGNALS; i++)
		tn_signal_wait(&signal[i]);
	for (unsigned i = 0; i < SIGNALS; i++)
		tn_signal_destroy(&signal[i]);
}

/* Has the secret, so that there is a grant of it. */
static void play_neighbour(struct tn_env *env)
{
	(void)env;
	if (!tn_actor_get("secret"))
		tn_exit(1);
	tn_actor_post("neighbour-has-it");
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start_server },
		{ "by-hand", by_hand },
		{ "granted-to-others", granted_to_others },
		{ "serial-of-another", serial_of_another },
		{ "beyond-limits", beyond_limits },
		{ "kept-after-release", kept_after_release },
		{ "signals-that-share-a-bit", signals_that_share_a_bit },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "server", play_server },
						     { "neighbour", play_neighbour },
						     { NULL, NULL } };
	tn_test_main(env, "test-link", cases, roles);
}
