/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/channel.h>
#include <core/memory.h>
#include <core/price.h>
#include <core/thread.h>
#include <core/transfer.h>
#include <core/work.h>

/* A channel's index is one of a two-level table at the server. */
enum { IDS_PER_PAGE = 512, PAGES = 128 };
/* What it costs to end one; and how many that could pay instead are asked. */
enum { CHANNEL_UNITS = 8, PAYERS_ASKED = 16 };
_Static_assert(IDS_PER_PAGE *PAGES <= 1 << 16, "indices have 16 bits");
_Static_assert((uint64_t)IDS_PER_PAGE *PAGES * sizeof(struct tn_channel_record) <=
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

struct channel *channel_at(struct pd *server, uint32_t id)
{
	struct channel **s = slot(server, id);
	return s ? *s : NULL;
}

void channel_table_free(struct pd *server)
{
	for (uint32_t i = 0; server->channel_pages && i < PAGES; i++)
		core_free(server->channel_pages[i], IDS_PER_PAGE * sizeof(struct channel *));
	core_free(server->channel_pages, PAGES * sizeof(*server->channel_pages));
	server->channel_pages = NULL;
}

struct channel *channel_find(struct pd *server, uint64_t identity)
{
	struct channel **s = slot(server, TN_CHANNEL_INDEX(identity));
	return s && *s && (*s)->identity == identity ? *s : NULL;
}

static int order(const void *key, const struct tn_tree_node *node)
{
	const struct thread *entrypoint =
		TN_CONTAINER_OF_CONST(node, struct channel, by_entrypoint)->entrypoint;
	return ((uintptr_t)key > (uintptr_t)entrypoint) - ((uintptr_t)key < (uintptr_t)entrypoint);
}

void channels_init(struct pd *client)
{
	tn_tree_init(&client->channels, order);
}

struct channel *channel_between(struct pd *client, const struct thread *entrypoint)
{
	struct tn_tree_node *node = tn_tree_find(&client->channels, entrypoint);
	return node ? TN_CONTAINER_OF(node, struct channel, by_entrypoint) : NULL;
}

static tn_error make(struct pd *client, struct thread *entrypoint, struct pd *payer,
		     struct channel **made)
{
	uint32_t id = 0;
	struct pd *server = entrypoint->pd;
	struct channel *channel = core_alloc(sizeof(*channel));
	struct channel **s = channel ? free_slot(server, &id) : NULL;
	if (!s) {
		core_free(channel, sizeof(*channel));
		return TN_ERR_LIMIT;
	}
	channel->client = client;
	channel->server = server;
	channel->entrypoint = entrypoint;
	channel->payer = payer;
	channel->id = id;
	channel->identity = TN_CHANNEL(id, ++server->channel_serial);
	tn_list_init(&channel->caps);
	tn_error error = transfer_prepare(channel);
	if (error == TN_OK)
		error = port_channel_create(channel);
	if (error != TN_OK) {
		server->channel_hint = id;
		core_free(channel, sizeof(*channel));
		return error;
	}
	*s = channel;
	tn_list_append(&client->client_channels, &channel->in_client);
	tn_tree_add(&client->channels, entrypoint, &channel->by_entrypoint);
	tn_list_append(&server->server_channels, &channel->in_server);
	tn_list_append(&payer->paid_channels, &channel->in_payer);
	tn_list_append(&entrypoint->channels, &channel->in_entrypoint);
	*made = channel;
	return TN_OK;
}

tn_error channel_get(struct pd *client, struct thread *entrypoint, struct pd *payer,
		     struct channel **channel)
{
	*channel = channel_between(client, entrypoint);
	if (*channel && (payer != client || (*channel)->payer == client))
		return TN_OK;
	if (*channel) /* what a PD needs for itself must not end with somebody else */
		return channel_pay(*channel, client);
	tn_error error = account_charge(payer, TN_USAGE_CHANNEL, PRICE_CHANNEL_RAM, 0);
	if (error != TN_OK)
		return error;
	error = make(client, entrypoint, payer, channel);
	if (error != TN_OK)
		account_refund(payer, TN_USAGE_CHANNEL, PRICE_CHANNEL_RAM, 0);
	return error;
}

tn_error channel_pay(struct channel *channel, struct pd *payer)
{
	tn_error error = account_charge(payer, TN_USAGE_CHANNEL, PRICE_CHANNEL_RAM, 0);
	if (error != TN_OK)
		return error;
	tn_list_remove(&channel->in_payer);
	account_refund(channel->payer, TN_USAGE_CHANNEL, PRICE_CHANNEL_RAM, 0);
	channel->payer = payer;
	tn_list_append(&payer->paid_channels, &channel->in_payer);
	return TN_OK;
}

/*
 * Ending a channel undoes transfers, which may take the last capability of another one, and so on,
 * as many as components like: hence a list, and no recursion.
 */
static struct tn_list idle;
static unsigned holds;

void channel_hold(void)
{
	holds++;
}

/* Ends those without capabilities, as many as this step allows. */
static void end_idle(void)
{
	struct tn_list_node *node;
	while (idle.head.next && (node = tn_list_first(&idle))) {
		struct channel *channel = TN_CONTAINER_OF(node, struct channel, in_idle);
		if (!work_left()) {
			work_wanted();
			return;
		}
		tn_list_remove(node);
		if (tn_list_empty(&channel->caps)) /* it may be in use again */
			(void)channel_step(channel);
	}
}

void channel_release(void)
{
	if (holds == 1)
		end_idle();
	holds--;
}

void channels_step(void)
{
	channel_hold();
	channel_release();
}

void channel_put(struct channel *channel)
{
	if (!tn_list_empty(&channel->caps) || channel->in_idle.next || channel->ending)
		return;
	if (!idle.head.next)
		tn_list_init(&idle);
	channel_hold();
	tn_list_append(&idle, &channel->in_idle);
	channel_release();
}

static void begin_end(struct channel *channel)
{
	channel->ending = true;
	tn_tree_remove(&channel->client->channels, &channel->by_entrypoint);
	transfer_undo(channel);
	threads_abort_channel(channel);
}

static void finish(struct channel *channel)
{
	port_channel_destroy(channel);
	*slot(channel->server, channel->id) = NULL;
	if (channel->id < channel->server->channel_hint)
		channel->server->channel_hint = channel->id;
	tn_list_remove(&channel->in_client);
	tn_list_remove(&channel->in_server);
	tn_list_remove(&channel->in_payer);
	tn_list_remove(&channel->in_entrypoint);
	tn_list_remove(&channel->in_idle);
	account_refund(channel->payer, TN_USAGE_CHANNEL, PRICE_CHANNEL_RAM, 0);
	core_free(channel, sizeof(*channel));
}

bool channel_step(struct channel *channel)
{
	struct tn_list_node *node;
	bool done = true;
	channel_hold();
	if (!channel->ending)
		begin_end(channel);
	while (done && (node = tn_list_first(&channel->caps))) {
		struct cap *cap = TN_CONTAINER_OF(node, struct cap, in_channel);
		work_spend(cap_cost(cap));
		cap_kill(cap);
		tn_list_remove(&cap->in_channel);
		cap->channel = NULL;
		done = work_left() || tn_list_empty(&channel->caps);
	}
	work_spend(CHANNEL_UNITS);
	if (done)
		finish(channel);
	channel_release();
	return done;
}

/*
 * Live capabilities come first, and they are few that others pay for: who gets one by its own
 * request pays for the channel, too.
 */
bool channel_payer_gone(struct channel *channel)
{
	struct tn_list_node *node = tn_list_first(&channel->caps);
	for (unsigned i = 0; node && i < PAYERS_ASKED; i++) {
		const struct cap *cap = TN_CONTAINER_OF(node, struct cap, in_channel);
		node = tn_list_next(&channel->caps, node);
		if (!cap->object || channel->ending)
			break;
		if (!cap->payer || cap->payer->state == TN_PD_DEAD)
			continue;
		work_spend(1);
		if (channel_pay(channel, cap->payer) == TN_OK)
			return true;
	}
	return channel_step(channel);
}
