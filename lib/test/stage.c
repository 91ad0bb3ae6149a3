/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The stage: parent of all actors of a test. Everything here runs to its end without waiting. */

#include "stage.h"
#include <tenon/text.h>

enum { EXIT_NO_MAIN = 99 };

/* What "main" gets; the rest is for the other actors. */
#define MAIN_RAM  ((uint64_t)16 << 20)
#define MAIN_CAPS 1500u

struct actor {
	struct actor *next;
	struct tn_child child;
	char name[TN_TEST_NAME_MAX + 1];
	char binary[TN_TEST_NAME_MAX + 1];
	char provides[TN_TEST_NAME_MAX + 1];
	struct tn_object object; /* its view of the stage */
	struct tn_signal killer;
	tn_signal_cap changed;
	bool alive;
	struct tn_child_end end;
};

/* A capability under a name. */
struct item {
	struct item *next;
	char name[TN_TEST_NAME_MAX + 1];
	const struct actor *owner; /* who put it: a capability goes with its owner */
	tn_handle cap;
};

static struct {
	struct tn_env *env;
	const char *binary;
	struct tn_family family;
	struct actor *actors;
	struct item *items;
} stage;

static void tell_all(void)
{
	for (struct actor *actor = stage.actors; actor; actor = actor->next)
		if (actor->alive && actor->changed.handle)
			(void)tn_signal_submit(actor->changed);
}

static struct actor *find(const char *name)
{
	struct actor *actor = stage.actors;
	while (actor && !tn_text_equal(actor->name, name))
		actor = actor->next;
	return actor;
}

static struct actor *find_server(const char *service)
{
	struct actor *actor = stage.actors;
	while (actor && !(actor->alive && tn_text_equal(actor->provides, service)))
		actor = actor->next;
	return actor;
}

static struct actor *of(struct tn_child *child)
{
	return (struct actor *)(void *)((char *)child - offsetof(struct actor, child));
}

/* -- operations -- */

static tn_error watch(void *self, struct tn_request *request, tn_signal_cap changed)
{
	struct actor *actor = self;
	(void)request;
	tn_error error = tn_cap_retain(changed.handle);
	if (error != TN_OK)
		return error;
	tn_cap_release(actor->changed.handle);
	actor->changed = changed;
	return TN_OK;
}

static void kill_now(void *argument)
{
	struct actor *actor = argument;
	if (actor->alive)
		tn_child_kill(&actor->child);
}

static tn_error kill(void *self, struct tn_request *request, const char *name)
{
	struct actor *actor = find(name);
	(void)self;
	(void)request;
	if (!actor)
		return TN_ERR_NOT_FOUND;
	kill_now(actor);
	return TN_OK;
}

static tn_error killer(void *self, struct tn_request *request, const char *name, tn_signal_cap *cap)
{
	struct actor *actor = find(name);
	(void)self;
	(void)request;
	if (!actor || !actor->alive)
		return TN_ERR_NOT_FOUND;
	*cap = actor->killer.cap;
	return TN_OK;
}

static tn_error ended(void *self, struct tn_request *request, const char *name,
		      struct tn_child_end *end)
{
	struct actor *actor = find(name);
	(void)self;
	(void)request;
	if (!actor || actor->alive)
		return TN_ERR_NOT_FOUND;
	*end = actor->end;
	return TN_OK;
}

static tn_error accounts(void *self, struct tn_request *request, const char *name,
			 struct tn_accounts *of_actor)
{
	struct actor *actor = find(name);
	(void)self;
	(void)request;
	if (tn_text_equal(name, "test"))
		return tn_pd_accounts(tn_env_pd(stage.env), of_actor);
	if (!actor || !actor->alive || actor->child.pd.state != TN_UPSTREAM_READY)
		return TN_ERR_NOT_FOUND;
	tn_pd_cap pd = { actor->child.pd.cap };
	return tn_pd_accounts(pd, of_actor);
}

static struct item *find_item(const char *name)
{
	struct item *item = stage.items;
	while (item && !tn_text_equal(item->name, name))
		item = item->next;
	return item;
}

static tn_error put(void *self, struct tn_request *request, const char *name, tn_any_cap cap)
{
	struct item *item = find_item(name);
	(void)request;
	tn_error error = cap.handle ? tn_cap_retain(cap.handle) : TN_OK;
	if (error != TN_OK)
		return error;
	if (!item) {
		item = tn_heap_alloc(sizeof(*item));
		if (!item)
			return TN_ERR_OUT_OF_RAM;
		tn_text_copy_cut(item->name, sizeof(item->name), name);
		item->next = stage.items;
		item->cap = 0;
		stage.items = item;
	}
	tn_cap_release(item->cap);
	item->cap = cap.handle;
	item->owner = self;
	tell_all();
	return TN_OK;
}

static tn_error get(void *self, struct tn_request *request, const char *name, tn_any_cap *cap)
{
	struct item *item = find_item(name);
	(void)self;
	(void)request;
	if (!item)
		return TN_ERR_NOT_FOUND;
	*cap = (tn_any_cap){ item->cap };
	return TN_OK;
}

