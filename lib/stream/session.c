/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A stream as a session: the server's memory, paid by the client. */
#include <tenon/capability.h>
#include <tenon/stream.h>

static uint64_t memory_size(struct tn_stream_shape shape)
{
	uint64_t size = TN_STREAM_SIZE(shape.packets, shape.packet_size);
	return (size + TN_PAGE_SIZE - 1) & ~(uint64_t)(TN_PAGE_SIZE - 1);
}

static struct tn_quota price(struct tn_stream_shape shape)
{
	return (struct tn_quota){ TN_STREAM_RAM(shape.packets, shape.packet_size), TN_STREAM_CAPS };
}

/* -- the server -- */

/* A client that sends all the time keeps nobody else from being served: it has to queue again. */
static void ready(void *argument)
{
	struct tn_stream_peer *peer = argument;
	peer->service->ready(peer);
	if (tn_stream_arm(&peer->stream, 1) == TN_ERR_AGAIN)
		(void)tn_signal_submit(peer->signal.cap);
}

static tn_error connect(void *self, struct tn_request *request, tn_signal_cap client,
			struct tn_stream_shape *shape, tn_dataspace_cap *memory,
			tn_signal_cap *server)
{
	struct tn_stream_peer *peer = self;
	(void)request;
	if (peer->client.handle)
		return TN_ERR_CONFLICT;
	tn_error error = tn_cap_retain(client.handle);
	if (error != TN_OK)
		return error;
	peer->client = client;
	peer->stream.peer_signal = client;
	*shape = peer->service->shape;
	*memory = peer->memory;
	*server = peer->signal.cap;
	(void)tn_signal_submit(peer->signal.cap); /* a source begins by itself */
	return TN_OK;
}

static tn_error ping(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	return TN_OK;
}

static tn_error begin_stream(struct tn_stream_peer *peer)
{
	const struct tn_stream_service *service = peer->service;
	tn_error error = tn_dataspace_alloc(memory_size(service->shape), &peer->memory);
	if (error != TN_OK)
		return error;
	error = tn_attach(peer->memory, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &peer->at);
	if (error != TN_OK)
		return error;
	const struct tn_stream_config config = { .memory = peer->at,
						 .shape = service->shape,
						 .source = service->source,
						 .signal = &peer->signal };
	return tn_stream_init(&peer->stream, &config);
}

static tn_error begin(struct tn_stream_peer *peer, tn_stream_session_cap *cap)
{
	static const struct tn_stream_session_ops ops = { .connect = connect, .ping = ping };
	struct tn_entrypoint *entrypoint = peer->service->entrypoint;
	peer->signal.handler = ready;
	peer->signal.argument = peer;
	tn_error error = begin_stream(peer);
	if (error == TN_OK)
		error = tn_signal_create(entrypoint, &peer->signal);
	if (error == TN_OK)
		error = tn_stream_session_serve(entrypoint, &peer->object, &ops, peer, cap);
	return error;
}

/* What is not there yet is zero. */
static void end(struct tn_stream_peer *peer)
{
	tn_object_destroy(&peer->object);
	tn_signal_destroy(&peer->signal);
	tn_stream_fini(&peer->stream);
	tn_cap_release(peer->client.handle);
	if (peer->memory.handle)
		tn_dataspace_free(peer->memory);
	tn_heap_free(peer);
}

static tn_error check(const struct tn_stream_service *service, const struct tn_quota *quota)
{
	struct tn_quota needed = price(service->shape);
	if (quota->ram < needed.ram)
		return TN_ERR_OUT_OF_RAM;
	return quota->caps < needed.caps ? TN_ERR_OUT_OF_CAPS : TN_OK;
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	struct tn_stream_service *service = self;
	tn_stream_session_cap cap;
	tn_error error = check(service, &request->quota);
	if (error != TN_OK)
		return error;
	struct tn_stream_peer *peer = tn_heap_alloc(sizeof(*peer));
	if (!peer)
		return TN_ERR_OUT_OF_RAM;
	__builtin_memset(peer, 0, sizeof(*peer));
	peer->service = service;
	error = begin(peer, &cap);
	if (error == TN_OK && service->opened)
		error = service->opened(peer, request->label);
	if (error != TN_OK) {
		end(peer);
		return error;
	}
	tn_session_list_add(&service->sessions, &peer->node, request->id);
	*object = cap.handle;
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	struct tn_stream_service *service = self;
	struct tn_stream_peer *peer = (void *)tn_session_list_remove(&service->sessions, id);
	if (!peer)
		return;
	if (service->closed)
		service->closed(peer);
	end(peer);
}

