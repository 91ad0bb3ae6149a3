/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The two sides differ only in where the packets are at first. Each has its own ring of descriptors
 * with as many places as there are packets: a place is written again only after as many packets
 * have gone the same way, each of which has come back in between.
 *
 * No wake-up is lost: who sends stores `sent`, fences, then looks at the peer's `wake`; who goes to
 * sleep stores `wake`, fences, then looks at the peer's `sent`. At least one sees the other, and
 * signals are not lost. test/model/stream.pml is a model of this.
 */
#include "internal.h"
#include <tenon/stream.h>

/* In `slots`, beside the next one of the free packets. */
enum { THERE = UINT32_MAX, IN_HANDS = UINT32_MAX - 1, LAST = UINT32_MAX - 2 };

/* -- the shared words: each read once, each written by one side -- */

static tn_error end_stream(struct tn_stream *stream, tn_error error, const char *reason)
{
	stream->failed = error;
	stream->reason = reason;
	return error;
}

static tn_error guarded_copy(struct tn_stream *stream, void *to, const void *from, size_t size)
{
	tn_error error = tn_guarded_copy(to, from, size);
	return error == TN_OK ? TN_OK : end_stream(stream, error, "the memory is gone");
}

static tn_error load_peer(struct tn_stream *stream, uint32_t *sent, uint32_t *wake)
{
	const struct side *peer = stream->peer;
	uint32_t words[2] = { 0, 0 };
	tn_error error = TN_OK;
	if (stream->guarded) {
		error = guarded_copy(stream, words, peer, sizeof(words));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		*sent = words[0];
		*wake = words[1];
		return error;
	}
	*sent = __atomic_load_n(&peer->sent, __ATOMIC_ACQUIRE);
	*wake = __atomic_load_n(&peer->wake, __ATOMIC_ACQUIRE);
	return TN_OK;
}

static tn_error store_own(struct tn_stream *stream)
{
	struct side *own = stream->own;
	const uint32_t words[2] = { stream->sent, stream->wake };
	if (stream->guarded) {
		__atomic_thread_fence(__ATOMIC_RELEASE);
		return guarded_copy(stream, own, words, sizeof(words));
	}
	__atomic_store_n(&own->wake, stream->wake, __ATOMIC_RELEASE);
	__atomic_store_n(&own->sent, stream->sent, __ATOMIC_RELEASE);
	return TN_OK;
}

static uint32_t place(const struct tn_stream *stream, uint32_t position)
{
	return position & (stream->shape.packets - 1);
}

/* A copy: what is checked afterwards no longer changes. */
static tn_error load_descriptor(struct tn_stream *stream, struct descriptor *copied)
{
	const struct descriptor *from =
		(const struct descriptor *)stream->incoming + place(stream, stream->received);
	if (stream->guarded)
		return guarded_copy(stream, copied, from, sizeof(*copied));
	copied->packet = __atomic_load_n(&from->packet, __ATOMIC_RELAXED);
	copied->value = __atomic_load_n(&from->value, __ATOMIC_RELAXED);
	return TN_OK;
}

static tn_error store_descriptor(struct tn_stream *stream, const struct tn_packet *packet)
{
	struct descriptor *to = (struct descriptor *)stream->outgoing + place(stream, stream->sent);
	const struct descriptor made = { packet->slot | (uint64_t)packet->length << 32,
					 packet->value };
	if (stream->guarded)
		return guarded_copy(stream, to, &made, sizeof(made));
	__atomic_store_n(&to->packet, made.packet, __ATOMIC_RELAXED);
	__atomic_store_n(&to->value, made.value, __ATOMIC_RELAXED);
	return TN_OK;
}

/* -- beginning and end -- */

bool tn_stream_shape_valid(struct tn_stream_shape shape)
{
	return shape.packets >= TN_STREAM_PACKETS_MIN && shape.packets <= TN_STREAM_PACKETS_MAX &&
	       !(shape.packets & (shape.packets - 1)) && shape.packet_size &&
	       shape.packet_size % TN_STREAM_ALIGNMENT == 0 &&
	       shape.packet_size <= TN_STREAM_PACKET_MAX;
}

