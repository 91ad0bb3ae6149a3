/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What a peer does when it is called: nothing by itself. */

#include "world.h"

static struct {
	struct tn_env *env;
	struct tn_object object;
	struct tn_entrypoint *bells;
	tn_handle kept[KEPT];
	struct tn_object made[KEPT];
	bool made_used[KEPT];
	struct peer_bell {
		struct tn_signal signal;
		bool used, heard;
	} bell[KEPT];
	tn_dataspace_cap memory[KEPT];
	struct tn_object session[SESSIONS];
	bool session_used[SESSIONS];
	uint32_t session_id[SESSIONS];
	struct tn_mutex lock;
	struct tn_condition rung;
} mine;

static const struct remote_ops peer_operations;

static tn_error serve_echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = ~value;
	return TN_OK;
}

static tn_error serve_status(void *self, struct tn_request *request, uint32_t number)
{
	(void)self;
	(void)request;
	return tn_error_of(number);
}

static tn_error serve_text(void *self, struct tn_request *request, const char *in, char *out)
{
	(void)self;
	(void)request;
	tn_text_copy_cut(out, PEER_TEXT + 1, in);
	return TN_OK;
}

static tn_error serve_bytes(void *self, struct tn_request *request, const void *in,
			    size_t in_length, uint32_t size, void *out, size_t *out_length)
{
	(void)self;
	(void)request;
	if (size > PEER_BYTES || size > in_length)
		return TN_ERR_ARGUMENT;
	memcpy(out, in, size);
	*out_length = size;
	return TN_OK;
}

static tn_error serve_mirror(void *self, struct tn_request *request, tn_any_cap a, tn_any_cap b,
			     tn_any_cap c, tn_any_cap *x, tn_any_cap *y, tn_any_cap *z)
{
	(void)self;
	(void)request;
	*x = c;
	*y = a;
	*z = b;
	return TN_OK;
}

static tn_error serve_keep(void *self, struct tn_request *request, uint32_t i, tn_any_cap cap)
{
	(void)self;
	(void)request;
	if (i >= KEPT)
		return TN_ERR_ARGUMENT;
	tn_error error = cap.handle ? tn_cap_retain(cap.handle) : TN_OK;
	if (error != TN_OK)
		return error;
	tn_cap_release(mine.kept[i]);
	mine.kept[i] = cap.handle;
	return TN_OK;
}

static tn_error serve_fetch(void *self, struct tn_request *request, uint32_t i, tn_any_cap *cap)
{
	(void)self;
	(void)request;
	if (i >= KEPT)
		return TN_ERR_ARGUMENT;
	cap->handle = mine.kept[i];
	return TN_OK;
}

static tn_error serve_make(void *self, struct tn_request *request, uint32_t i, tn_any_cap *cap)
{
	remote_cap made;
	(void)self;
	(void)request;
	if (i >= KEPT)
		return TN_ERR_ARGUMENT;
	if (!mine.made_used[i]) {
		tn_error error = remote_serve(tn_env_entrypoint(mine.env), &mine.made[i],
					      &peer_operations, NULL, &made);
		if (error != TN_OK)
			return error;
	}
	mine.made_used[i] = true;
	cap->handle = mine.made[i].handle;
	return TN_OK;
}

static tn_error serve_unmake(void *self, struct tn_request *request, uint32_t i)
{
	(void)self;
	(void)request;
	if (i >= KEPT || !mine.made_used[i])
		return TN_ERR_NOT_FOUND;
	mine.made_used[i] = false;
	tn_object_destroy(&mine.made[i]);
	return TN_OK;
}

static tn_error serve_call_on(void *self, struct tn_request *request, uint32_t i, uint64_t value,
			      uint64_t *back)
{
	(void)self;
	(void)request;
	return remote_echo((remote_cap){ i < KEPT ? mine.kept[i] : 0 }, value, back);
}

