/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The entrypoint: requests and signals come to handlers one at a time.
 *
 * Keys name objects and signals to the kernel: an index into a table and a generation, so that a
 * request that was sent to a destroyed object never reaches its successor.
 */
#include <runtime/runtime.h>

enum { KEY_INDEX_BITS = 20 };

struct tn_entrypoint runtime_entrypoint;

void entrypoint_init(struct tn_entrypoint *entrypoint, uint32_t thread)
{
	entrypoint->thread = thread;
	entrypoint->entries = entrypoint->first_entries;
	entrypoint->capacity = FIRST_ENTRIES;
	entrypoint->pending_end = &entrypoint->pending;
}

static bool grow(struct tn_entrypoint *entrypoint)
{
	uint32_t capacity = entrypoint->capacity * 4;
	struct entry *entries;
	if (capacity > 1u << KEY_INDEX_BITS)
		return false;
	entries = tn_heap_alloc(capacity * sizeof(*entries));
	if (!entries)
		return false;
	memset(entries, 0, capacity * sizeof(*entries));
	memcpy(entries, entrypoint->entries, entrypoint->capacity * sizeof(*entries));
	if (entrypoint->entries != entrypoint->first_entries)
		tn_heap_free(entrypoint->entries);
	entrypoint->entries = entries;
	entrypoint->capacity = capacity;
	return true;
}

static tn_error find_free(struct tn_entrypoint *entrypoint, uint32_t *index)
{
	uint32_t i = entrypoint->free_from;
	while (i < entrypoint->capacity && entrypoint->entries[i].target)
		i++;
	*index = entrypoint->free_from = i;
	return i < entrypoint->capacity || grow(entrypoint) ? TN_OK : TN_ERR_OUT_OF_RAM;
}

static tn_error take_key(struct tn_entrypoint *entrypoint, void *target, bool is_signal,
			 uint32_t *key)
{
	uint32_t i;
	tn_mutex_lock(&entrypoint->lock);
	tn_error error = find_free(entrypoint, &i);
	if (error == TN_OK) {
		struct entry *entry = &entrypoint->entries[i];
		entry->target = target;
		entry->is_signal = is_signal;
		*key = i | entry->generation << KEY_INDEX_BITS;
	}
	tn_mutex_unlock(&entrypoint->lock);
	return error;
}

static struct entry *find(struct tn_entrypoint *entrypoint, uint32_t key, bool is_signal)
{
	uint32_t i = key & ((1u << KEY_INDEX_BITS) - 1);
	if (i >= entrypoint->capacity)
		return NULL;
	struct entry *entry = &entrypoint->entries[i];
	if (!entry->target || entry->is_signal != is_signal)
		return NULL;
	return (entry->generation << KEY_INDEX_BITS | i) == key ? entry : NULL;
}

static void give_key(struct tn_entrypoint *entrypoint, uint32_t key, bool is_signal)
{
	tn_mutex_lock(&entrypoint->lock);
	struct entry *entry = find(entrypoint, key, is_signal);
	if (entry) {
		if (__atomic_load_n(&entrypoint->serving, __ATOMIC_RELAXED) == entry->target)
			__atomic_store_n(&entrypoint->gone, true, __ATOMIC_RELAXED);
		entry->target = NULL;
		if ((key & ((1u << KEY_INDEX_BITS) - 1)) < entrypoint->free_from)
			entrypoint->free_from = key & ((1u << KEY_INDEX_BITS) - 1);
		entry->generation = (entry->generation + 1) & ((1u << (32 - KEY_INDEX_BITS)) - 1);
	}
	tn_mutex_unlock(&entrypoint->lock);
}

/* What the key names is in service until service_ends(); NULL: it is gone. */
static void *service_begins(struct tn_entrypoint *entrypoint, uint32_t key, bool is_signal)
{
	tn_mutex_lock(&entrypoint->lock);
	struct entry *entry = find(entrypoint, key, is_signal);
	entrypoint->serving = entry ? entry->target : NULL;
	entrypoint->gone = false;
	tn_mutex_unlock(&entrypoint->lock);
	return entry ? entrypoint->serving : NULL;
}

static __attribute__((noinline)) void tell_idle(struct tn_entrypoint *entrypoint)
{
	tn_mutex_lock(&entrypoint->lock);
	entrypoint->awaited = false;
	tn_condition_broadcast(&entrypoint->idle);
	tn_mutex_unlock(&entrypoint->lock);
}

/* Without the lock: whoever waits says so first, then looks; see await_service(). */
static void service_ends(struct tn_entrypoint *entrypoint)
{
	__atomic_store_n(&entrypoint->serving, NULL, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&entrypoint->awaited, __ATOMIC_SEQ_CST))
		tell_idle(entrypoint);
}

