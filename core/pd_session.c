/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The operations of tn_pd: each checks what the caller sent, then acts. */
#include <core/account.h>
#include <core/cap.h>
#include <core/channel.h>
#include <core/dataspace.h>
#include <core/object.h>
#include <core/pd.h>
#include <core/region.h>
#include <core/thread.h>
#include <core/transfer.h>

static tn_error alloc(void *self, struct tn_request *request, uint64_t size, tn_dataspace_cap *cap)
{
	struct dataspace *dataspace;
	struct cap *entry;
	(void)request;
	tn_error error = dataspace_create(self, size, &dataspace);
	if (error != TN_OK)
		return error;
	error = cap_deliver(core_caller(), &dataspace->object, core_caller(), &entry);
	if (error != TN_OK) {
		object_destroy(&dataspace->object);
		return error;
	}
	entry->is_makers = true;
	cap->handle = entry->handle;
	return TN_OK;
}

/* A piece of the dataspace that is attached in the PD and not yet on its way out; NULL: none. */
static struct region *attached_piece(const struct pd *pd, struct dataspace *dataspace)
{
	struct tn_list_node *node = tn_list_first(&dataspace->regions);
	for (; node; node = tn_list_next(&dataspace->regions, node)) {
		struct region *region = TN_CONTAINER_OF(node, struct region, in_dataspace);
		if (region->map == &pd->space && (!region->leaving || region->unmapping))
			return region;
	}
	return NULL;
}

/* A dataspace that the PD itself has allocated. */
static tn_error allocated(const struct pd *pd, tn_dataspace_cap cap, struct dataspace **dataspace)
{
	struct cap *entry = cap_find(core_caller(), cap.handle);
	struct object *object = entry ? entry->object : NULL; /* may be ending already */
	if (!object || object->kind != OBJECT_DATASPACE)
		return TN_ERR_CAPABILITY;
	*dataspace = TN_CONTAINER_OF(object, struct dataspace, object);
	bool own = object->payer == pd && (*dataspace)->memory == &(*dataspace)->own_memory;
	return own ? TN_OK : TN_ERR_DENIED;
}

static tn_error free_dataspace(void *self, struct tn_request *request, tn_dataspace_cap cap,
			       uint64_t *detached_at, uint64_t *size)
{
	struct dataspace *dataspace;
	(void)request;
	tn_error error = allocated(self, cap, &dataspace);
	if (error != TN_OK)
		return error;
	struct object *object = &dataspace->object;
	struct region *region = object->ending ? NULL : attached_piece(self, dataspace);
	if (region)
		return region_detach(&((struct pd *)self)->space, region->address, detached_at,
				     size);
	*detached_at = *size = 0;
	object_end(object);
	return object_step(object) ? TN_OK : TN_ERR_AGAIN;
}

static tn_error seal(void *self, struct tn_request *request, tn_dataspace_cap cap)
{
	struct dataspace *dataspace;
	(void)request;
	tn_error error = allocated(self, cap, &dataspace);
	return error == TN_OK ? dataspace_seal(dataspace) : error;
}

static tn_error attach(void *self, struct tn_request *request, tn_dataspace_cap cap,
		       uint64_t address, uint64_t offset, uint64_t size, uint32_t rights,
		       uint64_t *attached_at, uint64_t *attached_size)
{
	struct region *region;
	(void)request;
	struct object *object = cap_object(core_caller(), cap.handle, OBJECT_DATASPACE);
	if (!object)
		return TN_ERR_CAPABILITY;
	struct region_args args = {
		.dataspace = TN_CONTAINER_OF(object, struct dataspace, object),
		.address = address,
		.anywhere = !address,
		.offset = offset,
		.size = size,
		.rights = rights,
	};
	tn_error error = region_attach(&((struct pd *)self)->space, &args, &region);
	if (error != TN_OK)
		return error;
	*attached_at = region->address;
	*attached_size = region->size;
	return TN_OK;
}

static tn_error detach(void *self, struct tn_request *request, uint64_t address,
		       uint64_t *detached_at, uint64_t *size)
{
	(void)request;
	return region_detach(&((struct pd *)self)->space, address, detached_at, size);
}

static tn_error settle(void *self, struct tn_request *request, uint64_t address)
{
	(void)request;
	return region_settle(&((struct pd *)self)->space, address);
}