tn_error tn_stream_service_announce(struct tn_stream_service *service)
{
	if (!tn_stream_shape_valid(service->shape))
		return TN_ERR_ARGUMENT;
	service->service = (struct tn_service){ .name = service->name,
						.interface = &tn_stream_session_interface,
						.self = service,
						.open = open,
						.close = close };
	return tn_service_announce(&service->service);
}

/* -- the client -- */

static tn_error attach(struct tn_stream_client *client, const struct tn_stream_wish *wish)
{
	struct tn_stream_shape shape = { 0, 0 };
	tn_stream_session_cap session = { client->session.cap };
	tn_error error = tn_stream_session_connect(session, client->signal.cap, &shape,
						   &client->memory, &client->server);
	if (error != TN_OK)
		return error;
	if (shape.packets != wish->shape.packets || shape.packet_size != wish->shape.packet_size)
		return TN_ERR_MISMATCH;
	error = tn_attach(client->memory, 0, memory_size(shape), TN_RIGHT_READ | TN_RIGHT_WRITE,
			  &client->at);
	return error == TN_ERR_ARGUMENT ? TN_ERR_PROTOCOL : error; /* it is smaller than that */
}

static tn_error start(struct tn_stream_client *client, const struct tn_stream_wish *wish)
{
	tn_error error = attach(client, wish);
	const struct tn_stream_config config = { .memory = client->at,
						 .shape = wish->shape,
						 .source = wish->source,
						 .guarded = wish->guarded,
						 .signal = &client->signal,
						 .peer_signal = client->server };
	return error == TN_OK ? tn_stream_init(&client->stream, &config) : error;
}

/* The server may be faster than who opens, whose entrypoint may be another thread. */
static void client_signal(void *argument)
{
	struct tn_stream_client *client = argument;
	if (client->handler && __atomic_load_n(&client->is_open, __ATOMIC_ACQUIRE))
		client->handler(client->argument);
}

static tn_error open_client(struct tn_stream_client *client, struct tn_entrypoint *entrypoint,
			    const struct tn_stream_wish *wish)
{
	client->signal.handler = client_signal;
	client->signal.argument = client;
	tn_error error = tn_signal_create(entrypoint, &client->signal);
	if (error == TN_OK)
		error = tn_session_open(wish->service, wish->label, price(wish->shape),
					&tn_stream_session_interface, &client->session);
	return error == TN_OK ? start(client, wish) : error;
}

tn_error tn_stream_client_open(struct tn_stream_client *client, struct tn_entrypoint *entrypoint,
			       const struct tn_stream_wish *wish)
{
	*client = (struct tn_stream_client){ .handler = client->handler,
					     .argument = client->argument };
	if (!tn_stream_shape_valid(wish->shape))
		return TN_ERR_ARGUMENT;
	tn_error error = open_client(client, entrypoint, wish);
	if (error != TN_OK) {
		tn_stream_client_close(client);
		return error;
	}
	__atomic_store_n(&client->is_open, 1, __ATOMIC_RELEASE);
	if (client->handler)
		(void)tn_signal_submit(client->signal.cap);
	return TN_OK;
}

tn_error tn_stream_client_ping(const struct tn_stream_client *client)
{
	return tn_stream_session_ping((tn_stream_session_cap){ client->session.cap });
}

void tn_stream_client_close(struct tn_stream_client *client)
{
	tn_signal_destroy(&client->signal); /* no handler runs any more */
	tn_stream_fini(&client->stream);
	if (client->at)
		(void)tn_detach(client->at);
	client->at = NULL;
	tn_cap_release(client->memory.handle);
	tn_cap_release(client->server.handle);
	tn_session_close(&client->session);
	client->memory.handle = 0;
	client->server.handle = 0;
}
