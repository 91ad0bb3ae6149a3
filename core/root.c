/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Core as the parent of init: all of its services are ready at once. */
#include <base/feature.h>
#include <core/account.h>
#include <core/cap.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/pd.h>
#include <core/price.h>
#include <core/services.h>
#include <tenon/dma.h>
#include <tenon/io_mem.h>
#include <tenon/io_port.h>
#include <tenon/irq.h>
#include <tenon/text.h>
#include <tenon/tree.h>
#include <tenon/format.h>
#include <tenon/component.h>
#include <tenon/rm.h>
#include <tenon/trace.h>

struct root_session {
	struct tn_tree_node by_id; /* many: init opens some for each component below it */
	uint32_t id;
	struct object *object;
	bool is_pd, collected;
	enum { OPEN, CLOSING, CLOSED } state;
};

static struct object root;
static struct tn_tree sessions;
static uint32_t last_id;
static tn_handle progress; /* init's signal */

static const struct {
	const char *name;
	const struct tn_interface *interface;
	enum object_kind kind;
} services[] = {
	{ "PD", &tn_pd_interface, OBJECT_PD },
	{ "LOG", &tn_log_interface, OBJECT_LOG },
	{ "ROM", &tn_rom_interface, OBJECT_ROM },
	{ "TIME", &tn_time_interface, OBJECT_TIME },
	{ "CPU", &tn_cpu_interface, OBJECT_CPU },
	{ "RM", &tn_rm_interface, OBJECT_RM },
	{ "IO_MEM", &tn_io_mem_interface, OBJECT_IO_MEM },
	{ "IO_PORT", &tn_io_port_interface, OBJECT_IO_PORT },
	{ "IRQ", &tn_irq_interface, OBJECT_IRQ },
	{ "DMA", &tn_dma_interface, OBJECT_DMA },
	{ "TRACE", &tn_trace_interface, OBJECT_TRACE },
};

/* What rests on a feature that not every kernel has. */
static const struct {
	const char *service;
	enum tn_feature feature;
} needs[] = {
	{ "IO_MEM", TN_FEATURE_IO_MEM },
	{ "IO_PORT", TN_FEATURE_IO_PORT },
	{ "IRQ", TN_FEATURE_IRQ },
	{ "DMA", TN_FEATURE_DMA },
};

static bool supported(const char *service, const char *label)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (!tn_text_equal(needs[i].service, service))
			continue;
		const struct feature_row *row = &feature_table[needs[i].feature];
		if (row->present)
			return device_create;
		core_log("%s: no session to %s: feature %s is absent: %s", label, service, service,
			 row->reason);
		return false;
	}
	return true;
}

static int order_of_ids(const void *key, const struct tn_tree_node *node)
{
	uint32_t id = *(const uint32_t *)key;
	uint32_t other = TN_CONTAINER_OF_CONST(node, struct root_session, by_id)->id;
	return (id > other) - (id < other);
}

static struct root_session *find(uint32_t id)
{
	struct tn_tree_node *node = tn_tree_find(&sessions, &id);
	return node ? TN_CONTAINER_OF(node, struct root_session, by_id) : NULL;
}

static tn_error give(struct object *object, tn_handle *handle)
{
	struct cap *cap;
	tn_error error = cap_deliver(core_caller(), object, core_caller(), &cap);
	if (error == TN_OK)
		*handle = cap->handle;
	return error;
}

static tn_error environment(void *self, struct tn_request *request, uint32_t *flags, char *name,
			    tn_pd_cap *pd, tn_log_cap *log, tn_rom_cap *binary, tn_cpu_cap *cpu)
{
	struct object *log_object, *rom_object, *cpu_object;
	struct port_module module;
	struct pd *init = core_caller();
	(void)self;
	(void)request;
	tn_error error = log_create(init, "init", &log_object);
	if (error == TN_OK)
		error = rom_create(init, "init", &rom_object);
	if (error == TN_OK)
		error = cpu_create(init, &cpu_object);
	if (error == TN_OK)
		error = give(&init->object, &pd->handle);
	if (error == TN_OK)
		error = give(log_object, &log->handle);
	if (error == TN_OK)
		error = give(rom_object, &binary->handle);
	if (error == TN_OK)
		error = give(cpu_object, &cpu->handle);
	/* For the others init's configuration says it; for init this module does. */
	*flags = rom_module("report-hash", &module) ? TN_ENV_REPORT_HASH : 0;
	tn_text_copy_cut(name, TN_LABEL_MAX + 1, "init");
	return error;
}

static tn_error session_signal(void *self, struct tn_request *request, tn_signal_cap changed)
{
	(void)self;
	(void)request;
	return cap_hold(core_caller(), changed.handle, OBJECT_SIGNAL, &progress);
}

