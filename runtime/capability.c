/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <runtime/runtime.h>

/* Entries come in chunks; the first is there from the start, as memory for others needs handles. */
enum { FIRST_CHUNK = 128, CHUNK = 1024, CHUNKS = (1 << 20) / CHUNK };

struct held {
	tn_handle handle;
	uint32_t seen; /* deliveries that have arrived */
	uint32_t references;
	uint32_t own; /* thread whose entrypoint it belongs to, + 1; 0: another component's */
};

/*
 * Entries are read at any time, by whoever makes a call, and written under the lock. Entries do not
 * move and chunks stay.
 */
static struct tn_mutex lock;

static struct held first_chunk[FIRST_CHUNK];
static struct held *chunks[CHUNKS];

static struct held *slot(tn_handle handle)
{
	uint32_t index = TN_HANDLE_INDEX(handle);
	if (index < FIRST_CHUNK)
		return &first_chunk[index];
	struct held *chunk = __atomic_load_n(&chunks[index / CHUNK], __ATOMIC_ACQUIRE);
	return chunk ? &chunk[index % CHUNK] : NULL;
}

static struct held *find(tn_handle handle)
{
	struct held *held = handle ? slot(handle) : NULL;
	return held && __atomic_load_n(&held->handle, __ATOMIC_RELAXED) == handle ? held : NULL;
}

/*
 * A chunk is being made, by the thread of that index + 1: the handle of its dataspace comes before
 * there is room for it. Others that need room wait for the lock meanwhile.
 */
static struct tn_mutex growth;
static uint32_t growing;
static tn_handle early;

static bool is_growing(void)
{
	return __atomic_load_n(&growing, __ATOMIC_RELAXED) == thread_index() + 1;
}

static void give_back(tn_handle handle, uint32_t count);

static tn_error make_chunk(uint32_t number)
{
	tn_dataspace_cap dataspace;
	uint64_t address, size;
	tn_error error = tn_pd_alloc(runtime_env.pd, CHUNK * sizeof(struct held), &dataspace);
	if (error != TN_OK)
		return error;
	error = tn_pd_attach(runtime_env.pd, dataspace, 0, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE,
			     &address, &size);
	if (error == TN_OK)
		error = port_attached(address, size, 0, TN_RIGHT_READ | TN_RIGHT_WRITE);
	if (error != TN_OK) {
		tn_dataspace_free(dataspace);
		if (early)
			give_back(early, 1);
		early = 0;
		return error;
	}
	__atomic_store_n(&chunks[number], (struct held *)address, __ATOMIC_RELEASE);
	return TN_OK;
}

/* Core is called with `growth` locked; nothing that core's answer leads to here takes it again. */
static tn_error grow(tn_handle handle, tn_handle *waiting)
{
	tn_error error = TN_OK;
	tn_mutex_lock(&growth);
	if (!slot(handle)) { /* nobody else has meanwhile */
		__atomic_store_n(&growing, thread_index() + 1, __ATOMIC_RELAXED);
		error = make_chunk(TN_HANDLE_INDEX(handle) / CHUNK);
		__atomic_store_n(&growing, 0, __ATOMIC_RELAXED);
		*waiting = early;
		early = 0;
	}
	tn_mutex_unlock(&growth);
	return error;
}

/* Makes room for the handle's index. */
static tn_error make_room(tn_handle handle)
{
	tn_handle waiting = 0;
	if (slot(handle))
		return TN_OK;
	tn_error error = grow(handle, &waiting);
	/* It may lie in yet another chunk. */
	return error == TN_OK ? cap_received(waiting) : error;
}

/* Nobody else may have it now: unless it was delivered again meanwhile. */
static void given_back(tn_handle handle, tn_error error, uint32_t close_channel)
{
	if (error == TN_ERR_AGAIN)
		return; /* another delivery is on its way: the entry stays, with its count */
	cap_forget(handle);
	if (error == TN_OK && close_channel)
		port_channel_close(close_channel);
}

static void give_back(tn_handle handle, uint32_t count)
{
	uint32_t close_channel = 0;
	tn_error error = tn_pd_release(runtime_env.pd, handle, count, &close_channel);
	given_back(handle, error, close_channel);
}

static void give_all_back(const struct tn_releases *all)
{
	struct tn_released released;
	tn_error error = tn_pd_release_all(runtime_env.pd, *all, &released);
	for (uint32_t i = 0; i < all->count; i++)
		given_back(all->entry[i].handle,
			   error == TN_OK ? tn_error_of(released.error[i]) : error,
			   error == TN_OK ? released.close_channel[i] : 0);
}

