/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The entrypoint: one epoll instance over the eventfds of all channels to it. The kernel reports
 * those that were written to in the order of the first write, each once until reported; a channel
 * that is served goes to the end of the queue. So none starves another.
 *
 * The one that was served last is hot: as long as that pays, its request is looked for without
 * being rung, see link.h. Others that were rung come in between, after HOT_IN_A_ROW requests at the
 * latest.
 */
#include "local.h"

enum { HOT_IN_A_ROW = 16 };

static uint32_t grant_count(void)
{
	const struct linux_grant *table = (const struct linux_grant *)LINUX_GRANTS;
	return __atomic_load_n(&table[0].key, __ATOMIC_ACQUIRE);
}

/* A consistent copy, checked. Core writes each half at once, the second one last; see tables.c. */
static bool grant_read(uint32_t index, uint32_t channel, uint32_t kind, struct linux_grant *grant)
{
	const uint64_t *shared = (const uint64_t *)LINUX_GRANTS + 2 * (uint64_t)index;
	if (index >= grant_count())
		return false;
	uint64_t second = __atomic_load_n(&shared[1], __ATOMIC_ACQUIRE);
	uint64_t first = __atomic_load_n(&shared[0], __ATOMIC_ACQUIRE);
	if (__atomic_load_n(&shared[1], __ATOMIC_RELAXED) != second)
		return false;
	*grant = (struct linux_grant){ (uint32_t)first, (uint32_t)(first >> 32), (uint32_t)second,
				       (uint32_t)(second >> 32) };
	return TN_CHANNEL_INDEX(grant->channel) == channel &&
	       grant->kind == LINUX_GRANT_KIND(kind, current_thread());
}

static struct link *current_link(struct server *server)
{
	return (struct link *)linux_link_address(LINUX_SERVER, server->channel);
}

static void defer(struct server *server, uint32_t channel)
{
	if (server->deferred_low == server->deferred_high)
		server->deferred_low = channel, server->deferred_high = channel + 1;
	if (channel < server->deferred_low)
		server->deferred_low = channel;
	if (channel >= server->deferred_high)
		server->deferred_high = channel + 1;
}

/*
 * Numbers that are reported or deferred may be those of channels that have gone since, and now be
 * another thread's. A client that lies about it is not served, or refused for its grants.
 */
static bool is_mine(uint32_t channel)
{
	const struct link *link = (const struct link *)linux_link_address(LINUX_SERVER, channel);
	return linux_peek(&link->entrypoint) == current_thread() + 1;
}

/*
 * The channel of the request in service must stay as it is: were it destroyed and its number given
 * to another client, the reply would go there.
 */
static void look_at(struct server *server, uint32_t channel)
{
	struct link *link = (struct link *)linux_link_address(LINUX_SERVER, channel);
	if (!server->serving || channel != server->served_channel)
		link = link_open(LINUX_SERVER, channel);
	else if (!linux_probe(link)) {
		defer(server, channel);
		return;
	}
	if (!link)
		return;
	if (!is_mine(channel)) {
		if (server->serving && channel == server->served_channel)
			defer(server, channel); /* a successor, behind scratch pages */
		return;
	}
	server->open = true;
	server->channel = channel;
	server->next_grant = UINT32_MAX;
	server->signal_words = 0;
	for (uint32_t i = 0; i < LINK_SIGNAL_WORDS; i++) {
		if (!LINK_READ(link->signals[i]))
			continue;
		server->signals[i] = __atomic_exchange_n(&link->signals[i], 0, __ATOMIC_SEQ_CST);
		server->signal_words |= 1u << i;
	}
}

static bool lowest_signal(struct server *server, uint32_t *bit)
{
	while (server->signal_words) {
		uint32_t i = (uint32_t)__builtin_ctz(server->signal_words);
		if (server->signals[i]) {
			*bit = 64 * i + (uint32_t)__builtin_ctzll(server->signals[i]);
			return true;
		}
		server->signal_words &= server->signal_words - 1;
	}
	return false;
}

/*
 * Which of the signals that share the bit. One bit at a time, when its turn has come: the others
 * stay where core finds them if their sender ends meanwhile, and this one is named until it is
 * looked up.
 */
static uint32_t take_which(struct server *server, uint32_t bit)
{
	struct link *link = current_link(server);
	LINK_WRITE(link->taking, bit + 1);
	return __atomic_exchange_n(&link->which[bit], LINK_SIGNAL_NONE, __ATOMIC_SEQ_CST);
}

static void forget_signal(struct server *server, uint32_t bit)
{
	__atomic_store_n(&current_link(server)->taking, 0, __ATOMIC_RELEASE);
	server->signals[bit / 64] &= ~(1ull << bit % 64);
	server->next_grant = UINT32_MAX;
}

static bool take_signal(struct server *server, uint32_t index, struct port_event *event)
{
	struct linux_grant grant;
	if (!grant_read(index, server->channel, LINUX_GRANT_SIGNAL, &grant))
		return false;
	event->kind = PORT_EVENT_SIGNAL;
	event->key = grant.key;
	return true;
}

/* All that share the bit may be meant, from server->next_grant on. */
static bool next_of_several(struct server *server, struct port_event *event)
{
	for (uint32_t count = grant_count(); server->next_grant < count;) {
		uint32_t index = server->next_grant;
		server->next_grant += LINK_SIGNALS;
		if (take_signal(server, index, event))
			return true;
	}
	return false;
}