static tn_error create(enum object_kind kind, const char *label, uint64_t ram, uint64_t caps,
		       struct object **object)
{
	struct pd *pd;
	tn_error error;
	switch (kind) {
	case OBJECT_PD:
		error = pd_create(core_caller(), label, ram, caps, &pd);
		if (error == TN_OK)
			*object = &pd->object;
		return error;
	case OBJECT_LOG:
		return log_create(core_caller(), label, object);
	case OBJECT_ROM:
		return rom_create(core_caller(), label, object);
	case OBJECT_CPU:
		return cpu_create(core_caller(), object);
	case OBJECT_RM:
		return rm_create(core_caller(), object);
	case OBJECT_TRACE:
		return trace_create(core_caller(), label, object);
	case OBJECT_TIME:
		return time_create(core_caller(), object);
	default:
		return device_create(kind, core_caller(), label, object);
	}
}

/* Same name, and the same functions as far as the client knows them. */
static bool fits(const struct tn_interface *ours, uint32_t functions, uint64_t digest,
		 const char *label, const char *theirs)
{
	if (functions <= ours->count && tn_interface_digest(ours, functions) == digest)
		return true;
	core_log("%s: interface %s with %u functions (digest %llx) does not fit core's %s with %u",
		 label, theirs, functions, (unsigned long long)digest, ours->name, ours->count);
	return false;
}

static tn_error session_open(void *self, struct tn_request *request, const char *service,
			     const char *label, uint64_t ram, uint64_t caps, uint32_t functions,
			     uint64_t digest, const char *interface, uint32_t *id)
{
	char path[TN_LABEL_MAX + 16];
	size_t i = 0, count = sizeof(services) / sizeof(services[0]);
	(void)self;
	(void)request;
	if (tn_format(path, sizeof(path), label[0] ? "init -> %s" : "init", label) > TN_LABEL_MAX)
		return TN_ERR_TOO_LONG;
	if (!supported(service, path))
		return TN_ERR_UNSUPPORTED;
	while (i < count && !tn_text_equal(services[i].name, service))
		i++;
	if (i == count)
		return TN_ERR_NO_SERVICE;
	if (!fits(services[i].interface, functions, digest, path, interface))
		return TN_ERR_MISMATCH;
	struct root_session *session = core_alloc(sizeof(*session));
	if (!session)
		return TN_ERR_LIMIT;
	tn_error error = create(services[i].kind, path, ram, caps, &session->object);
	if (error != TN_OK) {
		core_free(session, sizeof(*session));
		return error;
	}
	session->is_pd = services[i].kind == OBJECT_PD;
	*id = session->id = ++last_id;
	tn_tree_add(&sessions, &session->id, &session->by_id);
	return TN_OK;
}

/* What it cost and donated comes back when init is told of its end, not before: init counts. */
static void forget(struct root_session *session)
{
	object_release(session->object);
	tn_tree_remove(&sessions, &session->by_id);
	core_free(session, sizeof(*session));
}

void root_session_ended(uint32_t id)
{
	struct root_session *session = find(id);
	if (!session)
		return;
	if (session->state == CLOSING)
		cap_submit(progress);
	session->state = CLOSED;
}

static tn_error session_collect(void *self, struct tn_request *request, uint32_t id,
				uint32_t *state, uint32_t *reason, tn_any_cap *cap)
{
	struct root_session *session = find(id);
	(void)self;
	(void)request;
	if (!session)
		return TN_ERR_NOT_FOUND;
	*reason = tn_error_number(TN_OK);
	if (session->state != OPEN) {
		*state = session->state == CLOSED ? TN_SESSION_DENIED : TN_SESSION_PENDING;
		if (session->state == CLOSED)
			forget(session);
		return TN_OK;
	}
	*state = TN_SESSION_READY;
	if (session->collected)
		return TN_OK;
	tn_error error = give(session->object, &cap->handle);
	session->collected = error == TN_OK;
	return error;
}

/* Only a PD has accounts of its own; the other sessions have a fixed price. */
static tn_error session_upgrade(void *self, struct tn_request *request, uint32_t id, uint64_t ram,
				uint64_t caps)
{
	struct root_session *session = find(id);
	(void)self;
	(void)request;
	if (!session || session->state != OPEN)
		return TN_ERR_NOT_FOUND;
	if (!session->is_pd)
		return TN_OK;
	return account_move(core_caller(), TN_CONTAINER_OF(session->object, struct pd, object), ram,
			    caps);
}

static tn_error session_close(void *self, struct tn_request *request, uint32_t id)
{
	struct root_session *session = find(id);
	(void)self;
	(void)request;
	if (!session)
		return TN_ERR_NOT_FOUND;
	if (session->state != OPEN)
		return TN_OK;
	session->object->awaited_by = session->id;
	object_end(session->object);
	if (!object_step(session->object))
		session->state = CLOSING;
	return TN_OK;
}

