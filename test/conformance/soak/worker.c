/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A worker: one random step after the other, each a handling of its own signal, so that it serves
 * others in between. Errors are what others' deaths come to: a step that fails is over. What must
 * never be is a wrong answer.
 */

#include "soak.h"
#include <tenon/text.h>
#include <tenon/thread.h>

enum {
	HANDS = 8,    /* objects of others that it holds */
	EXTRAS = 4,   /* objects of its own that come and go */
	SERVED = 6,   /* sessions of others with it */
	SESSIONS = 2, /* its sessions with others */
	HOPS = 4,
	THREADS = 8, /* no more at a time */
	TALLY_STEPS = 8,
	REST_OF = 64, /* after one step in so many it sleeps until somebody rings */
	END_OF = 600, /* one step in so many is its last */
	PAGES = 3,
	THREAD_CALLS = 20,
};

struct served {
	struct tn_object object;
	uint32_t id;
	bool used;
};

static struct {
	struct tn_env *env;
	hub_cap hub;
	struct tn_entrypoint *entrypoint; /* a second one, which is not held up by the steps */
	uint64_t random[THREADS];
	struct tn_mutex lock;
	struct tn_object object;
	struct tn_signal work;
	tn_handle hand[HANDS];
	tn_signal_cap bell[HANDS];
	struct tn_object extra[EXTRAS];
	bool extra_used[EXTRAS];
	struct served served[SERVED];
	struct tn_session session[SESSIONS];
	bool session_used[SESSIONS];
	struct tn_thread *thread;
	peer_cap thread_peer;
	struct tally done;
	uint32_t steps;
} worker;

/* Each thread has choices of its own. */
static uint64_t any_number(void)
{
	return soak_next(&worker.random[tn_thread_self() % THREADS]);
}

static uint32_t choose(uint32_t bound)
{
	return soak_below(&worker.random[tn_thread_self() % THREADS], bound);
}

/* -- hands, which both threads use -- */

/* Instead of what that hand held. Takes the capability over. */
static void take_into_hand(uint32_t i, tn_handle handle)
{
	tn_mutex_lock(&worker.lock);
	tn_handle before = worker.hand[i];
	worker.hand[i] = handle;
	tn_mutex_unlock(&worker.lock);
	tn_cap_release(before);
}

/* What some hand holds, if any does; borrowed, so that it may be gone when it is used. */
static tn_handle in_hand(void)
{
	uint32_t first = choose(HANDS);
	tn_handle handle = 0;
	tn_mutex_lock(&worker.lock);
	for (uint32_t i = 0; i < HANDS && !handle; i++)
		handle = worker.hand[(first + i) % HANDS];
	tn_mutex_unlock(&worker.lock);
	return handle;
}

static peer_cap any_peer(void)
{
	peer_cap cap = { in_hand() };
	if (tn_cap_retain(cap.handle) != TN_OK)
		cap.handle = 0;
	return cap;
}

/* The hands open for what is dead. */
static void drop(tn_handle dead)
{
	for (uint32_t i = 0; i < HANDS; i++) {
		tn_mutex_lock(&worker.lock);
		bool held = worker.hand[i] == dead;
		if (held)
			worker.hand[i] = 0;
		tn_mutex_unlock(&worker.lock);
		if (held)
			tn_cap_release(dead);
	}
}

static void broken(const char *what)
{
	tn_error error = hub_broken(worker.hub, what);
	(void)error;
	tn_exit(1);
}

/* What a call to any_peer() came to, which is given back. */
static bool count(peer_cap peer, tn_error error)
{
	if (!peer.handle)
		return false;
	if (error == TN_ERR_GONE)
		drop(peer.handle);
	tn_cap_release(peer.handle);
	if (error == TN_OK)
		worker.done.calls++;
	else
		worker.done.failed++;
	if (error == TN_ERR_PROTOCOL)
		broken("a message did not fit");
	return error == TN_OK;
}

/* -- what it serves -- */

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = ~value;
	return TN_OK;
}

static tn_error relay(void *self, struct tn_request *request, uint32_t hops, uint64_t value,
		      uint64_t *back)
{
	peer_cap next = { 0 };
	if (hops > 0 && hops <= HOPS)
		next = any_peer();
	if (!next.handle)
		return echo(self, request, value, back);
	tn_error error = peer_relay(next, hops - 1, value, back);
	tn_cap_release(next.handle);
	return error;
}

static tn_error swap(void *self, struct tn_request *request, tn_any_cap give, tn_any_cap *take)
{
	(void)self;
	(void)request;
	take->handle = in_hand();
	if (!give.handle || choose(2))
		return TN_OK;
	tn_error error = tn_cap_retain(give.handle);
	if (error == TN_OK)
		take_into_hand(choose(HANDS), give.handle);
	return error;
}

