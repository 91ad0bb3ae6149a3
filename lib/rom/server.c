/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/capability.h>
#include <tenon/child.h>
#include <tenon/rom_server.h>
#include <tenon/text.h>

struct reader {
	struct tn_session_node node;
	struct tn_list_node in_source;
	struct tn_object object;
	struct tn_rom_service *service;
	struct tn_rom_source *source;
	tn_signal_cap changed;
};

/* -- a source -- */

void tn_rom_source_init(struct tn_rom_source *source)
{
	__builtin_memset(source, 0, sizeof(*source));
	tn_list_init(&source->readers);
}

static tn_error fill(tn_dataspace_cap dataspace, const void *content, size_t size)
{
	void *at = NULL;
	tn_error error = tn_attach(dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at);
	if (error != TN_OK)
		return error;
	memcpy(at, content, size);
	(void)tn_detach(at);
	return tn_dataspace_seal(dataspace);
}

void tn_rom_source_tell(const struct tn_rom_source *source)
{
	struct tn_list_node *node = tn_list_first(&source->readers);
	for (; node; node = tn_list_next(&source->readers, node))
		(void)tn_signal_submit(TN_CONTAINER_OF(node, struct reader, in_source)->changed);
}

static void forget(tn_dataspace_cap *version)
{
	if (version->handle)
		tn_dataspace_free(*version);
	version->handle = 0;
}

tn_error tn_rom_source_publish(struct tn_rom_source *source, const void *content, size_t size)
{
	tn_dataspace_cap version;
	forget(&source->previous);
	tn_error error = tn_dataspace_alloc(size ? size : 1, &version);
	if (error != TN_OK)
		return error;
	error = fill(version, content, size);
	if (error != TN_OK) {
		tn_dataspace_free(version);
		return error;
	}
	source->previous = source->version;
	source->version = version;
	source->size = size;
	source->fetched = false;
	tn_rom_source_tell(source);
	return TN_OK;
}

void tn_rom_source_show(struct tn_rom_source *source, tn_dataspace_cap dataspace, uint64_t size)
{
	source->version = dataspace;
	source->size = size;
	source->fetched = false;
	tn_rom_source_tell(source);
}

/* -- operations of a session -- */

static tn_error dataspace(void *self, struct tn_request *request, uint64_t *size,
			  tn_dataspace_cap *cap)
{
	const struct reader *reader = self;
	struct tn_rom_source *source = reader->source;
	(void)request;
	if (reader->service->asked)
		reader->service->asked(reader->service->self, source);
	if (!source->version.handle)
		return TN_ERR_AGAIN;
	*size = source->size;
	*cap = source->version;
	source->fetched = true;
	if (reader->service->fetched)
		reader->service->fetched(reader->service->self, source);
	return TN_OK;
}

static tn_error watch(void *self, struct tn_request *request, tn_signal_cap changed)
{
	struct reader *reader = self;
	(void)request;
	tn_error error = tn_cap_retain(changed.handle);
	if (error != TN_OK)
		return error;
	tn_cap_release(reader->changed.handle);
	reader->changed = changed;
	return TN_OK;
}

/* -- sessions -- */

static tn_error check(const struct tn_session_request *request)
{
	if (request->quota.ram < TN_ROM_RAM)
		return TN_ERR_OUT_OF_RAM;
	return request->quota.caps < TN_ROM_CAPS ? TN_ERR_OUT_OF_CAPS : TN_OK;
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct tn_rom_ops ops = { .dataspace = dataspace, .watch = watch };
	struct tn_rom_service *service = self;
	struct tn_rom_source *source = service->find(service->self, request->label);
	tn_rom_cap cap;
	if (!source)
		return TN_ERR_NOT_FOUND;
	tn_error error = check(request);
	if (error != TN_OK)
		return error;
	struct reader *reader = tn_heap_alloc(sizeof(*reader));
	if (!reader)
		return TN_ERR_OUT_OF_RAM;
	memset(reader, 0, sizeof(*reader));
	error = tn_rom_serve(service->entrypoint, &reader->object, &ops, reader, &cap);
	if (error != TN_OK) {
		tn_heap_free(reader);
		return error;
	}
	reader->service = service;
	reader->source = source;
	tn_list_append(&source->readers, &reader->in_source);
	tn_session_list_add(&service->sessions, &reader->node, request->id);
	*object = cap.handle;
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	struct tn_rom_service *service = self;
	struct reader *reader = (void *)tn_session_list_remove(&service->sessions, id);
	if (!reader)
		return;
	tn_list_remove(&reader->in_source);
	tn_object_destroy(&reader->object);
	tn_cap_release(reader->changed.handle);
	tn_heap_free(reader);
}

tn_error tn_rom_service_announce(struct tn_rom_service *service)
{
	service->service = (struct tn_service){ .name = "ROM",
						.interface = &tn_rom_interface,
						.self = service,
						.open = open,
						.close = close };
	return tn_service_announce(&service->service);
}

const char *tn_label_last(const char *label)
{
	const char *last = label;
	size_t length = tn_text_length(TN_LABEL_SEPARATOR);
	for (const char *p = label; *p; p++)
		if (tn_text_starts_with(p, TN_LABEL_SEPARATOR))
			last = p + length;
	return last;
}
