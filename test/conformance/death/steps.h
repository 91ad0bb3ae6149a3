/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A server that stops at the step of a call that the caller wants. */
#pragma once

#include <tenon/test.h>

#define STEPS(RPC, I)                                                               \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))                      \
	/* Posts the event, and is busy until it is killed. */                      \
	RPC(I, hold, InString(event, TN_TEST_NAME_MAX))                             \
	/* Posts the event, and replies when the actor has ended. */                \
	RPC(I, hold_until_end, InString(event, TN_TEST_NAME_MAX),                   \
	    InString(actor, TN_TEST_NAME_MAX))                                      \
	/* Gets itself killed, and never replies. */                                \
	RPC(I, die)                                                                 \
	/* The same, after the capability of the reply was transferred. */          \
	RPC(I, give_and_die, OutCap(tn_any_cap, cap))                               \
	RPC(I, exit, In(int32_t, value))                                            \
	RPC(I, fault, In(uint64_t, address))                                        \
	/* Keeps a capability; calls echo of it; gives it back. */                  \
	RPC(I, keep, InCap(tn_any_cap, cap))                                        \
	RPC(I, call_kept, In(uint64_t, value), Out(uint64_t, back))                 \
	RPC(I, drop_kept)                                                           \
	/* A second object; destroyed when so many victims are calling. */          \
	RPC(I, other, OutCap(tn_any_cap, other))                                    \
	RPC(I, destroy_other_under, In(uint32_t, victims))                          \
	/* Of the second object: destroys it, makes its successor, then returns. */ \
	RPC(I, destroy_own)                                                         \
	/* How many echoes of this value were served; small values only. */         \
	RPC(I, served, In(uint64_t, value), Out(uint64_t, echoes))

TN_RPC_INTERFACE(steps, STEPS)

/* Roles. */
void play_server(struct tn_env *env);      /* puts itself as "server" */
void play_holder(struct tn_env *env);      /* calls hold("held"); exits with the error it got */
void play_queuer(struct tn_env *env);      /* posts "queued", calls echo; exits with the error */
void play_mortal(struct tn_env *env);      /* calls hold_until_end("mortal-held", "mortal") */
void play_transferrer(struct tn_env *env); /* dies with a capability transferred, nothing sent */
void play_giver(struct tn_env *env);       /* has its own object kept by "server", and exits */
void play_cycle(struct tn_env *env);       /* "cycle.a" and "cycle.b" call each other */
void play_middle(struct tn_env *env);      /* "middle.2": puts itself, its echo calls "middle.1" */
void play_trio(struct tn_env *env);        /* three threads, each like a waiter */
void play_blocker(struct tn_env *env);     /* calls hold(own name); exits with the error it got */
void play_waiter(struct tn_env *env);      /* posts its name, calls echo of "target"; as above */
void play_victim(struct tn_env *env);      /* the same, when "destroying" is posted */
void play_flooder(struct tn_env *env);     /* the same with its number, until it fails */