static tn_error ring(void *self, struct tn_request *request, tn_signal_cap bell)
{
	(void)self;
	(void)request;
	return tn_signal_submit(bell);
}

static tn_error share(void *self, struct tn_request *request, tn_dataspace_cap dataspace,
		      uint64_t value)
{
	uint64_t copy[8];
	void *address = NULL;
	(void)self;
	(void)request;
	tn_error error = tn_attach(dataspace, 0, 0, TN_RIGHT_READ, &address);
	if (error != TN_OK)
		return error;
	const char *from = address;
	error = tn_guarded_copy(copy, from + choose(PAGES) * TN_PAGE_SIZE, sizeof(copy));
	for (uint32_t i = 0; error == TN_OK && i < sizeof(copy) / sizeof(copy[0]); i++)
		if (copy[i] != value)
			broken("shared memory with another's content");
	tn_error detached = tn_detach(address);
	(void)detached;
	return error;
}

static const struct peer_ops ops = {
	.echo = echo, .relay = relay, .swap = swap, .ring = ring, .share = share
};

/* -- sessions, as a server -- */

static tn_error open_served(void *self, const struct tn_session_request *request, tn_handle *object)
{
	uint32_t i = 0;
	peer_cap cap;
	(void)self;
	while (i < SERVED && worker.served[i].used)
		i++;
	if (i == SERVED)
		return TN_ERR_LIMIT;
	struct served *served = &worker.served[i];
	tn_error error = peer_serve(worker.entrypoint, &served->object, &ops, NULL, &cap);
	if (error != TN_OK)
		return error;
	served->used = true;
	served->id = request->id;
	*object = served->object.handle;
	return TN_OK;
}

static void close_served(void *self, uint32_t id)
{
	(void)self;
	for (uint32_t i = 0; i < SERVED; i++) {
		if (!worker.served[i].used || worker.served[i].id != id)
			continue;
		worker.served[i].used = false;
		tn_object_destroy(&worker.served[i].object);
	}
}

/* -- steps -- */

static void meet(void)
{
	uint32_t i = choose(HANDS);
	tn_any_cap object = { 0 };
	tn_signal_cap bell = { 0 };
	if (hub_peer(worker.hub, choose(SOAK_WORKERS), &object, &bell) != TN_OK)
		return;
	take_into_hand(i, object.handle);
	tn_cap_release(worker.bell[i].handle);
	worker.bell[i] = bell;
	worker.done.transfers++;
}

static void call(void)
{
	uint64_t value = any_number(), back = 0;
	peer_cap peer = any_peer();
	if (count(peer, peer_echo(peer, value, &back)) && back != ~value)
		broken("a wrong answer");
}

static void call_on(void)
{
	uint64_t value = any_number(), back = 0;
	peer_cap peer = any_peer();
	if (count(peer, peer_relay(peer, choose(HOPS + 1), value, &back)) && back != ~value)
		broken("a wrong answer from a chain");
}

static void trade(void)
{
	tn_any_cap give = { in_hand() }, take = { 0 };
	if (choose(3) == 0)
		give.handle = worker.object.handle;
	peer_cap peer = any_peer();
	if (!count(peer, peer_swap(peer, give, &take)))
		return;
	worker.done.transfers += 2;
	take_into_hand(choose(HANDS), take.handle);
}

static void signal_others(void)
{
	for (uint32_t i = 0; i < HANDS; i++)
		if (worker.bell[i].handle && tn_signal_submit(worker.bell[i]) == TN_OK)
			worker.done.signals++;
}

static void ask_to_ring(void)
{
	peer_cap peer = any_peer();
	if (count(peer, peer_ring(peer, worker.work.cap)))
		worker.done.signals++;
}

static void lend(void)
{
	uint64_t value = any_number();
	tn_dataspace_cap dataspace;
	void *address = NULL;
	if (tn_dataspace_alloc(PAGES * TN_PAGE_SIZE, &dataspace) != TN_OK)
		return;
	if (tn_attach(dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &address) == TN_OK) {
		uint64_t *words = address;
		for (size_t i = 0; i < PAGES * TN_PAGE_SIZE / sizeof(*words); i++)
			words[i] = value;
		for (uint32_t i = choose(3); i > 0; i--) {
			peer_cap peer = any_peer();
			if (count(peer, peer_share(peer, dataspace, value)))
				worker.done.transfers++;
		}
	}
	tn_dataspace_free(dataspace);
}

