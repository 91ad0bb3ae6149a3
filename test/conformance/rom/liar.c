/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A ROM server that says what is not true; which lie follows from the label. */

#include "liar.h"

#include <tenon/list.h>
#include <tenon/rom_server.h>
#include <tenon/test.h>
#include <tenon/text.h>

enum { TRUE_SIZE = 4096 };

struct session {
	struct tn_object object;
	char lie[TN_LABEL_MAX + 1];
	tn_dataspace_cap given;
};

static struct {
	struct tn_entrypoint *entrypoint;
	struct tn_signal handed_out;
	struct session *last;
	tn_signal_cap killer;
	unsigned asked;
} liar;

static void give_anew(struct session *session)
{
	void *at = NULL;
	TN_MUST(tn_dataspace_alloc(TRUE_SIZE, &session->given));
	TN_MUST(tn_attach(session->given, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at));
	memset(at, 'x', TRUE_SIZE);
}

/* Right behind the reply. */
static void take_away(void *argument)
{
	(void)argument;
	tn_dataspace_free(liar.last->given);
	liar.last->given.handle = 0;
}

static tn_error dataspace(void *self, struct tn_request *request, uint64_t *size,
			  tn_dataspace_cap *cap)
{
	struct session *session = self;
	(void)request;
	*size = TRUE_SIZE;
	if (!session->given.handle)
		give_anew(session);
	*cap = session->given;
	/* The truth comes first. */
	if (liar.asked++ == 0)
		return TN_OK;
	if (tn_text_equal(session->lie, "longer"))
		*size = TRUE_SIZE + 1;
	if (tn_text_equal(session->lie, "endless"))
		*size = UINT64_MAX;
	if (tn_text_equal(session->lie, "other"))
		cap->handle = session->object.handle;
	if (tn_text_equal(session->lie, "taken"))
		(void)tn_signal_submit(liar.handed_out.cap);
	if (tn_text_equal(session->lie, "dies")) {
		(void)tn_signal_submit(liar.killer);
		tn_signal_wait(&liar.handed_out);
	}
	return TN_OK;
}

static tn_error watch(void *self, struct tn_request *request, tn_signal_cap changed)
{
	(void)self;
	(void)request;
	(void)changed;
	return TN_OK;
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct tn_rom_ops ops = { .dataspace = dataspace, .watch = watch };
	struct session *session = tn_heap_alloc(sizeof(*session));
	tn_rom_cap cap;
	(void)self;
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	memset(session, 0, sizeof(*session));
	tn_text_copy_cut(session->lie, sizeof(session->lie), tn_label_last(request->label));
	TN_MUST(tn_rom_serve(liar.entrypoint, &session->object, &ops, session, &cap));
	liar.last = session;
	liar.asked = 0;
	*object = cap.handle;
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	(void)self;
	(void)id;
	tn_object_destroy(&liar.last->object);
}

void play_liar(struct tn_env *env)
{
	static struct tn_service service = {
		.name = "ROM", .interface = &tn_rom_interface, .open = open, .close = close
	};
	liar.entrypoint = tn_env_entrypoint(env);
	liar.killer = tn_actor_killer(tn_env_name(env));
	liar.handed_out.handler = take_away;
	TN_MUST(tn_signal_create(liar.entrypoint, &liar.handed_out));
	TN_MUST(tn_service_announce(&service));
}
