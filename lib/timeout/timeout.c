/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/timeout.h>

static struct tn_timeout *of(struct tn_tree_node *node)
{
	return TN_CONTAINER_OF(node, struct tn_timeout, node);
}

static int order(const void *key, const struct tn_tree_node *node)
{
	const uint64_t *deadline = key;
	const struct tn_timeout *timeout = TN_CONTAINER_OF_CONST(node, struct tn_timeout, node);
	return (*deadline > timeout->deadline) - (*deadline < timeout->deadline);
}

static timer_cap timer(const struct tn_timeouts *timeouts)
{
	return (timer_cap){ timeouts->session.cap };
}

tn_error tn_timeouts_now(const struct tn_timeouts *timeouts, uint64_t *us)
{
	return timer_now(timer(timeouts), us);
}

/* The server's one timeout becomes our earliest. A later one than needed is never programmed. */
static tn_error program(struct tn_timeouts *timeouts)
{
	struct tn_tree_node *first = tn_tree_first(&timeouts->set);
	uint64_t deadline = first ? of(first)->deadline : UINT64_MAX, now = 0;
	if (timeouts->running || deadline == timeouts->programmed)
		return TN_OK;
	if (!first) {
		timeouts->programmed = UINT64_MAX;
		return timer_once(timer(timeouts), 0);
	}
	tn_error error = tn_timeouts_now(timeouts, &now);
	if (error == TN_OK)
		error = timer_once(timer(timeouts), deadline > now ? deadline - now : 1);
	timeouts->programmed = error == TN_OK ? deadline : UINT64_MAX;
	return error;
}

static void insert(struct tn_timeouts *timeouts, struct tn_timeout *timeout, uint64_t deadline)
{
	timeout->deadline = deadline;
	timeout->set = true;
	tn_tree_add(&timeouts->set, &deadline, &timeout->node);
}

static void take_out(struct tn_timeouts *timeouts, struct tn_timeout *timeout)
{
	tn_tree_remove(&timeouts->set, &timeout->node);
	timeout->set = false;
}

static void run(struct tn_timeouts *timeouts, struct tn_timeout *timeout, uint64_t now)
{
	uint64_t periods = timeout->period ? (now - timeout->deadline) / timeout->period + 1 : 0;
	uint64_t span = periods * timeout->period;
	take_out(timeouts, timeout);
	if (periods && span < UINT64_MAX - timeout->deadline)
		insert(timeouts, timeout, timeout->deadline + span);
	timeout->handler(timeout->argument);
}

/* What handlers set is later than `now`: the loop ends. */
static void run_due(struct tn_timeouts *timeouts, uint64_t now)
{
	struct tn_tree_node *first;
	while ((first = tn_tree_first(&timeouts->set)) && of(first)->deadline <= now)
		run(timeouts, of(first), now);
}

static void expired(void *argument)
{
	struct tn_timeouts *timeouts = argument;
	uint64_t now;
	if (tn_timeouts_now(timeouts, &now) != TN_OK)
		return; /* the server is gone: whoever sets another one is told */
	timeouts->running = true;
	run_due(timeouts, now);
	timeouts->running = false;
	timeouts->programmed = UINT64_MAX; /* the server's has expired, or is programmed anew */
	(void)program(timeouts);
}

void tn_timeouts_wait(struct tn_timeouts *timeouts)
{
	tn_signal_wait(&timeouts->expired);
	expired(timeouts);
}

static tn_error set(struct tn_timeouts *timeouts, struct tn_timeout *timeout, uint64_t deadline,
		    uint64_t period)
{
	take_out(timeouts, timeout);
	timeout->period = period;
	insert(timeouts, timeout, deadline);
	tn_error error = program(timeouts);
	if (error != TN_OK)
		take_out(timeouts, timeout);
	return error;
}

tn_error tn_timeout_at(struct tn_timeouts *timeouts, struct tn_timeout *timeout, uint64_t us)
{
	if (us == UINT64_MAX)
		return TN_ERR_ARGUMENT;
	return set(timeouts, timeout, us, 0);
}

/* From the next full microsecond: never early. */
static tn_error set_from_now(struct tn_timeouts *timeouts, struct tn_timeout *timeout, uint64_t us,
			     uint64_t period)
{
	uint64_t now;
	tn_error error = tn_timeouts_now(timeouts, &now);
	if (error != TN_OK)
		return error;
	if (us >= UINT64_MAX - now - 1)
		return TN_ERR_ARGUMENT;
	return set(timeouts, timeout, now + 1 + us, period);
}

tn_error tn_timeout_once(struct tn_timeouts *timeouts, struct tn_timeout *timeout, uint64_t us)
{
	return set_from_now(timeouts, timeout, us, 0);
}

tn_error tn_timeout_periodic(struct tn_timeouts *timeouts, struct tn_timeout *timeout, uint64_t us)
{
	return us ? set_from_now(timeouts, timeout, us, us) : TN_ERR_ARGUMENT;
}

/* The server may submit once for nothing; that is cheaper than to tell it. */
void tn_timeout_cancel(struct tn_timeouts *timeouts, struct tn_timeout *timeout)
{
	take_out(timeouts, timeout);
}

tn_error tn_timeouts_open(struct tn_timeouts *timeouts, struct tn_entrypoint *entrypoint)
{
	const struct tn_quota quota = { TN_TIMER_RAM, TN_TIMER_CAPS };
	__builtin_memset(timeouts, 0, sizeof(*timeouts));
	tn_tree_init(&timeouts->set, order);
	timeouts->programmed = UINT64_MAX;
	timeouts->expired.handler = expired;
	timeouts->expired.argument = timeouts;
	tn_error error = tn_session_open("Timer", "", quota, &timer_interface, &timeouts->session);
	if (error != TN_OK)
		return error;
	error = tn_signal_create(entrypoint, &timeouts->expired);
	if (error == TN_OK)
		error = timer_watch(timer(timeouts), timeouts->expired.cap);
	if (error != TN_OK)
		tn_timeouts_close(timeouts);
	return error;
}

void tn_timeouts_close(struct tn_timeouts *timeouts)
{
	struct tn_tree_node *first;
	while ((first = tn_tree_first(&timeouts->set)))
		take_out(timeouts, of(first));
	tn_session_close(&timeouts->session);
	tn_signal_destroy(&timeouts->expired);
}
