/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/channel.h>
#include <core/memory.h>
#include <core/price.h>
#include <core/thread.h>
#include <core/work.h>

/*
 * Entries come in chunks that are allocated when needed and stay until the PD goes. Chunks hang off
 * a two-level table: group -> chunk -> entry.
 */
enum {
	CAPS_PER_CHUNK = 16,
	CHUNKS_PER_GROUP = 512,
	GROUPS = 128,
	CAPS_MAX = CAPS_PER_CHUNK * CHUNKS_PER_GROUP * GROUPS,
	FORWARDS_AT_ONCE = 64,
};
_Static_assert(sizeof(struct cap) * CAPS_PER_CHUNK <= 4096, "a chunk is one block");
_Static_assert(CAPS_MAX <= 1 << 20, "indices are 20 bits");

static struct cap *entry(struct pd *pd, uint32_t index)
{
	if (index >= pd->cap_count || index < pd->cap_swept)
		return NULL;
	uint32_t chunk = index / CAPS_PER_CHUNK;
	struct cap **group = pd->cap_groups[chunk / CHUNKS_PER_GROUP];
	return &group[chunk % CHUNKS_PER_GROUP][index % CAPS_PER_CHUNK];
}

/* Makes one more chunk, whose entries are free. */
static bool grow(struct pd *pd)
{
	uint32_t first = pd->cap_count;
	uint32_t number = first / CAPS_PER_CHUNK;
	if (first >= CAPS_MAX)
		return false;
	if (!pd->cap_groups) {
		pd->cap_groups = core_alloc(GROUPS * sizeof(*pd->cap_groups));
		tn_list_init(&pd->free_caps);
	}
	if (!pd->cap_groups)
		return false;
	struct cap ***group = &pd->cap_groups[number / CHUNKS_PER_GROUP];
	if (!*group)
		*group = core_alloc(CHUNKS_PER_GROUP * sizeof(**group));
	if (!*group)
		return false;
	struct cap *chunk = core_alloc(CAPS_PER_CHUNK * sizeof(*chunk));
	if (!chunk)
		return false;
	(*group)[number % CHUNKS_PER_GROUP] = chunk;
	pd->cap_count += CAPS_PER_CHUNK;
	for (uint32_t i = 0; i < CAPS_PER_CHUNK; i++) {
		chunk[i].holder = pd;
		chunk[i].handle = TN_HANDLE(TN_CAP_NONE, 0, first + i);
		if (first + i != 0) /* index 0 is never valid */
			tn_list_append(&pd->free_caps, &chunk[i].in_object);
	}
	return true;
}

static struct cap *take_free(struct pd *pd)
{
	if ((!pd->cap_groups || tn_list_empty(&pd->free_caps)) && !grow(pd))
		return NULL;
	struct tn_list_node *node = tn_list_first(&pd->free_caps);
	tn_list_remove(node);
	return TN_CONTAINER_OF(node, struct cap, in_object);
}

struct cap *cap_find(struct pd *holder, tn_handle handle)
{
	struct cap *cap = entry(holder, TN_HANDLE_INDEX(handle));
	return cap && cap->used && cap->handle == handle ? cap : NULL;
}

struct object *cap_object(struct pd *holder, tn_handle handle, enum object_kind kind)
{
	struct cap *cap = cap_find(holder, handle);
	if (!cap || !cap->object || cap->object->kind != kind || object_gone(cap->object))
		return NULL;
	return cap->object;
}

static int order(const void *key, const struct tn_tree_node *node)
{
	const struct object *object = TN_CONTAINER_OF_CONST(node, struct cap, in_holder)->object;
	return ((uintptr_t)key > (uintptr_t)object) - ((uintptr_t)key < (uintptr_t)object);
}

void cap_space_init(struct pd *holder)
{
	tn_tree_init(&holder->caps, order);
}

/* The same object received twice is the same capability. */
static struct cap *existing(struct pd *holder, struct object *object)
{
	struct tn_tree_node *node = tn_tree_find(&holder->caps, object);
	return node ? TN_CONTAINER_OF(node, struct cap, in_holder) : NULL;
}

static void put_back(struct cap *cap)
{
	struct pd *holder = cap->holder;
	uint32_t generation = TN_HANDLE_GENERATION(cap->handle) + 1;
	tn_handle handle = TN_HANDLE(TN_CAP_NONE, generation, TN_HANDLE_INDEX(cap->handle));
	__builtin_memset(cap, 0, sizeof(*cap));
	cap->holder = holder;
	cap->handle = handle;
	if (holder->state != TN_PD_DEAD)
		tn_list_append(&holder->free_caps, &cap->in_object);
}

