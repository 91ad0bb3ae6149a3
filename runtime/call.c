/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The client's side of an RPC. The port moves the message; here is what all ports have in common.
 */
#include <runtime/runtime.h>

static tn_error check(const struct tn_call *call)
{
	uint32_t kind = TN_HANDLE_KIND(call->destination);
	if (call->cap_count > TN_MESSAGE_CAPS_MAX)
		return TN_ERR_ARGUMENT;
	if (kind != TN_CAP_OBJECT && kind != TN_CAP_CORE)
		return TN_ERR_CAPABILITY;
	return cap_callable(call->destination);
}

/*
 * Threads that transfer over the same channel take turns, but which channel a capability belongs to
 * only core knows: who is refused tries again when any call that brought capabilities has ended.
 */
static struct tn_mutex turns_lock;
static struct tn_condition turns_changed;
static uint32_t turns;

__attribute__((noinline)) static void end_turn(void)
{
	__atomic_store_n(&thread_page()->transferring, 0, __ATOMIC_SEQ_CST);
	tn_mutex_lock(&turns_lock);
	turns++;
	tn_condition_broadcast(&turns_changed);
	tn_mutex_unlock(&turns_lock);
}

static void await_turn(uint32_t seen)
{
	tn_mutex_lock(&turns_lock);
	while (turns == seen)
		tn_condition_wait(&turns_changed, &turns_lock);
	tn_mutex_unlock(&turns_lock);
}

/* The receiver must have the capabilities before the message arrives. Out of line: most calls carry
 * none. */
__attribute__((noinline)) static tn_error transfer(struct tn_call *call)
{
	tn_error error;
	uint32_t seen;
	struct tn_handles handles = { .count = call->cap_count };
	for (uint32_t i = 0; i < call->cap_count; i++)
		handles.handle[i] = call->caps[i];
	for (;;) {
		seen = __atomic_load_n(&turns, __ATOMIC_SEQ_CST);
		__atomic_store_n(&thread_page()->transferring, call->destination, __ATOMIC_SEQ_CST);
		error = tn_pd_transfer_call(runtime_env.pd, call->destination, handles,
					    &call->mark);
		if (error == TN_OK)
			return TN_OK;
		__atomic_store_n(&thread_page()->transferring, 0, __ATOMIC_SEQ_CST);
		if (error != TN_ERR_BUSY)
			return error;
		await_turn(seen);
	}
}

static void note(tn_handle calling)
{
	struct tn_thread_page *page = thread_page();
	/* Sequentially consistent: core first ends an object, then looks here; we note first, then
	 * look. */
	__atomic_store_n(&page->calling, calling, __ATOMIC_SEQ_CST);
}

ABI tn_error tn_call_begin(struct tn_call *call, tn_handle destination)
{
	call->destination = destination;
	tn_error error = check(call);
	call->mark = 0;
	if (error == TN_OK && call->cap_count && TN_HANDLE_KIND(destination) != TN_CAP_CORE)
		error = transfer(call);
	if (error != TN_OK)
		return error;
	call->received = 0;
	note(destination);
	error = port_call_begin(call);
	if (error == TN_OK)
		return TN_OK;
	note(0);
	if (call->mark)
		end_turn();
	return error;
}

/*
 * Most replies bring none. What is there may be of a call before, which was aborted while its
 * server replied: that is taken, too, as we would pay for it. How many are this call's.
 */
static inline uint32_t take_transfer(struct tn_transfer *transfer, struct tn_call *call)
{
	uint8_t mark = TN_TRANSFER_MARK(__atomic_load_n(&transfer->state, __ATOMIC_ACQUIRE));
	if (!mark)
		return 0;
	call->received = cap_take(transfer, mark, call->destination, call->caps);
	return mark == call->reply_mark ? call->received : 0;
}

/* Nothing came, and nothing was to come: most calls. */
static inline bool is_without_caps(const struct tn_call *call)
{
	const uint32_t *state = &thread_page()->reply.state;
	return !(call->cap_count | call->reply_cap_count |
		 __atomic_load_n(state, __ATOMIC_ACQUIRE));
}

/* What came with the reply; what is not wanted is given back at the end of the call. */
static __attribute__((noinline)) tn_error take_caps(struct tn_call *call, tn_error error)
{
	bool core = TN_HANDLE_KIND(call->destination) == TN_CAP_CORE;
	if (error != TN_OK || !call->cap_count)
		call->cap_count = call->reply_mark = 0;
	uint32_t announced = call->cap_count, expected = call->reply_cap_count;
	if (core)
		call->received = announced;
	uint32_t received = core ? announced : take_transfer(&thread_page()->reply, call);
	if (error != TN_OK)
		return error;
	if (expected == TN_CALL_CAPS_ANY)
		expected = announced;
	return announced == expected && received == expected ? TN_OK : TN_ERR_PROTOCOL;
}

ABI tn_error tn_call_invoke(struct tn_call *call)
{
	tn_error error = TN_ERR_TOO_LONG;
	if (call->length <= TN_MESSAGE_MAX)
		error = call->cap_count <= TN_MESSAGE_CAPS_MAX ? port_call_invoke(call)
							       : TN_ERR_ARGUMENT;
	if (tn_error_number(error) >= TN_ERROR_COUNT) /* the server says what it likes */
		error = TN_ERR_PROTOCOL;
	if (!is_without_caps(call))
		error = take_caps(call, error);
	return error == TN_OK && call->length > TN_MESSAGE_MAX ? TN_ERR_PROTOCOL : error;
}

__attribute__((noinline)) static tn_error settle_caps(struct tn_call *call, tn_error result)
{
	tn_error error = caps_received(call->caps, call->received);
	bool wanted = call->cap_count;
	if (result == TN_OK && wanted)
		result = error;
	if (result == TN_OK && wanted)
		return TN_OK;
	caps_release(call->caps, call->received);
	call->received = 0;
	return result;
}

/*
 * A reply that does not fit is the server's fault, unless the object has gone since the reply was
 * sent, or the request served: what went with them went with it. An argument that is too long is
 * found before some kernels have looked at the capability. Core knows, and "gone" comes first.
 */
__attribute__((noinline)) static tn_error blame(const struct tn_call *call, tn_error result)
{
	const struct tn_handles none = { .count = 0 };
	uint8_t mark;
	if (call->destination == runtime_env.pd.handle) /* who is asked */
		return result;
	tn_error error = tn_pd_transfer_call(runtime_env.pd, call->destination, none, &mark);
	/* Core has no such entry where a dead one could not be paid. */
	return error == TN_ERR_GONE || error == TN_ERR_CAPABILITY ? TN_ERR_GONE : result;
}

ABI tn_error tn_call_end(struct tn_call *call, tn_error result)
{
	port_call_end(call);
	note(0);
	if (call->mark)
		end_turn();
	if (result == TN_ERR_PROTOCOL || result == TN_ERR_TOO_LONG)
		result = blame(call, result);
	return call->received ? settle_caps(call, result) : result;
}
