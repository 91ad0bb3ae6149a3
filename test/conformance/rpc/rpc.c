/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Messages: each kind of parameter at its bounds, and messages that do not fit the interface. */

#include "kinds.h"

static kinds_cap server;

static void expect_alive(void)
{
	uint64_t back = 0;
	TN_EXPECT_ERROR(kinds_number(server, 99, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 99);
}

/* -- parameters -- */

static void numbers(struct tn_env *env)
{
	static const uint64_t values[] = { 0, 1, UINT32_MAX, (uint64_t)1 << 63, UINT64_MAX };
	(void)env;
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		uint64_t back = ~values[i];
		TN_EXPECT_ERROR(kinds_number(server, values[i], &back), TN_OK);
		TN_EXPECT_EQUAL(back, values[i]);
	}
}

static void structures(struct tn_env *env)
{
	struct kinds_pair value = { UINT64_MAX, INT32_MIN, { 1, 2, 3, 255 } }, back;
	(void)env;
	memset(&back, 0, sizeof(back));
	TN_EXPECT_ERROR(kinds_structure(server, value, &back), TN_OK);
	TN_EXPECT(memcmp(&value, &back, sizeof(back)) == 0);
}

static void strings(struct tn_env *env)
{
	static const unsigned lengths[] = { 0, 1, KINDS_STRING_MAX - 1, KINDS_STRING_MAX };
	char text[KINDS_STRING_MAX + 2], back[KINDS_STRING_MAX + 1];
	(void)env;
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memset(text, 'a' + (int)i, sizeof(text));
		memset(back, '!', sizeof(back));
		text[lengths[i]] = 0;
		TN_EXPECT_ERROR(kinds_string(server, text, back), TN_OK);
		TN_EXPECT(memcmp(text, back, lengths[i] + 1) == 0);
	}
	memset(text, 'z', sizeof(text));
	text[KINDS_STRING_MAX + 1] = 0;
	memset(back, '!', sizeof(back));
	TN_EXPECT_ERROR(kinds_string(server, text, back), TN_ERR_TOO_LONG);
	TN_EXPECT_EQUAL(back[0], '!'); /* set if and only if all is well */
	expect_alive();
}

static unsigned char data[KINDS_BYTES_MAX + 1], data_back[KINDS_BYTES_MAX];

static void fill(size_t length, unsigned seed)
{
	for (size_t i = 0; i < length; i++)
		data[i] = (unsigned char)(i * 7 + seed);
	memset(data_back, 0, sizeof(data_back));
}

/* The longest fills a message each way. */
static void buffers(struct tn_env *env)
{
	static const size_t lengths[] = {
		0, 1, 7, 8, 9, 4000, KINDS_BYTES_MAX - 1, KINDS_BYTES_MAX
	};
	(void)env;
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t back_length = 12345;
		fill(lengths[i], i);
		TN_EXPECT_ERROR(kinds_bytes(server, data, lengths[i], data_back, &back_length),
				TN_OK);
		TN_EXPECT_EQUAL(back_length, lengths[i]);
		TN_EXPECT(memcmp(data, data_back, lengths[i]) == 0);
	}
	size_t back_length = 12345;
	TN_EXPECT_ERROR(kinds_bytes(server, data, sizeof(data), data_back, &back_length),
			TN_ERR_TOO_LONG);
	TN_EXPECT_EQUAL(back_length, 12345);
	TN_EXPECT_ERROR(kinds_bytes(server, data, SIZE_MAX, data_back, &back_length),
			TN_ERR_TOO_LONG);
	expect_alive();
}

static void twelve_parameters(struct tn_env *env)
{
	int64_t sum = 0;
	(void)env;
	TN_EXPECT_ERROR(kinds_nothing(server), TN_OK);
	TN_EXPECT_ERROR(kinds_twelve(server, 1, 2, 3, 4, -5, -6, -7, -8, true, 10, 11, &sum),
			TN_OK);
	TN_EXPECT_EQUAL(sum, 6);
}

/* The server's own dispatcher finds it, and the client is told. */
static void answers_beyond_their_bound(struct tn_env *env)
{
	char text[11] = "!";
	unsigned char bytes[10] = { 77 };
	size_t length = 5;
	(void)env;
	TN_EXPECT_ERROR(kinds_long_string(server, 0, text), TN_OK);
	text[0] = '!';
	TN_EXPECT_ERROR(kinds_long_string(server, 1, text), TN_ERR_TOO_LONG);
	TN_EXPECT_EQUAL(text[0], '!');
	TN_EXPECT_ERROR(kinds_long_bytes(server, 1, bytes, &length), TN_ERR_TOO_LONG);
	TN_EXPECT_ERROR(kinds_long_bytes(server, UINT32_MAX, bytes, &length), TN_ERR_TOO_LONG);
	TN_EXPECT_EQUAL(length, 5);
	TN_EXPECT_EQUAL(bytes[0], 77);
	TN_EXPECT_ERROR(kinds_long_bytes(server, 0, bytes, &length), TN_OK);
	TN_EXPECT_EQUAL(length, 10);
	expect_alive();
}

