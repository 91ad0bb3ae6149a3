/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/cap.h>
#include <core/channel.h>
#include <core/thread.h>
#include <core/transfer.h>

enum { RECORDS_PER_PAGE = 4096 / sizeof(struct tn_channel_record) };

static struct tn_transfer *server_record(const struct channel *channel)
{
	struct tn_channel_record *page =
		port_channel_table_page(channel->server, channel->id / RECORDS_PER_PAGE);
	return page ? &page[channel->id % RECORDS_PER_PAGE].request : NULL;
}

tn_error transfer_prepare(const struct channel *channel)
{
	return server_record(channel) ? TN_OK : TN_ERR_OUT_OF_RAM;
}

static void undeliver(struct pd *receiver, const struct tn_handles *handles)
{
	for (uint32_t i = 0; i < handles->count; i++) {
		struct cap *cap = cap_find(receiver, handles->handle[i]);
		if (cap)
			cap_undeliver(cap);
	}
}

/* What is still in the record was never taken. The receiver may take it at this moment. */
static void take_back(struct tn_transfer *record, struct pd *receiver, struct sent *sent)
{
	uint32_t number = sent->number;
	if (!sent->handles.count)
		return;
	struct tn_handles handles = sent->handles;
	sent->handles.count = 0;
	if (record && __atomic_compare_exchange_n(&record->state, &number, TN_TRANSFER_EMPTY, false,
						  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		undeliver(receiver, &handles);
}

/* Delivers all or nothing. */
static tn_error deliver(struct pd *sender, struct pd *receiver, struct pd *payer,
			const struct tn_handles *handles, struct tn_handles *delivered)
{
	delivered->count = 0;
	for (uint32_t i = 0; i < handles->count; i++) {
		tn_handle handle = handles->handle[i];
		struct cap *source = cap_find(sender, handle), *cap = NULL;
		tn_error error = TN_OK;
		if (handle && !source)
			error = TN_ERR_CAPABILITY;
		else if (source && !source->object)
			error = TN_ERR_GONE;
		else if (source)
			error = cap_deliver(receiver, source->object, payer, &cap);
		if (error != TN_OK) {
			undeliver(receiver, delivered);
			delivered->count = 0;
			return error;
		}
		delivered->handle[delivered->count++] = cap ? cap->handle : 0;
	}
	return TN_OK;
}

/* The mark counts the record's transfers, what is above it those of all. */
static uint32_t next_number(uint32_t before)
{
	static uint32_t count;
	uint8_t mark = (uint8_t)(TN_TRANSFER_MARK(before) + 1);
	return ++count << 8 | (mark ? mark : 1);
}

static void publish(struct tn_transfer *record, struct sent *sent, uint32_t origin)
{
	sent->number = next_number(sent->number);
	record->handles = sent->handles;
	__atomic_store_n(&record->origin, origin, __ATOMIC_RELAXED);
	__atomic_store_n(&record->state, sent->number, __ATOMIC_RELEASE);
}

/*
 * Another thread of the client is on its way to the server with what is in the record. It is the
 * client that says so: it harms itself by lying.
 */
static bool is_busy(struct channel *channel, uint32_t thread, const struct tn_transfer *record)
{
	if (!channel->sent.handles.count || channel->sent_by == thread ||
	    __atomic_load_n(&record->state, __ATOMIC_ACQUIRE) != channel->sent.number)
		return false;
	struct thread *sender = thread_find(channel->client, channel->sent_by);
	struct tn_thread_page *page = sender ? port_thread_page(sender) : NULL;
	return page && __atomic_load_n(&page->transferring, __ATOMIC_SEQ_CST);
}

tn_error transfer_call(struct channel *channel, uint32_t thread, const struct tn_handles *handles,
		       uint8_t *mark)
{
	if (channel->ending || channel->server->state == TN_PD_DEAD)
		return TN_ERR_GONE;
	struct tn_transfer *record = server_record(channel);
	if (!record)
		return TN_ERR_OUT_OF_RAM;
	if (handles->count > TN_MESSAGE_CAPS_MAX)
		return TN_ERR_ARGUMENT;
	if (is_busy(channel, thread, record))
		return TN_ERR_BUSY;
	channel->sent_by = thread;
	channel_hold(); /* what is taken back may be the last capability of this very channel */
	take_back(record, channel->server, &channel->sent);
	tn_error error = deliver(channel->client, channel->server, channel->client, handles,
				 &channel->sent.handles);
	if (error == TN_OK)
		publish(record, &channel->sent, channel->identity);
	*mark = TN_TRANSFER_MARK(channel->sent.number);
	channel_release();
	return error;
}

tn_error transfer_reply(struct channel *channel, uint32_t index, const struct tn_handles *handles,
			uint8_t *mark)
{
	if (handles->count > TN_MESSAGE_CAPS_MAX)
		return TN_ERR_ARGUMENT;
	tn_handle calling;
	struct thread *thread = thread_calling(channel, index, &calling);
	struct tn_thread_page *page = thread ? port_thread_page(thread) : NULL;
	if (!page)
		return TN_ERR_GONE;
	channel_hold(); /* as above */
	take_back(&page->reply, thread->pd, &thread->sent);
	thread->sent_over = channel;
	tn_error error =
		deliver(channel->server, thread->pd, thread->pd, handles, &thread->sent.handles);
	if (error == TN_OK)
		publish(&page->reply, &thread->sent, calling);
	*mark = TN_TRANSFER_MARK(thread->sent.number);
	channel_release();
	return error;
}

void transfer_forget(struct thread *thread)
{
	struct tn_thread_page *page = port_thread_page(thread);
	if (thread->sent.handles.count && thread->pd->state != TN_PD_DEAD)
		take_back(page ? &page->reply : NULL, thread->pd, &thread->sent);
	thread->sent_over = NULL;
}

void transfer_undo(struct channel *channel)
{
	if (channel->sent.handles.count && channel->server->state != TN_PD_DEAD)
		take_back(server_record(channel), channel->server, &channel->sent);
	struct tn_list *threads = &channel->client->threads;
	struct tn_list_node *node = tn_list_first(threads);
	for (; node; node = tn_list_next(threads, node)) {
		struct thread *thread = TN_CONTAINER_OF(node, struct thread, in_pd);
		if (thread->sent_over == channel)
			transfer_forget(thread);
	}
}
