/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * System tests as components: a static library.
 *
 * A test is one executable with several roles. Started by init it becomes the stage: the parent of
 * all others, which never waits for anybody. The stage starts the actor "main", who plays the cases
 * one after the other and may block; it asks the stage to start and kill further actors, and to
 * keep capabilities under a name, so that actors find each other without sessions. An actor's role
 * is its name up to the first dot: "server.2" plays "server".
 *
 * Nothing waits by time: actors wait for the stage's signal, which comes whenever an actor ends or
 * a capability is put. Each case writes one line to the transcript, "ok NAME" or "not ok NAME:
 * why"; the test ends with the number of failed cases.
 *
 * `put` keeps a capability under a name; `kill` ends an actor, at once.
 *
 * What an actor asks of the stage is checked there: an error ends the actor, as a broken test.
 * Names are copied; capabilities that are put stay the putter's as well.
 *
 * @code{.c}
 * static void example_sums(struct tn_env *env)
 * {
 *         (void)env;
 *         TN_EXPECT_EQUAL(2 + 2, 4);
 *         tn_actor_start("helper");
 *         TN_EXPECT(tn_actor_end("helper").cause == TN_CHILD_EXITED);
 * }
 *
 * static void example_helper(struct tn_env *env)
 * {
 *         (void)env;
 *         tn_exit(0);
 * }
 *
 * void component_construct(struct tn_env *env)
 * {
 *         static const struct tn_test_case cases[] = { { "example.sums", example_sums },
 *                                                      { NULL, NULL } };
 *         static const struct tn_test_role roles[] = { { "helper", example_helper },
 *                                                      { NULL, NULL } };
 *         tn_test_main(env, "test-example", cases, roles);
 * }
 * @endcode
 */
#pragma once

#include <tenon/child.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the names of actors, and of what is put, without the NUL. */
#define TN_TEST_NAME_MAX 31u

#define TN_STAGE(RPC, I)                                                                    \
	/* Submitted whenever something below may have changed. */                          \
	RPC(I, watch, InCap(tn_signal_cap, changed))                                        \
	/* binary "": the test's own. provides "": nothing. */                              \
	RPC(I, start, InString(name, TN_TEST_NAME_MAX), InString(binary, TN_TEST_NAME_MAX), \
	    InString(provides, TN_TEST_NAME_MAX), In(uint64_t, ram), In(uint64_t, caps))    \
	RPC(I, kill, InString(name, TN_TEST_NAME_MAX))                                      \
	/* A signal that kills the actor, for those who cannot call. */                     \
	RPC(I, killer, InString(name, TN_TEST_NAME_MAX), OutCap(tn_signal_cap, killer))     \
	/* TN_ERR_NOT_FOUND: is still there, or never was. */                               \
	RPC(I, ended, InString(name, TN_TEST_NAME_MAX), Out(struct tn_child_end, end))      \
	RPC(I, put, InString(name, TN_TEST_NAME_MAX), InCap(tn_any_cap, cap))               \
	/* TN_ERR_NOT_FOUND: nobody has put it yet. */                                      \
	RPC(I, get, InString(name, TN_TEST_NAME_MAX), OutCap(tn_any_cap, cap))              \
	/* The accounts of an actor, or of the stage itself, which is called "test". */     \
	RPC(I, accounts, InString(name, TN_TEST_NAME_MAX), Out(struct tn_accounts, accounts))

TN_RPC_INTERFACE(tn_stage, TN_STAGE)

/* What an actor does whose name begins like this. */
struct tn_test_role {
	const char *name;                 /* up to the first dot */
	void (*play)(struct tn_env *env); /* on returning it serves its entrypoint */
};

/* One case. */
struct tn_test_case {
	const char *name;                /* in the transcript */
	void (*run)(struct tn_env *env); /* may block; returns when it is over */
};

/*
 * The whole of a test's component_construct(): `binary` is the ROM it was started from; roles end
 * with a NULL name, and "main" is played by running all cases, which end with a NULL name, too.
 */
void tn_test_main(struct tn_env *env, const char *binary, const struct tn_test_case *cases,
		  const struct tn_test_role *roles);

/* -- within a case -- */

/* The case goes on, and has failed; the first reason is told. */
#define TN_EXPECT(condition) tn_test_expect((condition), __FILE__, __LINE__, #condition)
/* The same: the call returns this error; two numbers are equal. */
#define TN_EXPECT_ERROR(call, expected) \
	tn_test_expect_error((call), (expected), __FILE__, __LINE__, #call)
#define TN_EXPECT_EQUAL(a, b) \
	tn_test_expect_equal((uint64_t)(a), (uint64_t)(b), __FILE__, __LINE__, #a " == " #b)
/* The function returns if it does not hold. */
#define TN_REQUIRE(condition)              \
	do                                 \
		if (!TN_EXPECT(condition)) \
			return;            \
	while (0)
#define TN_REQUIRE_OK(call)                        \
	do                                         \
		if (!TN_EXPECT_ERROR(call, TN_OK)) \
			return;                    \
	while (0)

/* What these macros call; they return whether it holds. */
bool tn_test_expect(bool condition, const char *file, int line, const char *text);
bool tn_test_expect_error(tn_error error, tn_error expected, const char *file, int line,
			  const char *text);
bool tn_test_expect_equal(uint64_t a, uint64_t b, const char *file, int line, const char *text);

/* For other roles than main: what cannot go wrong unless the test itself is wrong ends the actor.
 */
#define TN_MUST(call) tn_test_must((call), __FILE__, __LINE__, #call)
TN_NO_RETURN void tn_test_broken(tn_error error, const char *file, int line, const char *text);
static inline void tn_test_must(tn_error error, const char *file, int line, const char *text)
{
	if (error != TN_OK)
		tn_test_broken(error, file, line, text);
}

/* -- the stage, as actors see it; each of these may block -- */

/* What an actor gets if nothing else is said. */
#define TN_ACTOR_RAM  ((uint64_t)2 << 20)
#define TN_ACTOR_CAPS 200u

/* Starts an actor: of this test's executable; or of another one, as a server of `provides`, with
 * this much RAM (bytes) and capabilities. "" is as in TN_STAGE. */
void tn_actor_start(const char *name);
void tn_actor_start_with(const char *name, const char *binary, const char *provides, uint64_t ram,
			 uint64_t caps);
/* Waits until it is buried. Of one that is not there: nothing. */
void tn_actor_kill(const char *name);
/* A signal that does the same, without waiting; the caller owns it. */
tn_signal_cap tn_actor_killer(const char *name);
/* Waits for its end. */
struct tn_child_end tn_actor_end(const char *name);
/* Waits until an actor has ended or something was put, or returns for nothing. */
void tn_actor_wait(void);
/* Whether it is buried, now. */
bool tn_actor_has_ended(const char *name);
/* A value that the test puts where others find it; waits for it. The getter owns what it gets. */
void tn_actor_put(const char *name, tn_handle cap);
tn_handle tn_actor_get(const char *name);
/* An actor's accounts, or "test": the stage's own. */
struct tn_accounts tn_actor_accounts(const char *name);
/* Events without payload: `post` makes one known, `await` waits for it. Each name once. */
void tn_actor_post(const char *name);
void tn_actor_await(const char *name);

#ifdef __cplusplus
}
#endif
