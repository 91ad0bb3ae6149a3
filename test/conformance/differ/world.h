/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Random steps over the whole API: each is a function of four numbers, which works on whatever the
 * tables of the world hold then, so that any part of a sequence is a sequence.
 *
 * A step says its result in one line, which has to be the same on each kernel. What the ABI leaves
 * open is not said; all of it is here:
 *
 *   numbers of handles, sessions and channels   opaque
 *   times, CPU time                             a machine's; only that clocks do not go back
 *   how many CPUs there are, features           a machine's, a kernel's (doc/features.md)
 *   instruction addresses of faults             of the executable, and so of who built it
 *   TN_OK or TN_ERR_GONE of a submit to what    "as it may be noticed late" (signal.h)
 *     somebody else has destroyed
 *   how often a handler ran, TN_ERR_AGAIN       at least once; as often as core likes
 *   which of two mistakes is told
 *   whether data can be executed                feature NO_EXECUTE
 */
#pragma once

#include <tenon/rm.h>
#include <tenon/test.h>
#include <tenon/text.h>
#include <tenon/thread.h>
#include <tenon/time.h>
#include <tenon/trace.h>

enum { PAGE = 4096, READ = TN_RIGHT_READ, WRITE = TN_RIGHT_WRITE };

/* What a step works with. */
struct operands {
	uint32_t a, b, c, d;
};

#define OP(name) void op_##name(__attribute__((unused)) struct operands o)

/* Each with its weight. */
#define OPS(X)                    \
	X(memory_alloc, 8)        \
	X(memory_free, 5)         \
	X(memory_free_wrong, 1)   \
	X(memory_attach, 10)      \
	X(memory_detach, 5)       \
	X(memory_read, 6)         \
	X(memory_write, 6)        \
	X(memory_seal, 2)         \
	X(memory_info, 3)         \
	X(memory_functions, 1)    \
	X(heap_alloc, 3)          \
	X(heap_free, 2)           \
	X(heap_usage, 1)          \
	X(map_create, 3)          \
	X(map_destroy, 1)         \
	X(map_attach, 8)          \
	X(map_detach, 4)          \
	X(map_reserve, 2)         \
	X(map_unreserve, 1)       \
	X(map_find, 2)            \
	X(map_fault_signal, 1)    \
	X(map_fault_next, 1)      \
	X(pd_open, 3)             \
	X(pd_close, 1)            \
	X(pd_accounts, 2)         \
	X(pd_usage, 2)            \
	X(pd_state, 1)            \
	X(pd_waiting, 1)          \
	X(pd_permit, 1)           \
	X(pd_give_quota, 2)       \
	X(pd_alloc, 2)            \
	X(pd_free, 1)             \
	X(pd_attach, 4)           \
	X(pd_detach, 2)           \
	X(pd_settle, 1)           \
	X(pd_seal, 1)             \
	X(pd_identity, 1)         \
	X(pd_destroy_identity, 1) \
	X(pd_transfer, 1)         \
	X(pd_release, 1)          \
	X(pd_release_all, 1)      \
	X(pd_start, 2)            \
	X(pd_watch, 1)            \
	X(pd_space, 1)            \
	X(quota_squeeze, 1)       \
	X(quota_relax, 1)         \
	X(cpu_thread_create, 1)   \
	X(cpu_thread_start, 1)    \
	X(cpu_thread_end, 1)      \
	X(cpu_schedule, 1)        \
	X(cpu_limits, 1)          \
	X(cpu_restrict, 1)        \
	X(thread_begin, 3)        \
	X(thread_join, 3)         \
	X(thread_priority, 1)     \
	X(thread_affinity, 1)     \
	X(thread_self, 1)         \
	X(entry_create, 2)        \
	X(entry_destroy, 1)       \
	X(lock_try, 1)            \
	X(lock_contend, 1)        \
	X(semaphore_count, 1)     \
	X(condition_pass, 1)      \
	X(object_create, 4)       \
	X(object_destroy, 2)      \
	X(object_call, 4)         \
	X(signal_create, 4)       \
	X(signal_destroy, 2)      \
	X(signal_submit, 4)       \
	X(signal_await, 4)        \
	X(cap_retain, 2)          \
	X(cap_release, 3)         \
	X(raw_call, 6)            \
	X(peer_start, 6)          \
	X(peer_kill, 1)           \
	X(peer_end, 1)            \
	X(peer_fault, 1)          \
	X(peer_call, 5)           \
	X(peer_status, 1)         \
	X(peer_text, 2)           \
	X(peer_bytes, 2)          \
	X(peer_mirror, 2)         \
	X(peer_keep, 5)           \
	X(peer_fetch, 4)          \
	X(peer_drop, 2)           \
	X(peer_make, 4)           \
	X(peer_unmake, 2)         \
	X(peer_call_on, 3)        \
	X(peer_submit, 2)         \
	X(peer_bell, 2)           \
	X(peer_ring, 3)           \
	X(peer_look, 4)           \
	X(peer_touch, 3)          \
	X(peer_alloc, 2)          \
	X(peer_free, 1)           \
	X(peer_accounts, 1)       \
	X(peer_hang, 1)           \
	X(session_open, 6)        \
	X(session_open_for, 1)    \
	X(session_use, 4)         \
	X(session_upgrade, 2)     \
	X(session_close, 2)       \
	X(service_announce, 1)    \
	X(parent_ids, 2)          \
	X(parent_serve, 1)        \
	X(parent_notify, 1)       \
	X(parent_resource, 1)     \
	X(parent_environment, 1)  \
	X(time_deadline, 2)       \
	X(trace_all, 1)           \
	X(log_lines, 1)           \
	X(feature_unknown, 1)     \
	X(accounts, 3)

