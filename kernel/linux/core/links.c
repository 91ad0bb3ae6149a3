/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Channels: their memory, their eventfd, and their number at the client. */
#include "links.h"
#include <linux/eventpoll.h>
#include <linux/fcntl.h>

enum { FIRST_NUMBERS = 64, MORE_NUMBERS = 4096 * 8, MORE_WORDS = MORE_NUMBERS / 64 };

/* Pages for the numbers of clients that have many channels. */
static uint64_t *free_pages;

static uint64_t *take_page(void)
{
	uint64_t *page = free_pages;
	if (!page)
		return port_core_pages(1);
	free_pages = (uint64_t *)(uintptr_t)page[0];
	page[0] = 0;
	return page;
}

void links_forget_numbers(struct port_pd *port)
{
	uint64_t *page = port->more_numbers;
	port->more_numbers = NULL;
	port->first_numbers = 0;
	if (!page)
		return;
	for (unsigned i = 0; i < MORE_WORDS; i++)
		page[i] = 0;
	page[0] = (uintptr_t)free_pages;
	free_pages = page;
}

/* The lowest free number, so that tables by number stay small. */
static bool take_number(struct port_pd *port, uint32_t *number)
{
	if (~port->first_numbers) {
		*number = (uint32_t)__builtin_ctzll(~port->first_numbers);
		port->first_numbers |= 1ull << *number;
		return true;
	}
	if (!port->more_numbers)
		port->more_numbers = take_page();
	for (uint32_t i = 0; port->more_numbers && i < MORE_WORDS; i++) {
		uint64_t *word = &port->more_numbers[i];
		if (!~*word)
			continue;
		uint32_t bit = (uint32_t)__builtin_ctzll(~*word);
		*word |= 1ull << bit;
		*number = FIRST_NUMBERS + 64 * i + bit;
		return true;
	}
	return false;
}

static void give_number(struct port_pd *port, uint32_t number)
{
	if (number < FIRST_NUMBERS)
		port->first_numbers &= ~(1ull << number);
	else if (port->more_numbers)
		port->more_numbers[(number - FIRST_NUMBERS) / 64] &= ~(1ull << number % 64);
}

static void note_end(struct port_pd *port, enum linux_side side, uint32_t number)
{
	if (port->links_end[side] <= number)
		port->links_end[side] = number + 1;
}

static tn_error create_files(struct port_channel *port, bool core_is_client)
{
	int memory = memory_file(LINUX_LINK_SIZE, false);
	if (memory < 0)
		return error_of(memory);
	file_open(&port->memory, memory);
	long event = linux_call2(__NR_eventfd2, 0, O_CLOEXEC | O_NONBLOCK);
	if (event < 0)
		return error_of(event);
	file_open(&port->event, (int)event);
	if (!core_is_client)
		return TN_OK;
	port->view =
		linux_map(NULL, LINUX_LINK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	return port->view ? TN_OK : TN_ERR_OUT_OF_RAM;
}

/* When the memory is truncated, whoever still maps it has nothing of it. */
static void destroy_files(struct port_channel *port)
{
	if (port->view)
		linux_unmap(port->view, LINUX_LINK_SIZE);
	file_close(&port->event);
	if (file_is_open(&port->memory))
		linux_call2(__NR_ftruncate, file_fd(&port->memory), 0);
	file_close(&port->memory);
}

static tn_error name_entrypoint(struct channel *channel)
{
	uint32_t word = channel->entrypoint->index + 1;
	long n = linux_call4(__NR_pwrite64, file_fd(&channel->port.memory), &word, sizeof(word),
			     offsetof(struct link, entrypoint));
	return n == sizeof(word) ? TN_OK : error_of(n);
}

/* The server's epoll instance reports the channel's identity at each write to its eventfd. */
static tn_error connect(struct channel *channel)
{
	int epoll = file_fd(&channel->entrypoint->port.epoll);
	return error_of(file_watch(epoll, &channel->port.event, channel->id, EPOLLIN | EPOLLET));
}

tn_error port_channel_create(struct channel *channel)
{
	struct port_channel *port = &channel->port;
	bool core_is_client = channel->client == &core_pd;
	if (channel->id >= LINUX_LINKS_MAX || !file_is_open(&channel->entrypoint->port.epoll))
		return TN_ERR_LIMIT;
	if (!core_is_client && !take_number(port_of(channel->client), &port->number))
		return TN_ERR_LIMIT;
	tn_error error = create_files(port, core_is_client);
	if (error == TN_OK)
		error = name_entrypoint(channel);
	if (error == TN_OK)
		error = connect(channel);
	if (error != TN_OK) {
		destroy_files(port);
		if (!core_is_client)
			give_number(port_of(channel->client), port->number);
		return error;
	}
	note_end(port_of(channel->server), LINUX_SERVER, channel->id);
	if (!core_is_client)
		note_end(port_of(channel->client), LINUX_CLIENT, port->number);
	return TN_OK;
}

void port_channel_destroy(struct channel *channel)
{
	struct file *epoll = &channel->entrypoint->port.epoll;
	if (file_is_open(epoll))
		file_unwatch(file_fd(epoll), &channel->port.event);
	destroy_files(&channel->port);
	if (channel->client != &core_pd)
		give_number(port_of(channel->client), channel->port.number);
}

uint32_t port_channel_close_number(const struct channel *channel)
{
	return channel->port.number;
}

/* The submit is in the channel, which ends with its client; see link.h. */
bool port_signal_pending(const struct cap *cap)
{
	uint32_t bit = cap->port.grant % LINK_SIGNALS, which = 0, taking = 0;
	if (!cap->channel || !file_is_open(&cap->channel->port.memory))
		return false;
	int memory = file_fd(&cap->channel->port.memory);
	linux_call4(__NR_pread64, memory, &which, sizeof(which),
		    offsetof(struct link, which) + bit * sizeof(which));
	linux_call4(__NR_pread64, memory, &taking, sizeof(taking), offsetof(struct link, taking));
	return which == cap->port.grant + 1 || which == LINK_SIGNAL_SEVERAL || taking == bit + 1;
}

void port_core_submit(struct cap *cap)
{
	static const uint64_t one = 1;
	struct channel *channel = cap->channel;
	if (channel && channel->port.view && link_signal(channel->port.view, cap->port.grant))
		linux_call3(__NR_write, file_fd(&channel->port.event), &one, sizeof(one));
}
