/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The kernel's own call and reply, through the same capabilities that calls between components go
 * through, in two loops that do nothing else. Ticks are instructions under -icount shift=0.
 */
#include <sel4_abi.h>
#include <tenon/test.h>

#define PEER(RPC, I) RPC(I, begin)
TN_RPC_INTERFACE(peer, PEER)

enum { BATCHES = 20, BATCH = 1000, TICKS_MAX = 1000 * 1000 };

static uint64_t ticks(void)
{
	uint32_t low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* Never returns: it replies by itself, to this call and all that follow. */
static tn_error begin(void *self, struct tn_request *request)
{
	struct sel4_message m = { .info = SEL4_INFO(SEL4_LABEL_OURS, 0) };
	(void)self;
	(void)request;
	for (;;) {
		m.cap = sel4_of_thread(0, SEL4_OF_SERVER);
		m.info = SEL4_INFO(SEL4_LABEL_OURS, 0);
		sel4_enter(SEL4_REPLY_RECEIVE, &m);
	}
	return TN_OK;
}

static void play_peer(struct tn_env *env)
{
	static const struct peer_ops ops = { .begin = begin };
	static struct tn_object object;
	peer_cap cap;
	TN_MUST(peer_serve(tn_env_entrypoint(env), &object, &ops, NULL, &cap));
	tn_actor_put(tn_env_name(env), object.handle);
}

static void call_and_reply(struct tn_env *env)
{
	uint64_t least = UINT64_MAX;
	tn_actor_start("peer");
	peer_cap peer = { tn_actor_get("peer") };
	(void)env;
	TN_REQUIRE_OK(peer_begin(peer));
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = ticks();
		for (unsigned j = 0; j < BATCH; j++) {
			struct sel4_message m = { sel4_of_handle(peer.handle),
						  SEL4_INFO(SEL4_LABEL_OURS, 0),
						  { 0 } };
			sel4_enter(SEL4_CALL, &m);
		}
		uint64_t taken = (ticks() - start) / BATCH;
		least = taken < least ? taken : least;
	}
	TN_EXPECT(least > 0 && least < TICKS_MAX);
	tn_log("bench {\"name\": \"rpc.raw\", \"unit\": \"ns\", \"min\": %llu, \"median\": %llu, "
	       "\"p99\": %llu}",
	       (unsigned long long)least, (unsigned long long)least, (unsigned long long)least);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = { { "call-and-reply", call_and_reply },
						     { NULL, NULL } };
	static const struct tn_test_role roles[] = { { "peer", play_peer }, { NULL, NULL } };
	tn_test_main(env, "test-raw", cases, roles);
}
