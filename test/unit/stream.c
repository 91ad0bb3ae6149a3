/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Packet streams with the kernel's part replaced: signals by semaphores, the heap by malloc(). */
#define _POSIX_C_SOURCE 200809L
#include <lib/stream/internal.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <tenon/stream.h>
#include <test/unit/check.h>
#include <time.h>

enum { PACKETS = 8, SIZE = 64, MANY = 200000, LATE = 20 };

static const struct tn_stream_shape shape = { PACKETS, SIZE };

/* -- what a runtime would do -- */

static sem_t pending[2]; /* of the source, of the sink; a handle names one by its number + 1 */
static unsigned submits; /* in all */
static bool lost;        /* somebody slept for LATE seconds */
static unsigned copies_left = UINT32_MAX;

void *tn_heap_alloc(size_t size)
{
	return malloc(size);
}

void tn_heap_free(void *block)
{
	free(block);
}

tn_error tn_guarded_copy(void *to, const void *from, size_t size)
{
	if (!copies_left)
		return TN_ERR_FAULT;
	copies_left--;
	memcpy(to, from, size);
	return TN_OK;
}

tn_error tn_signal_submit(tn_signal_cap cap)
{
	__atomic_fetch_add(&submits, 1, __ATOMIC_RELAXED);
	if (cap.handle > 2)
		return TN_ERR_GONE;
	sem_post(&pending[cap.handle - 1]);
	return TN_OK;
}

void tn_signal_wait(struct tn_signal *signal)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += LATE;
	sem_t *own = &pending[signal->cap.handle - 1];
	if (!__atomic_load_n(&lost, __ATOMIC_RELAXED) && sem_timedwait(own, &until) != 0)
		__atomic_store_n(&lost, true, __ATOMIC_RELAXED);
	while (sem_trywait(own) == 0)
		; /* submits coalesce */
}

/* -- both sides -- */

static struct pair {
	unsigned char *memory;
	struct tn_signal signal[2];
	struct tn_stream source, sink;
} pair;

static tn_error begin(struct tn_stream_shape of, bool guarded)
{
	size_t size = TN_STREAM_SIZE(of.packets, of.packet_size);
	free(pair.memory);
	tn_stream_fini(&pair.source);
	tn_stream_fini(&pair.sink);
	memset(&pair, 0, sizeof(pair));
	submits = 0;
	copies_left = UINT32_MAX;
	/* Of this size exactly: the sanitizer sees each access beyond. */
	void *memory = NULL;
	if (posix_memalign(&memory, TN_PAGE_SIZE, size) != 0)
		return TN_ERR_OUT_OF_RAM;
	pair.memory = memory;
	memset(pair.memory, 0, size);
	struct tn_stream_config config = { .memory = pair.memory, .shape = of, .guarded = guarded };
	for (uint32_t i = 0; i < 2; i++) {
		while (sem_trywait(&pending[i]) == 0)
			;
		pair.signal[i].cap.handle = i + 1;
	}
	config.signal = &pair.signal[1];
	config.peer_signal.handle = 1;
	tn_error error = tn_stream_init(&pair.sink, &config);
	config.source = true;
	config.signal = &pair.signal[0];
	config.peer_signal.handle = 2;
	return error == TN_OK ? tn_stream_init(&pair.source, &config) : error;
}

/* A packet of the source with this value, sent. */
static tn_error send(uint64_t value)
{
	struct tn_packet packet;
	tn_error error = tn_stream_alloc(&pair.source, &packet);
	if (error != TN_OK)
		return error;
	packet.length = SIZE;
	packet.value = value;
	memset(packet.content, (int)(value & 255), SIZE);
	return tn_stream_send(&pair.source, &packet);
}

static void shapes(void)
{
	const struct tn_stream_shape bad[] = { { 0, 64 }, { 2, 64 }, { 5, 64 },       { 65536, 64 },
					       { 4, 0 },  { 4, 63 }, { 4, 1u << 31 }, { 4, 100 } };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!tn_stream_shape_valid(bad[i]));
	CHECK(tn_stream_shape_valid((struct tn_stream_shape){ 4, 64 }));
	CHECK(tn_stream_shape_valid((struct tn_stream_shape){ 32768, 1u << 30 }));
	struct tn_stream_config config = { .memory = &pair, .shape = shape };
	struct tn_stream stream;
	config.memory = (unsigned char *)NULL + 64;
	CHECK(tn_stream_init(&stream, &config) == TN_ERR_ARGUMENT);
}

