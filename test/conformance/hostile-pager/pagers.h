/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Pagers, one that does what it should, and others. */
#pragma once

#include <tenon/rm.h>
#include <tenon/test.h>

enum { PAGE = 4096, PAGES = 4, WORDS = PAGE / 4, ECHO_MAX = 2000 };
enum { READ = TN_RIGHT_READ, WRITE = TN_RIGHT_WRITE, EXECUTE = TN_RIGHT_EXECUTE };

#define GOOD(RPC, I)                                                   \
	RPC(I, content, OutCap(tn_dataspace_cap, content))             \
	/* Its map, which it should have given to nobody. */           \
	RPC(I, map, OutCap(tn_region_map_cap, map))                    \
	/* As long as `on`, what is there is taken away without end */ \
	RPC(I, evict, In(uint32_t, on))                                \
	RPC(I, echo, InBytes(in, ECHO_MAX), OutBytes(out, ECHO_MAX))

TN_RPC_INTERFACE(good, GOOD)

void play_good(struct tn_env *env);

/* What a bad one does when it hears of a fault. */
enum badness {
	ENDS_AT_ONCE,
	ENDS_LATER,     /* at the third fault, having answered two */
	ENDS_ANSWERING, /* when it has answered the first one */
	DESTROYS,
	SILENT,
	LACKS_RIGHTS,  /* answers writes with what cannot be written */
	TAKES_AWAY,    /* what it has just answered */
	FREES,         /* the memory behind it */
	ANSWERS_WRONG, /* elsewhere, and with what is refused */
	FLOODS,
	BADNESS_COUNT
};

/* The name says which: "bad.a" and so on. It posts "bad.a goes on" when it has done enough of it.
 */
void play_bad(struct tn_env *env);