static enum tn_cap_kind handle_kind(const struct object *object)
{
	if (!object->entrypoint)
		return TN_CAP_CORE;
	return object->kind == OBJECT_SIGNAL ? TN_CAP_SIGNAL : TN_CAP_OBJECT;
}

static void link(struct cap *cap, struct object *object, struct pd *payer, struct channel *channel)
{
	cap->used = true;
	cap->object = object;
	cap->payer = payer;
	cap->channel = channel;
	cap->delivered = 1;
	cap->handle = TN_HANDLE(handle_kind(object), TN_HANDLE_GENERATION(cap->handle),
				TN_HANDLE_INDEX(cap->handle));
	tn_list_append(&object->caps, &cap->in_object);
	tn_tree_add(&cap->holder->caps, object, &cap->in_holder);
	tn_list_append(&payer->paid_caps, &cap->in_payer);
	if (channel)
		tn_list_append(&channel->caps, &cap->in_channel);
}

static tn_error make(struct pd *holder, struct object *object, struct pd *payer, struct cap **made)
{
	struct channel *channel = NULL;
	tn_error error = account_charge(payer, TN_USAGE_CAPABILITY, PRICE_CAP_RAM, PRICE_CAP_CAPS);
	if (error != TN_OK)
		return error;
	if (object->entrypoint)
		error = channel_get(holder, object->entrypoint, payer, &channel);
	if (error != TN_OK)
		goto refund;
	struct cap *cap = take_free(holder);
	error = TN_ERR_LIMIT;
	if (!cap)
		goto drop_channel;
	link(cap, object, payer, channel);
	error = port_cap_install(cap);
	if (error != TN_OK) {
		cap_free(cap); /* refunds, and drops the channel */
		return error;
	}
	*made = cap;
	return TN_OK;
drop_channel:
	if (channel)
		channel_put(channel);
refund:
	account_refund(payer, TN_USAGE_CAPABILITY, PRICE_CAP_RAM, PRICE_CAP_CAPS);
	return error;
}

static void unpay(struct cap *cap)
{
	if (!cap->payer)
		return;
	tn_list_remove(&cap->in_payer);
	account_refund(cap->payer, TN_USAGE_CAPABILITY, PRICE_CAP_RAM, PRICE_CAP_CAPS);
	cap->payer = NULL;
}

static tn_error pay_instead(struct cap *cap, struct pd *payer)
{
	tn_error error = account_charge(payer, TN_USAGE_CAPABILITY, PRICE_CAP_RAM, PRICE_CAP_CAPS);
	if (error != TN_OK)
		return error;
	unpay(cap);
	cap->payer = payer;
	tn_list_append(&payer->paid_caps, &cap->in_payer);
	return TN_OK;
}

/* What a PD gets for itself it pays itself, so that it does not end with somebody else. */
static tn_error pay_own(struct cap *cap)
{
	tn_error error = cap->payer == cap->holder ? TN_OK : pay_instead(cap, cap->holder);
	struct channel *channel = cap->channel;
	if (error == TN_OK && channel)
		error = channel_get(channel->client, channel->entrypoint, cap->holder, &channel);
	return error;
}

tn_error cap_deliver(struct pd *holder, struct object *object, struct pd *payer, struct cap **cap)
{
	if (object_gone(object) || holder->state == TN_PD_DEAD)
		return TN_ERR_GONE;
	*cap = existing(holder, object);
	if (!*cap)
		return make(holder, object, payer, cap);
	tn_error error = payer == holder ? pay_own(*cap) : TN_OK;
	if (error == TN_OK)
		(*cap)->delivered++;
	return error;
}

/*
 * A submit counts, also when its sender is gone before the receiver has seen it: core submits in
 * its place, by a capability that goes with the signal, or when somebody looks at the accounts of
 * the receiver and it has seen the submit. Where the owner of the signal cannot pay for that,
 * core's own reserve does.
 */
static void forward_submit(struct object *signal)
{
	struct cap *cap = cap_find(&core_pd, signal->forward);
	tn_error error = TN_OK;
	if (cap && !cap->object) { /* who paid for it is gone */
		cap_drop(&signal->forward);
		cap = NULL;
	}
	if (!cap) {
		/* Not one that core holds already: that may be paid by somebody who ends first. */
		error = make(&core_pd, signal, signal->payer, &cap);
		if (error != TN_OK)
			error = make(&core_pd, signal, &core_pd, &cap);
	}
	if (error != TN_OK)
		return;
	signal->forward = cap->handle;
	tn_list_remove(&cap->in_channel);
	tn_list_prepend(&cap->channel->caps, &cap->in_channel);
	port_core_submit(cap);
}

