/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Measuring inside of a component: time by a TIME session, the same on every kernel. Where the
 * machine counts an instruction as a nanosecond, the results are instructions; tool/bench knows.
 */
#pragma once

#include <tenon/component.h>
#include <tenon/time.h>

enum { BENCH_SAMPLES_MAX = 1000, BENCH_EXIT_FAILED = 1 };

static struct {
	tn_time_cap time;
	uint64_t clock_cost; /* of one look at the clock; taken off each sample */
	uint64_t sample[BENCH_SAMPLES_MAX];
	uint32_t count;
} bench;

/* What cannot fail here makes the whole bench worthless if it does. */
static inline void bench_check(tn_error error, const char *what)
{
	if (error == TN_OK)
		return;
	tn_transcript("bench failed: %s: %s", what, tn_error_text(error));
	tn_exit(BENCH_EXIT_FAILED);
}

static inline uint64_t bench_now(void)
{
	uint64_t ns = 0;
	bench_check(tn_time_now(bench.time, &ns), "clock");
	return ns;
}

static inline void bench_sort(uint64_t *value, uint32_t count)
{
	for (uint32_t gap = count / 2; gap; gap /= 2) {
		for (uint32_t i = gap; i < count; i++) {
			uint64_t moved = value[i];
			uint32_t j = i;
			for (; j >= gap && value[j - gap] > moved; j -= gap)
				value[j] = value[j - gap];
			value[j] = moved;
		}
	}
}

static inline void bench_begin(void)
{
	bench.count = 0;
}

/* What was measured from `start` to now. */
static inline void bench_sample(uint64_t start)
{
	uint64_t taken = bench_now() - start;
	if (bench.count < BENCH_SAMPLES_MAX)
		bench.sample[bench.count++] =
			taken > bench.clock_cost ? taken - bench.clock_cost : 0;
}

/* One operation's share of sample i, in hundredths. */
static inline unsigned long long bench_share(uint32_t i, uint32_t operations)
{
	return bench.sample[i] * 100 / operations;
}

/* Each sample was of so many operations. */
static inline void bench_report(const char *name, uint32_t operations)
{
	if (!bench.count)
		return;
	bench_sort(bench.sample, bench.count);
	unsigned long long min = bench_share(0, operations);
	unsigned long long median = bench_share(bench.count / 2, operations);
	unsigned long long p99 = bench_share(bench.count * 99 / 100, operations);
	tn_transcript("bench {\"name\": \"%s\", \"unit\": \"ns\", \"min\": %llu.%02llu, "
		      "\"median\": %llu.%02llu, \"p99\": %llu.%02llu}",
		      name, min / 100, min % 100, median / 100, median % 100, p99 / 100, p99 % 100);
}

/* Opens the clock and measures what a look at it costs. */
static inline void bench_init(void)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	bench_check(tn_session_open("TIME", "", none, &tn_time_interface, &session), "TIME");
	bench.time.handle = session.cap;
	for (unsigned i = 0; i < BENCH_SAMPLES_MAX; i++)
		bench_sample(bench_now());
	bench_sort(bench.sample, bench.count);
	bench.clock_cost = bench.sample[bench.count / 2];
}
