/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the host programs that measure on Linux share. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline uint64_t sample_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline int sample_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* Samples in ns, of so many operations each. */
static inline void sample_report(const char *name, uint64_t *sample, size_t count,
				 unsigned operations)
{
	const double each = operations;
	qsort(sample, count, sizeof(*sample), sample_compare);
	printf("bench {\"name\": \"%s\", \"unit\": \"ns\", \"min\": %.2f, \"median\": %.2f, "
	       "\"p99\": %.2f}\n",
	       name, (double)sample[0] / each, (double)sample[count / 2] / each,
	       (double)sample[count * 99 / 100] / each);
}

static inline void sample_fail(const char *what)
{
	perror(what);
	exit(1);
}