/* Identities belong to the entrypoint of the PD that serves them: nobody makes them for another. */
static tn_error identity(struct pd *pd, enum object_kind kind, uint32_t entrypoint, uint32_t key,
			 tn_handle *handle)
{
	struct cap *cap;
	if (pd != core_caller())
		return TN_ERR_DENIED;
	struct thread *thread = thread_find(pd, entrypoint);
	if (!thread || (entrypoint && !thread->started))
		return TN_ERR_ARGUMENT;
	tn_error error = object_create(thread, kind, key, &cap);
	if (error == TN_OK)
		*handle = cap->handle;
	return error;
}

static tn_error create_object(void *self, struct tn_request *request, uint32_t entrypoint,
			      uint32_t key, tn_any_cap *cap)
{
	(void)request;
	return identity(self, OBJECT_RPC, entrypoint, key, &cap->handle);
}

static tn_error create_signal(void *self, struct tn_request *request, uint32_t entrypoint,
			      uint32_t key, tn_signal_cap *cap)
{
	(void)request;
	return identity(self, OBJECT_SIGNAL, entrypoint, key, &cap->handle);
}

static tn_error destroy_object(void *self, struct tn_request *request, tn_any_cap any)
{
	(void)request;
	struct cap *cap = cap_find(core_caller(), any.handle);
	if (!cap || (!cap->object && !cap->is_makers))
		return TN_ERR_CAPABILITY;
	if (!cap->is_makers || self != core_caller() || TN_HANDLE_KIND(any.handle) == TN_CAP_CORE)
		return TN_ERR_DENIED;
	if (cap->object)
		object_end(cap->object);
	if (cap->object && !object_step(cap->object))
		return TN_ERR_AGAIN;
	cap_free(cap); /* its maker needs no dead entry */
	return TN_OK;
}

static tn_error transfer_to_server(void *self, struct tn_request *request, tn_handle destination,
				   struct tn_handles caps, uint8_t *mark)
{
	struct cap *cap = cap_find(core_caller(), destination);
	if (self != core_caller())
		return TN_ERR_DENIED;
	if (!cap)
		return TN_ERR_CAPABILITY;
	if (cap->object && !cap->object->entrypoint)
		return TN_ERR_ARGUMENT;
	if (!cap->object || !cap->channel || object_gone(cap->object))
		return TN_ERR_GONE;
	return transfer_call(cap->channel, request->thread, &caps, mark);
}

static tn_error transfer_to_client(void *self, struct tn_request *request, uint64_t id,
				   uint32_t thread, struct tn_handles caps, uint8_t *mark)
{
	(void)request;
	if (self != core_caller())
		return TN_ERR_DENIED;
	struct channel *channel = channel_find(self, id);
	return channel ? transfer_reply(channel, thread, &caps, mark) : TN_ERR_GONE;
}

static tn_error release_one(struct pd *pd, tn_handle handle, uint32_t count,
			    uint32_t *close_channel)
{
	*close_channel = 0;
	struct cap *cap = cap_find(pd, handle);
	if (!cap)
		return TN_ERR_CAPABILITY;
	if (cap->delivered != count) {
		cap->returned = count; /* should the one that is on its way be taken back */
		return TN_ERR_AGAIN;
	}
	struct channel *channel = cap->channel;
	bool last = channel && tn_list_first(&channel->caps) == &cap->in_channel &&
		    !tn_list_next(&channel->caps, &cap->in_channel);
	if (last)
		*close_channel = port_channel_close_number(channel);
	cap_free(cap);
	return TN_OK;
}

static tn_error release(void *self, struct tn_request *request, tn_handle handle, uint32_t count,
			uint32_t *close_channel)
{
	(void)request;
	return self == core_caller() ? release_one(self, handle, count, close_channel)
				     : TN_ERR_DENIED;
}

static tn_error release_all(void *self, struct tn_request *request, struct tn_releases releases,
			    struct tn_released *released)
{
	(void)request;
	if (self != core_caller())
		return TN_ERR_DENIED;
	if (releases.count > TN_MESSAGE_CAPS_MAX)
		return TN_ERR_ARGUMENT;
	*released = (struct tn_released){ 0 };
	for (uint32_t i = 0; i < releases.count; i++)
		released->error[i] = tn_error_number(release_one(self, releases.entry[i].handle,
								 releases.entry[i].count,
								 &released->close_channel[i]));
	return TN_OK;
}

