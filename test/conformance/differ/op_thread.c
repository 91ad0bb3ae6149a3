/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Steps: threads, entrypoints, what threads wait on; own objects and signals. */

#include "world.h"

/* -- threads: each does one thing, and its result is told by who joins it -- */

enum { RETURNS, CALLS, WAITS, JOINS_ITSELF, SIGNALS_ITSELF, THREAD_KINDS };

static void signal_itself(struct running *running)
{
	struct tn_signal signal = { .handler = NULL };
	running->result = tn_signal_create(tn_thread_self_entrypoint(), &signal);
	if (running->result != TN_OK)
		return;
	running->result = tn_signal_submit(signal.cap);
	tn_signal_wait(&signal);
	tn_signal_destroy(&signal);
}

static void run_thread(void *argument)
{
	struct running *running = argument;
	running->result = TN_OK;
	switch (running->what) {
	case CALLS:
		running->result = remote_echo(running->peer, tn_thread_self(), &running->value);
		break;
	case WAITS:
		tn_semaphore_down(&running->go);
		break;
	case JOINS_ITSELF:
		running->result = tn_thread_join(running->thread);
		break;
	case SIGNALS_ITSELF:
		signal_itself(running);
		break;
	default:
		break;
	}
	running->value = ~running->value;
	tn_semaphore_up(&running->done);
}

OP(thread_begin)
{
	static const size_t stacks[] = { 0, 32768, 65536, 0, TN_STACK_MAX, TN_STACK_MAX + 1 };
	uint32_t i = free_slot(world.thread_used, THREADS, o.a);
	if (i == THREADS)
		return;
	struct running *running = &world.thread[i];
	/* A peer for sure: the driver's own objects are not served while it waits. */
	*running = (struct running){ .what = o.b % THREAD_KINDS, .peer = peer_at(o.b / 8 * 32) };
	uint32_t priority = o.c % 4 ? TN_PRIORITY_DEFAULT : o.c / 4 % 33;
	if (!said_ok(tn_thread_create("a name that is too long for a thread", priority,
				      stacks[o.d % 6], run_thread, running, &running->thread)))
		return;
	world.thread_used[i] = true;
	if (running->what != WAITS) /* what it does is not to be at the same time as other steps */
		tn_semaphore_down(&running->done);
}

void join_thread(uint32_t i)
{
	struct running *running = &world.thread[i];
	world.thread_used[i] = false;
	if (running->what == WAITS)
		tn_semaphore_up(&running->go);
	say_error(tn_thread_join(running->thread));
	say_error(running->result);
	say_number(running->value);
}

OP(thread_join)
{
	uint32_t i = used_slot(world.thread_used, THREADS, o.a);
	if (world.thread_used[i])
		join_thread(i);
}

/* One that waits, or the calling one. */
static struct tn_thread *thread_at(uint32_t k)
{
	uint32_t i = used_slot(world.thread_used, THREADS, k);
	bool waits = world.thread_used[i] && world.thread[i].what == WAITS;
	return waits ? world.thread[i].thread : NULL;
}

OP(thread_priority)
{
	say_error(tn_thread_set_priority(thread_at(o.a), o.b % 33));
	say_error(tn_thread_set_priority(NULL, TN_PRIORITY_DEFAULT));
}

OP(thread_affinity)
{
	static const uint64_t masks[] = { 1, UINT64_MAX, 0 };
	say_error(tn_thread_set_affinity(thread_at(o.a), masks[o.b % 3]));
}

OP(thread_self)
{
	say("%u %s %d", tn_thread_self(), tn_thread_self_name(),
	    tn_thread_self_entrypoint() == tn_env_entrypoint(world.env));
}

OP(entry_create)
{
	uint32_t i = free_slot(world.entry_used, ENTRIES, o.a);
	if (i == ENTRIES)
		return;
	uint32_t priority = o.b % 8 ? TN_PRIORITY_DEFAULT : o.b / 8 % 33;
	if (said_ok(tn_entrypoint_create("entry", priority, &world.entry[i])))
		world.entry_used[i] = true;
}

OP(entry_destroy)
{
	uint32_t i = used_slot(world.entry_used, ENTRIES, o.a);
	if (o.b % 4 == 0)
		say_error(tn_entrypoint_destroy(tn_env_entrypoint(world.env)));
	else if (world.entry_used[i])
		end_entry(i);
}

