/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Channels and transfers (test/model/channel.pml and transfer.pml) one instruction at a time: the
 * stepper runs this, see ../mark.h.
 *
 * The server has two threads: one serves, and is held up as long as a case wants it; the other one,
 * the owner, holds it up, lets it go on, and makes and destroys what it serves. The client's first
 * thread drives.
 */
#pragma once

#include "../mark.h"
#include <tenon/test.h>
#include <tenon/thread.h>

enum { TEXT_MAX = 200 };

#define OWNER(RPC, I)                                                                        \
	/* Two objects that the other thread serves. */                                      \
	RPC(I, make, OutCap(tn_any_cap, first), OutCap(tn_any_cap, second))                  \
	/* The second one once more. */                                                      \
	RPC(I, again, OutCap(tn_any_cap, second))                                            \
	RPC(I, unmake)                                                                       \
	/* The other thread serves nobody until it is resumed; it is in `stay` already. */   \
	RPC(I, stall)                                                                        \
	RPC(I, await_stay)                                                                   \
	RPC(I, resume)                                                                       \
	/* When it is resumed, it is the subject, from when it takes capabilities on. */     \
	RPC(I, resume_taking)                                                                \
	/* The same, from when it goes on to when it serves. */                              \
	RPC(I, resume_serving)                                                               \
	/* Another one in the place of the first, which nobody calls. */                     \
	RPC(I, replace)                                                                      \
	/* Of what was made: the first, the second. */                                       \
	RPC(I, destroy, In(uint32_t, which))                                                 \
	/* As soon as it is called; core is the subject. */                                  \
	RPC(I, destroy_called)                                                               \
	/* How often a message has changed while it was served, or was served by another. */ \
	RPC(I, mistakes, Out(uint32_t, count))
TN_RPC_INTERFACE(owner, OWNER)

#define SERVED(RPC, I)                                                          \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))                  \
	RPC(I, text, InString(text, TEXT_MAX))                                  \
	/* Stays until it is resumed. */                                        \
	RPC(I, stay, InString(text, TEXT_MAX))                                  \
	/* Is the actor. */                                                     \
	RPC(I, act)                                                             \
	/* Uses it. */                                                          \
	RPC(I, give, InCap(tn_signal_cap, signal))                              \
	/* The same, and keeps it until it drops it; then it is the subject. */ \
	RPC(I, keep, InCap(tn_signal_cap, signal))                              \
	RPC(I, drop)
TN_RPC_INTERFACE(served, SERVED)

void play_server(struct tn_env *env);

/* What a client has of it. */
struct client {
	owner_cap owner;
	tn_signal_cap nudge; /* does nothing; keeps the channel */
	served_cap first, second;
};
extern struct client client;

struct tn_thread *start_thread(void (*run)(void *), void *argument);
void make_objects(void);
void unmake_objects(void);

/* The cases. */
void served_at_any_moment(struct tn_env *env);
void destroyed_at_any_moment(struct tn_env *env);
void left_request_served(struct tn_env *env);
void destroyed_behind_a_left_request(struct tn_env *env);
void ended_too_late(struct tn_env *env);
void successor_in_the_record(struct tn_env *env);
void given_up_and_given_again(struct tn_env *env);
void given_again_while_dropped(struct tn_env *env);
void replaced_while_called(struct tn_env *env);