#define OP_DECLARE(name, weight) OP(name);
OPS(OP_DECLARE)

/* -- a peer: another component of the same executable -- */

enum { PEER_TEXT = 100, PEER_BYTES = 1000, KEPT = 6 };

#define REMOTE(RPC, I)                                                                          \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))                                  \
	RPC(I, status, In(uint32_t, number))                                                    \
	RPC(I, text, InString(in, PEER_TEXT), OutString(out, PEER_TEXT))                        \
	RPC(I, bytes, InBytes(in, PEER_BYTES), In(uint32_t, size), OutBytes(out, PEER_BYTES))   \
	RPC(I, mirror, InCap(tn_any_cap, a), InCap(tn_any_cap, b), InCap(tn_any_cap, c),        \
	    OutCap(tn_any_cap, x), OutCap(tn_any_cap, y), OutCap(tn_any_cap, z))                \
	RPC(I, keep, In(uint32_t, slot), InCap(tn_any_cap, cap))                                \
	RPC(I, fetch, In(uint32_t, slot), OutCap(tn_any_cap, cap))                              \
	RPC(I, make, In(uint32_t, slot), OutCap(tn_any_cap, cap))                               \
	RPC(I, unmake, In(uint32_t, slot))                                                      \
	/* Calls, submits, looks at what is kept. */                                            \
	RPC(I, call_on, In(uint32_t, slot), In(uint64_t, value), Out(uint64_t, back))           \
	RPC(I, submit, In(uint32_t, slot))                                                      \
	RPC(I, look, In(uint32_t, slot), In(uint64_t, offset), In(uint32_t, rights),            \
	    In(uint32_t, touch), Out(uint64_t, word))                                           \
	RPC(I, bell, In(uint32_t, slot), OutCap(tn_signal_cap, cap))                            \
	RPC(I, heard, In(uint32_t, slot))                                                       \
	RPC(I, alloc, In(uint32_t, slot), In(uint64_t, size), OutCap(tn_dataspace_cap, memory)) \
	RPC(I, free, In(uint32_t, slot))                                                        \
	RPC(I, end, In(int32_t, value))                                                         \
	RPC(I, fall, In(uint32_t, how))                                                         \
	RPC(I, hang, InCap(tn_signal_cap, entered))

TN_RPC_INTERFACE(remote, REMOTE)

void play_peer(struct tn_env *env);
void play_late(struct tn_env *env);

/* -- the world: what there is; slots are told by whether they are in use -- */

enum {
	MEMORIES = 8,
	VIEWS = 8,
	BLOCKS = 6,
	MAPS = 4,
	PDS = 3,
	ENTRIES = 2,
	OBJECTS = 6,
	SIGNALS = 6
};
enum { HANDS = 10, STALE = 4, PEERS = 3, BELLS = 4, SESSIONS = 6, THREADS = 3, LINE = 600 };

struct world {
	struct tn_env *env;
	tn_stage_cap stage; /* lib/test's, with errors instead of ends */
	tn_rm_cap rm;
	tn_region_map_cap space; /* the own address space */
	char line[LINE];
	size_t length;

