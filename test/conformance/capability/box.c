/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "box.h"

static struct box {
	struct tn_object object, other, mirror;
	tn_handle held;
} box;

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value;
	return TN_OK;
}

static tn_error put(void *self, struct tn_request *request, tn_any_cap cap)
{
	(void)self;
	(void)request;
	tn_error error = tn_cap_retain(cap.handle);
	if (error == TN_OK)
		box.held = cap.handle;
	return error;
}

static tn_error peek(void *self, struct tn_request *request, tn_any_cap cap)
{
	(void)self;
	(void)request;
	box.held = cap.handle;
	return TN_OK;
}

static tn_error get(void *self, struct tn_request *request, tn_any_cap *cap)
{
	(void)self;
	(void)request;
	cap->handle = box.held;
	return TN_OK;
}

static tn_error drop(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_cap_release(box.held);
	box.held = 0;
	return TN_OK;
}

static tn_error use(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	box_cap cap = { box.held };
	(void)self;
	(void)request;
	return box_echo(cap, value, back);
}

static tn_error pass_on(void *self, struct tn_request *request, box_cap to)
{
	tn_any_cap cap = { box.held };
	(void)self;
	(void)request;
	return box_put(to, cap);
}

static tn_error other(void *self, struct tn_request *request, box_cap *cap)
{
	(void)self;
	(void)request;
	cap->handle = box.other.handle;
	return TN_OK;
}

static tn_error destroy_other(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_object_destroy(&box.other);
	return TN_OK;
}

static tn_error mirror(void *self, struct tn_request *request, tn_any_cap *cap)
{
	(void)self;
	(void)request;
	cap->handle = box.mirror.handle;
	return TN_OK;
}

static tn_error refuse(void *self, struct tn_request *request, tn_any_cap cap)
{
	(void)self;
	(void)request;
	(void)cap;
	return TN_ERR_DENIED;
}

static tn_error mirror_dispatch(const void *ops, void *self, struct tn_request *request)
{
	(void)ops;
	(void)self;
	for (uint32_t i = 0; i < request->cap_count; i++)
		request->reply_caps[i] = request->caps[request->cap_count - 1 - i];
	request->reply_cap_count = request->cap_count;
	return request->cap_count ? tn_reply_caps(request) : TN_OK;
}

void play_box(struct tn_env *env)
{
	static const struct box_ops ops = {
		.echo = echo,
		.put = put,
		.peek = peek,
		.get = get,
		.drop = drop,
		.use = use,
		.pass_on = pass_on,
		.other = other,
		.destroy_other = destroy_other,
		.mirror = mirror,
		.refuse = refuse,
	};
	struct tn_entrypoint *entrypoint = tn_env_entrypoint(env);
	box_cap cap;
	TN_MUST(box_serve(entrypoint, &box.object, &ops, NULL, &cap));
	TN_MUST(box_serve(entrypoint, &box.other, &ops, NULL, &cap));
	box.mirror.dispatch = mirror_dispatch;
	TN_MUST(tn_object_create(entrypoint, &box.mirror));
	tn_actor_put(tn_env_name(env), box.object.handle);
}