tn_error cap_received(tn_handle handle)
{
	if (!handle)
		return TN_OK;
	if (is_growing() && !slot(handle)) {
		early = handle;
		return TN_OK;
	}
	/* Before the PD capability has arrived all indices are small: no room is needed. */
	tn_error error = make_room(handle);
	if (error != TN_OK) {
		give_back(handle, 1);
		return error;
	}
	struct held *held = slot(handle);
	tn_mutex_lock(&lock);
	if (held->handle != handle) {
		held->seen = held->references = held->own = 0;
		__atomic_store_n(&held->handle, handle, __ATOMIC_RELAXED);
	}
	held->seen++;
	held->references++;
	tn_mutex_unlock(&lock);
	return TN_OK;
}

uint32_t cap_take(struct tn_transfer *transfer, uint8_t mark, uint32_t origin, tn_handle *handles)
{
	uint32_t number = __atomic_load_n(&transfer->state, __ATOMIC_ACQUIRE);
	if (number == TN_TRANSFER_EMPTY || TN_TRANSFER_MARK(number) != mark)
		return 0;
	struct tn_handles taken = transfer->handles;
	bool expected = __atomic_load_n(&transfer->origin, __ATOMIC_RELAXED) == origin;
	/* Still the same transfer: what was read is its own. */
	if (!expected || taken.count > TN_MESSAGE_CAPS_MAX ||
	    !__atomic_compare_exchange_n(&transfer->state, &number, TN_TRANSFER_EMPTY, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return 0;
	for (uint32_t i = 0; i < taken.count; i++)
		handles[i] = taken.handle[i];
	return taken.count;
}

bool caps_have_room(const tn_handle *handles, uint32_t count)
{
	bool room = true;
	for (uint32_t i = 0; i < count; i++)
		room = room && slot(handles[i]);
	return room;
}

tn_error caps_received(tn_handle *handles, uint32_t count)
{
	tn_error error = TN_OK;
	for (uint32_t i = 0; i < count; i++) {
		tn_error e = cap_received(handles[i]);
		if (e == TN_OK)
			continue;
		handles[i] = 0; /* was given back */
		error = e;
	}
	return error;
}

bool cap_held(tn_handle handle)
{
	return find(handle) != NULL;
}

tn_error cap_callable(tn_handle handle)
{
	const struct held *held = find(handle);
	if (!held)
		return TN_ERR_CAPABILITY;
	bool own = __atomic_load_n(&held->own, __ATOMIC_RELAXED) == thread_index() + 1;
	return own ? TN_ERR_DEADLOCK : TN_OK;
}

void cap_set_own(tn_handle handle, uint32_t thread)
{
	tn_mutex_lock(&lock);
	struct held *held = find(handle);
	if (held)
		__atomic_store_n(&held->own, thread + 1, __ATOMIC_RELAXED);
	tn_mutex_unlock(&lock);
}

void cap_forget(tn_handle handle)
{
	tn_mutex_lock(&lock);
	struct held *held = find(handle);
	if (held)
		__atomic_store_n(&held->handle, 0, __ATOMIC_RELAXED);
	tn_mutex_unlock(&lock);
}

ABI tn_error tn_cap_retain(tn_handle handle)
{
	tn_mutex_lock(&lock);
	struct held *held = find(handle);
	if (held)
		held->references++;
	tn_mutex_unlock(&lock);
	return held ? TN_OK : TN_ERR_CAPABILITY;
}

/* One holder less; how often it was received, if that was the last one, or 0. */
static uint32_t let_go(tn_handle handle)
{
	struct held *held = find(handle);
	return held && held->references && !--held->references ? held->seen : 0;
}

ABI void tn_cap_release(tn_handle handle)
{
	tn_mutex_lock(&lock);
	uint32_t count = let_go(handle);
	tn_mutex_unlock(&lock);
	if (count)
		give_back(handle, count);
}

/* Out of line: most messages bring one, or none. */
static __attribute__((noinline)) void release_several(const tn_handle *handles, uint32_t count)
{
	struct tn_releases all = { .count = 0 };
	tn_mutex_lock(&lock);
	for (uint32_t i = 0; i < count && i < TN_MESSAGE_CAPS_MAX; i++) {
		uint32_t seen = let_go(handles[i]);
		if (!seen)
			continue;
		all.entry[all.count].handle = handles[i];
		all.entry[all.count++].count = seen;
	}
	tn_mutex_unlock(&lock);
	if (all.count)
		give_all_back(&all);
}

void caps_release(const tn_handle *handles, uint32_t count)
{
	if (count == 1)
		tn_cap_release(handles[0]);
	else if (count)
		release_several(handles, count);
}