static tn_error serve_submit(void *self, struct tn_request *request, uint32_t i)
{
	(void)self;
	(void)request;
	return tn_signal_submit((tn_signal_cap){ i < KEPT ? mine.kept[i] : 0 });
}

/* For real, which may be the peer's end, or guarded. */
static tn_error look_at(char *at, uint32_t rights, uint32_t touch, uint64_t *word)
{
	if (!touch)
		return tn_guarded_copy(word, at, sizeof(*word));
	if (rights & WRITE)
		*(volatile uint64_t *)(void *)at += 1;
	*word = *(volatile uint64_t *)(void *)at;
	return TN_OK;
}

static tn_error serve_look(void *self, struct tn_request *request, uint32_t i, uint64_t offset,
			   uint32_t rights, uint32_t touch, uint64_t *word)
{
	tn_dataspace_cap dataspace = { i < KEPT ? mine.kept[i] : 0 };
	void *at = NULL;
	(void)self;
	(void)request;
	tn_error error = tn_attach(dataspace, offset, PAGE, rights, &at);
	if (error == TN_ERR_GONE) /* the dataspace; "gone" would be this peer itself */
		return TN_ERR_NOT_FOUND;
	if (error != TN_OK)
		return error;
	error = look_at(at, rights, touch, word);
	tn_error detached = tn_detach(at);
	return error == TN_OK ? detached : error;
}

/* -- bells: signals at an entrypoint of their own, so that one can be waited for -- */

static void ring(void *argument)
{
	struct peer_bell *bell = argument;
	tn_mutex_lock(&mine.lock);
	bell->heard = true;
	tn_condition_broadcast(&mine.rung);
	tn_mutex_unlock(&mine.lock);
}

static tn_error serve_bell(void *self, struct tn_request *request, uint32_t i, tn_signal_cap *cap)
{
	(void)self;
	(void)request;
	if (i >= KEPT)
		return TN_ERR_ARGUMENT;
	struct peer_bell *bell = &mine.bell[i];
	tn_error error = TN_OK;
	if (!bell->used) {
		bell->signal.handler = ring;
		bell->signal.argument = bell;
		error = tn_signal_create(mine.bells, &bell->signal);
	}
	bell->used = error == TN_OK;
	*cap = bell->signal.cap;
	return error;
}

static tn_error serve_heard(void *self, struct tn_request *request, uint32_t i)
{
	(void)self;
	(void)request;
	if (i >= KEPT || !mine.bell[i].used)
		return TN_ERR_ARGUMENT;
	tn_mutex_lock(&mine.lock);
	while (!mine.bell[i].heard)
		tn_condition_wait(&mine.rung, &mine.lock);
	mine.bell[i].heard = false;
	tn_mutex_unlock(&mine.lock);
	return TN_OK;
}

static tn_error serve_alloc(void *self, struct tn_request *request, uint32_t i, uint64_t size,
			    tn_dataspace_cap *memory)
{
	(void)self;
	(void)request;
	if (i >= KEPT)
		return TN_ERR_ARGUMENT;
	tn_error error = TN_OK;
	if (!mine.memory[i].handle)
		error = tn_dataspace_alloc(size, &mine.memory[i]);
	*memory = mine.memory[i];
	return error;
}

static tn_error serve_free(void *self, struct tn_request *request, uint32_t i)
{
	(void)self;
	(void)request;
	if (i >= KEPT || !mine.memory[i].handle)
		return TN_ERR_NOT_FOUND;
	tn_dataspace_free(mine.memory[i]);
	mine.memory[i].handle = 0;
	return TN_OK;
}

/* -- ends -- */

static tn_error serve_end(void *self, struct tn_request *request, int32_t value)
{
	(void)self;
	(void)request;
	tn_exit(value);
}