	bool memory_used[MEMORIES];
	tn_dataspace_cap memory[MEMORIES];
	bool view_used[VIEWS];
	struct view {
		char *at;
		uint64_t size;
		tn_handle from;
	} view[VIEWS];
	bool block_used[BLOCKS];
	struct block {
		unsigned char *at;
		size_t size;
	} block[BLOCKS];
	bool map_used[MAPS];
	struct managed {
		tn_region_map_cap map;
		tn_dataspace_cap dataspace;
		struct tn_signal faulted;
		unsigned faults;
		bool broken; /* the pager could not fill it */
	} map[MAPS];
	struct tn_entrypoint *pager;
	tn_dataspace_cap filler;
	bool pd_used[PDS];
	struct child_pd {
		struct tn_session session;
		struct tn_object parent;
		bool started;
	} pd[PDS];
	bool entry_used[ENTRIES];
	struct tn_entrypoint *entry[ENTRIES];
	bool object_used[OBJECTS];
	struct own_object {
		struct tn_object object;
		int entry; /* -1: main */
	} object[OBJECTS];
	bool signal_used[SIGNALS];
	struct own_signal {
		struct tn_signal signal;
		int entry;
		bool submitted;         /* by us, and not waited for since */
		unsigned sent, handled; /* at an entrypoint */
	} signal[SIGNALS];
	bool hand_used[HANDS];
	tn_handle hand[HANDS];
	tn_handle stale[STALE];
	uint32_t stale_next;
	bool peer_used[PEERS];
	remote_cap peer[PEERS];
	bool bell_used[BELLS];
	struct bell {
		tn_signal_cap cap;
		uint32_t peer, slot;
	} bell[BELLS];
	bool session_used[SESSIONS];
	struct open_session {
		struct tn_session session;
		uint32_t service;
	} session[SESSIONS];
	bool thread_used[THREADS];
	struct running {
		struct tn_thread *thread;
		uint32_t what;
		remote_cap peer;
		struct tn_semaphore go, done;
		tn_error result;
		uint64_t value;
	} thread[THREADS];
	struct tn_mutex lock;
	bool locked;
	struct tn_semaphore semaphore;
	uint32_t ups;
	/* Told by other threads, under this lock. */
	struct tn_mutex told_lock;
	struct tn_condition told;
};

extern struct world world;

void world_begin(struct tn_env *env);
/* All goes; says what is left. */
void world_end(void);

/* -- what a step says -- */

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_error(tn_error error);
void say_number(uint64_t number);
/* The error, and true if it is none: then come the results. */
bool said_ok(tn_error error);

/* -- slots -- */

/* The first from k on that is in use, or k itself; the first that is free, or n. */
uint32_t used_slot(const bool *used, uint32_t n, uint32_t k);
uint32_t free_slot(const bool *used, uint32_t n, uint32_t k);
/* A handle of any kind, right or wrong; one that is none any more; to be a wrong one. */
tn_handle any_handle(uint32_t k);
void make_stale(tn_handle handle);
/* Mostly what is asked for. */
tn_dataspace_cap dataspace_at(uint32_t k);
tn_region_map_cap map_at(uint32_t k);
tn_pd_cap pd_at(uint32_t k);
tn_signal_cap signal_at(uint32_t k);
remote_cap peer_at(uint32_t k);
/* An entrypoint, and its number in entry[], -1 for the main one. */
struct tn_entrypoint *entry_at(uint32_t k, int *number);

/* Keeps what was received, or gives it back. */
void take_in_hand(tn_handle handle, uint32_t k);
void add_view(void *at, uint64_t size, tn_dataspace_cap from);
/* Views that contain the address are no more. */
void forget_views(uint64_t address);
void free_map(uint32_t i);
void close_pd(uint32_t i);
void end_entry(uint32_t i);
void join_thread(uint32_t i);
/* Waits for its end, says how, and clears what belongs to it. */
void bury_peer(uint32_t i);
const char *peer_name(uint32_t i);

/* Sizes and places, from harmless to impossible. */
uint64_t size_of(uint32_t k);
uint64_t place_of(uint32_t k);
uint32_t rights_of(uint32_t k);
/* Of regions: within a small dataspace, mostly. */
uint64_t offset_of(uint32_t k);
uint64_t length_of(uint32_t k);