static void there_and_back(void)
{
	struct tn_packet packet;
	CHECK(begin(shape, false) == TN_OK);
	CHECK(tn_stream_receive(&pair.sink, &packet) == TN_ERR_AGAIN);
	CHECK(tn_stream_alloc(&pair.sink, &packet) == TN_ERR_AGAIN);
	for (uint64_t i = 0; i < PACKETS; i++)
		CHECK(send(i) == TN_OK);
	CHECK(tn_stream_alloc(&pair.source, &packet) == TN_ERR_AGAIN);
	for (uint64_t i = 0; i < PACKETS; i++) {
		CHECK(tn_stream_receive(&pair.sink, &packet) == TN_OK && packet.value == i);
		CHECK(packet.length == SIZE && packet.content[SIZE - 1] == i);
		packet.value += 100;
		CHECK(tn_stream_send(&pair.sink, &packet) == TN_OK);
		CHECK(tn_stream_send(&pair.sink, &packet) == TN_ERR_ARGUMENT); /* no longer here */
	}
	for (uint64_t i = 0; i < PACKETS; i++) {
		CHECK(tn_stream_receive(&pair.source, &packet) == TN_OK && packet.value == 100 + i);
		packet.length = SIZE + 1;
		CHECK(tn_stream_send(&pair.source, &packet) == TN_ERR_ARGUMENT);
		tn_stream_free(&pair.source, &packet);
		tn_stream_free(&pair.source, &packet); /* nothing: it is no longer in our hands */
	}
	for (uint64_t i = 0; i < PACKETS; i++)
		CHECK(tn_stream_alloc(&pair.source, &packet) == TN_OK);
	CHECK(tn_stream_alloc(&pair.source, &packet) == TN_ERR_AGAIN);
}

/* Both sides do what they like, against a count of which packet is where. */
static void random_operations_with(uint32_t packets, bool guarded)
{
	const struct tn_stream_shape of = { packets, SIZE };
	struct tn_packet held[64], packet;
	uint64_t random = packets, next = 0, expected = 0;
	uint32_t kept = 0, under_way = 0, back = 0;
	CHECK(begin(of, guarded) == TN_OK);
	for (unsigned step = 0; step < 20000; step++) {
		uint32_t what = check_random(&random, 4), at;
		if (what == 0 && kept + under_way + back < packets) {
			CHECK(send(next++) == TN_OK);
			under_way++;
		} else if (what == 1 && under_way) {
			CHECK(tn_stream_receive(&pair.sink, &packet) == TN_OK);
			CHECK(packet.value == expected++);
			CHECK(packet.content[0] == (packet.value & 255));
			held[kept++] = packet;
			under_way--;
		} else if (what == 2 && kept) { /* in any order */
			at = check_random(&random, kept);
			CHECK(tn_stream_send(&pair.sink, &held[at]) == TN_OK);
			held[at] = held[--kept];
			back++;
		} else if (what == 3 && back) {
			CHECK(tn_stream_receive(&pair.source, &packet) == TN_OK);
			CHECK(packet.content[SIZE - 1] == (packet.value & 255));
			tn_stream_free(&pair.source, &packet);
			back--;
		}
		if (!under_way)
			CHECK(tn_stream_receive(&pair.sink, &packet) == TN_ERR_AGAIN);
		if (!back)
			CHECK(tn_stream_receive(&pair.source, &packet) == TN_ERR_AGAIN);
	}
	CHECK(next > 1000);
}

static void random_operations(void)
{
	for (uint32_t packets = 4; packets <= 64 && !check_reason[0]; packets *= 2)
		random_operations_with(packets, false);
}

static void random_operations_guarded(void)
{
	for (uint32_t packets = 4; packets <= 64 && !check_reason[0]; packets *= 2)
		random_operations_with(packets, true);
}

