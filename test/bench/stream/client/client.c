/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The source: sends packets until it has none, sleeps until half are back, and so on. */
#include "../../measure.h"
#include "../packets.h"

enum { SAMPLES = 300, BATCH = 4096 };

static uint64_t expected, told; /* sums of all */

static void collect(struct tn_stream *stream)
{
	struct tn_packet packet;
	tn_error error;
	while ((error = tn_stream_receive(stream, &packet)) == TN_OK) {
		told += packet.value;
		tn_stream_free(stream, &packet);
	}
	if (error != TN_ERR_AGAIN)
		bench_check(error, "receive");
}

static void sleep_for(struct tn_stream *stream, uint32_t packets)
{
	tn_error error;
	while ((error = tn_stream_wait(stream, packets)) == TN_ERR_AGAIN)
		;
	bench_check(error, "wait");
	collect(stream);
}

static void pass(struct tn_stream *stream, struct tn_stream_shape shape)
{
	struct tn_packet packet;
	const uint32_t words = shape.packet_size / 8;
	for (uint64_t i = 0; i < BATCH; i++) {
		if (tn_stream_alloc(stream, &packet) != TN_OK) {
			sleep_for(stream, shape.packets / 2);
			bench_check(tn_stream_alloc(stream, &packet), "alloc");
		}
		packet_fill(packet.content, shape.packet_size, i);
		packet.length = shape.packet_size;
		expected += words * i + (uint64_t)words * (words - 1) / 2;
		bench_check(tn_stream_send(stream, &packet), "send");
	}
	while (stream->away)
		sleep_for(stream, stream->away);
}

static void measure(struct tn_env *env, const char *service, struct tn_stream_shape shape,
		    const char *name)
{
	static struct tn_stream_client client;
	const struct tn_stream_wish wish = {
		.service = service, .label = "", .shape = shape, .source = true
	};
	bench_check(tn_stream_client_open(&client, tn_env_entrypoint(env), &wish), service);
	expected = told = 0;
	bench_begin();
	for (unsigned i = 0; i < SAMPLES; i++) {
		uint64_t start = bench_now();
		pass(&client.stream, shape);
		bench_sample(start);
	}
	bench_check(expected == told ? TN_OK : TN_ERR_FORMAT, "sums");
	bench_report(name, BATCH);
	tn_stream_client_close(&client);
}

void component_construct(struct tn_env *env)
{
	bench_init();
	measure(env, "Small", small_packets, "stream.64");
	measure(env, "Large", large_packets, "stream.4k");
	tn_exit(0);
}