static void drop_forwards(const struct channel *channel, unsigned *left)
{
	struct tn_list_node *node = tn_list_first(&channel->caps);
	for (; node && *left; --*left) {
		struct cap *cap = TN_CONTAINER_OF(node, struct cap, in_channel);
		node = tn_list_next(&channel->caps, node);
		if (cap->object && cap->object->kind == OBJECT_SIGNAL &&
		    cap->object->forward == cap->handle && !port_signal_pending(cap))
			cap_drop(&cap->object->forward);
	}
}

void cap_drop_forwards(struct pd *receiver)
{
	struct tn_list_node *node = tn_list_first(&receiver->threads);
	unsigned left = FORWARDS_AT_ONCE;
	channel_hold();
	for (; node; node = tn_list_next(&receiver->threads, node)) {
		const struct thread *thread = TN_CONTAINER_OF(node, struct thread, in_pd);
		const struct channel *channel = channel_between(&core_pd, thread);
		if (channel)
			drop_forwards(channel, &left);
	}
	channel_release();
}

void cap_kill(struct cap *cap)
{
	struct object *object = cap->object;
	if (!object)
		return;
	if (object->kind == OBJECT_SIGNAL && !object_gone(object) && cap->holder != &core_pd &&
	    port_signal_pending(cap))
		forward_submit(object);
	port_cap_remove(cap);
	tn_list_remove(&cap->in_object);
	tn_tree_remove(&cap->holder->caps, &cap->in_holder);
	cap->object = NULL;
	if (cap->channel) {
		tn_list_remove(&cap->in_channel);
		tn_list_append(&cap->channel->caps, &cap->in_channel);
	}
	/* Whoever is in a call through it must hear of it. */
	threads_abort_cap(cap->holder, cap->handle);
}

/* Each thread of the holder is asked whether it is in a call through it. */
unsigned cap_cost(const struct cap *cap)
{
	return 2 + cap->holder->thread_count;
}

void cap_free(struct cap *cap)
{
	struct channel *channel = cap->channel;
	cap_kill(cap);
	unpay(cap);
	if (channel) {
		tn_list_remove(&cap->in_channel);
		cap->channel = NULL;
		channel_put(channel);
	}
	put_back(cap);
}

void cap_payer_gone(struct cap *cap)
{
	cap_kill(cap);
	if (cap->holder == &core_pd)
		unpay(cap); /* stays until cap_drop(): as many as core has places for them */
	else if (cap->holder->state == TN_PD_DEAD || pay_instead(cap, cap->holder) != TN_OK)
		cap_free(cap);
}

void cap_undeliver(struct cap *cap)
{
	if (--cap->delivered == cap->returned)
		cap_free(cap);
}

void cap_drop(tn_handle *held)
{
	struct cap *cap = *held ? cap_find(&core_pd, *held) : NULL;
	*held = 0;
	if (cap)
		cap_undeliver(cap);
}

tn_error cap_hold(struct pd *from, tn_handle handle, enum object_kind kind, tn_handle *held)
{
	struct object *object = cap_object(from, handle, kind);
	struct cap *cap;
	if (!object)
		return TN_ERR_CAPABILITY;
	/* An entry for each place that keeps one: those of others must not end with this payer. */
	tn_error error = make(&core_pd, object, from, &cap);
	if (error != TN_OK)
		return error;
	cap_drop(held);
	*held = cap->handle;
	return TN_OK;
}

void cap_submit(tn_handle held)
{
	struct cap *cap = held ? cap_find(&core_pd, held) : NULL;
	if (cap && cap->object)
		port_core_submit(cap);
}

/* Whether the chunk that begins with the first entry not swept yet is. */
static bool sweep_chunk(struct pd *holder, uint32_t first)
{
	for (; holder->cap_swept < first + CAPS_PER_CHUNK; holder->cap_swept++) {
		struct cap *cap = entry(holder, holder->cap_swept);
		if (!cap->used)
			continue;
		if (!work_left())
			return false;
		work_spend(cap_cost(cap));
		cap_free(cap);
	}
	return true;
}

bool cap_space_step(struct pd *holder)
{
	if (!holder->cap_groups)
		return true;
	while (holder->cap_swept < holder->cap_count) {
		uint32_t first = holder->cap_swept & ~(CAPS_PER_CHUNK - 1u);
		struct cap *chunk =
			entry(holder, holder->cap_swept) - holder->cap_swept % CAPS_PER_CHUNK;
		if (!work_left() || !sweep_chunk(holder, first))
			return false;
		work_spend(1);
		core_free(chunk, CAPS_PER_CHUNK * sizeof(*chunk));
	}
	for (uint32_t i = 0; i < GROUPS; i++)
		core_free(holder->cap_groups[i], CHUNKS_PER_GROUP * sizeof(struct cap **));
	core_free(holder->cap_groups, GROUPS * sizeof(*holder->cap_groups));
	holder->cap_groups = NULL;
	return true;
}