/* Positions pass 2^32 after four billion packets: the private ones and the shared ones begin
 * before. */
static void positions_wrap(void)
{
	struct tn_packet packet;
	CHECK(begin(shape, false) == TN_OK);
	uint32_t start = UINT32_MAX - 20;
	struct side *source = (void *)(pair.memory + SIDE_SOURCE);
	struct side *sink = (void *)(pair.memory + SIDE_SINK);
	pair.source.sent = pair.source.woken = pair.source.received = pair.source.known = start;
	pair.sink.sent = pair.sink.woken = pair.sink.received = pair.sink.known = start;
	*source = *sink = (struct side){ start, start };
	for (uint64_t i = 0; i < 60; i++) {
		CHECK(tn_stream_arm(&pair.sink, 1) == TN_OK);
		unsigned before = submits;
		CHECK(send(i) == TN_OK && tn_stream_wake(&pair.source) == TN_OK);
		CHECK(submits == before + 1);
		CHECK(tn_stream_receive(&pair.sink, &packet) == TN_OK && packet.value == i);
		CHECK(tn_stream_send(&pair.sink, &packet) == TN_OK);
		CHECK(tn_stream_receive(&pair.source, &packet) == TN_OK);
		tn_stream_free(&pair.source, &packet);
	}
}

/* Signals only for who sleeps, and when there is as much as was asked for. */
static void wakes_when_asked(void)
{
	struct tn_packet packet;
	CHECK(begin(shape, false) == TN_OK);
	CHECK(send(1) == TN_OK && submits == 0);
	CHECK(tn_stream_wake(&pair.source) == TN_OK && submits == 1); /* armed from the start */
	CHECK(tn_stream_wake(&pair.source) == TN_OK && submits == 1);
	CHECK(send(2) == TN_OK && tn_stream_wake(&pair.source) == TN_OK && submits == 1);
	CHECK(tn_stream_arm(&pair.sink, 2) == TN_ERR_AGAIN);
	CHECK(tn_stream_arm(&pair.sink, 0) == TN_ERR_ARGUMENT);
	CHECK(tn_stream_arm(&pair.sink, PACKETS + 1) == TN_ERR_ARGUMENT);
	CHECK(tn_stream_arm(&pair.sink, 5) == TN_OK);
	for (uint64_t i = 3; i < 5; i++)
		CHECK(send(i) == TN_OK && tn_stream_wake(&pair.source) == TN_OK && submits == 1);
	CHECK(send(5) == TN_OK && send(6) == TN_OK && submits == 1);
	CHECK(tn_stream_wake(&pair.source) == TN_OK && submits == 2);
	for (int i = 0; i < 6; i++)
		CHECK(tn_stream_receive(&pair.sink, &packet) == TN_OK);
	CHECK(tn_stream_wait(&pair.source, 7) == TN_ERR_ARGUMENT); /* 6 are away */
	CHECK(tn_stream_send(&pair.sink, &packet) == TN_OK);
	CHECK(tn_stream_wait(&pair.source, 1) == TN_OK);
	pair.sink.peer_signal.handle = 3;
	CHECK(tn_stream_arm(&pair.source, 2) == TN_OK);
	CHECK(tn_stream_alloc(&pair.sink, &packet) == TN_ERR_AGAIN);
}

static void peer_is_gone(void)
{
	CHECK(begin(shape, false) == TN_OK);
	pair.source.peer_signal.handle = 3;
	CHECK(send(1) == TN_OK && tn_stream_wake(&pair.source) == TN_ERR_GONE);
	CHECK(send(2) == TN_OK); /* the stream is as it was */
}

/* A shared word, what a peer writes there, and what this side says of it. */
static void scribble(size_t offset, uint32_t value)
{
	memcpy(pair.memory + offset, &value, sizeof(value));
}

static const uint32_t nasty[] = {
	0,  1,  2,  3,    7,          8,          9,          15,         16,
	63, 64, 65, 4096, 0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffe, 0xffffffff
};
enum { NASTY = sizeof(nasty) / sizeof(nasty[0]) };