static void errors_pass_through(struct tn_env *env)
{
	(void)env;
	for (uint32_t error = 1; error < TN_ERROR_COUNT; error++) {
		uint64_t never = 5;
		TN_EXPECT_ERROR(kinds_fail(server, error, &never), tn_error_of(error));
		TN_EXPECT_EQUAL(never, 5);
	}
	expect_alive();
}

/* -- requests that do not fit, built by hand -- */

struct raw {
	uint16_t opcode;
	uint32_t length;
	const void *data;
	size_t data_length;
	uint8_t caps;
};

static tn_error send(tn_handle destination, const struct raw *raw)
{
	struct tn_call call = { .cap_count = raw->caps };
	for (unsigned i = 0; i < raw->caps; i++)
		call.caps[i] = server.handle;
	tn_error error = tn_call_begin(&call, destination);
	if (error != TN_OK)
		return error;
	memset(call.data, 0, TN_MESSAGE_MAX);
	if (raw->data)
		memcpy(call.data, raw->data, raw->data_length);
	call.length = raw->length;
	call.opcode = raw->opcode;
	call.reply_cap_count = 0;
	error = tn_call_invoke(&call);
	return tn_call_end(&call, error);
}

static void expect_protocol_error(uint16_t opcode, uint32_t length, uint8_t caps)
{
	struct raw raw = { .opcode = opcode, .length = length, .caps = caps };
	TN_EXPECT_ERROR(send(server.handle, &raw), TN_ERR_PROTOCOL);
	expect_alive();
}

static void wrong_opcode(struct tn_env *env)
{
	(void)env;
	expect_protocol_error(kinds_function_count, 0, 0);
	expect_protocol_error(kinds_function_count + 1, 8, 0);
	expect_protocol_error(0x7fff, 0, 0);
	expect_protocol_error(0xffff, 0, 0);
}

static void wrong_length(struct tn_env *env)
{
	(void)env;
	expect_protocol_error(kinds_opcode_number, 0, 0);
	expect_protocol_error(kinds_opcode_number, 7, 0);
	expect_protocol_error(kinds_opcode_number, 9, 0);
	expect_protocol_error(kinds_opcode_number, TN_MESSAGE_MAX, 0);
	expect_protocol_error(kinds_opcode_nothing, 1, 0);
	expect_protocol_error(kinds_opcode_string, 0, 0);
	expect_protocol_error(kinds_opcode_string, 3, 0);
	expect_protocol_error(kinds_opcode_string, 5, 0); /* says 0 characters, has one */
}

/* The length before a string or buffer is a lie. */
static void wrong_length_inside(struct tn_env *env)
{
	static const uint32_t lies[] = { 1,          KINDS_STRING_MAX, KINDS_STRING_MAX + 1,
					 0x7fffffff, 0x80000000,       UINT32_MAX };
	(void)env;
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct raw raw = { .opcode = kinds_opcode_string,
				   .length = 4,
				   .data = &lies[i],
				   .data_length = 4 };
		TN_EXPECT_ERROR(send(server.handle, &raw), TN_ERR_PROTOCOL);
		raw.opcode = kinds_opcode_bytes;
		TN_EXPECT_ERROR(send(server.handle, &raw), TN_ERR_PROTOCOL);
	}
	uint32_t beyond = KINDS_STRING_MAX + 1;
	struct raw raw = { .opcode = kinds_opcode_string,
			   .length = 4 + beyond,
			   .data = &beyond,
			   .data_length = 4 };
	TN_EXPECT_ERROR(send(server.handle, &raw), TN_ERR_PROTOCOL);
	expect_alive();
}

static void wrong_number_of_capabilities(struct tn_env *env)
{
	(void)env;
	expect_protocol_error(kinds_opcode_nothing, 0, 1);
	expect_protocol_error(kinds_opcode_nothing, 0, 8);
	expect_protocol_error(kinds_opcode_number, 8, 1);
	expect_protocol_error(kinds_opcode_one_cap, 0, 0);
	expect_protocol_error(kinds_opcode_one_cap, 0, 2);
}

static void longer_than_a_message(struct tn_env *env)
{
	static const uint32_t lengths[] = { TN_MESSAGE_MAX + 1, 0xffff, 0x10000, UINT32_MAX };
	(void)env;
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct raw raw = { .opcode = kinds_opcode_bytes, .length = lengths[i] };
		TN_EXPECT_ERROR(send(server.handle, &raw), TN_ERR_TOO_LONG);
		expect_alive();
	}
}