/* Another thread is about to free it: not before its handler has ended. */
static void await_service(struct tn_entrypoint *entrypoint, const void *target)
{
	if (entrypoint->thread == thread_index())
		return;
	tn_mutex_lock(&entrypoint->lock);
	for (;;) {
		__atomic_store_n(&entrypoint->awaited, true, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&entrypoint->serving, __ATOMIC_SEQ_CST) != target)
			break;
		tn_condition_wait(&entrypoint->idle, &entrypoint->lock);
	}
	tn_mutex_unlock(&entrypoint->lock);
}

ABI tn_error tn_object_create(struct tn_entrypoint *entrypoint, struct tn_object *object)
{
	tn_any_cap cap;
	tn_error error = take_key(entrypoint, object, false, &object->key);
	if (error != TN_OK)
		return error;
	error = tn_pd_object_create(runtime_env.pd, entrypoint->thread, object->key, &cap);
	if (error != TN_OK) {
		give_key(entrypoint, object->key, false);
		return error;
	}
	object->entrypoint = entrypoint;
	object->handle = cap.handle;
	cap_set_own(cap.handle, entrypoint->thread);
	return TN_OK;
}

static void end_identity(tn_handle handle)
{
	tn_error error;
	do
		error = tn_pd_object_destroy(runtime_env.pd, (tn_any_cap){ handle });
	while (error == TN_ERR_AGAIN);
	(void)error; /* gone is gone */
	cap_forget(handle);
}

ABI void tn_object_destroy(struct tn_object *object)
{
	if (!object->handle)
		return;
	give_key(object->entrypoint, object->key, false);
	end_identity(object->handle);
	await_service(object->entrypoint, object);
	object->handle = 0;
}

ABI tn_error tn_signal_create(struct tn_entrypoint *entrypoint, struct tn_signal *signal)
{
	tn_error error = take_key(entrypoint, signal, true, &signal->key);
	if (error != TN_OK)
		return error;
	error = tn_pd_signal_create(runtime_env.pd, entrypoint->thread, signal->key, &signal->cap);
	if (error != TN_OK) {
		give_key(entrypoint, signal->key, true);
		return error;
	}
	signal->entrypoint = entrypoint;
	signal->pending = false;
	signal->next_pending = NULL;
	return TN_OK;
}

static void remove_pending(struct tn_entrypoint *entrypoint, struct tn_signal *signal)
{
	struct tn_signal **link = &entrypoint->pending;
	while (*link && *link != signal)
		link = &(*link)->next_pending;
	if (!*link)
		return;
	*link = signal->next_pending;
	if (entrypoint->pending_end == &signal->next_pending)
		entrypoint->pending_end = link;
	signal->pending = false;
	signal->next_pending = NULL;
}

static void unlink_pending(struct tn_entrypoint *entrypoint, struct tn_signal *signal)
{
	tn_mutex_lock(&entrypoint->lock);
	remove_pending(entrypoint, signal);
	tn_mutex_unlock(&entrypoint->lock);
}

static void append_pending(struct tn_entrypoint *entrypoint, struct tn_signal *signal)
{
	signal->pending = true;
	signal->next_pending = NULL;
	*entrypoint->pending_end = signal;
	entrypoint->pending_end = &signal->next_pending;
}

/* True: it is the awaited one. Others are kept. */
static bool is_awaited(struct tn_entrypoint *entrypoint, uint32_t key,
		       const struct tn_signal *awaited)
{
	tn_mutex_lock(&entrypoint->lock);
	struct entry *entry = find(entrypoint, key, true);
	struct tn_signal *signal = entry ? entry->target : NULL;
	if (signal && signal != awaited && !signal->pending)
		append_pending(entrypoint, signal);
	tn_mutex_unlock(&entrypoint->lock);
	return signal && signal == awaited;
}

ABI void tn_signal_destroy(struct tn_signal *signal)
{
	if (!signal->cap.handle)
		return;
	give_key(signal->entrypoint, signal->key, true);
	unlink_pending(signal->entrypoint, signal);
	end_identity(signal->cap.handle);
	await_service(signal->entrypoint, signal);
	signal->cap.handle = 0;
}

ABI tn_error tn_signal_submit(tn_signal_cap cap)
{
	if (TN_HANDLE_KIND(cap.handle) != TN_CAP_SIGNAL || !cap_held(cap.handle))
		return TN_ERR_CAPABILITY;
	return port_signal_submit(cap.handle);
}

ABI void tn_signal_wait(struct tn_signal *signal)
{
	struct tn_entrypoint *entrypoint = signal->entrypoint;
	while (!signal->pending) {
		struct port_event event;
		port_wait(NULL, TN_OK, PORT_WAIT_SIGNALS_ONLY, &event);
		if (event.kind == PORT_EVENT_SIGNAL && is_awaited(entrypoint, event.key, signal))
			return;
	}
	unlink_pending(entrypoint, signal);
}

static tn_error dispatch(struct tn_entrypoint *entrypoint, struct tn_request *request, uint32_t key)
{
	struct tn_object *object = service_begins(entrypoint, key, false);
	if (!object)
		return TN_ERR_GONE;
	tn_error error = object->dispatch(object->ops, object->self, request);
	if (__atomic_load_n(&entrypoint->gone, __ATOMIC_RELAXED))
		error = TN_ERR_GONE; /* whatever the handler says: the call was in flight */
	service_ends(entrypoint);
	return error;
}