/* Whatever is found, it is a packet of this stream, or the stream ends, with a reason, for good. */
static void consistent(struct tn_stream *stream, bool guarded)
{
	struct tn_packet packet = { 0 };
	uint32_t taken = 0;
	tn_error error;
	while ((error = tn_stream_receive(stream, &packet)) == TN_OK) {
		CHECK(++taken <= PACKETS);
		CHECK(packet.slot < PACKETS && packet.length <= SIZE);
		CHECK(packet.content == stream->content + packet.slot * SIZE);
		memset(packet.content, 1, packet.length);
	}
	CHECK(error == TN_ERR_AGAIN || error == TN_ERR_PROTOCOL);
	CHECK((error == TN_ERR_PROTOCOL) == (tn_stream_reason(stream) != NULL));
	tn_error armed = tn_stream_arm(stream, 1), woken = tn_stream_wake(stream);
	if (error == TN_ERR_PROTOCOL) {
		CHECK(armed == TN_ERR_PROTOCOL && woken == TN_ERR_PROTOCOL);
		CHECK(tn_stream_receive(stream, &packet) == TN_ERR_PROTOCOL);
		CHECK(tn_stream_alloc(stream, &packet) == TN_ERR_PROTOCOL);
		CHECK(tn_stream_wait(stream, 1) == TN_ERR_PROTOCOL);
	} else {
		CHECK(armed == TN_OK && woken == TN_OK);
	}
	CHECK(stream->guarded == guarded);
}

static void hostile_word(size_t offset, uint32_t value, bool guarded)
{
	struct tn_packet packet;
	for (unsigned victim = 0; victim < 2 && !check_reason[0]; victim++) {
		CHECK(begin(shape, guarded) == TN_OK);
		for (uint64_t i = 0; i < 5; i++)
			CHECK(send(i) == TN_OK);
		for (uint64_t i = 0; i < 3; i++) {
			CHECK(tn_stream_receive(&pair.sink, &packet) == TN_OK);
			CHECK(i == 1 || tn_stream_send(&pair.sink, &packet) == TN_OK);
		}
		scribble(offset, value);
		consistent(victim ? &pair.source : &pair.sink, guarded);
	}
}

static void hostile_peer(void)
{
	size_t end = DESCRIPTORS + 2 * PACKETS * sizeof(struct descriptor);
	for (size_t offset = 0; offset < end; offset += sizeof(uint32_t))
		for (unsigned i = 0; i < NASTY && !check_reason[0]; i++)
			hostile_word(offset, nasty[i], i % 2);
}

/* Each violation is told for what it is. */
static void reasons(void)
{
	struct tn_packet packet;
	size_t first = DESCRIPTORS;
	CHECK(begin(shape, false) == TN_OK && !tn_stream_reason(&pair.sink));
	scribble(SIDE_SOURCE, PACKETS + 1);
	CHECK(tn_stream_receive(&pair.sink, &packet) == TN_ERR_PROTOCOL);
	CHECK(strcmp(tn_stream_reason(&pair.sink), "more was sent than there is") == 0);
	CHECK(begin(shape, false) == TN_OK && send(1) == TN_OK);
	scribble(first, PACKETS);
	CHECK(tn_stream_receive(&pair.sink, &packet) == TN_ERR_PROTOCOL);
	CHECK(strcmp(tn_stream_reason(&pair.sink), "there is no such packet") == 0);
	CHECK(begin(shape, false) == TN_OK && send(1) == TN_OK && send(2) == TN_OK);
	scribble(first + sizeof(struct descriptor), 0); /* twice the first */
	CHECK(tn_stream_receive(&pair.sink, &packet) == TN_OK);
	CHECK(tn_stream_receive(&pair.sink, &packet) == TN_ERR_PROTOCOL);
	CHECK(strcmp(tn_stream_reason(&pair.sink), "the packet was not there to be sent") == 0);
	CHECK(begin(shape, false) == TN_OK && send(1) == TN_OK);
	scribble(first + 4, SIZE + 1);
	CHECK(tn_stream_receive(&pair.sink, &packet) == TN_ERR_PROTOCOL);
	CHECK(strcmp(tn_stream_reason(&pair.sink), "the length exceeds the packet") == 0);
}