/* The same to core, which serves everybody. */
static void core_checks_as_well(struct tn_env *env)
{
	tn_handle pd = tn_env_pd(env).handle;
	for (uint32_t opcode = 0; opcode < tn_pd_function_count + 2u; opcode++) {
		struct raw raw = { .opcode = (uint16_t)opcode, .length = 3 };
		TN_EXPECT_ERROR(send(pd, &raw), TN_ERR_PROTOCOL);
		raw.length = TN_MESSAGE_MAX;
		TN_EXPECT_ERROR(send(pd, &raw), TN_ERR_PROTOCOL);
	}
	struct raw with_cap = { .opcode = tn_pd_opcode_accounts, .caps = 1 };
	TN_EXPECT_ERROR(send(pd, &with_cap), TN_ERR_PROTOCOL);
	expect_alive();
}

/* -- replies that do not fit -- */

static tn_error ask_liar(kinds_cap liar, enum lie lie, uint64_t *back)
{
	struct tn_call call = { .cap_count = 0 };
	tn_error error = tn_call_begin(&call, liar.handle);
	if (error != TN_OK)
		return error;
	call.length = 0;
	call.opcode = (uint16_t)lie;
	call.reply_cap_count = lie == LIE_CAP_NOT_TRANSFERRED || lie == LIE_TOO_MANY_CAPS;
	error = tn_call_invoke(&call);
	if (error == TN_OK && call.length != sizeof(*back))
		error = TN_ERR_PROTOCOL; /* as the generated stubs do */
	return tn_call_end(&call, error);
}

static void replies_that_do_not_fit(struct tn_env *env)
{
	tn_any_cap any = { 0 };
	uint64_t back;
	(void)env;
	struct tn_accounts before = tn_actor_accounts("main");
	TN_REQUIRE_OK(kinds_liar(server, &any));
	kinds_cap liar = { any.handle };
	for (unsigned i = 0; i < LIE_COUNT; i++) {
		tn_error error = ask_liar(liar, (enum lie)i, &back);
		if (i == LIE_BEYOND_THE_MESSAGE) /* kernels may refuse to carry it */
			TN_EXPECT(error != TN_OK);
		else
			TN_EXPECT_ERROR(error, TN_ERR_PROTOCOL);
		expect_alive();
	}
	/* The liar dispatches `number` as a lie, too: the stub finds it. */
	TN_EXPECT_ERROR(kinds_number(liar, 5, &back), TN_ERR_PROTOCOL);
	tn_cap_release(any.handle);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
}

/* -- calls within calls -- */

static void nested(struct tn_env *env)
{
	(void)env;
	for (uint32_t depth = 0; depth < 3; depth++) {
		size_t length = 0;
		uint32_t added = 0;
		fill(1000, depth);
		TN_EXPECT_ERROR(kinds_chain(server, depth, data, 1000, &added, data_back, &length),
				TN_OK);
		TN_EXPECT_EQUAL(added, depth + 1);
		TN_EXPECT_EQUAL(length, 1000);
		TN_EXPECT(memcmp(data, data_back, 1000) == 0);
	}
	/* The last one has no next: its error comes back through all of them. */
	size_t length = 0;
	uint32_t added = 0;
	TN_EXPECT_ERROR(kinds_chain(server, 3, data, 1, &added, data_back, &length),
			TN_ERR_CAPABILITY);
	expect_alive();
}

static void start(struct tn_env *env)
{
	(void)env;
	tn_actor_start("kinds.3");
	tn_actor_start("kinds.2");
	tn_actor_start("kinds.1");
	server.handle = tn_actor_get("kinds.1");
	expect_alive();
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "numbers", numbers },
		{ "structures", structures },
		{ "strings", strings },
		{ "buffers", buffers },
		{ "twelve-parameters", twelve_parameters },
		{ "answers-beyond-their-bound", answers_beyond_their_bound },
		{ "errors-pass-through", errors_pass_through },
		{ "wrong-opcode", wrong_opcode },
		{ "wrong-length", wrong_length },
		{ "wrong-length-inside", wrong_length_inside },
		{ "wrong-number-of-capabilities", wrong_number_of_capabilities },
		{ "longer-than-a-message", longer_than_a_message },
		{ "core-checks-as-well", core_checks_as_well },
		{ "replies-that-do-not-fit", replies_that_do_not_fit },
		{ "nested", nested },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "kinds", play_kinds }, { NULL, NULL } };
	tn_test_main(env, "test-rpc", cases, roles);
}
