/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The client of the bench: measures, while a second session and a signal of its own are live. Each
 * operation is done as often as the configuration says, `config rounds=N`, in a thousand samples;
 * with `sessions-only=#true` nothing but sessions is measured.
 */
#include "../../measure.h"
#include "../peer.h"
#include <tenon/config.h>
#include <tenon/thread.h>

enum { SAMPLES = BENCH_SAMPLES_MAX, STRETCHES = 20, STRETCH = 10000 };

static uint32_t batch; /* rounds of a sample */
static bool sessions_only;

#define MEASURE(name, ...)                                     \
	do {                                                   \
		bench_begin();                                 \
		for (unsigned i = 0; i < SAMPLES; i++) {       \
			uint64_t start = bench_now();          \
			for (unsigned j = 0; j < batch; j++) { \
				__VA_ARGS__;                   \
			}                                      \
			bench_sample(start);                   \
		}                                              \
		bench_report(name, batch);                     \
	} while (0)

static struct tn_session open_peer(void)
{
	/* What the server's object and signal cost it. */
	const struct tn_quota quota = { 8192, 8 };
	struct tn_session session;
	bench_check(tn_session_open("Peer", "", quota, &peer_interface, &session), "Peer");
	return session;
}

static void measure_null(peer_cap peer)
{
	MEASURE("rpc.null", bench_check(peer_null(peer), "null"));
}

/*
 * So many calls that one look at the clock does not count: where both sides run at once, it puts
 * one of them to sleep, and what it costs says nothing.
 */
static void measure_stretches(peer_cap peer)
{
	bench_begin();
	for (unsigned i = 0; i < STRETCHES; i++) {
		uint64_t start = bench_now();
		for (unsigned j = 0; j < STRETCH; j++)
			bench_check(peer_null(peer), "null");
		bench.sample[bench.count++] = bench_now() - start;
	}
	bench_report("rpc.null.stretch", STRETCH);
}

static void measure_data(peer_cap peer)
{
	static unsigned char data[PEER_DATA_MAX];
	MEASURE("rpc.4k", bench_check(peer_data(peer, data, sizeof(data)), "data"));
}

#define MEASURE_WORDS(count)                                                    \
	static void measure_words_##count(peer_cap peer)                        \
	{                                                                       \
		const struct peer_words_##count words = { { count } };          \
		MEASURE("rpc.words-" #count,                                    \
			bench_check(peer_words_##count(peer, words), "words")); \
	}

MEASURE_WORDS(4)
MEASURE_WORDS(20)
MEASURE_WORDS(60)

static void measure_capability(peer_cap peer, tn_any_cap given)
{
	MEASURE("rpc.caps-1", bench_check(peer_capability(peer, given), "capability"));
}

/* Signals of our own, each known to the server by the first call already. */
static void measure_capabilities(peer_cap peer, struct tn_env *env)
{
	static struct tn_signal own[TN_MESSAGE_CAPS_MAX];
	tn_any_cap c[TN_MESSAGE_CAPS_MAX];
	for (unsigned i = 0; i < TN_MESSAGE_CAPS_MAX; i++) {
		bench_check(tn_signal_create(tn_env_entrypoint(env), &own[i]), "signal");
		c[i].handle = own[i].cap.handle;
	}
	MEASURE("rpc.caps-8",
		bench_check(peer_capabilities(peer, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]),
			    "capabilities"));
	for (unsigned i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
		tn_signal_destroy(&own[i]);
}

static void measure_signal(tn_signal_cap ask, struct tn_signal *answer)
{
	MEASURE("signal.round-trip", {
		bench_check(tn_signal_submit(ask), "submit");
		tn_signal_wait(answer);
	});
}

static void measure_session(void)
{
	MEASURE("session.open-close", {
		struct tn_session session = open_peer();
		tn_session_close(&session);
	});
}

static void measure_dataspace(void)
{
	tn_dataspace_cap dataspace;
	MEASURE("dataspace.alloc-free", {
		bench_check(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace), "alloc");
		tn_dataspace_free(dataspace);
	});
}

static void nothing(void *argument)
{
	(void)argument;
}

static void measure_thread(void)
{
	struct tn_thread *thread;
	MEASURE("thread.create-join", {
		bench_check(tn_thread_create("bench", TN_PRIORITY_DEFAULT, 0, nothing, NULL,
					     &thread),
			    "thread");
		bench_check(tn_thread_join(thread), "join");
	});
}

static void configure(void)
{
	struct tn_config config;
	struct tn_kdl_node node;
	tn_config_read(&config, "config", &node);
	uint64_t rounds = tn_config_u64(&config, &node, "rounds", 100000, SAMPLES, 1000000);
	sessions_only = tn_config_bool(&config, &node, "sessions-only", false);
	tn_config_end(&config);
	batch = (uint32_t)rounds / SAMPLES;
}

static void measure_calls(struct tn_env *env, peer_cap peer, tn_signal_cap ask,
			  struct tn_signal *answer)
{
	measure_null(peer);
	measure_stretches(peer);
	measure_words_4(peer);
	measure_words_20(peer);
	measure_words_60(peer);
	measure_data(peer);
	measure_capability(peer, (tn_any_cap){ answer->cap.handle });
	measure_capabilities(peer, env);
	measure_signal(ask, answer);
}

void component_construct(struct tn_env *env)
{
	static struct tn_signal answer;
	tn_signal_cap ask;
	configure();
	bench_init();
	struct tn_session session = open_peer(), idle = open_peer();
	peer_cap peer = { session.cap };
	bench_check(tn_signal_create(tn_env_entrypoint(env), &answer), "signal");
	bench_check(peer_signals(peer, answer.cap, &ask), "signals");
	if (!sessions_only)
		measure_calls(env, peer, ask, &answer);
	measure_session();
	measure_dataspace();
	measure_thread();
	tn_session_close(&idle);
	tn_exit(0);
}