/* Makes an object and hands it out, or destroys one that others may be using. */
static void come_or_go(void)
{
	uint32_t i = choose(EXTRAS);
	peer_cap cap;
	tn_any_cap take = { 0 };
	if (worker.extra_used[i]) {
		worker.extra_used[i] = false;
		tn_object_destroy(&worker.extra[i]);
		return;
	}
	if (peer_serve(worker.entrypoint, &worker.extra[i], &ops, NULL, &cap) != TN_OK)
		return;
	worker.extra_used[i] = true;
	tn_any_cap give = { cap.handle };
	peer_cap peer = any_peer();
	if (count(peer, peer_swap(peer, give, &take))) {
		worker.done.transfers += 2;
		tn_cap_release(take.handle);
	}
}

static void visit(void)
{
	const struct tn_quota quota = { 16384, 8 }, more = { 4096, 1 };
	uint32_t i = choose(SESSIONS);
	if (worker.session_used[i]) {
		worker.session_used[i] = false;
		tn_session_close(&worker.session[i]);
		return;
	}
	if (tn_session_open("Peer", "", quota, &peer_interface, &worker.session[i]) != TN_OK)
		return;
	worker.session_used[i] = true;
	worker.done.sessions++;
	uint64_t back = 0;
	peer_cap cap = { worker.session[i].cap };
	if (tn_cap_retain(cap.handle) == TN_OK && count(cap, peer_echo(cap, i, &back)) &&
	    back != ~(uint64_t)i)
		broken("a wrong answer in a session");
	if (choose(4) == 0) {
		tn_error error = tn_session_upgrade(&worker.session[i], more);
		(void)error;
	}
}

static void call_in_a_thread(void *argument)
{
	uint64_t back;
	(void)argument;
	for (uint64_t i = 0; i < THREAD_CALLS; i++)
		if (peer_echo(worker.thread_peer, i, &back) == TN_OK && back != ~i)
			tn_exit(SOAK_EXIT_WRONG);
}

static void thread(void)
{
	if (worker.thread) {
		tn_error error = tn_thread_join(worker.thread);
		(void)error;
		worker.thread = NULL;
		tn_cap_release(worker.thread_peer.handle);
		return;
	}
	worker.thread_peer = any_peer();
	if (!worker.thread_peer.handle)
		return;
	if (tn_thread_create("helper", TN_PRIORITY_DEFAULT, 0, call_in_a_thread, NULL,
			     &worker.thread) == TN_OK) {
		worker.done.threads++;
		return;
	}
	worker.thread = NULL;
	tn_cap_release(worker.thread_peer.handle);
}

static void fall(void)
{
	if (choose(2))
		tn_exit(0);
	*(volatile char *)(uintptr_t)0x123000 = 1;
}

static void step(void *argument)
{
	static void (*const steps[])(void) = {
		meet,        meet,    call,       call,  call,  call,
		call_on,     call_on, trade,      trade, trade, signal_others,
		ask_to_ring, lend,    come_or_go, visit, visit, thread,
	};
	(void)argument;
	steps[choose(sizeof(steps) / sizeof(steps[0]))]();
	if (++worker.steps % TALLY_STEPS == 0) {
		if (hub_tally(worker.hub, worker.done) == TN_OK)
			worker.done = (struct tally){ .calls = 0 };
	}
	if (choose(END_OF) == 0)
		fall();
	if (choose(REST_OF))
		(void)tn_signal_submit(worker.work.cap);
}

void worker_play(struct tn_env *env)
{
	static struct tn_service service = { .name = "Peer",
					     .interface = &peer_interface,
					     .open = open_served,
					     .close = close_served };
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	peer_cap own;
	uint64_t seed;
	worker.env = env;
	if (tn_session_open("Hub", "", none, &hub_interface, &session) != TN_OK)
		tn_exit(1);
	worker.hub.handle = session.cap;
	worker.work.handler = step;
	if (tn_entrypoint_create("serve", TN_PRIORITY_DEFAULT, &worker.entrypoint) != TN_OK)
		tn_exit(1);
	if (tn_signal_create(tn_env_entrypoint(env), &worker.work) != TN_OK ||
	    peer_serve(worker.entrypoint, &worker.object, &ops, NULL, &own) != TN_OK)
		tn_exit(1);
	tn_error error = tn_service_announce(&service); /* denied to a nest's child */
	(void)error;
	tn_any_cap object = { own.handle };
	if (hub_join(worker.hub, object, worker.work.cap, &seed) != TN_OK)
		tn_exit(1);
	for (uint32_t i = 0; i < THREADS; i++)
		worker.random[i] = seed + i;
	(void)tn_signal_submit(worker.work.cap);
}