static void fall(uint32_t how)
{
	volatile uint64_t *nowhere = (volatile uint64_t *)0x345678;
	switch (how % 7) {
	case 0:
		(void)*nowhere;
		break;
	case 1:
		*nowhere = 1;
		break;
	case 2:
		__asm__ volatile("call *%0" : : "r"(nowhere));
		break;
	case 3:
		__asm__ volatile("ud2");
		break;
	case 4:
		__asm__ volatile("hlt");
		break;
	case 5:
		__asm__ volatile("xorl %%ecx, %%ecx; movl $1, %%eax; cltd; idivl %%ecx"
				 :
				 :
				 : "eax", "ecx", "edx");
		break;
	default:
		__asm__ volatile("1: pushq $0; jmp 1b");
	}
}

static tn_error serve_fall(void *self, struct tn_request *request, uint32_t how)
{
	(void)self;
	(void)request;
	fall(how);
	return TN_OK;
}

/* Until somebody ends it. */
static tn_error serve_hang(void *self, struct tn_request *request, tn_signal_cap entered)
{
	struct tn_semaphore never = { 0 };
	(void)self;
	(void)request;
	(void)tn_signal_submit(entered);
	tn_semaphore_down(&never);
	return TN_OK;
}

static const struct remote_ops peer_operations = {
	.echo = serve_echo,
	.status = serve_status,
	.text = serve_text,
	.bytes = serve_bytes,
	.mirror = serve_mirror,
	.keep = serve_keep,
	.fetch = serve_fetch,
	.make = serve_make,
	.unmake = serve_unmake,
	.call_on = serve_call_on,
	.submit = serve_submit,
	.look = serve_look,
	.bell = serve_bell,
	.heard = serve_heard,
	.alloc = serve_alloc,
	.free = serve_free,
	.end = serve_end,
	.fall = serve_fall,
	.hang = serve_hang,
};

/* -- sessions: what is denied, the label says -- */

static uint32_t denial(const char *label)
{
	const char *deny = "deny ";
	size_t n = 0;
	while (label[n])
		n++;
	if (n < 6 || memcmp(label + n - 6, deny, 5) != 0)
		return 0;
	return (uint32_t)(label[n - 1] - '0');
}

static tn_error open_session(void *self, const struct tn_session_request *request,
			     tn_handle *object)
{
	uint32_t i = 0, denied = denial(request->label);
	remote_cap cap;
	(void)self;
	if (denied)
		return tn_error_of(denied);
	while (i < SESSIONS && mine.session_used[i])
		i++;
	if (i == SESSIONS)
		return TN_ERR_LIMIT;
	tn_error error = remote_serve(tn_env_entrypoint(mine.env), &mine.session[i],
				      &peer_operations, NULL, &cap);
	if (error != TN_OK)
		return error;
	mine.session_used[i] = true;
	mine.session_id[i] = request->id;
	*object = cap.handle;
	return TN_OK;
}

static void close_session(void *self, uint32_t id)
{
	(void)self;
	for (uint32_t i = 0; i < SESSIONS; i++) {
		if (!mine.session_used[i] || mine.session_id[i] != id)
			continue;
		mine.session_used[i] = false;
		tn_object_destroy(&mine.session[i]);
	}
}

static struct tn_service peers = {
	.name = "Peer", .interface = &remote_interface, .open = open_session, .close = close_session
};

/* A server that is there when its client waits already. */
void play_late(struct tn_env *env)
{
	mine.env = env;
	peers.name = "Late";
	tn_actor_await("go");
	TN_MUST(tn_service_announce(&peers));
}

void play_peer(struct tn_env *env)
{
	remote_cap cap;
	mine.env = env;
	TN_MUST(tn_entrypoint_create("bells", TN_PRIORITY_DEFAULT, &mine.bells));
	TN_MUST(remote_serve(tn_env_entrypoint(env), &mine.object, &peer_operations, NULL, &cap));
	tn_error error = tn_service_announce(&peers); /* denied, unless it is the first peer */
	(void)error;
	tn_actor_put(tn_env_name(env), cap.handle);
}
