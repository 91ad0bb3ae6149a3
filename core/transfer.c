/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/cap.h>
#include <core/channel.h>
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

/* What is still READY in the record was never taken. The receiver may take it at this moment. */
static void take_back(struct tn_transfer *record, struct pd *receiver, struct tn_handles *sent)
{
	uint32_t ready = TN_TRANSFER_READY;
	if (!sent->count)
		return;
	struct tn_handles handles = *sent;
	sent->count = 0;
	if (record && __atomic_compare_exchange_n(&record->state, &ready, TN_TRANSFER_EMPTY, false,
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

static void publish(struct tn_transfer *record, const struct tn_handles *handles)
{
	record->handles = *handles;
	__atomic_store_n(&record->state, TN_TRANSFER_READY, __ATOMIC_RELEASE);
}

tn_error transfer_call(struct channel *channel, const struct tn_handles *handles)
{
	struct tn_transfer *record = server_record(channel);
	if (!record)
		return TN_ERR_OUT_OF_RAM;
	if (handles->count > TN_MESSAGE_CAPS_MAX)
		return TN_ERR_ARGUMENT;
	channel_hold(); /* what is taken back may be the last capability of this very channel */
	take_back(record, channel->server, &channel->sent);
	tn_error error = deliver(channel->client, channel->server, channel->client, handles,
				 &channel->sent);
	if (error == TN_OK)
		publish(record, &channel->sent);
	channel_release();
	return error;
}

/* Whether the client waits for a reply over this channel. */
static bool expects_reply(const struct channel *channel, const struct tn_thread_page *page)
{
	tn_handle calling = __atomic_load_n(&page->calling, __ATOMIC_SEQ_CST);
	struct cap *cap = calling ? cap_find(channel->client, calling) : NULL;
	return cap && cap->channel == channel;
}

tn_error transfer_reply(struct channel *channel, const struct tn_handles *handles)
{
	struct thread *thread = &channel->client->thread;
	struct tn_thread_page *page = port_thread_page(thread);
	if (handles->count > TN_MESSAGE_CAPS_MAX)
		return TN_ERR_ARGUMENT;
	if (!page || !expects_reply(channel, page))
		return TN_ERR_GONE;
	channel_hold(); /* as above */
	take_back(&page->reply, thread->pd, &thread->sent);
	thread->sent_over = channel;
	tn_error error = deliver(channel->server, thread->pd, thread->pd, handles, &thread->sent);
	if (error == TN_OK)
		publish(&page->reply, &thread->sent);
	channel_release();
	return error;
}

void transfer_undo(struct channel *channel)
{
	struct thread *thread = &channel->client->thread;
	if (channel->sent.count && channel->server->state != TN_PD_DEAD)
		take_back(server_record(channel), channel->server, &channel->sent);
	if (thread->sent_over != channel)
		return;
	struct tn_thread_page *page = port_thread_page(thread);
	if (thread->sent.count && thread->pd->state != TN_PD_DEAD && page)
		take_back(&page->reply, thread->pd, &thread->sent);
	thread->sent_over = NULL;
}
