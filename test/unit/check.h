/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A unit test is a list of cases, each a function that CHECKs; random ones are the same each time.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

static char check_reason[256];

#define CHECK(condition)                                                                      \
	do {                                                                                  \
		if (!(condition)) {                                                           \
			snprintf(check_reason, sizeof(check_reason), "line %d: %s", __LINE__, \
				 #condition);                                                 \
			return;                                                               \
		}                                                                             \
	} while (0)

struct check_case {
	const char *name;
	void (*run)(void);
};

/* Of one library's cases: the exit code of its test. */
static inline int check_all(const char *library, const struct check_case *cases, size_t count)
{
	int failures = 0;
	for (size_t i = 0; i < count; i++) {
		check_reason[0] = 0;
		cases[i].run();
		if (check_reason[0])
			printf("not ok %s.%s: %s\n", library, cases[i].name, check_reason);
		else
			printf("ok %s.%s\n", library, cases[i].name);
		failures += check_reason[0] != 0;
	}
	return failures != 0;
}

#define CHECK_ALL(library, cases) check_all(library, cases, sizeof(cases) / sizeof((cases)[0]))

/* xorshift64*: below `limit`, from a state that must not be 0. */
static inline uint32_t check_random(uint64_t *state, uint32_t limit)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 0x2545f4914f6cdd1dull) >> 33) % limit;
}