static tn_error start(void *self, struct tn_request *request, const char *name, const char *binary,
		      const char *provides, uint64_t ram, uint64_t caps);

static const struct tn_stage_ops ops = {
	.watch = watch,
	.start = start,
	.kill = kill,
	.killer = killer,
	.ended = ended,
	.put = put,
	.get = get,
	.accounts = accounts,
};

/* -- actors come and go -- */

static void forget_items(const struct actor *actor)
{
	struct item **at = &stage.items;
	while (*at) {
		struct item *item = *at;
		if (item->owner != actor || !item->cap) {
			at = &item->next;
			continue;
		}
		*at = item->next;
		tn_cap_release(item->cap);
		tn_heap_free(item);
	}
}

static void bury(struct actor *actor, const struct tn_child_end *end)
{
	actor->alive = false;
	actor->end = *end;
	forget_items(actor);
	tn_object_destroy(&actor->object);
	tn_signal_destroy(&actor->killer);
	tn_cap_release(actor->changed.handle);
	actor->changed.handle = 0;
}

static tn_error equip(struct actor *actor)
{
	struct tn_entrypoint *entrypoint = tn_env_entrypoint(stage.env);
	tn_stage_cap cap;
	actor->killer.handler = kill_now;
	actor->killer.argument = actor;
	tn_error error = tn_signal_create(entrypoint, &actor->killer);
	if (error != TN_OK)
		return error;
	error = tn_stage_serve(entrypoint, &actor->object, &ops, actor, &cap);
	if (error != TN_OK)
		tn_signal_destroy(&actor->killer);
	return error;
}

static struct actor *place_for(const char *name)
{
	struct actor *actor = find(name), *next = actor ? actor->next : stage.actors;
	if (actor && actor->alive)
		return NULL;
	if (!actor) {
		actor = tn_heap_alloc(sizeof(*actor));
		if (!actor)
			return NULL;
		stage.actors = actor;
	}
	__builtin_memset(actor, 0, sizeof(*actor));
	actor->next = next;
	tn_text_copy_cut(actor->name, sizeof(actor->name), name);
	return actor;
}

static tn_error start(void *self, struct tn_request *request, const char *name, const char *binary,
		      const char *provides, uint64_t ram, uint64_t caps)
{
	struct actor *actor = place_for(name);
	(void)self;
	(void)request;
	if (!actor)
		return TN_ERR_BUSY;
	tn_error error = equip(actor);
	if (error != TN_OK)
		return error;
	tn_text_copy_cut(actor->binary, sizeof(actor->binary), binary[0] ? binary : stage.binary);
	tn_text_copy_cut(actor->provides, sizeof(actor->provides), provides);
	actor->child.name = actor->name;
	actor->child.binary = actor->binary;
	actor->child.quota = (struct tn_quota){ ram, caps };
	actor->alive = true;
	tn_child_start(&stage.family, &actor->child);
	return TN_OK;
}

/* -- policy -- */

static void route(void *self, struct tn_child *client, const char *service, const char *label,
		  struct tn_route *route)
{
	struct actor *server = find_server(service);
	(void)self;
	if (tn_text_equal(service, "Stage")) {
		route->target = TN_ROUTE_OWN;
		route->object = of(client)->object.handle;
		route->interface = &tn_stage_interface;
	} else if (tn_text_equal(service, "Denied")) {
		route->target = TN_ROUTE_DENY;
		route->reason = TN_ERR_DENIED;
	} else if (server) {
		route->target = TN_ROUTE_CHILD;
		route->server = &server->child;
	} else {
		route->target = TN_ROUTE_PARENT;
	}
	/* For the whole family the label is the stage's own. */
	if (tn_text_equal(service, "TRACE") && tn_text_equal(label, "family"))
		return;
	if (tn_child_label(client, label, route->label) != TN_OK) {
		route->target = TN_ROUTE_DENY;
		route->reason = TN_ERR_TOO_LONG;
	}
}

static bool provides(void *self, struct tn_child *child, const char *service)
{
	(void)self;
	return tn_text_equal(of(child)->provides, service);
}

static void actor_ended(void *self, struct tn_child *child, const struct tn_child_end *end)
{
	struct actor *actor = of(child);
	(void)self;
	bury(actor, end);
	if (tn_text_equal(actor->name, "main")) {
		if (end->cause == TN_CHILD_EXITED)
			tn_exit(end->value);
		tn_transcript("not ok main: it ended early (cause %d, %s)", (int)end->cause,
			      tn_error_text(end->error));
		tn_exit(EXIT_NO_MAIN);
	}
	tell_all();
}

void stage_open(struct tn_env *env, const char *binary)
{
	static const struct tn_family_policy policy = { .route = route,
							.provides = provides,
							.ended = actor_ended };
	stage.env = env;
	stage.binary = binary;
	stage.family.policy = &policy;
	TN_MUST(tn_family_init(&stage.family, env));
	TN_MUST(start(NULL, NULL, "main", "", "", MAIN_RAM, MAIN_CAPS));
}
