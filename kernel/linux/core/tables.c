/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What core and a component share. The component has capability and grant tables read-only; core
 * writes them by pwrite, which makes them grow, too: a component never has more of a table than
 * core wrote.
 */
#include "local.h"
#include <linux/fcntl.h>
#include <linux/eventpoll.h>

static const uint32_t nobody = UINT32_MAX;

static tn_error table_write(struct file *table, uint64_t offset, const void *data, size_t size)
{
	if (!file_is_open(table))
		return TN_ERR_GONE;
	long n = linux_call4(__NR_pwrite64, file_fd(table), data, size, offset);
	return n == (long)size ? TN_OK : error_of(n);
}

/* -- grants -- */

static tn_error grant_names(struct file *table, uint32_t index, uint32_t channel, uint32_t key)
{
	uint32_t half[2] = { channel, key };
	return table_write(table, index * sizeof(struct linux_grant), half, sizeof(half));
}

static tn_error grant_kind(struct file *table, uint32_t index, uint32_t serial, uint32_t kind)
{
	uint32_t half[2] = { serial, kind };
	return table_write(table, index * sizeof(struct linux_grant) + 8, half, sizeof(half));
}

static tn_error grant_append(struct port_pd *server, uint32_t *index)
{
	*index = server->grant_count;
	if (*index >= LINUX_GRANTS_MAX)
		return TN_ERR_LIMIT;
	tn_error error = grant_kind(&server->grants, *index, 0, LINUX_GRANT_FREE);
	if (error == TN_OK)
		error = grant_names(&server->grants, 0, nobody, *index + 1);
	if (error == TN_OK)
		server->grant_count++;
	return error;
}

static tn_error grant_allocate(struct port_pd *server, uint32_t *index)
{
	struct linux_grant grant;
	if (!server->free_grant)
		return grant_append(server, index);
	*index = server->free_grant;
	long n = linux_call4(__NR_pread64, file_fd(&server->grants), &grant, sizeof(grant),
			     *index * sizeof(grant));
	if (n != sizeof(grant))
		return TN_ERR_LIMIT;
	server->free_grant = grant.key;
	return TN_OK;
}

/* The kind is written last: what the server reads before is a free entry. */
static tn_error grant_install(struct cap *cap)
{
	struct port_pd *server = port_of(cap->channel->server);
	const struct object *object = cap->object;
	uint32_t index;
	tn_error error = grant_allocate(server, &index);
	if (error != TN_OK)
		return error;
	cap->port.grant = index;
	cap->port.serial = ++server->serial;
	error = grant_names(&server->grants, index, cap->channel->identity, object->key);
	if (error == TN_OK)
		error = grant_kind(&server->grants, index, cap->port.serial,
				   LINUX_GRANT_KIND(object->kind == OBJECT_SIGNAL
							    ? LINUX_GRANT_SIGNAL
							    : LINUX_GRANT_OBJECT,
						    object->entrypoint->index));
	return error;
}

/* The entry exists, so that writing to it cannot fail. */
static void grant_remove(struct cap *cap)
{
	struct port_pd *server = port_of(cap->object->entrypoint->pd);
	uint32_t index = cap->port.grant;
	cap->port.grant = 0;
	if (!file_is_open(&server->grants) || cap->object->entrypoint->pd->state == TN_PD_DEAD)
		return;
	tn_error error = grant_kind(&server->grants, index, 0, LINUX_GRANT_FREE);
	if (error == TN_OK)
		error = grant_names(&server->grants, index, nobody, server->free_grant);
	if (error == TN_OK)
		server->free_grant = index;
}

/* -- capabilities -- */

static tn_error entry_write(struct cap *cap)
{
	struct file *caps = &port_of(cap->holder)->caps;
	uint64_t offset = TN_HANDLE_INDEX(cap->handle) * sizeof(struct linux_cap_entry);
	uint32_t rest[3] = { 0, cap->port.grant, cap->port.serial };
	if (cap->channel)
		rest[0] = cap->channel->port.number |
			  (cap->channel->server == cap->holder
				   ? LINUX_CAP_OWN(cap->channel->entrypoint->index)
				   : 0);
	tn_error error = table_write(caps, offset + 4, rest, sizeof(rest));
	return error == TN_OK ? table_write(caps, offset, &cap->handle, 4) : error;
}

tn_error port_cap_install(struct cap *cap)
{
	tn_error error = cap->channel ? grant_install(cap) : TN_OK;
	if (error == TN_OK && cap->holder != &core_pd)
		error = entry_write(cap);
	return error; /* the caller removes it */
}

