/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/channel.h>
#include <core/memory.h>
#include <core/price.h>
#include <core/transfer.h>

/* Channel identities index a two-level table at the server; 0 is core's own channel to it. */
enum { IDS_PER_PAGE = 512, PAGES = 128 };
_Static_assert((uint64_t)IDS_PER_PAGE * PAGES * sizeof(struct tn_channel_record) <=
		       LAYOUT_CHANNELS_END - LAYOUT_CHANNELS,
	       "each channel has its record");

static struct channel **slot(struct pd *server, uint32_t id)
{
	struct channel ***pages = server->channel_pages;
	if (!pages || id >= IDS_PER_PAGE * PAGES || !pages[id / IDS_PER_PAGE])
		return NULL;
	return &pages[id / IDS_PER_PAGE][id % IDS_PER_PAGE];
}

static struct channel **make_slot(struct pd *server, uint32_t id)
{
	if (id >= IDS_PER_PAGE * PAGES)
		return NULL;
	if (!server->channel_pages)
		server->channel_pages = core_alloc(PAGES * sizeof(*server->channel_pages));
	if (!server->channel_pages)
		return NULL;
	struct channel ***page = &server->channel_pages[id / IDS_PER_PAGE];
	if (!*page)
		*page = core_alloc(IDS_PER_PAGE * sizeof(**page));
	return *page ? slot(server, id) : NULL;
}

/* The lowest free identity from a hint on, so that tables stay dense. */
static struct channel **free_slot(struct pd *server, uint32_t *id)
{
	for (uint32_t i = server->channel_hint;; i++) {
		struct channel **s = make_slot(server, i);
		if (!s)
			return NULL;
		if (*s)
			continue;
		server->channel_hint = i + 1;
		*id = i;
		return s;
	}
}

struct channel *channel_find(struct pd *server, uint64_t id)
{
	struct channel **s = id <= UINT32_MAX ? slot(server, (uint32_t)id) : NULL;
	return s ? *s : NULL;
}

static struct channel *existing(struct pd *client, struct pd *server)
{
	struct list_node *node = list_first(&client->client_channels);
	for (; node; node = list_next(&client->client_channels, node)) {
		struct channel *channel = list_entry(node, struct channel, in_client);
		if (channel->server == server)
			return channel;
	}
	return NULL;
}

static tn_error make(struct pd *client, struct pd *server, struct pd *payer,
		     struct channel **made)
{
	uint32_t id = 0;
	struct channel *channel = core_alloc(sizeof(*channel));
	struct channel **s = channel ? free_slot(server, &id) : NULL;
	if (!s) {
		core_free(channel, sizeof(*channel));
		return TN_ERR_LIMIT;
	}
	channel->client = client;
	channel->server = server;
	channel->payer = payer;
	channel->id = id;
	list_init(&channel->caps);
	tn_error error = port_channel_create(channel);
	if (error != TN_OK) {
		server->channel_hint = id;
		core_free(channel, sizeof(*channel));
		return error;
	}
	*s = channel;
	list_append(&client->client_channels, &channel->in_client);
	list_append(&server->server_channels, &channel->in_server);
	list_append(&payer->paid_channels, &channel->in_payer);
	*made = channel;
	return TN_OK;
}

tn_error channel_get(struct pd *client, struct pd *server, struct pd *payer,
		     struct channel **channel)
{
	*channel = existing(client, server);
	if (*channel)
		return TN_OK;
	tn_error error = account_charge(payer, PRICE_CHANNEL_RAM, 0);
	if (error != TN_OK)
		return error;
	error = make(client, server, payer, channel);
	if (error != TN_OK)
		account_refund(payer, PRICE_CHANNEL_RAM, 0);
	return error;
}

void channel_put(struct channel *channel)
{
	if (list_empty(&channel->caps))
		channel_destroy(channel);
}

/* A client that waits in a call to a server that goes must be woken. */
static void abort_caller(struct channel *channel)
{
	struct thread *thread = &channel->client->thread;
	struct tn_thread_page *page = port_thread_page(thread);
	if (!page)
		return;
	tn_handle calling = __atomic_load_n(&page->calling, __ATOMIC_SEQ_CST);
	struct cap *cap = calling ? cap_find(channel->client, calling) : NULL;
	if (cap && cap->channel == channel)
		port_thread_abort(thread);
}

void channel_destroy(struct channel *channel)
{
	transfer_undo(channel);
	abort_caller(channel);
	struct list_node *node;
	while ((node = list_first(&channel->caps))) {
		list_remove(node);
		struct cap *cap = list_entry(node, struct cap, in_channel);
		cap->channel = NULL;
		cap_kill(cap);
	}
	port_channel_destroy(channel);
	*slot(channel->server, channel->id) = NULL;
	if (channel->id < channel->server->channel_hint)
		channel->server->channel_hint = channel->id;
	list_remove(&channel->in_client);
	list_remove(&channel->in_server);
	list_remove(&channel->in_payer);
	account_refund(channel->payer, PRICE_CHANNEL_RAM, 0);
	core_free(channel, sizeof(*channel));
}

void channel_payer_gone(struct channel *channel)
{
	struct list_node *node = list_first(&channel->caps);
	for (; node; node = list_next(&channel->caps, node)) {
		struct pd *payer = list_entry(node, struct cap, in_channel)->payer;
		if (!payer || payer == channel->payer)
			continue;
		if (account_charge(payer, PRICE_CHANNEL_RAM, 0) != TN_OK)
			continue;
		list_remove(&channel->in_payer);
		account_refund(channel->payer, PRICE_CHANNEL_RAM, 0);
		channel->payer = payer;
		list_append(&payer->paid_channels, &channel->in_payer);
		return;
	}
	channel_destroy(channel);
}