static void place_words(struct tn_stream *stream, unsigned char *memory, bool source)
{
	size_t ring = sizeof(struct descriptor) * stream->shape.packets;
	stream->own = memory + (source ? SIDE_SOURCE : SIDE_SINK);
	stream->peer = memory + (source ? SIDE_SINK : SIDE_SOURCE);
	stream->outgoing = memory + DESCRIPTORS + (source ? 0 : ring);
	stream->incoming = memory + DESCRIPTORS + (source ? ring : 0);
	stream->content = memory + TN_STREAM_HEADER(stream->shape.packets);
}

static void place_packets(struct tn_stream *stream, bool source)
{
	uint32_t packets = stream->shape.packets;
	for (uint32_t i = 0; i < packets; i++)
		stream->slots[i] = source ? i + 1 : THERE;
	if (source)
		stream->slots[packets - 1] = LAST;
	stream->free = source ? 0 : LAST;
	stream->away = source ? 0 : packets;
}

tn_error tn_stream_init(struct tn_stream *stream, const struct tn_stream_config *config)
{
	__builtin_memset(stream, 0, sizeof(*stream));
	stream->failed = TN_OK;
	if (!tn_stream_shape_valid(config->shape) || (uintptr_t)config->memory % TN_PAGE_SIZE)
		return TN_ERR_ARGUMENT;
	stream->slots = tn_heap_alloc(sizeof(uint32_t) * config->shape.packets);
	if (!stream->slots)
		return TN_ERR_OUT_OF_RAM;
	stream->shape = config->shape;
	stream->guarded = config->guarded;
	stream->signal = config->signal;
	stream->peer_signal = config->peer_signal;
	place_words(stream, config->memory, config->source);
	place_packets(stream, config->source);
	return TN_OK;
}

void tn_stream_fini(struct tn_stream *stream)
{
	tn_heap_free(stream->slots);
	__builtin_memset(stream, 0, sizeof(*stream));
}

const char *tn_stream_reason(const struct tn_stream *stream)
{
	return stream->reason;
}

/* -- packets -- */

static bool in_hands(const struct tn_stream *stream, const struct tn_packet *packet)
{
	return packet->slot < stream->shape.packets && stream->slots[packet->slot] == IN_HANDS;
}

static unsigned char *content_of(const struct tn_stream *stream, uint32_t slot)
{
	return stream->content + (size_t)slot * stream->shape.packet_size;
}

tn_error tn_stream_alloc(struct tn_stream *stream, struct tn_packet *packet)
{
	uint32_t slot = stream->free;
	if (stream->failed != TN_OK)
		return stream->failed;
	if (slot == LAST)
		return TN_ERR_AGAIN;
	stream->free = stream->slots[slot];
	stream->slots[slot] = IN_HANDS;
	*packet = (struct tn_packet){ .content = content_of(stream, slot), .slot = slot };
	return TN_OK;
}

void tn_stream_free(struct tn_stream *stream, const struct tn_packet *packet)
{
	if (!in_hands(stream, packet))
		return;
	stream->slots[packet->slot] = stream->free;
	stream->free = packet->slot;
}

tn_error tn_stream_send(struct tn_stream *stream, const struct tn_packet *packet)
{
	if (stream->failed != TN_OK)
		return stream->failed;
	if (!in_hands(stream, packet) || packet->length > stream->shape.packet_size)
		return TN_ERR_ARGUMENT;
	tn_error error = store_descriptor(stream, packet);
	if (error != TN_OK)
		return error;
	stream->slots[packet->slot] = THERE;
	stream->away++;
	stream->sent++;
	if (stream->guarded)
		return store_own(stream);
	__atomic_store_n(&((struct side *)stream->own)->sent, stream->sent, __ATOMIC_RELEASE);
	return TN_OK;
}

/* How many packets can be received; looks at the peer's word. */
static tn_error look(struct tn_stream *stream, uint32_t *count)
{
	uint32_t sent = 0, wake;
	tn_error error = load_peer(stream, &sent, &wake);
	if (error != TN_OK)
		return error;
	*count = sent - stream->received;
	if (*count > stream->away)
		return end_stream(stream, TN_ERR_PROTOCOL, "more was sent than there is");
	stream->known = sent;
	return TN_OK;
}

static tn_error check_received(struct tn_stream *stream, uint32_t slot, uint32_t length)
{
	if (slot >= stream->shape.packets)
		return end_stream(stream, TN_ERR_PROTOCOL, "there is no such packet");
	if (stream->slots[slot] != THERE)
		return end_stream(stream, TN_ERR_PROTOCOL, "the packet was not there to be sent");
	if (length > stream->shape.packet_size)
		return end_stream(stream, TN_ERR_PROTOCOL, "the length exceeds the packet");
	return TN_OK;
}

