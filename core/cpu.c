/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/price.h>
#include <core/services.h>
#include <core/thread.h>

struct cpu_session {
	struct object object;
};

/* The thread that the caller may act on: it holds the PD. */
static tn_error find(tn_pd_cap cap, uint32_t index, struct thread **thread)
{
	struct object *object = cap_object(core_caller(), cap.handle, OBJECT_PD);
	if (!object)
		return TN_ERR_CAPABILITY;
	*thread = thread_find(TN_CONTAINER_OF(object, struct pd, object), index);
	return *thread ? TN_OK : TN_ERR_NOT_FOUND;
}

static tn_error create(void *self, struct tn_request *request, tn_pd_cap cap, const char *name,
		       uint32_t priority, uint64_t stack_size, uint32_t *index, uint64_t *base,
		       uint64_t *top)
{
	struct thread *thread;
	(void)self;
	(void)request;
	struct object *object = cap_object(core_caller(), cap.handle, OBJECT_PD);
	if (!object)
		return TN_ERR_CAPABILITY;
	struct pd *pd = TN_CONTAINER_OF(object, struct pd, object);
	if (pd->state != TN_PD_RUNNING)
		return TN_ERR_BUSY;
	tn_error error = thread_create(pd, name, priority, stack_size, &thread);
	if (error != TN_OK)
		return error;
	*index = thread->index;
	*top = LAYOUT_STACKS + (thread->index + 1ull) * LAYOUT_STACK_SLOT;
	*base = *top - thread->stack_size;
	return TN_OK;
}

static tn_error start(void *self, struct tn_request *request, tn_pd_cap cap, uint32_t index,
		      uint64_t entry, uint64_t stack_pointer, uint64_t argument)
{
	struct thread *thread;
	(void)self;
	(void)request;
	tn_error error = find(cap, index, &thread);
	if (error != TN_OK)
		return error;
	if (thread->started || thread->ending || !index)
		return TN_ERR_BUSY;
	error = port_thread_start(thread, entry, stack_pointer, argument);
	thread->started = error == TN_OK;
	return error;
}

static tn_error end(void *self, struct tn_request *request, tn_pd_cap cap, uint32_t index)
{
	struct thread *thread;
	(void)self;
	(void)request;
	tn_error error = find(cap, index, &thread);
	if (error != TN_OK)
		return error;
	if (!index)
		return TN_ERR_DENIED; /* the first one ends with its PD */
	return thread_step(thread) ? TN_OK : TN_ERR_AGAIN;
}

static tn_error set_priority(void *self, struct tn_request *request, tn_pd_cap cap, uint32_t index,
			     uint32_t priority)
{
	struct thread *thread;
	(void)self;
	(void)request;
	tn_error error = find(cap, index, &thread);
	if (error != TN_OK)
		return error;
	if (priority > TN_PRIORITY_MAX)
		return TN_ERR_ARGUMENT;
	thread_set_priority(thread, priority);
	return TN_OK;
}

static tn_error get_time(void *self, struct tn_request *request, tn_pd_cap cap, uint32_t index,
			 uint64_t *ns)
{
	struct thread *thread;
	(void)self;
	(void)request;
	tn_error error = find(cap, index, &thread);
	if (error == TN_OK)
		*ns = port_thread_time(thread);
	return error;
}

static tn_error set_affinity(void *self, struct tn_request *request, tn_pd_cap cap, uint32_t index,
			     uint64_t cpus)
{
	struct thread *thread;
	(void)self;
	(void)request;
	tn_error error = find(cap, index, &thread);
	if (error != TN_OK)
		return error;
	if (!(cpus & thread->pd->limits.cpus))
		return TN_ERR_ARGUMENT;
	thread_set_affinity(thread, cpus);
	return TN_OK;
}

static tn_error schedule(void *self, struct tn_request *request, tn_pd_cap cap, uint32_t index,
			 uint32_t *priority, uint64_t *cpus)
{
	struct thread *thread;
	(void)self;
	(void)request;
	tn_error error = find(cap, index, &thread);
	if (error != TN_OK)
		return error;
	*priority = thread->priority;
	*cpus = thread->cpus;
	return TN_OK;
}

static tn_error limits(void *self, struct tn_request *request, tn_pd_cap cap, uint32_t *priority,
		       uint64_t *cpus)
{
	(void)self;
	(void)request;
	struct object *object = cap_object(core_caller(), cap.handle, OBJECT_PD);
	if (!object)
		return TN_ERR_CAPABILITY;
	const struct pd *pd = TN_CONTAINER_OF(object, struct pd, object);
	*priority = pd->limits.priority;
	*cpus = pd->limits.cpus;
	return TN_OK;
}

static tn_error restrict_pd(void *self, struct tn_request *request, tn_pd_cap cap,
			    uint32_t priority, uint64_t cpus)
{
	(void)self;
	(void)request;
	struct object *object = cap_object(core_caller(), cap.handle, OBJECT_PD);
	if (!object)
		return TN_ERR_CAPABILITY;
	struct pd *pd = TN_CONTAINER_OF(object, struct pd, object);
	if (priority > TN_PRIORITY_MAX || !(cpus & pd->limits.cpus))
		return TN_ERR_ARGUMENT;
	threads_restrict(pd, &(struct cpu_limits){ priority, cpus });
	return TN_OK;
}

tn_error cpu_create(struct pd *payer, struct object **made)
{
	tn_error error = account_charge(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	if (error != TN_OK)
		return error;
	struct cpu_session *session = core_alloc(sizeof(*session));
	if (!session) {
		account_refund(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
		return TN_ERR_LIMIT;
	}
	object_init(&session->object, OBJECT_CPU, payer);
	*made = &session->object;
	return TN_OK;
}

void cpu_free(struct object *object)
{
	account_refund(object->payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	core_free(TN_CONTAINER_OF(object, struct cpu_session, object), sizeof(struct cpu_session));
}

tn_error cpu_request(struct object *object, struct tn_request *request)
{
	static const struct tn_cpu_ops ops = {
		.thread_create = create,
		.thread_start = start,
		.thread_end = end,
		.thread_priority = set_priority,
		.thread_time = get_time,
		.thread_affinity = set_affinity,
		.thread_schedule = schedule,
		.limits = limits,
		.restrict_pd = restrict_pd,
	};
	return tn_cpu_dispatch(&ops, TN_CONTAINER_OF(object, struct cpu_session, object), request);
}
