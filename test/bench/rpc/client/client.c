/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The client of the bench: measures, while a second session and a signal of its own are live. */
#include "../../measure.h"
#include "../peer.h"

enum { BATCHES = 1000, BATCH = 100, SLOW_BATCH = 10, SLOW = 200 };

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
	bench_begin();
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = bench_now();
		for (unsigned j = 0; j < BATCH; j++)
			bench_check(peer_null(peer), "null");
		bench_sample(start);
	}
	bench_report("rpc.null", BATCH);
}

static void measure_data(peer_cap peer)
{
	static unsigned char data[PEER_DATA_MAX];
	bench_begin();
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = bench_now();
		for (unsigned j = 0; j < SLOW_BATCH; j++)
			bench_check(peer_data(peer, data, sizeof(data)), "data");
		bench_sample(start);
	}
	bench_report("rpc.4k", SLOW_BATCH);
}

static void measure_capability(peer_cap peer, tn_any_cap given)
{
	bench_begin();
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = bench_now();
		for (unsigned j = 0; j < SLOW_BATCH; j++)
			bench_check(peer_capability(peer, given), "capability");
		bench_sample(start);
	}
	bench_report("rpc.caps-1", SLOW_BATCH);
}

static void measure_signal(tn_signal_cap ask, struct tn_signal *answer)
{
	bench_begin();
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = bench_now();
		for (unsigned j = 0; j < SLOW_BATCH; j++) {
			bench_check(tn_signal_submit(ask), "submit");
			tn_signal_wait(answer);
		}
		bench_sample(start);
	}
	bench_report("signal.round-trip", SLOW_BATCH);
}

static void measure_session(void)
{
	bench_begin();
	for (unsigned i = 0; i < SLOW; i++) {
		uint64_t start = bench_now();
		struct tn_session session = open_peer();
		tn_session_close(&session);
		bench_sample(start);
	}
	bench_report("session.open-close", 1);
}

static void measure_dataspace(void)
{
	bench_begin();
	for (unsigned i = 0; i < BATCHES; i++) {
		tn_dataspace_cap dataspace;
		uint64_t start = bench_now();
		bench_check(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace), "alloc");
		tn_dataspace_free(dataspace);
		bench_sample(start);
	}
	bench_report("dataspace.alloc-free", 1);
}

void component_construct(struct tn_env *env)
{
	static struct tn_signal answer;
	tn_signal_cap ask;
	bench_init();
	struct tn_session session = open_peer(), idle = open_peer();
	peer_cap peer = { session.cap };
	bench_check(tn_signal_create(tn_env_entrypoint(env), &answer), "signal");
	bench_check(peer_signals(peer, answer.cap, &ask), "signals");
	measure_null(peer);
	measure_data(peer);
	measure_capability(peer, (tn_any_cap){ answer.cap.handle });
	measure_signal(ask, &answer);
	measure_session();
	measure_dataspace();
	tn_session_close(&idle);
	tn_exit(0);
}
