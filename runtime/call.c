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
__attribute__((noinline)) static tn_error transfer(const struct tn_call *call)
{
	tn_error error;
	uint32_t seen;
	struct tn_handles handles = { .count = call->cap_count };
	for (uint32_t i = 0; i < call->cap_count; i++)
		handles.handle[i] = call->caps[i];
	for (;;) {
		seen = __atomic_load_n(&turns, __ATOMIC_SEQ_CST);
		__atomic_store_n(&thread_page()->transferring, call->destination, __ATOMIC_SEQ_CST);
		error = tn_pd_transfer_call(runtime_env.pd, call->destination, handles);
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
	call->transferred = call->cap_count && TN_HANDLE_KIND(destination) != TN_CAP_CORE;
	if (error == TN_OK && call->transferred)
		error = transfer(call);
	if (error != TN_OK)
		return error;
	call->received = 0;
	note(destination);
	error = port_call_begin(call);
	if (error == TN_OK)
		return TN_OK;
	note(0);
	if (call->transferred)
		end_turn();
	return error;
}

/* Most replies bring none. */
static inline uint32_t take_transfer(struct tn_transfer *transfer, struct tn_call *call)
{
	if (__atomic_load_n(&transfer->state, __ATOMIC_ACQUIRE) == TN_TRANSFER_EMPTY)
		return 0;
	return cap_take(transfer, call->destination, call->caps);
}

/*
 * What came with the reply, wanted or not: what is not wanted is given back at the end of the call,
 * or we would pay for it.
 */
static tn_error take_caps(struct tn_call *call, tn_error error)
{
	uint32_t announced = error == TN_OK ? call->cap_count : 0;
	uint32_t expected = error == TN_OK ? call->reply_cap_count : 0;
	if (TN_HANDLE_KIND(call->destination) == TN_CAP_CORE)
		call->received = announced;
	else
		call->received = take_transfer(&thread_page()->reply, call);
	if (expected == TN_CALL_CAPS_ANY)
		expected = announced;
	bool fits = announced == expected && call->received == expected;
	return error == TN_OK && !fits ? TN_ERR_PROTOCOL : error;
}

ABI tn_error tn_call_invoke(struct tn_call *call)
{
	tn_error error = call->length <= TN_MESSAGE_MAX ? port_call_invoke(call) : TN_ERR_TOO_LONG;
	if (tn_error_number(error) >= TN_ERROR_COUNT) /* the server says what it likes */
		error = TN_ERR_PROTOCOL;
	error = take_caps(call, error);
	return error == TN_OK && call->length > TN_MESSAGE_MAX ? TN_ERR_PROTOCOL : error;
}

__attribute__((noinline)) static tn_error settle_caps(struct tn_call *call, tn_error result)
{
	tn_error error = caps_received(call->caps, call->received);
	if (result == TN_OK)
		result = error;
	if (result != TN_OK)
		caps_release(call->caps, call->received);
	return result;
}

ABI tn_error tn_call_end(struct tn_call *call, tn_error result)
{
	port_call_end(call);
	note(0);
	if (call->transferred)
		end_turn();
	return call->received ? settle_caps(call, result) : result;
}