static tn_error accounts(void *self, struct tn_request *request, struct tn_accounts *accounts)
{
	const struct account *account = &((struct pd *)self)->account;
	(void)request;
	cap_drop_forwards(self);
	accounts->ram_limit = account->ram_limit;
	accounts->ram_used = account->ram_used;
	accounts->caps_limit = account->caps_limit;
	accounts->caps_used = account->caps_used;
	return TN_OK;
}

static tn_error usage(void *self, struct tn_request *request, uint32_t kind, struct tn_usage *usage)
{
	const struct account *account = &((struct pd *)self)->account;
	(void)request;
	if (kind >= TN_USAGE_COUNT)
		return TN_ERR_ARGUMENT;
	cap_drop_forwards(self);
	*usage = account->by_kind[kind];
	return TN_OK;
}

static tn_error transfer_quota(void *self, struct tn_request *request, tn_any_cap to, uint64_t ram,
			       uint64_t caps)
{
	(void)request;
	struct object *object = cap_object(core_caller(), to.handle, OBJECT_PD);
	if (!object)
		return TN_ERR_CAPABILITY;
	return account_move(self, TN_CONTAINER_OF(object, struct pd, object), ram, caps);
}

static tn_error start(void *self, struct tn_request *request, tn_any_cap parent)
{
	(void)request;
	struct object *object = cap_object(core_caller(), parent.handle, OBJECT_RPC);
	return object ? pd_start(self, object) : TN_ERR_CAPABILITY;
}

static tn_error watch(void *self, struct tn_request *request, tn_signal_cap changed)
{
	struct pd *pd = self;
	(void)request;
	if (!cap_object(core_caller(), changed.handle, OBJECT_SIGNAL))
		return TN_ERR_CAPABILITY;
	if (pd == core_caller())
		return TN_ERR_DENIED; /* its parent's signal must not be replaced by its own */
	return cap_hold(core_caller(), changed.handle, OBJECT_SIGNAL, &pd->watch);
}

static tn_error state(void *self, struct tn_request *request, uint32_t *now, struct tn_fault *fault)
{
	const struct pd *pd = self;
	(void)request;
	*now = pd->state;
	*fault = pd->fault;
	return TN_OK;
}

static tn_error address_space(void *self, struct tn_request *request, tn_region_map_cap *cap)
{
	struct pd *pd = self;
	struct cap *entry;
	(void)request;
	tn_error error = cap_deliver(core_caller(), &pd->space.object, core_caller(), &entry);
	if (error == TN_OK)
		cap->handle = entry->handle;
	return error;
}

static tn_error waiting(void *self, struct tn_request *request, uint32_t *threads)
{
	struct pd *pd = self;
	struct tn_list_node *node = tn_list_first(&pd->threads);
	(void)request;
	*threads = 0;
	for (; node; node = tn_list_next(&pd->threads, node))
		*threads += TN_CONTAINER_OF(node, struct thread, in_pd)->waits_in != NULL;
	return TN_OK;
}

/* Who may do it itself gives it on, to a PD that does not run yet. */
static tn_error permit_execute(void *self, struct tn_request *request)
{
	struct pd *pd = self;
	(void)request;
	if (!core_caller()->may_execute || pd == core_caller())
		return TN_ERR_DENIED;
	if (pd->state != TN_PD_NEW)
		return TN_ERR_BUSY;
	pd->may_execute = true;
	return TN_OK;
}

tn_error pd_request(struct object *object, struct tn_request *request)
{
	static const struct tn_pd_ops ops = {
		.alloc = alloc,
		.free = free_dataspace,
		.attach = attach,
		.detach = detach,
		.object_create = create_object,
		.signal_create = create_signal,
		.object_destroy = destroy_object,
		.transfer_call = transfer_to_server,
		.transfer_reply = transfer_to_client,
		.release = release,
		.release_all = release_all,
		.accounts = accounts,
		.transfer_quota = transfer_quota,
		.start = start,
		.watch = watch,
		.state = state,
		.settle = settle,
		.seal = seal,
		.usage = usage,
		.address_space = address_space,
		.waiting = waiting,
		.permit_execute = permit_execute,
	};
	return tn_pd_dispatch(&ops, TN_CONTAINER_OF(object, struct pd, object), request);
}