/* After each number of copies the memory is gone: an error, and that is all. */
static void memory_goes_away(void)
{
	for (unsigned left = 0; left < 40 && !check_reason[0]; left++) {
		struct tn_packet packet;
		unsigned char bytes[SIZE];
		tn_error error = TN_OK;
		CHECK(begin(shape, true) == TN_OK);
		copies_left = left;
		for (uint64_t i = 0; error == TN_OK; i++) {
			CHECK(i < PACKETS * 4);
			error = tn_stream_alloc(&pair.source, &packet);
			if (error == TN_OK)
				error = tn_stream_put(&pair.source, &packet, 0, bytes, SIZE);
			if (error == TN_OK)
				error = tn_stream_send(&pair.source, &packet);
			if (error == TN_OK)
				error = tn_stream_wake(&pair.source);
			if (error == TN_OK)
				error = tn_stream_arm(&pair.source, 1);
		}
		CHECK(error == TN_ERR_FAULT && tn_stream_reason(&pair.source));
		copies_left = UINT32_MAX;
		CHECK(tn_stream_receive(&pair.source, &packet) == TN_ERR_FAULT);
		CHECK(tn_stream_get(&pair.source, &packet, 0, bytes, 1) == TN_ERR_FAULT);
	}
}

static void put_and_get(void)
{
	struct tn_packet packet, other = { .slot = 3 };
	char text[8] = "";
	CHECK(begin(shape, true) == TN_OK);
	CHECK(tn_stream_alloc(&pair.source, &packet) == TN_OK);
	CHECK(tn_stream_put(&pair.source, &packet, 60, "abc", 4) == TN_OK);
	CHECK(tn_stream_put(&pair.source, &packet, 61, "abc", 4) == TN_ERR_ARGUMENT);
	CHECK(tn_stream_put(&pair.source, &packet, SIZE_MAX, "abc", 4) == TN_ERR_ARGUMENT);
	CHECK(tn_stream_put(&pair.source, &other, 0, "abc", 4) == TN_ERR_ARGUMENT);
	CHECK(tn_stream_get(&pair.source, &packet, 60, text, 4) == TN_OK);
	CHECK(strcmp(text, "abc") == 0);
	CHECK(tn_stream_get(&pair.source, &packet, 60, text, 5) == TN_ERR_ARGUMENT);
}

/* -- two threads that sleep whenever they can: a wake-up that gets lost is seen by the clock -- */

static bool good;

static void *sink_thread(void *argument)
{
	struct tn_packet packet;
	(void)argument;
	for (uint64_t i = 0; i < MANY && good && !lost;) {
		tn_error error = tn_stream_receive(&pair.sink, &packet);
		if (error == TN_ERR_AGAIN) {
			error = tn_stream_wait(&pair.sink, 1);
			if (error != TN_OK && error != TN_ERR_AGAIN)
				good = false;
			continue;
		}
		if (error != TN_OK || packet.value != i++ ||
		    packet.content[SIZE - 1] != (packet.value & 255))
			good = false;
		if (tn_stream_send(&pair.sink, &packet) != TN_OK ||
		    tn_stream_wake(&pair.sink) != TN_OK)
			good = false;
	}
	return NULL;
}

static void two_threads(void)
{
	pthread_t thread;
	struct tn_packet packet;
	uint64_t random = 1;
	CHECK(begin((struct tn_stream_shape){ 4, SIZE }, false) == TN_OK);
	good = true;
	pthread_create(&thread, NULL, sink_thread, NULL);
	for (uint64_t i = 0; i < MANY && good && !lost;) {
		while (tn_stream_receive(&pair.source, &packet) == TN_OK)
			tn_stream_free(&pair.source, &packet);
		tn_error error = send(i);
		if (error == TN_OK) {
			i++;
			if (check_random(&random, 2))
				error = tn_stream_wake(&pair.source);
		} else if (error == TN_ERR_AGAIN) {
			error = tn_stream_wait(&pair.source, 1 + check_random(&random, 4));
		}
		if (error != TN_OK && error != TN_ERR_AGAIN)
			good = false;
	}
	if (tn_stream_wake(&pair.source) != TN_OK)
		good = false;
	pthread_join(thread, NULL);
	CHECK(!lost);
	CHECK(good);
	CHECK(submits < 4 * MANY);
}