/* -- what threads wait on -- */

OP(lock_try)
{
	if (o.a % 2 && world.locked)
		tn_mutex_unlock(&world.lock);
	if (o.a % 2 && world.locked)
		world.locked = false;
	bool got = tn_mutex_trylock(&world.lock);
	say("%d", got);
	world.locked = world.locked || got;
}

static struct {
	struct tn_mutex lock;
	struct tn_semaphore begin;
	struct tn_condition changed;
	uint32_t count, at;
} contest;

static void compete_with(void *argument)
{
	(void)argument;
	tn_semaphore_down(&contest.begin);
	for (uint32_t i = 0; i < 50; i++) {
		tn_mutex_lock(&contest.lock);
		contest.count++;
		tn_mutex_unlock(&contest.lock);
	}
}

OP(lock_contend)
{
	struct tn_thread *thread[2] = { NULL, NULL };
	contest.count = 0;
	for (uint32_t i = 0; i < 2; i++)
		say_error(tn_thread_create("competes", TN_PRIORITY_DEFAULT, 0, compete_with, NULL,
					   &thread[i]));
	for (uint32_t i = 0; i < 2; i++)
		if (thread[i])
			tn_semaphore_up(&contest.begin);
	for (uint32_t i = 0; i < 2; i++)
		if (thread[i])
			say_error(tn_thread_join(thread[i]));
	say_number(contest.count);
}

OP(semaphore_count)
{
	for (uint32_t i = o.a % 4; i > 0; i--, world.ups++)
		tn_semaphore_up(&world.semaphore);
	for (uint32_t i = o.b % 4; i > 0 && world.ups; i--, world.ups--)
		tn_semaphore_down(&world.semaphore);
	say_number(world.ups);
}

/* Two threads hand a number to and fro. */
static void pass_on(void *argument)
{
	const uint32_t *rounds = argument;
	tn_mutex_lock(&contest.lock);
	for (uint32_t i = 0; i < *rounds; i++) {
		while (contest.at % 2 == 0)
			tn_condition_wait(&contest.changed, &contest.lock);
		contest.at++;
		tn_condition_signal(&contest.changed);
	}
	tn_mutex_unlock(&contest.lock);
}

OP(condition_pass)
{
	struct tn_thread *thread = NULL;
	uint32_t rounds = 1 + o.a % 10;
	contest.at = 0;
	tn_condition_broadcast(&contest.changed); /* to nobody */
	if (!said_ok(tn_thread_create("passes", TN_PRIORITY_DEFAULT, 0, pass_on, &rounds, &thread)))
		return;
	tn_mutex_lock(&contest.lock);
	while (contest.at < 2 * rounds) {
		while (contest.at % 2)
			tn_condition_wait(&contest.changed, &contest.lock);
		if (contest.at == 2 * rounds)
			break;
		contest.at++;
		tn_condition_broadcast(&contest.changed);
	}
	tn_mutex_unlock(&contest.lock);
	say_error(tn_thread_join(thread));
	say_number(contest.at);
}

/* -- own objects: peers may call those that are not the main entrypoint's -- */

static tn_error own_echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value + 1;
	return TN_OK;
}

/* An interface of one function is what an older server has. */
static tn_error own_dispatch(const void *ops, void *self, struct tn_request *request)
{
	if (request->opcode != remote_opcode_echo)
		return TN_ERR_PROTOCOL;
	return remote_dispatch(ops, self, request);
}

OP(object_create)
{
	static const struct remote_ops ops = { .echo = own_echo };
	uint32_t i = free_slot(world.object_used, OBJECTS, o.a);
	int entry;
	if (i == OBJECTS)
		return;
	struct tn_entrypoint *entrypoint = entry_at(o.b, &entry);
	struct tn_object *object = &world.object[i].object;
	*object = (struct tn_object){ .dispatch = own_dispatch, .ops = &ops };
	if (!said_ok(tn_object_create(entrypoint, object)))
		return;
	world.object_used[i] = true;
	world.object[i].entry = entry;
	say("%s", entry < 0 ? " main" : " entry");
}