/* Nobody above core could use a service of init's. */
static tn_error announce(void *self, struct tn_request *request, const char *service,
			 tn_signal_cap requests)
{
	(void)self;
	(void)request;
	(void)service;
	(void)requests;
	return TN_ERR_DENIED;
}

static tn_error request_next(void *self, struct tn_request *request, uint32_t *kind, uint32_t *id,
			     char *service, char *label, uint64_t *ram, uint64_t *caps,
			     uint32_t *functions, uint64_t *digest, char *interface)
{
	(void)self;
	(void)request;
	*kind = TN_REQUEST_NONE;
	*id = *functions = 0;
	*ram = *caps = *digest = 0;
	service[0] = label[0] = interface[0] = 0;
	return TN_OK;
}

static tn_error request_deliver(void *self, struct tn_request *request, uint32_t id,
				tn_any_cap session)
{
	(void)self;
	(void)request;
	(void)id;
	(void)session;
	return TN_ERR_NOT_FOUND;
}

static tn_error request_deny(void *self, struct tn_request *request, uint32_t id, uint32_t reason)
{
	(void)self;
	(void)request;
	(void)id;
	(void)reason;
	return TN_ERR_NOT_FOUND;
}

static tn_error request_done(void *self, struct tn_request *request, uint32_t id)
{
	(void)self;
	(void)request;
	(void)id;
	return TN_ERR_NOT_FOUND;
}

/* Init has the whole system from the start: core has nothing to give or to ask for. */
static tn_error notify(void *self, struct tn_request *request, uint32_t notice,
		       tn_signal_cap signal)
{
	(void)self;
	(void)request;
	if (notice >= TN_NOTICE_COUNT)
		return TN_ERR_ARGUMENT;
	bool valid = !signal.handle || cap_object(core_caller(), signal.handle, OBJECT_SIGNAL);
	return valid ? TN_OK : TN_ERR_CAPABILITY;
}

static tn_error resource_request(void *self, struct tn_request *request, uint64_t ram,
				 uint64_t caps, tn_signal_cap decided)
{
	(void)self;
	(void)request;
	(void)ram;
	(void)caps;
	(void)decided;
	return TN_ERR_DENIED;
}

static tn_error resource_collect(void *self, struct tn_request *request, uint32_t *state,
				 uint64_t *ram, uint64_t *caps)
{
	(void)self;
	(void)request;
	*state = TN_RESOURCE_NONE;
	*ram = *caps = 0;
	return TN_OK;
}

static tn_error yield_request(void *self, struct tn_request *request, uint64_t *ram, uint64_t *caps)
{
	(void)self;
	(void)request;
	*ram = *caps = 0;
	return TN_OK;
}

static tn_error yield_done(void *self, struct tn_request *request, uint64_t ram, uint64_t caps)
{
	(void)self;
	(void)request;
	(void)ram;
	(void)caps;
	return TN_ERR_ARGUMENT;
}

static tn_error heartbeat(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	return TN_OK;
}

static tn_error exit_system(void *self, struct tn_request *request, int32_t value)
{
	(void)self;
	(void)request;
	measure_all_end();
	core_log("init ended with value %d", value);
	port_exit(value);
}

tn_error root_request(struct object *object, struct tn_request *request)
{
	static const struct tn_parent_ops ops = {
		.environment = environment,
		.session_signal = session_signal,
		.session_open = session_open,
		.session_collect = session_collect,
		.session_upgrade = session_upgrade,
		.session_close = session_close,
		.announce = announce,
		.request_next = request_next,
		.request_deliver = request_deliver,
		.request_deny = request_deny,
		.request_done = request_done,
		.exit = exit_system,
		.notify = notify,
		.resource_request = resource_request,
		.resource_collect = resource_collect,
		.yield_request = yield_request,
		.yield_done = yield_done,
		.heartbeat = heartbeat,
	};
	return tn_parent_dispatch(&ops, object, request);
}

void root_start(uint64_t ram, uint64_t caps)
{
	struct port_module module;
	struct pd *init;
	tn_tree_init(&sessions, order_of_ids);
	if (!rom_module("init", &module))
		core_log("ROM module \"init\" is missing: nothing can be started");
	object_init(&root, OBJECT_PARENT, &core_pd);
	tn_error error = pd_create(&core_pd, "init", ram, caps, &init);
	if (error == TN_OK)
		init->may_execute = true;
	if (error == TN_OK)
		error = pd_start(init, &root);
	if (error == TN_OK)
		return;
	core_log("cannot start init: %s", tn_error_text(error));
	port_exit(125);
}
