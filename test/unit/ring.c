/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <example/ring.h>
#include <tenon/ring.h>
#include <test/unit/check.h>

enum { MOST = 16, STREAM = 2000000 };

/* Where a position is in the shared memory, for a peer that writes what it likes. */
enum { WRITTEN = 0, TAKEN = 64 / sizeof(uint32_t) };

static unsigned copies_left = UINT32_MAX;

/* As tn_guarded_copy(): fails when the memory is gone. */
static tn_error copy(void *to, const void *from, size_t size)
{
	if (!copies_left)
		return TN_ERR_FAULT;
	copies_left--;
	memcpy(to, from, size);
	return TN_OK;
}

/* All lengths and record sizes: what comes out is what went in, in order, and no more than fits. */
static void random_with(size_t record_size, uint32_t capacity, tn_ring_copy *how)
{
	size_t size = TN_RING_HEADER_SIZE + record_size * capacity;
	void *memory = calloc(1, size);
	struct tn_ring_writer writer;
	struct tn_ring_reader reader;
	uint64_t random = record_size * 100 + capacity;
	unsigned char buffer[MOST * 5], in = 0, out = 0;
	uint32_t filled = 0, n;
	CHECK(tn_ring_writer_init(&writer, memory, size, record_size, how) == TN_OK);
	CHECK(tn_ring_reader_init(&reader, memory, size, record_size, how) == TN_OK);
	CHECK(tn_ring_capacity(&writer) == capacity);
	for (unsigned step = 0; step < 3000; step++) {
		uint32_t count = check_random(&random, MOST), want;
		CHECK(tn_ring_room(&writer, &n) == TN_OK && n == capacity - filled);
		CHECK(tn_ring_available(&reader, &n) == TN_OK && n == filled);
		if (check_random(&random, 2)) {
			want = count < capacity - filled ? count : capacity - filled;
			for (size_t i = 0; i < count * record_size; i++)
				buffer[i] = (unsigned char)(in + i);
			CHECK(tn_ring_write(&writer, buffer, count, &n) == TN_OK && n == want);
			in = (unsigned char)(in + n * record_size);
			filled += n;
		} else {
			want = count < filled ? count : filled;
			memset(buffer, 0xee, sizeof(buffer));
			CHECK(tn_ring_read(&reader, buffer, count, &n) == TN_OK && n == want);
			for (size_t i = 0; i < n * record_size; i++)
				CHECK(buffer[i] == out++);
			CHECK(n == MOST || buffer[n * record_size] == 0xee);
			filled -= n;
		}
	}
	free(memory);
}

static void random_operations(void)
{
	for (size_t record_size = 1; record_size <= 5; record_size++)
		for (uint32_t capacity = 1; capacity <= 20 && !check_reason[0]; capacity++)
			random_with(record_size, capacity, NULL);
}

static void random_operations_guarded(void)
{
	for (uint32_t capacity = 1; capacity <= 20 && !check_reason[0]; capacity++)
		random_with(3, capacity, copy);
}

static void put_and_take(void)
{
	_Alignas(8) unsigned char memory[TN_RING_SIZE(4, 2)] = { 0 };
	struct tn_ring_writer writer;
	struct tn_ring_reader reader;
	uint32_t value = 1;
	CHECK(tn_ring_writer_init(&writer, memory, sizeof(memory), 4, NULL) == TN_OK);
	CHECK(tn_ring_reader_init(&reader, memory, sizeof(memory), 4, NULL) == TN_OK);
	CHECK(tn_ring_take(&reader, &value) == TN_ERR_AGAIN);
	CHECK(tn_ring_put(&writer, &value) == TN_OK && ++value);
	CHECK(tn_ring_put(&writer, &value) == TN_OK && ++value);
	CHECK(tn_ring_put(&writer, &value) == TN_ERR_AGAIN);
	CHECK(tn_ring_take(&reader, &value) == TN_OK && value == 1);
	CHECK(tn_ring_take(&reader, &value) == TN_OK && value == 2);
	CHECK(tn_ring_take(&reader, &value) == TN_ERR_AGAIN);
}

static void bad_memory(void)
{
	uint64_t memory[20] = { 0 };
	struct tn_ring_writer w;
	struct tn_ring_reader r;
	CHECK(tn_ring_writer_init(&w, memory, 128, 1, NULL) == TN_ERR_ARGUMENT);
	CHECK(tn_ring_writer_init(&w, memory, 127, 1, NULL) == TN_ERR_ARGUMENT);
	CHECK(tn_ring_writer_init(&w, memory, 160, 33, NULL) == TN_ERR_ARGUMENT);
	CHECK(tn_ring_writer_init(&w, memory, 160, 0, NULL) == TN_ERR_ARGUMENT);
	CHECK(tn_ring_reader_init(&r, (char *)memory + 4, 156, 1, NULL) == TN_ERR_ARGUMENT);
	CHECK(tn_ring_writer_init(&w, memory, 160, 32, NULL) == TN_OK && tn_ring_capacity(&w) == 1);
	/* As large as can be; nobody looks at the memory yet. */
	CHECK(tn_ring_writer_init(&w, memory, SIZE_MAX, 1, NULL) == TN_OK);
	CHECK(tn_ring_capacity(&w) == 1u << 30);
}

