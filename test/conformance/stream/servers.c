/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "streams.h"
#include <tenon/capability.h>

static void serve(struct tn_env *env, struct tn_stream_service *service)
{
	service->entrypoint = tn_env_entrypoint(env);
	service->shape = shape;
	TN_MUST(tn_stream_service_announce(service));
}

/* -- the mill: in place, as the memory is its own -- */

static void mill_ready(struct tn_stream_peer *peer)
{
	struct tn_packet packet;
	for (uint32_t i = 0; i < PACKETS; i++) {
		if (tn_stream_receive(&peer->stream, &packet) != TN_OK)
			break; /* nothing more, or a client that lies: its stream has ended */
		packet.value = checksum(packet.content, packet.length);
		for (uint32_t at = 0; at < packet.length; at++)
			packet.content[at] = milled(packet.content[at]);
		if (tn_stream_send(&peer->stream, &packet) != TN_OK)
			break;
	}
	(void)tn_stream_wake(&peer->stream); /* a client that is gone needs none */
}

void play_mill(struct tn_env *env)
{
	static struct tn_stream_service service = { .name = "Mill", .ready = mill_ready };
	serve(env, &service);
}

/* -- the well -- */

static tn_error draw(struct tn_stream *stream, const struct tn_packet *empty, uint64_t *random)
{
	struct tn_packet packet = *empty;
	packet.length = choose(random, SIZE + 1);
	for (uint32_t i = 0; i < packet.length; i++)
		packet.content[i] = (unsigned char)choose(random, 256);
	packet.value = checksum(packet.content, packet.length);
	return tn_stream_send(stream, &packet);
}

static void well_ready(struct tn_stream_peer *peer)
{
	static uint64_t random = 4;
	struct tn_packet packet;
	while (tn_stream_receive(&peer->stream, &packet) == TN_OK)
		tn_stream_free(&peer->stream, &packet);
	for (uint32_t i = 0; i < PACKETS; i++)
		if (tn_stream_alloc(&peer->stream, &packet) != TN_OK ||
		    draw(&peer->stream, &packet, &random) != TN_OK)
			break;
	(void)tn_stream_wake(&peer->stream);
}

void play_well(struct tn_env *env)
{
	static struct tn_stream_service service = { .name = "Well",
						    .source = true,
						    .ready = well_ready };
	serve(env, &service);
}

/* -- the keeper -- */

static struct tn_packet kept[PACKETS];
static uint32_t kept_count;

static void give_back(struct tn_stream *stream)
{
	while (kept_count)
		TN_MUST(tn_stream_send(stream, &kept[--kept_count]));
	(void)tn_stream_wake(stream);
}

static void keeper_ready(struct tn_stream_peer *peer)
{
	while (kept_count < PACKETS && tn_stream_receive(&peer->stream, &kept[kept_count]) == TN_OK)
		if (kept[kept_count++].value == LAST_WORD)
			give_back(&peer->stream);
}

static void keeper_closed(struct tn_stream_peer *peer)
{
	(void)peer;
	kept_count = 0;
}

void play_keeper(struct tn_env *env)
{
	static struct tn_stream_service service = { .name = "Keeper",
						    .ready = keeper_ready,
						    .closed = keeper_closed };
	serve(env, &service);
}

/* -- the liar: sends a packet back, then writes over the shared words as it was told -- */

static void lie(struct tn_stream_peer *peer, uint64_t what)
{
	uint32_t value = nasty[what & 0xff];
	if (what >> 32 == LIE_WRITE >> 32)
		memcpy((unsigned char *)peer->at + ((what >> 8) & 0xffffff), &value, sizeof(value));
	if (what >> 32 == LIE_TAKE >> 32) {
		tn_stream_fini(&peer->stream);
		tn_dataspace_free(peer->memory);
		peer->memory.handle = 0;
	}
}

/* The packet says what; it is answered first, so that the client has something to look at. */
static void liar_ready(struct tn_stream_peer *peer)
{
	struct tn_packet packet;
	if (!peer->memory.handle || tn_stream_receive(&peer->stream, &packet) != TN_OK)
		return;
	uint64_t what = packet.value;
	if (tn_stream_send(&peer->stream, &packet) != TN_OK)
		return;
	lie(peer, what);
	(void)tn_signal_submit(peer->client);
}

void play_liar(struct tn_env *env)
{
	static struct tn_stream_service service = { .name = "Liar", .ready = liar_ready };
	serve(env, &service);
}