/* The fence pairs with the caller's, who notes its call before it looks here; see runtime/call.c.
 */
void port_cap_remove(struct cap *cap)
{
	static const uint32_t none;
	struct file *caps = cap->holder == &core_pd ? NULL : &port_of(cap->holder)->caps;
	uint64_t offset = TN_HANDLE_INDEX(cap->handle) * sizeof(struct linux_cap_entry);
	if (cap->holder->state == TN_PD_DEAD)
		caps = NULL; /* nobody looks there any more */
	if (caps && file_is_open(caps) &&
	    linux_call4(__NR_pwrite64, file_fd(caps), &none, sizeof(none), offset) < 0)
		return; /* it was never written */
	if (cap->port.grant)
		grant_remove(cap);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

tn_error port_object_create(struct object *object)
{
	(void)object;
	return TN_OK;
}

void port_object_destroy(struct object *object)
{
	(void)object;
}

/* -- channel records and thread pages -- */

void *port_channel_table_page(struct pd *pd, uint32_t page)
{
	struct port_pd *port = port_of(pd);
	const uint64_t window = LAYOUT_CHANNELS_END - LAYOUT_CHANNELS;
	if (!file_is_open(&port->records) || page >= window / TN_PAGE_SIZE)
		return NULL;
	if (!port->records_view)
		port->records_view = linux_map(NULL, window, PROT_READ | PROT_WRITE, MAP_SHARED,
					       file_fd(&port->records), 0);
	if (!port->records_view)
		return NULL;
	if (page >= port->records_pages) {
		if (linux_call2(__NR_ftruncate, file_fd(&port->records),
				(page + 1) * TN_PAGE_SIZE) != 0)
			return NULL;
		port->records_pages = page + 1;
	}
	return port->records_view + page * TN_PAGE_SIZE;
}

struct tn_thread_page *port_thread_page(struct thread *thread)
{
	unsigned char *view = thread->port.view;
	return view ? (struct tn_thread_page *)(void *)(view + LINUX_PRIVATE_THREAD * TN_PAGE_SIZE)
		    : NULL;
}

/*
 * The handle, not a flag, nor what it calls now: the component runs on while core looks, and its
 * next call must not end by this. It waits for this word as well as for the reply.
 */
void port_thread_abort(struct thread *thread, tn_handle calling)
{
	struct tn_thread_page *page = port_thread_page(thread);
	if (!page)
		return;
	__atomic_store_n(&page->aborted, calling, __ATOMIC_SEQ_CST);
	linux_call3(__NR_futex, &page->aborted, FUTEX_WAKE, 1);
}

/* -- all of a PD -- */

static tn_error create_files(struct port_pd *port)
{
	struct file *file[] = { &port->caps, &port->grants, &port->records };
	for (unsigned i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		int fd = memory_file(0, true);
		if (fd < 0)
			return error_of(fd);
		file_open(file[i], fd);
	}
	return TN_OK;
}

tn_error tables_create(struct pd *pd)
{
	struct port_pd *port = port_of(pd);
	tn_error error = create_files(port);
	if (error == TN_OK)
		error = port_thread_create(&pd->thread);
	if (error != TN_OK)
		return error;
	long event = linux_call2(__NR_eventfd2, 0, O_CLOEXEC | O_NONBLOCK);
	if (event < 0)
		return TN_ERR_LIMIT;
	file_open(&port->core_event, (int)event);
	port->first_numbers = 1; /* core's channel */
	port->links_end[LINUX_CLIENT] = 1;
	port->grant_count = 1;
	error = grant_names(&port->grants, 0, nobody, 1);
	if (error == TN_OK)
		error = grant_kind(&port->grants, 0, 0, LINUX_GRANT_FREE);
	if (error != TN_OK)
		return error;
	port->watch[WATCH_CORE_LINK] = (struct port_watch){ WATCH_CORE_LINK, pd };
	return error_of(
		watch_file(&port->core_event, &port->watch[WATCH_CORE_LINK], EPOLLIN | EPOLLET));
}

void tables_destroy(struct pd *pd)
{
	struct port_pd *port = port_of(pd);
	if (port->records_view)
		linux_unmap(port->records_view, LAYOUT_CHANNELS_END - LAYOUT_CHANNELS);
	port->records_view = NULL;
	unwatch_file(&port->core_event);
	file_close(&port->core_event);
	file_close(&port->records);
	file_close(&port->grants);
	file_close(&port->caps);
	struct tn_list_node *node = tn_list_first(&pd->threads);
	for (; node; node = tn_list_next(&pd->threads, node))
		thread_close(TN_CONTAINER_OF(node, struct thread, in_pd));
}