/*
 * One sends and wakes while the other one arms, again and again, both at the same moment: a signal,
 * or the sleeper sees the packet. On one CPU this says nothing.
 */
enum { ROUNDS = 300000, SECONDS = 3, SPINS = 2000 };

static uint32_t round_begun, round_armed;
static tn_error armed;

static void await(const uint32_t *word, uint32_t value)
{
	for (unsigned spins = 0; __atomic_load_n(word, __ATOMIC_ACQUIRE) != value; spins++)
		if (spins > SPINS)
			sched_yield();
}

static void delay(uint32_t steps)
{
	for (volatile uint32_t i = 0; i < steps; i++)
		;
}

/* The peer's words are in this CPU's cache: what it loads next comes sooner than its stores leave.
 */
static void warm(const struct tn_stream *stream)
{
	const struct side *peer = stream->peer;
	(void)__atomic_load_n(&peer->wake, __ATOMIC_RELAXED);
}

static void *arming_thread(void *argument)
{
	uint64_t random = 7;
	(void)argument;
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		uint32_t steps = check_random(&random, 32);
		await(&round_begun, i);
		if (lost)
			return NULL;
		delay(steps);
		warm(&pair.sink);
		armed = tn_stream_arm(&pair.sink, 1);
		__atomic_store_n(&round_armed, i, __ATOMIC_RELEASE);
	}
	return NULL;
}

static bool one_round(uint32_t i, uint32_t steps)
{
	struct tn_packet packet;
	unsigned before = submits;
	if (tn_stream_alloc(&pair.source, &packet) != TN_OK)
		return false;
	__atomic_store_n(&round_begun, i, __ATOMIC_RELEASE);
	delay(steps);
	warm(&pair.source);
	if (tn_stream_send(&pair.source, &packet) != TN_OK || tn_stream_wake(&pair.source) != TN_OK)
		return false;
	await(&round_armed, i);
	if (armed == TN_OK && submits == before)
		return false;
	return tn_stream_receive(&pair.sink, &packet) == TN_OK &&
	       tn_stream_send(&pair.sink, &packet) == TN_OK &&
	       tn_stream_receive(&pair.source, &packet) == TN_OK &&
	       (tn_stream_free(&pair.source, &packet), true);
}

static void same_moment(void)
{
	pthread_t thread;
	uint64_t random = 1;
	uint32_t i = 0;
	struct timespec now;
	CHECK(begin(shape, false) == TN_OK);
	clock_gettime(CLOCK_MONOTONIC, &now);
	time_t end = now.tv_sec + SECONDS;
	pthread_create(&thread, NULL, arming_thread, NULL);
	good = true;
	while (good && i < ROUNDS && now.tv_sec < end) {
		good = one_round(++i, check_random(&random, 32));
		if (i % 64 == 0)
			clock_gettime(CLOCK_MONOTONIC, &now);
	}
	lost = true; /* which ends the other one */
	__atomic_store_n(&round_begun, i + 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	lost = false;
	CHECK(good);
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "shapes", shapes },
		{ "there-and-back", there_and_back },
		{ "random-operations", random_operations },
		{ "random-operations-guarded", random_operations_guarded },
		{ "positions-wrap", positions_wrap },
		{ "wakes-when-asked", wakes_when_asked },
		{ "peer-is-gone", peer_is_gone },
		{ "hostile-peer", hostile_peer },
		{ "reasons", reasons },
		{ "memory-goes-away", memory_goes_away },
		{ "put-and-get", put_and_get },
		{ "same-moment", same_moment },
		{ "two-threads", two_threads },
	};
	sem_init(&pending[0], 0, 0);
	sem_init(&pending[1], 0, 0);
	return CHECK_ALL("stream", cases);
}