/* The sanitizer sees every access: none may be outside, whatever the peer has put where. */
static void hostile_peer(void)
{
	uint64_t random = 9;
	for (unsigned step = 0; step < 200000; step++) {
		uint32_t capacity = 1 + check_random(&random, 9), n, value;
		size_t size = TN_RING_HEADER_SIZE + capacity;
		uint32_t *memory = calloc(1, size);
		unsigned char buffer[MOST] = { 0 };
		struct tn_ring_writer writer;
		struct tn_ring_reader reader;
		CHECK(tn_ring_writer_init(&writer, memory, size, 1, NULL) == TN_OK);
		CHECK(tn_ring_reader_init(&reader, memory, size, 1, NULL) == TN_OK);
		for (unsigned round = 0; round < 4; round++) {
			value = check_random(&random, 3 * capacity);
			if (check_random(&random, 4) == 0)
				value = check_random(&random, UINT32_MAX);
			memory[check_random(&random, 2) ? WRITTEN : TAKEN] = value;
			tn_error error = tn_ring_write(&writer, buffer, MOST, &n);
			CHECK(error == TN_OK || (error == TN_ERR_PROTOCOL && !n));
			error = tn_ring_read(&reader, buffer, MOST, &n);
			CHECK(error == TN_OK || (error == TN_ERR_PROTOCOL && !n));
		}
		memory[TAKEN] = 2 * capacity;
		CHECK(tn_ring_room(&writer, &n) == TN_ERR_PROTOCOL && n == 0);
		CHECK(tn_ring_put(&writer, buffer) == TN_ERR_PROTOCOL);
		memory[WRITTEN] = UINT32_MAX;
		CHECK(tn_ring_available(&reader, &n) == TN_ERR_PROTOCOL && n == 0);
		CHECK(tn_ring_take(&reader, buffer) == TN_ERR_PROTOCOL);
		free(memory);
	}
}

/* Own positions are not read back: who changes them changes nothing. */
static void own_position_is_private(void)
{
	uint32_t memory[TN_RING_SIZE(1, 4) / 4] __attribute__((aligned(8))) = { 0 };
	struct tn_ring_writer writer;
	uint32_t n;
	CHECK(tn_ring_writer_init(&writer, memory, TN_RING_SIZE(1, 4), 1, NULL) == TN_OK);
	CHECK(tn_ring_write(&writer, "abc", 3, &n) == TN_OK && n == 3);
	memory[WRITTEN] = 0;
	CHECK(tn_ring_room(&writer, &n) == TN_OK && n == tn_ring_capacity(&writer) - 3);
}

/* At each step of an operation the memory goes away. */
static void memory_goes_away(void)
{
	for (unsigned copies = 0; copies < 5; copies++) {
		uint64_t memory[TN_RING_SIZE(1, 8) / 8] = { 0 };
		struct tn_ring_writer writer;
		struct tn_ring_reader reader;
		char buffer[8];
		uint32_t n;
		CHECK(tn_ring_writer_init(&writer, memory, sizeof(memory), 1, copy) == TN_OK);
		CHECK(tn_ring_reader_init(&reader, memory, sizeof(memory), 1, copy) == TN_OK);
		CHECK(tn_ring_write(&writer, "abcde", 5, &n) == TN_OK);
		CHECK(tn_ring_read(&reader, buffer, 5, &n) == TN_OK);
		copies_left = copies; /* 4 are needed, as the data wraps */
		tn_error error = tn_ring_write(&writer, "fghijk", 6, &n);
		copies_left = UINT32_MAX;
		CHECK(error == (copies < 4 ? TN_ERR_FAULT : TN_OK) && n == (copies < 4 ? 0 : 6));
		if (n == 0)
			continue;
		copies_left = 3;
		CHECK(tn_ring_read(&reader, buffer, 8, &n) == TN_ERR_FAULT && n == 0);
		copies_left = UINT32_MAX;
		CHECK(tn_ring_read(&reader, buffer, 8, &n) == TN_OK && n == 6);
		CHECK(memcmp(buffer, "fghijk", 6) == 0);
	}
}

static void *write_stream(void *self)
{
	uint64_t random = 3;
	uint32_t next = 0;
	while (next < STREAM) {
		uint32_t values[MOST], count = 1 + check_random(&random, MOST - 1), n;
		for (uint32_t i = 0; i < count; i++)
			values[i] = next + i;
		if (tn_ring_write(self, values, count, &n) != TN_OK)
			return self;
		next += n;
		if (!n)
			sched_yield();
	}
	return NULL;
}

static void two_threads(void)
{
	static uint64_t memory[TN_RING_SIZE(4, 37) / 8];
	struct tn_ring_writer writer;
	struct tn_ring_reader reader;
	pthread_t thread;
	void *failed;
	uint32_t next = 0;
	CHECK(tn_ring_writer_init(&writer, memory, sizeof(memory), 4, NULL) == TN_OK);
	CHECK(tn_ring_reader_init(&reader, memory, sizeof(memory), 4, NULL) == TN_OK);
	CHECK(pthread_create(&thread, NULL, write_stream, &writer) == 0);
	while (next < STREAM) {
		uint32_t values[MOST], n;
		CHECK(tn_ring_read(&reader, values, MOST, &n) == TN_OK);
		for (uint32_t i = 0; i < n; i++)
			CHECK(values[i] == next++);
		if (!n)
			sched_yield();
	}
	CHECK(pthread_join(thread, &failed) == 0 && !failed);
}

static void example(void)
{
	struct example_event event = { 3, 4 }, seen = { 0, 0 };
	CHECK(example_ring(event, &seen) == TN_OK && seen.kind == 3 && seen.value == 4);
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "random-operations", random_operations },
		{ "random-operations-guarded", random_operations_guarded },
		{ "put-and-take", put_and_take },
		{ "bad-memory", bad_memory },
		{ "hostile-peer", hostile_peer },
		{ "own-position-is-private", own_position_is_private },
		{ "memory-goes-away", memory_goes_away },
		{ "two-threads", two_threads },
		{ "example", example },
	};
	return CHECK_ALL("ring", cases);
}
