/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What a call, a message, a capability, a signal, a session and memory cost, from few samples. */
#include "../measure.h"
#include "../rpc/peer.h"

enum { SAMPLES = 40, BATCH = 5 };

static struct {
	peer_cap peer;
	tn_signal_cap ask;
	struct tn_signal answer;
} probe;

static struct tn_session open_peer(void)
{
	const struct tn_quota quota = { 8192, 8 }; /* object and signal of the session */
	struct tn_session session;
	bench_check(tn_session_open("Peer", "", quota, &peer_interface, &session), "Peer");
	return session;
}

static void call(void)
{
	bench_check(peer_null(probe.peer), "null");
}

static void message(void)
{
	static unsigned char data[PEER_DATA_MAX];
	bench_check(peer_data(probe.peer, data, sizeof(data)), "data");
}

static void capability(void)
{
	tn_any_cap given = { probe.answer.cap.handle };
	bench_check(peer_capability(probe.peer, given), "capability");
}

static void round_trip(void)
{
	bench_check(tn_signal_submit(probe.ask), "submit");
	tn_signal_wait(&probe.answer);
}

static void session(void)
{
	struct tn_session opened = open_peer();
	tn_session_close(&opened);
}

static void memory(void)
{
	tn_dataspace_cap dataspace;
	bench_check(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace), "alloc");
	tn_dataspace_free(dataspace);
}

static void measure(const char *name, void operation(void))
{
	operation(); /* what the first one costs more is not what is asked */
	bench_begin();
	for (unsigned i = 0; i < SAMPLES; i++) {
		uint64_t start = bench_now();
		for (unsigned j = 0; j < BATCH; j++)
			operation();
		bench_sample(start);
	}
	bench_report(name, BATCH);
}

void component_construct(struct tn_env *env)
{
	bench_init();
	struct tn_session opened = open_peer();
	probe.peer.handle = opened.cap;
	bench_check(tn_signal_create(tn_env_entrypoint(env), &probe.answer), "signal");
	bench_check(peer_signals(probe.peer, probe.answer.cap, &probe.ask), "signals");
	measure("rpc.null", call);
	measure("rpc.4k", message);
	measure("rpc.caps-1", capability);
	measure("signal.round-trip", round_trip);
	measure("session.open-close", session);
	measure("dataspace.alloc-free", memory);
	tn_exit(0);
}