OP(object_destroy)
{
	uint32_t i = used_slot(world.object_used, OBJECTS, o.a);
	if (!world.object_used[i])
		return;
	tn_handle handle = world.object[i].object.handle;
	tn_object_destroy(&world.object[i].object);
	tn_object_destroy(&world.object[i].object); /* which it is not any more */
	world.object_used[i] = false;
	make_stale(handle);
	say_error(tn_cap_retain(handle));
}

OP(object_call)
{
	remote_cap own = { world.object[used_slot(world.object_used, OBJECTS, o.a)].object.handle };
	uint64_t back = 0;
	if (o.b % 8 == 0)
		say_error(remote_status(own, 0));
	else if (said_ok(remote_echo(own, o.c, &back)))
		say_number(back);
}

/* -- own signals -- */

static void note_handled(void *argument)
{
	struct own_signal *own = argument;
	tn_mutex_lock(&world.told_lock);
	own->handled = own->sent;
	tn_condition_broadcast(&world.told);
	tn_mutex_unlock(&world.told_lock);
}

OP(signal_create)
{
	uint32_t i = free_slot(world.signal_used, SIGNALS, o.a);
	if (i == SIGNALS)
		return;
	struct own_signal *own = &world.signal[i];
	*own = (struct own_signal){ .signal = { .handler = note_handled, .argument = own } };
	struct tn_entrypoint *entrypoint = entry_at(o.b, &own->entry);
	if (said_ok(tn_signal_create(entrypoint, &own->signal)))
		world.signal_used[i] = true;
}

OP(signal_destroy)
{
	uint32_t i = used_slot(world.signal_used, SIGNALS, o.a);
	if (!world.signal_used[i])
		return;
	tn_signal_cap cap = world.signal[i].signal.cap;
	tn_signal_destroy(&world.signal[i].signal);
	tn_signal_destroy(&world.signal[i].signal);
	world.signal_used[i] = false;
	make_stale(cap.handle);
	say_error(tn_signal_submit(cap));
}

/* Whoever has destroyed it may be noticed late. */
static void say_submitted(tn_error error)
{
	if (error == TN_ERR_GONE)
		error = TN_OK;
	say_error(error);
}

OP(signal_submit)
{
	uint32_t i = used_slot(world.signal_used, SIGNALS, o.a);
	struct own_signal *own = &world.signal[i];
	if (o.b % 4 == 0) {
		/* Not one of ours: whether that has been submitted has to be known. */
		uint32_t k = o.c % 16 == 5 || o.c % 16 == 6 || o.c % 16 == 7 ? 1 : o.c;
		say_submitted(tn_signal_submit((tn_signal_cap){ any_handle(k) }));
		return;
	}
	if (!world.signal_used[i])
		return;
	tn_mutex_lock(&world.told_lock);
	own->sent++;
	tn_mutex_unlock(&world.told_lock);
	for (uint32_t n = 1 + o.b % 3; n > 0; n--)
		say_error(tn_signal_submit(own->signal.cap));
	own->submitted = true;
}

OP(signal_await)
{
	uint32_t i = used_slot(world.signal_used, SIGNALS, o.a);
	struct own_signal *own = &world.signal[i];
	if (!world.signal_used[i] || !own->submitted) {
		say("not submitted");
		return;
	}
	own->submitted = false;
	if (own->entry < 0) {
		tn_signal_wait(&own->signal);
		say("came");
		return;
	}
	tn_mutex_lock(&world.told_lock);
	while (own->handled != own->sent)
		tn_condition_wait(&world.told, &world.told_lock);
	tn_mutex_unlock(&world.told_lock);
	say("handled");
}

/* -- capabilities -- */

OP(cap_retain)
{
	tn_handle handle = any_handle(o.a);
	if (said_ok(tn_cap_retain(handle)))
		take_in_hand(handle, o.b);
}

OP(cap_release)
{
	uint32_t i = used_slot(world.hand_used, HANDS, o.a);
	if (o.b % 8 == 0) {
		tn_cap_release(any_handle(o.c % 2 ? 15 + o.c * 8 / 16 * 16 : 0));
		return;
	}
	if (!world.hand_used[i])
		return;
	world.hand_used[i] = false;
	tn_cap_release(world.hand[i]);
	make_stale(world.hand[i]);
	say_error(tn_cap_retain(world.hand[i]) == TN_OK ? TN_OK : TN_ERR_CAPABILITY);
	tn_cap_release(world.hand[i]);
}
