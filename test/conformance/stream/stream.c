/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Packet streams between components: nothing is lost or changed, nobody sleeps for ever, and no
 * peer, whatever it does or whenever it ends, hurts anybody but itself.
 */

#include "streams.h"
#include <tenon/capability.h>
#include <tenon/thread.h>

enum { MANY = 800, FEW = 60, ROUNDS = 12 };

/* Of what both write for each other: lib/stream/internal.h. */
enum { WORDS = 128 + 2 * 16 * PACKETS };

static void start(struct tn_env *env)
{
	(void)env;
	tn_actor_start_with("mill", "", "Mill", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	tn_actor_start_with("well", "", "Well", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	tn_actor_start_with("keeper", "", "Keeper", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	tn_actor_start_with("liar", "", "Liar", TN_ACTOR_RAM, TN_ACTOR_CAPS);
}

static void expect_mill(struct tn_env *env, bool guarded, uint32_t packets)
{
	struct tn_stream_client client;
	TN_REQUIRE_OK(open_stream(&client, env, "Mill", guarded));
	const char *wrong = run_mill(&client.stream, packets, 1 + packets);
	if (wrong)
		tn_log("mill: %s", wrong);
	TN_EXPECT(!wrong);
	tn_stream_client_close(&client);
}

static void refused(struct tn_env *env)
{
	struct tn_stream_client client = { .handler = NULL };
	struct tn_session session;
	struct tn_stream_wish wish = { .service = "Mill", .label = "", .shape = { 4, SIZE } };
	const uint64_t ram = TN_STREAM_RAM(PACKETS, SIZE);
	const struct tn_quota poor[] = { { ram - 1, TN_STREAM_CAPS }, { ram, TN_STREAM_CAPS - 1 } };
	TN_EXPECT_ERROR(tn_session_open("Mill", "", poor[0], &tn_stream_session_interface,
					&session),
			TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_session_open("Mill", "", poor[1], &tn_stream_session_interface,
					&session),
			TN_ERR_OUT_OF_CAPS);
	TN_EXPECT_ERROR(tn_stream_client_open(&client, tn_env_entrypoint(env), &wish),
			TN_ERR_OUT_OF_RAM);
	wish.shape.packets = 2 * PACKETS;
	TN_EXPECT_ERROR(tn_stream_client_open(&client, tn_env_entrypoint(env), &wish),
			TN_ERR_MISMATCH);
	wish.shape.packets = 5;
	TN_EXPECT_ERROR(tn_stream_client_open(&client, tn_env_entrypoint(env), &wish),
			TN_ERR_ARGUMENT);
}

static void connected_once(struct tn_env *env)
{
	struct tn_stream_client client;
	struct tn_stream_shape found;
	tn_dataspace_cap memory;
	tn_signal_cap server;
	TN_REQUIRE_OK(open_stream(&client, env, "Mill", false));
	tn_stream_session_cap session = { client.session.cap };
	TN_EXPECT_ERROR(tn_stream_session_connect(session, client.signal.cap, &found, &memory,
						  &server),
			TN_ERR_CONFLICT);
	TN_EXPECT_ERROR(tn_stream_client_ping(&client), TN_OK);
	tn_stream_client_close(&client);
	tn_stream_client_close(&client); /* nothing */
}

static void random_sizes(struct tn_env *env)
{
	expect_mill(env, false, MANY);
}

static void random_sizes_guarded(struct tn_env *env)
{
	expect_mill(env, true, MANY);
}

static void from_the_server(struct tn_env *env)
{
	struct tn_stream_client client;
	struct tn_packet packet;
	TN_REQUIRE_OK(open_stream(&client, env, "Well", false));
	for (uint32_t i = 0; i < MANY;) {
		tn_error error = tn_stream_receive(&client.stream, &packet);
		if (error == TN_ERR_AGAIN) {
			error = tn_stream_wait(&client.stream, 1);
			TN_REQUIRE(error == TN_OK || error == TN_ERR_AGAIN);
			continue;
		}
		TN_REQUIRE(error == TN_OK);
		TN_REQUIRE(packet.value == checksum(packet.content, packet.length));
		memset(packet.content, 0xee, SIZE);
		TN_REQUIRE_OK(tn_stream_send(&client.stream, &packet));
		i++;
	}
	tn_stream_client_close(&client);
}

/* All packets away, all here, and back in another order. */
static void full_and_empty(struct tn_env *env)
{
	struct tn_stream_client client;
	struct tn_packet packet;
	TN_REQUIRE_OK(open_stream(&client, env, "Keeper", false));
	struct tn_stream *stream = &client.stream;
	for (uint64_t round = 0; round < 3; round++) {
		TN_EXPECT_ERROR(tn_stream_wait(stream, 1), TN_ERR_ARGUMENT); /* none is away */
		for (uint64_t i = 1; i <= PACKETS; i++) {
			TN_REQUIRE_OK(tn_stream_alloc(stream, &packet));
			packet.value = i < PACKETS ? i : LAST_WORD;
			TN_REQUIRE_OK(tn_stream_send(stream, &packet));
			TN_EXPECT_ERROR(tn_stream_send(stream, &packet), TN_ERR_ARGUMENT);
		}
		TN_EXPECT_ERROR(tn_stream_alloc(stream, &packet), TN_ERR_AGAIN);
		TN_EXPECT_ERROR(tn_stream_receive(stream, &packet), TN_ERR_AGAIN);
		tn_error error;
		while ((error = tn_stream_wait(stream, PACKETS)) == TN_ERR_AGAIN)
			;
		TN_REQUIRE_OK(error);
		for (uint64_t i = PACKETS; i; i--) {
			TN_REQUIRE_OK(tn_stream_receive(stream, &packet));
			TN_EXPECT_EQUAL(packet.value, i < PACKETS ? i : LAST_WORD);
			tn_stream_free(stream, &packet);
		}
		TN_EXPECT_ERROR(tn_stream_receive(stream, &packet), TN_ERR_AGAIN);
	}
	tn_stream_client_close(&client);
}

/* -- by handlers alone -- */

static struct {
	struct tn_stream_client client;
	struct tn_semaphore done;
	uint32_t received;
	bool wrong;
} driven;

static void well_signal(void *argument)
{
	struct tn_stream *stream = &driven.client.stream;
	struct tn_packet packet;
	(void)argument;
	do {
		while (driven.received < MANY && tn_stream_receive(stream, &packet) == TN_OK) {
			driven.wrong |= packet.value != checksum(packet.content, packet.length);
			driven.wrong |= tn_stream_send(stream, &packet) != TN_OK;
			if (++driven.received == MANY)
				tn_semaphore_up(&driven.done);
		}
		driven.wrong |= tn_stream_wake(stream) != TN_OK;
	} while (driven.received < MANY && tn_stream_arm(stream, 1) == TN_ERR_AGAIN);
}

static void event_driven(struct tn_env *env)
{
	struct tn_entrypoint *entrypoint;
	const struct tn_stream_wish wish = { .service = "Well", .label = "", .shape = shape };
	(void)env;
	driven.client.handler = well_signal;
	TN_REQUIRE_OK(tn_entrypoint_create("driven", TN_PRIORITY_DEFAULT, &entrypoint));
	TN_REQUIRE_OK(tn_stream_client_open(&driven.client, entrypoint, &wish));
	tn_semaphore_down(&driven.done);
	tn_stream_client_close(&driven.client); /* waits for the handler */
	TN_EXPECT_ERROR(tn_entrypoint_destroy(entrypoint), TN_OK);
	TN_EXPECT(!driven.wrong);
}

static void many_clients(struct tn_env *env)
{
	enum { CLIENTS = 5 };
	static struct tn_stream_client clients[CLIENTS];
	for (unsigned i = 0; i < CLIENTS; i++)
		TN_REQUIRE_OK(open_stream(&clients[i], env, "Mill", i % 2));
	for (unsigned round = 0; round < 4; round++)
		for (unsigned i = 0; i < CLIENTS; i++)
			TN_EXPECT(!run_mill(&clients[i].stream, FEW, 1 + round));
	for (unsigned i = 0; i < CLIENTS; i++)
		tn_stream_client_close(&clients[i]);
}

static void quota_returns(struct tn_env *env)
{
	struct tn_accounts before = { 0 }, after;
	for (unsigned i = 0; i < 4; i++) {
		expect_mill(env, i % 2, FEW);
		after = tn_actor_accounts("mill");
		if (i == 0) /* the heap has grown as far as it needs to */
			before = after;
		TN_EXPECT_EQUAL(before.ram_used, after.ram_used);
		TN_EXPECT_EQUAL(before.caps_used, after.caps_used);
		TN_EXPECT_EQUAL(before.ram_limit, after.ram_limit);
		TN_EXPECT_EQUAL(before.caps_limit, after.caps_limit);
	}
}

/* -- clients that the server must survive -- */

/* Writes to the shared words what no honest client does, after honest beginnings of any length. */
static void hostile_word(struct tn_env *env, uint32_t offset, unsigned which)
{
	struct tn_stream_client client;
	uint32_t value = nasty[which];
	TN_REQUIRE_OK(open_stream(&client, env, "Mill", false));
	TN_EXPECT(!run_mill(&client.stream, which, 1 + offset));
	memcpy((unsigned char *)client.at + offset, &value, sizeof(value));
	TN_EXPECT_ERROR(tn_signal_submit(client.server), TN_OK);
	TN_EXPECT_ERROR(tn_stream_client_ping(&client), TN_OK); /* it has looked, and lives */
	tn_stream_client_close(&client);
}

static void hostile_client(struct tn_env *env)
{
	for (uint32_t offset = 0; offset < WORDS; offset += 4)
		if (offset < 8 || (offset >= 64 && offset < 72) || offset >= 128)
			hostile_word(env, offset, (offset / 4 * 5) % NASTY);
	for (unsigned i = 0; i < NASTY; i++) { /* the words that are looked at first */
		hostile_word(env, 0, i);
		hostile_word(env, 4, i);
		hostile_word(env, 68, i);
		hostile_word(env, 128, i);
		hostile_word(env, 132, i);
	}
	expect_mill(env, false, FEW);
}

static void flooding_client(struct tn_env *env)
{
	tn_actor_start("flood");
	tn_actor_await("flooding");
	expect_mill(env, false, MANY);
	TN_EXPECT(!tn_actor_has_ended("flood"));
	tn_actor_kill("flood");
	expect_mill(env, true, FEW);
}

static void client_dies(struct tn_env *env)
{
	char name[TN_TEST_NAME_MAX + 1];
	struct tn_accounts before = tn_actor_accounts("mill"), after = before;
	for (unsigned i = 0; i < ROUNDS; i++) {
		tn_format(name, sizeof(name), "customer.%u", i);
		tn_actor_start(name);
		tn_actor_await(name);
		expect_mill(env, false, i * 5); /* it goes on meanwhile */
		tn_actor_kill(name);
		expect_mill(env, true, FEW);
	}
	/* The last session may still be being closed there. */
	for (unsigned i = 0; i < 1000; i++) {
		after = tn_actor_accounts("mill");
		if (after.ram_limit == before.ram_limit)
			break;
		expect_mill(env, false, 1);
	}
	TN_EXPECT_EQUAL(before.ram_limit, after.ram_limit);
	TN_EXPECT_EQUAL(before.ram_used, after.ram_used);
	TN_EXPECT_EQUAL(before.caps_used, after.caps_used);
}

/* -- servers that a client must survive -- */

static tn_error tell_liar(struct tn_stream_client *client, uint64_t what)
{
	struct tn_packet packet;
	tn_error error = tn_stream_alloc(&client->stream, &packet);
	packet.value = what;
	if (error == TN_OK)
		error = tn_stream_send(&client->stream, &packet);
	if (error == TN_OK)
		error = tn_stream_wake(&client->stream);
	return error;
}

/* What is found is a packet that was away, or the stream ends with a reason. */
static void look_at_lies(struct tn_stream_client *client)
{
	struct tn_packet packet;
	tn_error error = TN_OK;
	uint32_t found = 0;
	while (error == TN_OK) {
		error = tn_stream_receive(&client->stream, &packet);
		if (error == TN_OK) {
			TN_REQUIRE(++found <= 2 && packet.slot < PACKETS && packet.length <= SIZE);
			tn_stream_free(&client->stream, &packet);
		}
	}
	TN_EXPECT(error == TN_ERR_AGAIN || error == TN_ERR_PROTOCOL);
	TN_EXPECT((error == TN_ERR_PROTOCOL) == (tn_stream_reason(&client->stream) != NULL));
}

static unsigned lies_found;

/* The liar need not see the packet, as it may have written over what says so. */
static void lie_at(struct tn_env *env, uint32_t offset, unsigned which, bool guarded)
{
	struct tn_stream_client client;
	TN_REQUIRE_OK(open_stream(&client, env, "Liar", guarded));
	for (unsigned i = 0; i < 2; i++) {
		tn_error error = tell_liar(&client, LIE_WRITE | offset << 8 | which);
		TN_EXPECT(error == TN_OK || (i && error == TN_ERR_PROTOCOL));
		(void)tn_signal_submit(client.server);
		TN_EXPECT_ERROR(tn_stream_client_ping(&client), TN_OK);
		TN_EXPECT_ERROR(tn_stream_client_ping(&client), TN_OK);
		look_at_lies(&client);
	}
	lies_found += tn_stream_reason(&client.stream) != NULL;
	tn_stream_client_close(&client);
}

static void hostile_server(struct tn_env *env)
{
	for (uint32_t offset = 0; offset < WORDS; offset += 4)
		if (offset < 8 || (offset >= 64 && offset < 72) || offset >= 128)
			lie_at(env, offset, (offset / 4 * 7) % NASTY, offset / 4 % 2);
	for (unsigned i = 0; i < NASTY; i++) {
		lie_at(env, 64, i, false);
		lie_at(env, 68, i, true);
		lie_at(env, 128 + 16 * PACKETS, i, true);
		lie_at(env, 132 + 16 * PACKETS, i, false);
	}
	TN_EXPECT(lies_found > NASTY);
}

static void expect_gone(struct tn_stream_client *client)
{
	struct tn_packet packet = { .slot = 0 };
	unsigned char byte = 0;
	TN_EXPECT_ERROR(tn_stream_receive(&client->stream, &packet), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_stream_alloc(&client->stream, &packet), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_stream_get(&client->stream, &packet, 0, &byte, 1), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_stream_arm(&client->stream, 1), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_stream_wait(&client->stream, 1), TN_ERR_FAULT);
	TN_EXPECT(tn_stream_reason(&client->stream));
}

/* The owner takes the memory away: who is guarded has an error, who is not has a fault. */
static void memory_is_taken(struct tn_env *env)
{
	struct tn_stream_client client;
	TN_REQUIRE_OK(open_stream(&client, env, "Liar", true));
	TN_EXPECT_ERROR(tell_liar(&client, LIE_TAKE), TN_OK);
	tn_signal_wait(&client.signal);
	expect_gone(&client);
	TN_EXPECT_ERROR(tn_stream_client_ping(&client), TN_OK);
	tn_stream_client_close(&client);
	tn_actor_start("bold");
	struct tn_child_end end = tn_actor_end("bold");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_FAULTED);
	TN_EXPECT_EQUAL(end.fault.kind, TN_FAULT_WRITE);
}

/* At any moment, seen by whoever looks. */
static void server_dies(struct tn_env *env)
{
	static struct tn_stream_client client;
	for (unsigned i = 0; i < ROUNDS; i++) {
		TN_REQUIRE_OK(open_stream(&client, env, "Mill", true));
		TN_EXPECT(!run_mill(&client.stream, i * 3, 1 + i));
		tn_signal_cap killer = tn_actor_killer("mill");
		TN_EXPECT_ERROR(tn_signal_submit(killer), TN_OK);
		tn_error error = TN_OK;
		while (error == TN_OK || error == TN_ERR_AGAIN) {
			struct tn_packet packet;
			while ((error = tn_stream_receive(&client.stream, &packet)) == TN_OK)
				tn_stream_free(&client.stream, &packet);
			if (error == TN_ERR_AGAIN)
				error = tn_stream_alloc(&client.stream, &packet);
			if (error == TN_OK)
				error = tn_stream_send(&client.stream, &packet);
			if (error == TN_OK)
				error = tn_stream_wake(&client.stream);
		}
		if (!TN_EXPECT(error == TN_ERR_FAULT || error == TN_ERR_GONE))
			tn_log("it says: %s", tn_error_text(error));
		(void)tn_actor_end("mill");
		TN_EXPECT_ERROR(tn_stream_client_ping(&client), TN_ERR_GONE);
		tn_stream_client_close(&client);
		tn_cap_release(killer.handle);
		tn_actor_start_with("mill", "", "Mill", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	}
}

/* Who sleeps is woken by somebody else, as tenon/stream.h says. */
static void watch_server(void *argument)
{
	const struct tn_stream_client *client = argument;
	while (tn_stream_client_ping(client) == TN_OK)
		;
	(void)tn_signal_submit(client->signal.cap);
}

static void server_dies_while_its_client_sleeps(struct tn_env *env)
{
	static struct tn_stream_client client;
	struct tn_thread *watcher;
	struct tn_packet packet;
	TN_REQUIRE_OK(open_stream(&client, env, "Keeper", true));
	TN_REQUIRE_OK(tn_stream_alloc(&client.stream, &packet));
	TN_REQUIRE_OK(tn_stream_send(&client.stream, &packet)); /* it is kept */
	TN_REQUIRE_OK(tn_stream_wake(&client.stream));
	TN_REQUIRE_OK(tn_thread_create("watcher", TN_PRIORITY_DEFAULT, 0, watch_server, &client,
				       &watcher));
	tn_signal_cap killer = tn_actor_killer("keeper");
	TN_EXPECT_ERROR(tn_signal_submit(killer), TN_OK);
	/* It is gone before its memory is: the signal may come first. */
	tn_error error = TN_ERR_AGAIN;
	while (error == TN_ERR_AGAIN && tn_stream_client_ping(&client) == TN_OK)
		error = tn_stream_wait(&client.stream, 1);
	TN_EXPECT(error == TN_ERR_FAULT || error == TN_ERR_AGAIN);
	TN_EXPECT_ERROR(tn_thread_join(watcher), TN_OK);
	TN_EXPECT_ERROR(tn_stream_client_ping(&client), TN_ERR_GONE);
	tn_stream_client_close(&client);
	tn_cap_release(killer.handle);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "refused", refused },
		{ "connected-once", connected_once },
		{ "random-sizes", random_sizes },
		{ "random-sizes-guarded", random_sizes_guarded },
		{ "from-the-server", from_the_server },
		{ "full-and-empty", full_and_empty },
		{ "event-driven", event_driven },
		{ "many-clients", many_clients },
		{ "quota-returns", quota_returns },
		{ "hostile-client", hostile_client },
		{ "flooding-client", flooding_client },
		{ "client-dies", client_dies },
		{ "hostile-server", hostile_server },
		{ "memory-is-taken", memory_is_taken },
		{ "server-dies", server_dies },
		{ "server-dies-while-its-client-sleeps", server_dies_while_its_client_sleeps },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "mill", play_mill },         { "well", play_well }, { "keeper", play_keeper },
		{ "liar", play_liar },         { "bold", play_bold }, { "flood", play_flood },
		{ "customer", play_customer }, { NULL, NULL }
	};
	tn_test_main(env, "test-stream", cases, roles);
}
