/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A pager that does what it is told to. */
#pragma once

#include <tenon/rm.h>
#include <tenon/test.h>

enum { PAGE = 4096, READ = TN_RIGHT_READ, WRITE = TN_RIGHT_WRITE, EXECUTE = TN_RIGHT_EXECUTE };

/* What it does with a fault: nothing; a page of its backing memory, with these rights. */
enum pager_mode { PAGER_HOLDS, PAGER_FILLS, PAGER_FILLS_READ_ONLY, PAGER_COPIES };

/* The maps are numbered; each has backing memory of the same size. */
#define PAGER(RPC, I)                                                                              \
	RPC(I, create, In(uint64_t, size), Out(uint32_t, map),                                     \
	    OutCap(tn_dataspace_cap, dataspace))                                                   \
	RPC(I, mode, In(uint32_t, map), In(uint32_t, mode))                                        \
	/* How many faults there were, and the last one. */                                        \
	RPC(I, faults, In(uint32_t, map), Out(uint32_t, count), Out(struct tn_region_fault, last)) \
	/* Backing memory from this offset at the same offset. */                                  \
	RPC(I, fill, In(uint32_t, map), In(uint64_t, offset), In(uint64_t, size),                  \
	    In(uint32_t, rights))                                                                  \
	RPC(I, evict, In(uint32_t, map), In(uint64_t, offset))                                     \
	RPC(I, nest, In(uint32_t, map), In(uint32_t, inner), In(uint64_t, at))                     \
	RPC(I, peek, In(uint32_t, map), In(uint64_t, offset), Out(uint32_t, word))                 \
	RPC(I, poke, In(uint32_t, map), In(uint64_t, offset), In(uint32_t, word))                  \
	RPC(I, free_backing, In(uint32_t, map))                                                    \
	RPC(I, destroy, In(uint32_t, map))                                                         \
	RPC(I, echo, InBytes(in, 2000u), OutBytes(out, 2000u))                                     \
	/* When the count has reached this, posts the event. */                                    \
	RPC(I, post_at, In(uint32_t, map), In(uint32_t, count), InString(event, 31u))

TN_RPC_INTERFACE(pager, PAGER)

void play_pager(struct tn_env *env);
