/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "log-buffer.h"

#include <tenon/component.h>
#include <tenon/text.h>
#include <tenon/time.h>

struct session {
	struct tn_session_node node;
	struct tn_object object;
	struct share *share;
	char label[TN_LABEL_MAX + 1];
};

static struct {
	struct tn_entrypoint *entrypoint;
	struct config config;
	struct tn_session_node *sessions;
	tn_time_cap time;
	tn_log_cap log; /* where lines are forwarded to */
	struct tn_rom_source rom;
	bool stale; /* there are lines since the ROM was rendered */
} server;

static uint64_t clock_ns(void)
{
	uint64_t ns = 0;
	return tn_time_now(server.time, &ns) == TN_OK ? ns : 0;
}

/* Readers are told once, until one of them has come for it. */
static void keep(const struct session *session, const void *text, size_t length)
{
	if (length && ((const char *)text)[length - 1] == '\n')
		length--;
	share_put(session->share, session->label, text, length, clock_ns());
	if (!server.stale)
		tn_rom_source_tell(&server.rom);
	server.stale = true;
}

/* -- operations of a session -- */

static size_t compose(const struct session *session, const void *text, size_t length,
		      char line[TN_LOG_MAX])
{
	int shown = (int)length;
	size_t wanted =
		tn_format(line, TN_LOG_MAX, "%s: %.*s", session->label, shown, (const char *)text);
	return wanted < TN_LOG_MAX ? wanted : TN_LOG_MAX - 1;
}

static tn_error write_line(void *self, struct tn_request *request, const void *text, size_t length)
{
	char line[TN_LOG_MAX];
	tn_error error = TN_OK;
	(void)request;
	if (server.config.forward)
		error = tn_log_write(server.log, line, compose(self, text, length, line));
	keep(self, text, length);
	return error;
}

/* What is below has no room for, is not taken here either: the writer tries again. */
static tn_error append(void *self, struct tn_request *request, const void *text, size_t length,
		       uint32_t *taken)
{
	char line[TN_LOG_MAX];
	uint32_t passed = 1;
	tn_error error = TN_OK;
	(void)request;
	if (server.config.forward)
		error = tn_log_append(server.log, line, compose(self, text, length, line), &passed);
	*taken = 0;
	if (error != TN_OK || !passed)
		return error;
	*taken = (uint32_t)length;
	keep(self, text, length);
	return TN_OK;
}

/* -- sessions -- */

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct tn_log_ops ops = { .write = write_line, .append = append };
	struct share *share = share_of(request->label);
	tn_log_cap cap;
	(void)self;
	if (!share || share->sessions == server.config.sessions)
		return TN_ERR_LIMIT;
	struct session *session = tn_heap_alloc(sizeof(*session));
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	memset(session, 0, sizeof(*session));
	tn_error error = tn_log_serve(server.entrypoint, &session->object, &ops, session, &cap);
	if (error != TN_OK) {
		tn_heap_free(session);
		return error;
	}
	tn_text_copy_cut(session->label, sizeof(session->label), request->label);
	session->share = share;
	share->sessions++;
	tn_session_list_add(&server.sessions, &session->node, request->id);
	*object = cap.handle;
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	struct session *session = (void *)tn_session_list_remove(&server.sessions, id);
	(void)self;
	if (!session)
		return;
	session->share->sessions--;
	session->share->ended = shares_last_number();
	tn_object_destroy(&session->object);
	tn_heap_free(session);
}

/* -- the ROM -- */

static struct tn_rom_source *find(void *self, const char *label)
{
	(void)self;
	return tn_text_equal(tn_label_last(label), "log") ? &server.rom : NULL;
}

/* Rendered when somebody asks: what a flood costs is up to who reads it. */
static void asked(void *self, struct tn_rom_source *source)
{
	size_t length = 0;
	(void)self;
	if (!server.stale)
		return;
	char *text = shares_render(&length);
	if (text && tn_rom_source_publish(source, text, length) == TN_OK)
		server.stale = false;
	tn_heap_free(text);
}

static tn_error open_own(void)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_error error = tn_session_open("TIME", "", none, &tn_time_interface, &session);
	if (error != TN_OK)
		return error;
	server.time.handle = session.cap;
	if (!server.config.forward)
		return TN_OK;
	error = tn_session_open("LOG", "", none, &tn_log_interface, &session);
	server.log.handle = session.cap;
	return error;
}

void component_construct(struct tn_env *env)
{
	static struct tn_rom_service roms = { .find = find, .asked = asked };
	static struct tn_service logs = {
		.name = "LOG", .interface = &tn_log_interface, .open = open, .close = close
	};
	server.config = config_read();
	server.entrypoint = roms.entrypoint = tn_env_entrypoint(env);
	server.stale = true;
	tn_rom_source_init(&server.rom);
	tn_error error = shares_init(&server.config);
	if (error == TN_OK)
		error = open_own();
	if (error == TN_OK)
		error = tn_service_announce(&logs);
	if (error == TN_OK)
		error = tn_rom_service_announce(&roms);
	if (error == TN_OK)
		return;
	tn_log("cannot start: %s", tn_error_text(error));
	tn_exit(1);
}