/* The next signal of the open channel. */
static bool next_signal(struct server *server, struct port_event *event)
{
	uint32_t bit;
	while (lowest_signal(server, &bit)) {
		uint32_t which = LINK_SIGNAL_SEVERAL;
		if (server->next_grant == UINT32_MAX) {
			which = take_which(server, bit);
			server->next_grant = bit;
		}
		if (which == LINK_SIGNAL_SEVERAL && next_of_several(server, event))
			return true;
		bool one = which != LINK_SIGNAL_SEVERAL && which != LINK_SIGNAL_NONE;
		bool taken = one && take_signal(server, which - 1, event);
		forget_signal(server, bit);
		if (taken)
			return true;
	}
	return false;
}

static bool take_request(struct server *server, struct port_event *event)
{
	struct link *link = current_link(server);
	struct link_request taken;
	struct linux_grant grant;
	if (!link_take(link, &taken, &event->request))
		return false;
	if (!grant_read(taken.grant, server->channel, LINUX_GRANT_OBJECT, &grant) ||
	    grant.serial != taken.serial) {
		link_reply(link, taken.sequence, TN_ERR_GONE, 0, 0);
		return false;
	}
	server->serving = true;
	server->served_channel = server->channel;
	server->hot_served =
		server->hot && server->hot_channel == server->channel ? server->hot_served + 1 : 0;
	server->served_sequence = taken.sequence;
	event->kind = PORT_EVENT_REQUEST;
	event->key = grant.key;
	event->request.channel = grant.channel;
	return true;
}

/* What is left of the open channel, then it is done. */
static bool next_of_channel(struct server *server, bool signals_only, struct port_event *event)
{
	if (next_signal(server, event))
		return true;
	server->open = false;
	bool found = false;
	if (signals_only) {
		if (link_pending(current_link(server)))
			defer(server, server->channel);
	} else {
		found = take_request(server, event);
	}
	if (!found && !(server->serving && server->channel == server->served_channel))
		(void)link_settle(LINUX_SERVER, server->channel);
	return found;
}

static bool next_channel(struct server *server, bool signals_only)
{
	if (!signals_only && server->deferred_low < server->deferred_high) {
		look_at(server, server->deferred_low++);
		return true;
	}
	if (server->position < server->count) {
		look_at(server, (uint32_t)server->event[server->position++].data);
		return true;
	}
	return false;
}

static struct link *hot_link(const struct server *server)
{
	return (struct link *)linux_link_address(LINUX_SERVER, server->hot_channel);
}

/* Its memory may go away at any moment; a fault puts scratch pages in its place. */
static bool hot_pending(struct server *server)
{
	return server->hot && link_pending(hot_link(server));
}

/* From now on the channel rings again. */
static void cool_down(struct server *server)
{
	if (!server->hot)
		return;
	LINK_WRITE(hot_link(server)->polling, 0);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (hot_pending(server))
		defer(server, server->hot_channel);
	server->hot = false;
	if (!(server->serving && server->hot_channel == server->served_channel))
		(void)link_settle(LINUX_SERVER, server->hot_channel);
}

/* The channel just served is the one to look at. */
static void warm_up(struct server *server)
{
	if (server->hot && server->hot_channel == server->served_channel)
		return;
	cool_down(server);
	if (!spin_begin(&server->spin))
		return;
	server->hot = true;
	server->hot_channel = server->served_channel;
	LINK_WRITE(hot_link(server)->polling, 1);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* True: the hot channel has a request, which is looked at next. */
static bool poll_hot(struct server *server, bool wait)
{
	uint32_t limit = wait ? spin_begin(&server->spin) : 1;
	if (!server->hot)
		return false;
	for (uint32_t i = 0; i < limit; i++) {
		if (hot_pending(server)) {
			spin_end(&server->spin, true);
			look_at(server, server->hot_channel);
			return server->open;
		}
		spin_pause();
	}
	if (wait)
		spin_end(&server->spin, false);
	return false;
}

static void reply_to_served(struct server *server, const struct tn_request *reply, tn_error status)
{
	if (!reply || !server->serving)
		return;
	struct link *link = (struct link *)linux_link_address(LINUX_SERVER, server->served_channel);
	LINK_WRITE(link->reply_mark, reply->reply_mark);
	link_reply(link, server->served_sequence, status, reply->reply_length,
		   reply->reply_cap_count);
	server->serving = false;
	warm_up(server);
	if (!server->hot)
		(void)link_settle(LINUX_SERVER, server->served_channel);
}

void port_wait(struct tn_request *reply, tn_error status, unsigned flags, struct port_event *event)
{
	struct server *server = &this_thread()->server;
	bool signals_only = flags & PORT_WAIT_SIGNALS_ONLY, poll = flags & PORT_WAIT_POLL;
	reply_to_served(server, reply, status);
	event->kind = PORT_EVENT_NONE;
	for (;;) {
		if (server->open && next_of_channel(server, signals_only, event))
			return;
		if (server->open || next_channel(server, signals_only))
			continue;
		bool look_around = server->hot_served >= HOT_IN_A_ROW;
		if (look_around)
			server->hot_served = 0;
		else if (!signals_only && poll_hot(server, !poll))
			continue;
		bool block = !poll && !look_around;
		if (block && !signals_only) {
			cool_down(server);
			if (server->deferred_low < server->deferred_high)
				continue;
		}
		long n = linux_call4(__NR_epoll_wait, LINUX_FD_EPOLL + current_thread(),
				     server->event, SERVER_BATCH, block ? -1 : 0);
		server->count = n > 0 ? (uint32_t)n : 0;
		server->position = 0;
		if (n <= 0 && poll)
			return;
	}
}
