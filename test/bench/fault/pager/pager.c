/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "../../measure.h"
#include "../pager.h"

static struct {
	tn_region_map_cap map;
	tn_dataspace_cap managed, page;
	struct tn_signal faulted;
	struct tn_object object;
	pager_cap cap;
	struct tn_service service;
} self;

static void show(uint64_t offset)
{
	uint64_t at, size;
	bench_check(tn_region_map_attach(self.map, self.page, offset, 0, 0,
					 TN_RIGHT_READ | TN_RIGHT_WRITE, &at, &size),
		    "attach a page");
}

static void faulted(void *argument)
{
	struct tn_region_fault fault = { .more = 1 };
	(void)argument;
	while (fault.more && tn_region_map_fault_next(self.map, &fault) == TN_OK)
		show(fault.offset);
}

static tn_error dataspace(void *object, struct tn_request *request, tn_dataspace_cap *managed)
{
	(void)object;
	(void)request;
	*managed = self.managed;
	return TN_OK;
}

static tn_error populate(void *object, struct tn_request *request)
{
	(void)object;
	(void)request;
	for (uint64_t i = 0; i < PAGER_PAGES; i++)
		show(i * TN_PAGE_SIZE);
	return TN_OK;
}

static tn_error empty(void *object, struct tn_request *request)
{
	uint64_t at, size;
	(void)object;
	(void)request;
	for (uint64_t i = 0; i < PAGER_PAGES; i++)
		bench_check(tn_region_map_detach(self.map, i * TN_PAGE_SIZE, &at, &size),
			    "detach a page");
	return TN_OK;
}

static tn_error open(void *object, const struct tn_session_request *request, tn_handle *cap)
{
	(void)object;
	(void)request;
	*cap = self.object.handle;
	return TN_OK;
}

static void close(void *object, uint32_t id)
{
	(void)object;
	(void)id;
}

void component_construct(struct tn_env *env)
{
	static const struct pager_ops ops = { .dataspace = dataspace,
					      .populate = populate,
					      .empty = empty };
	const struct tn_quota none = { 0, 0 };
	struct tn_entrypoint *entrypoint = tn_env_entrypoint(env);
	struct tn_session session;
	bench_check(tn_session_open("RM", "", none, &tn_rm_interface, &session), "RM");
	bench_check(tn_rm_create((tn_rm_cap){ session.cap }, PAGER_PAGES * TN_PAGE_SIZE, &self.map,
				 &self.managed),
		    "managed dataspace");
	bench_check(tn_dataspace_alloc(TN_PAGE_SIZE, &self.page), "page");
	self.faulted.handler = faulted;
	bench_check(tn_signal_create(entrypoint, &self.faulted), "signal");
	bench_check(tn_region_map_fault_signal(self.map, self.faulted.cap), "fault signal");
	bench_check(pager_serve(entrypoint, &self.object, &ops, NULL, &self.cap), "object");
	self.service = (struct tn_service){
		.name = "Pager", .interface = &pager_interface, .open = open, .close = close
	};
	bench_check(tn_service_announce(&self.service), "announce");
}
