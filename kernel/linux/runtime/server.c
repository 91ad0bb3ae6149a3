/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The entrypoint: one epoll instance over the eventfds of all channels to it. The kernel reports
 * those that were written to in the order of the first write, each once until reported; a channel
 * that is served goes to the end of the queue. So none starves another.
 */
#include "local.h"
#include <linux/eventpoll.h>

enum { BATCH = 16 };

static struct {
	/* Reported, not yet looked at. */
	struct epoll_event event[BATCH];
	uint32_t count, position;
	/* Being looked at: signals first, then its request. */
	bool open;
	uint32_t channel;
	uint64_t signals[LINK_SIGNAL_WORDS];
	uint32_t next_grant; /* of the lowest bit in `signals` */
	/* Requests that wait for signals_only to end are among [low, high). */
	uint32_t deferred_low, deferred_high;
	/* In service. */
	bool serving;
	uint32_t served_channel, served_sequence;
} server;

static uint32_t grant_count(void)
{
	const struct linux_grant *table = (const struct linux_grant *)LINUX_GRANTS;
	return __atomic_load_n(&table[0].key, __ATOMIC_ACQUIRE);
}

/* A consistent copy, checked. Core writes each half at once, the second one last; see grants.c. */
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
	return TN_CHANNEL_INDEX(grant->channel) == channel && grant->kind == kind;
}

static struct link *current_link(void)
{
	return (struct link *)linux_link_address(LINUX_SERVER, server.channel);
}

static void defer(uint32_t channel)
{
	if (server.deferred_low == server.deferred_high)
		server.deferred_low = channel, server.deferred_high = channel + 1;
	if (channel < server.deferred_low)
		server.deferred_low = channel;
	if (channel >= server.deferred_high)
		server.deferred_high = channel + 1;
}

/*
 * The channel of the request in service must stay as it is: were it destroyed and its number given
 * to another client, the reply would go there.
 */
static void look_at(uint32_t channel)
{
	struct link *link = (struct link *)linux_link_address(LINUX_SERVER, channel);
	if (!server.serving || channel != server.served_channel)
		link = link_open(LINUX_SERVER, channel);
	else if (!linux_probe(link)) {
		defer(channel);
		return;
	}
	if (!link)
		return;
	server.open = true;
	server.channel = channel;
	server.next_grant = UINT32_MAX;
	for (uint32_t i = 0; i < LINK_SIGNAL_WORDS; i++)
		server.signals[i] =
			LINK_READ(link->signals[i])
				? __atomic_exchange_n(&link->signals[i], 0, __ATOMIC_SEQ_CST)
				: 0;
}

static bool lowest_signal(uint32_t *bit)
{
	for (uint32_t i = 0; i < LINK_SIGNAL_WORDS; i++) {
		if (!server.signals[i])
			continue;
		*bit = 64 * i + (uint32_t)__builtin_ctzll(server.signals[i]);
		return true;
	}
	return false;
}

/* The next signal of the open channel: several grants can share a bit. */
static bool next_signal(struct port_event *event)
{
	uint32_t bit;
	while (lowest_signal(&bit)) {
		uint32_t index = server.next_grant == UINT32_MAX ? bit : server.next_grant;
		for (uint32_t count = grant_count(); index < count; index += LINK_SIGNALS) {
			struct linux_grant grant;
			if (!grant_read(index, server.channel, LINUX_GRANT_SIGNAL, &grant))
				continue;
			server.next_grant = index + LINK_SIGNALS;
			event->kind = PORT_EVENT_SIGNAL;
			event->key = grant.key;
			return true;
		}
		server.signals[bit / 64] &= ~(1ull << bit % 64);
		server.next_grant = UINT32_MAX;
	}
	return false;
}

static bool take_request(struct port_event *event)
{
	struct link *link = current_link();
	struct link_request taken;
	struct linux_grant grant;
	if (!link_take(link, &taken, &event->request))
		return false;
	if (!grant_read(taken.grant, server.channel, LINUX_GRANT_OBJECT, &grant) ||
	    grant.serial != taken.serial) {
		link_reply(link, taken.sequence, TN_ERR_GONE, 0, 0);
		return false;
	}
	server.serving = true;
	server.served_channel = server.channel;
	server.served_sequence = taken.sequence;
	event->kind = PORT_EVENT_REQUEST;
	event->key = grant.key;
	event->request.channel = grant.channel;
	return true;
}

/* What is left of the open channel, then it is done. */
static bool next_of_channel(bool signals_only, struct port_event *event)
{
	if (next_signal(event))
		return true;
	server.open = false;
	bool found = false;
	if (signals_only) {
		if (link_pending(current_link()))
			defer(server.channel);
	} else {
		found = take_request(event);
	}
	if (!found && !(server.serving && server.channel == server.served_channel))
		link_settle(LINUX_SERVER, server.channel);
	return found;
}

static bool next_channel(bool signals_only)
{
	if (!signals_only && server.deferred_low < server.deferred_high) {
		look_at(server.deferred_low++);
		return true;
	}
	if (server.position < server.count) {
		look_at((uint32_t)server.event[server.position++].data);
		return true;
	}
	return false;
}

static void reply_to_served(const struct tn_request *reply, tn_error status)
{
	if (!reply || !server.serving)
		return;
	struct link *link = (struct link *)linux_link_address(LINUX_SERVER, server.served_channel);
	link_reply(link, server.served_sequence, status, reply->reply_length,
		   reply->reply_cap_count);
	server.serving = false;
	link_settle(LINUX_SERVER, server.served_channel);
}

void port_wait(struct tn_request *reply, tn_error status, unsigned flags, struct port_event *event)
{
	bool signals_only = flags & PORT_WAIT_SIGNALS_ONLY, poll = flags & PORT_WAIT_POLL;
	reply_to_served(reply, status);
	event->kind = PORT_EVENT_NONE;
	for (;;) {
		if (server.open && next_of_channel(signals_only, event))
			return;
		if (server.open || next_channel(signals_only))
			continue;
		long n = linux_call4(__NR_epoll_wait, LINUX_FD_EPOLL, server.event, BATCH,
				     poll ? 0 : -1);
		server.count = n > 0 ? (uint32_t)n : 0;
		server.position = 0;
		if (n <= 0 && poll)
			return;
	}
}
