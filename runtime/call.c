/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The client's side of an RPC. The port moves the message; here is what all ports have in common. */
#include <runtime/runtime.h>

static tn_error check(const struct tn_call *call)
{
	uint32_t kind = TN_HANDLE_KIND(call->destination);
	if (kind != TN_CAP_OBJECT && kind != TN_CAP_CORE)
		return TN_ERR_CAPABILITY;
	if (!cap_held(call->destination))
		return TN_ERR_CAPABILITY;
	return cap_own(call->destination) ? TN_ERR_DEADLOCK : TN_OK;
}

/* The receiver must have the capabilities before the message arrives. */
static tn_error transfer(const struct tn_call *call)
{
	struct tn_handles handles = { .count = call->cap_count };
	for (uint32_t i = 0; i < call->cap_count; i++)
		handles.handle[i] = call->caps[i];
	return tn_pd_transfer_call(runtime_env.pd, call->destination, handles);
}

static void note(tn_handle calling)
{
	struct tn_thread_page *page = thread_page();
	/* Sequentially consistent: core first ends an object, then looks here; we note first, then look. */
	__atomic_store_n(&page->calling, calling, __ATOMIC_SEQ_CST);
}

ABI tn_error tn_call_begin(struct tn_call *call, tn_handle destination)
{
	call->destination = destination;
	tn_error error = check(call);
	if (error == TN_OK && call->cap_count && TN_HANDLE_KIND(destination) != TN_CAP_CORE)
		error = transfer(call);
	if (error != TN_OK)
		return error;
	note(destination);
	error = port_call_begin(call);
	if (error != TN_OK)
		note(0);
	return error;
}

static tn_error receive_caps(struct tn_call *call, uint32_t expected)
{
	if (TN_HANDLE_KIND(call->destination) != TN_CAP_CORE) {
		if (call->cap_count != expected)
			return TN_ERR_PROTOCOL;
		return expected ? cap_take(&thread_page()->reply, expected, call->caps) : TN_OK;
	}
	for (uint32_t i = 0; i < call->cap_count; i++) {
		tn_error error = cap_received(call->caps[i]);
		if (error != TN_OK)
			return error;
	}
	return call->cap_count == expected ? TN_OK : TN_ERR_PROTOCOL;
}

ABI tn_error tn_call_invoke(struct tn_call *call)
{
	uint32_t expected = call->reply_cap_count;
	tn_error error = port_call_invoke(call);
	if ((uint32_t)error >= TN_ERROR_COUNT) /* the server says what it likes */
		return TN_ERR_PROTOCOL;
	if (error != TN_OK)
		return error;
	if (call->length > TN_MESSAGE_MAX)
		return TN_ERR_PROTOCOL;
	return call->cap_count || expected ? receive_caps(call, expected) : TN_OK;
}

ABI void tn_call_end(struct tn_call *call)
{
	port_call_end(call);
	note(0);
}