/* Noting the capabilities calls core, which takes the message buffer: the request moves out first.
 */
static __attribute__((noinline)) tn_error dispatch_copy(struct tn_entrypoint *entrypoint,
							struct tn_request *request, uint32_t key)
{
	unsigned char data[TN_MESSAGE_MAX];
	memcpy(data, request->data, request->length);
	request->data = data;
	tn_error error = caps_received(request->caps, request->cap_count);
	return error == TN_OK ? dispatch(entrypoint, request, key) : error;
}

/* Capabilities that came with a request are the handler's for its duration. */
static tn_error serve_with_caps(struct tn_entrypoint *entrypoint, struct tn_request *request,
				uint32_t key)
{
	struct tn_channel_record *records = (struct tn_channel_record *)LAYOUT_CHANNELS;
	uint32_t announced = request->cap_count;
	struct tn_channel_record *record = &records[TN_CHANNEL_INDEX(request->channel)];
	request->cap_count = (uint8_t)cap_take(&record->request, request->mark,
					       (uint32_t)request->channel, request->caps);
	bool room = caps_have_room(request->caps, request->cap_count);
	tn_error error = TN_ERR_PROTOCOL;
	if (announced == request->cap_count && !room) {
		error = dispatch_copy(entrypoint, request, key);
	} else {
		tn_error received = caps_received(request->caps, request->cap_count);
		if (received == TN_OK && announced == request->cap_count)
			error = dispatch(entrypoint, request, key);
	}
	/* None are left if there is a reply, which they must not disturb. */
	caps_release(request->caps, request->cap_count);
	return error;
}

static tn_error serve_request(struct tn_entrypoint *entrypoint, struct tn_request *request,
			      uint32_t key)
{
	request->reply_length = 0;
	request->reply_cap_count = 0;
	request->reply_mark = 0;
	tn_error error = request->cap_count ? serve_with_caps(entrypoint, request, key)
					    : dispatch(entrypoint, request, key);
	/* A port need not have room for numbers that are no error's. */
	return tn_error_number(error) < TN_ERROR_COUNT ? error : TN_ERR_PROTOCOL;
}

ABI tn_error tn_reply_caps(struct tn_request *request)
{
	tn_error error = TN_OK;
	struct tn_handles handles = { .count = request->reply_cap_count };
	for (uint32_t i = 0; i < handles.count; i++)
		handles.handle[i] = request->reply_caps[i];
	if (handles.count)
		error = tn_pd_transfer_reply(runtime_env.pd, request->channel, request->thread,
					     handles, &request->reply_mark);
	caps_release(request->caps, request->cap_count);
	request->cap_count = 0;
	return error;
}

static void serve_signal(struct tn_entrypoint *entrypoint, uint32_t key)
{
	struct tn_signal *signal = service_begins(entrypoint, key, true);
	if (!signal)
		return;
	if (signal->handler)
		signal->handler(signal->argument);
	service_ends(entrypoint);
}

/* The calling thread alone adds to what is pending. */
static void serve_pending(struct tn_entrypoint *entrypoint)
{
	if (!__atomic_load_n(&entrypoint->pending, __ATOMIC_RELAXED))
		return;
	tn_mutex_lock(&entrypoint->lock);
	struct tn_signal *signal = entrypoint->pending;
	uint32_t key = signal ? signal->key : 0;
	if (signal)
		remove_pending(entrypoint, signal);
	tn_mutex_unlock(&entrypoint->lock);
	if (signal)
		serve_signal(entrypoint, key);
}

void entrypoint_serve(struct tn_entrypoint *entrypoint)
{
	struct port_event event;
	struct tn_request *reply = NULL;
	tn_error status = TN_OK;
	while (!entrypoint->stopping) {
		/* What is pending comes before requests, and takes turns with new signals. */
		unsigned flags = entrypoint->pending ? PORT_WAIT_POLL | PORT_WAIT_SIGNALS_ONLY : 0;
		port_wait(reply, status, flags, &event);
		reply = NULL;
		if (event.kind == PORT_EVENT_REQUEST) {
			status = serve_request(entrypoint, &event.request, event.key);
			reply = &event.request;
			continue; /* its reply lies in the message buffer: no handler before it is
				     gone */
		}
		if (event.kind == PORT_EVENT_SIGNAL)
			serve_signal(entrypoint, event.key);
		serve_pending(entrypoint);
	}
}

void entrypoint_clear(struct tn_entrypoint *entrypoint)
{
	for (uint32_t i = 0; i < entrypoint->capacity; i++) {
		const struct entry *entry = &entrypoint->entries[i];
		if (entry->target && entry->is_signal)
			tn_signal_destroy(entry->target);
		else if (entry->target)
			tn_object_destroy(entry->target);
	}
	if (entrypoint->entries != entrypoint->first_entries)
		tn_heap_free(entrypoint->entries);
}
