/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Memory that core and the runtime of a component share: the same on every kernel. The component
 * can write it, so core never acts on anything read from here without having checked it against its
 * own tables; what is wrong here harms that component alone.
 */
#pragma once

#include <layout.h>
#include <tenon/types.h>

/*
 * A capability transfer that waits to be taken by the receiver of a message. Core writes the
 * handles (they are the receiver's own) and where they come from, then the number of the transfer
 * into `state`; the receiver of a message that announces capabilities copies them and exchanges
 * that number for EMPTY. Whoever exchanges it first has it: when core finds one that was never
 * taken, it takes it back and undoes the transfer. Each transfer has another number, so that what
 * was copied of one is never taken for the next. The lowest eight bits are its mark, which the
 * message carries: a call that was aborted may have left a message behind, which must not take what
 * belongs to the next. Marks of consecutive transfers of a record differ, and none is 0.
 * test/model/transfer.pml shows what each part is for.
 */
enum { TN_TRANSFER_EMPTY };
#define TN_TRANSFER_MARK(number) ((uint8_t)(number))

struct tn_transfer {
	uint32_t state;
	/* At a server: identity of the channel. At a client: the handle it was calling through. */
	uint32_t origin;
	struct tn_handles handles;
};

/*
 * The identity of a channel, as requests carry it: the index of its record, and a number that tells
 * it from earlier channels with the same index.
 */
#define TN_CHANNEL(index, generation) (((uint32_t)(generation) << 16) | (index))
#define TN_CHANNEL_INDEX(identity)    ((uint32_t)(identity)&0xffffu)

/* One per channel at the server's entrypoint: what its client sends. 64 bytes. */
struct tn_channel_record {
	struct tn_transfer request;
	uint32_t reserved[5];
};
TN_STATIC_ASSERT(sizeof(struct tn_channel_record) == 64, "records must not straddle pages");

/* One per thread. */
struct tn_thread_page {
	tn_handle calling; /* capability that a call is under way through, 0 if none */
	/*
	 * Capability of a call that brings others, from before their transfer to the call's end. A
	 * channel has one record: core lets no other thread of the client replace what is in it.
	 */
	tn_handle transferring;
	uint32_t aborted;         /* core: the call ends with TN_ERR_GONE */
	struct tn_transfer reply; /* what the server's reply brings */
	/* Set by the runtime: a fault in [begin, end) goes on at `recover` (guarded copy). */
	uint64_t guard_begin, guard_end, guard_recover;
	uint64_t self; /* the runtime's own: its record of the thread, 0 for the first one */
};

/* What the runtime's entry is called with. */
struct tn_birth {
	uint64_t stack_top;
	uint32_t thread;  /* index of the thread */
	tn_handle parent; /* the one capability that a component is born with */
};