tn_error tn_stream_receive(struct tn_stream *stream, struct tn_packet *packet)
{
	struct descriptor copied = { 0, 0 };
	uint32_t count = stream->known - stream->received;
	tn_error error = stream->failed;
	if (error == TN_OK && !count)
		error = look(stream, &count);
	if (error != TN_OK)
		return error;
	if (!count)
		return TN_ERR_AGAIN;
	error = load_descriptor(stream, &copied);
	if (error != TN_OK)
		return error;
	uint32_t slot = (uint32_t)copied.packet, length = (uint32_t)(copied.packet >> 32);
	error = check_received(stream, slot, length);
	if (error != TN_OK)
		return error;
	stream->received++;
	stream->away--;
	stream->slots[slot] = IN_HANDS;
	packet->content = content_of(stream, slot);
	packet->length = length;
	packet->slot = slot;
	packet->value = copied.value;
	return TN_OK;
}

static bool within(const struct tn_stream *stream, const struct tn_packet *packet, size_t offset,
		   size_t size)
{
	return in_hands(stream, packet) && offset <= stream->shape.packet_size &&
	       size <= stream->shape.packet_size - offset;
}

static tn_error copy(struct tn_stream *stream, void *to, const void *from, size_t size)
{
	if (stream->guarded)
		return guarded_copy(stream, to, from, size);
	__builtin_memcpy(to, from, size);
	return TN_OK;
}

tn_error tn_stream_put(struct tn_stream *stream, const struct tn_packet *packet, size_t offset,
		       const void *from, size_t size)
{
	if (stream->failed != TN_OK)
		return stream->failed;
	if (!within(stream, packet, offset, size))
		return TN_ERR_ARGUMENT;
	return copy(stream, content_of(stream, packet->slot) + offset, from, size);
}

tn_error tn_stream_get(struct tn_stream *stream, const struct tn_packet *packet, size_t offset,
		       void *to, size_t size)
{
	if (stream->failed != TN_OK)
		return stream->failed;
	if (!within(stream, packet, offset, size))
		return TN_ERR_ARGUMENT;
	return copy(stream, to, content_of(stream, packet->slot) + offset, size);
}

/* -- sleeping and waking -- */

tn_error tn_stream_wake(struct tn_stream *stream)
{
	uint32_t sent, wake = 0, before = stream->woken;
	if (stream->failed != TN_OK || before == stream->sent)
		return stream->failed;
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* `sent` before `wake` */
	tn_error error = load_peer(stream, &sent, &wake);
	if (error != TN_OK)
		return error;
	stream->woken = stream->sent;
	/* Whether `sent` has passed `wake` since, modulo 2^32. */
	if (stream->sent - wake - 1 >= stream->sent - before || !stream->peer_signal.handle)
		return TN_OK;
	return tn_signal_submit(stream->peer_signal);
}

tn_error tn_stream_arm(struct tn_stream *stream, uint32_t count)
{
	uint32_t there = 0;
	if (stream->failed != TN_OK)
		return stream->failed;
	if (!count || count > stream->shape.packets)
		return TN_ERR_ARGUMENT;
	stream->wake = stream->received + count - 1;
	tn_error error = store_own(stream);
	if (error != TN_OK)
		return error;
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* `wake` before `sent` */
	error = look(stream, &there);
	if (error != TN_OK)
		return error;
	return there >= count ? TN_ERR_AGAIN : TN_OK;
}

tn_error tn_stream_wait(struct tn_stream *stream, uint32_t count)
{
	uint32_t there = 0;
	if (!stream->signal || (stream->failed == TN_OK && count > stream->away))
		return TN_ERR_ARGUMENT;
	tn_error error = tn_stream_wake(stream);
	if (error != TN_OK)
		return error;
	error = tn_stream_arm(stream, count);
	if (error != TN_OK) /* they are there already, or something is wrong */
		return error == TN_ERR_AGAIN ? TN_OK : error;
	tn_signal_wait(stream->signal);
	error = look(stream, &there);
	if (error != TN_OK)
		return error;
	return there >= count ? TN_OK : TN_ERR_AGAIN;
}
