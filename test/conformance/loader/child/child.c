/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the loader is tested with: loads two libraries, and exits with the number of what is wrong.
 */

#include "../libraries.h"
#include <tenon/test.h>

extern int not_there(void) __attribute__((weak));

/* Pointers into both libraries and into this executable. */
static int own_value(void)
{
	return 19;
}

static int (*const table[])(void) = { inner_value, outer_value, own_value };

enum { WRONG_ORDER = 1, WRONG_VALUE, WRONG_ADDRESS, WEAK_IS_THERE, RELRO_IS_WRITABLE };

static __attribute__((constructor)) void begin(void)
{
	inner_note('e');
}

static __attribute__((destructor)) void end(void)
{
	inner_note('E');
}

static bool equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static void ended(const char *notes)
{
	tn_actor_post(notes);
}

static int find_mistake(void)
{
	if (!equal(inner_notes(), "ioe"))
		return WRONG_ORDER;
	if (table[0]() != 17 || table[1]() != 18 || table[2]() != 19)
		return WRONG_VALUE;
	if (outer_address_of_inner() != (void *)(uintptr_t)inner_value)
		return WRONG_ADDRESS;
	return not_there ? WEAK_IS_THERE : 0;
}

static void play_child(struct tn_env *env)
{
	(void)env;
	int mistake = find_mistake();
	inner_at_end(ended);
	tn_exit(mistake);
}

static void play_scribbler(struct tn_env *env)
{
	uintptr_t at = (uintptr_t)&table[1];
	(void)env;
	__asm__("" : "+r"(at));
	*(volatile uint64_t *)at = 0;
	tn_exit(RELRO_IS_WRITABLE);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_role roles[] = { { "child", play_child },
						     { "scribbler", play_scribbler },
						     { NULL, NULL } };
	tn_test_main(env, "test-loader-child", NULL, roles);
}
