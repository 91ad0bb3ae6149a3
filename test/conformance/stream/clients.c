/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "streams.h"

tn_error open_stream(struct tn_stream_client *client, struct tn_env *env, const char *service,
		     bool guarded)
{
	const struct tn_stream_wish wish = { .service = service,
					     .label = "",
					     .shape = shape,
					     .source = service[0] != 'W', /* the well */
					     .guarded = guarded };
	memset(client, 0, sizeof(*client));
	return tn_stream_client_open(client, tn_env_entrypoint(env), &wish);
}

/* -- what goes to the mill, by the packet's slot, and what is to come back -- */

struct run {
	struct tn_stream *stream;
	uint64_t random;
	uint32_t sent, back;
	unsigned char bytes[PACKETS][SIZE];
};

static tn_error send_one(struct run *run)
{
	struct tn_packet packet;
	tn_error error = tn_stream_alloc(run->stream, &packet);
	if (error != TN_OK)
		return error;
	unsigned char *bytes = run->bytes[packet.slot];
	packet.length = choose(&run->random, SIZE + 1);
	for (uint32_t i = 0; i < packet.length; i++)
		bytes[i] = (unsigned char)choose(&run->random, 256);
	error = tn_stream_put(run->stream, &packet, 0, bytes, packet.length);
	if (error == TN_OK)
		error = tn_stream_send(run->stream, &packet);
	run->sent += error == TN_OK;
	return error;
}

static const char *check_back(struct run *run, const struct tn_packet *packet)
{
	unsigned char found[SIZE];
	const unsigned char *bytes = run->bytes[packet->slot];
	if (tn_stream_get(run->stream, packet, 0, found, packet->length) != TN_OK)
		return "cannot be read";
	if (packet->value != checksum(bytes, packet->length))
		return "the mill found other bytes";
	for (uint32_t i = 0; i < packet->length; i++)
		if (found[i] != milled(bytes[i]))
			return "other bytes came back";
	return NULL;
}

static const char *collect(struct run *run)
{
	struct tn_packet packet;
	tn_error error;
	while ((error = tn_stream_receive(run->stream, &packet)) == TN_OK) {
		const char *wrong = check_back(run, &packet);
		if (wrong)
			return wrong;
		tn_stream_free(run->stream, &packet);
		run->back++;
	}
	return error == TN_ERR_AGAIN ? NULL : tn_error_text(error);
}

/* Some packets, a wake now and then, and sleeping for any number of those that are away. */
static const char *step(struct run *run, uint32_t packets)
{
	tn_error error = TN_OK;
	uint32_t burst = 1 + choose(&run->random, PACKETS);
	while (burst-- && run->sent < packets && error == TN_OK)
		error = send_one(run);
	if (error != TN_OK && error != TN_ERR_AGAIN)
		return tn_error_text(error);
	error = choose(&run->random, 2) ? tn_stream_wake(run->stream) : TN_OK;
	uint32_t away = run->sent - run->back;
	if (error == TN_OK && away && choose(&run->random, 3))
		error = tn_stream_wait(run->stream, 1 + choose(&run->random, away));
	if (error != TN_OK && error != TN_ERR_AGAIN)
		return tn_error_text(error);
	return collect(run);
}

const char *run_mill(struct tn_stream *stream, uint32_t packets, uint64_t seed)
{
	static struct run run;
	const char *wrong = NULL;
	run.stream = stream;
	run.random = seed;
	run.sent = run.back = 0;
	while (run.back < packets && !wrong)
		wrong = step(&run, packets);
	return wrong;
}

/* -- who ends in the middle -- */

void play_customer(struct tn_env *env)
{
	static struct tn_stream_client client;
	TN_MUST(open_stream(&client, env, "Mill", false));
	(void)run_mill(&client.stream, 1, 2);
	tn_actor_post(tn_env_name(env));
	(void)run_mill(&client.stream, UINT32_MAX, 3);
}

/* Trusts the liar with its memory. */
void play_bold(struct tn_env *env)
{
	static struct tn_stream_client client;
	struct tn_packet packet;
	TN_MUST(open_stream(&client, env, "Liar", false));
	TN_MUST(tn_stream_alloc(&client.stream, &packet));
	packet.value = LIE_TAKE;
	TN_MUST(tn_stream_send(&client.stream, &packet));
	TN_MUST(tn_stream_wake(&client.stream));
	tn_signal_wait(&client.signal);
	packet.content[0] = 1;
	tn_log("still there");
	tn_exit(1);
}

/* Never stops submitting the server's signal, nor sending. */
void play_flood(struct tn_env *env)
{
	static struct tn_stream_client client;
	struct tn_packet packet;
	TN_MUST(open_stream(&client, env, "Mill", false));
	tn_actor_post("flooding");
	for (;;) {
		while (tn_stream_receive(&client.stream, &packet) == TN_OK)
			tn_stream_free(&client.stream, &packet);
		while (tn_stream_alloc(&client.stream, &packet) == TN_OK)
			TN_MUST(tn_stream_send(&client.stream, &packet));
		(void)tn_signal_submit(client.server);
	}
}
