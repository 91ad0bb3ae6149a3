/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A server dies while it is called: the client finds scratch pages in place of the channel, which
 * look like the reply to this very call. That happens where a thread has met such an end before;
 * here the pages are prepared by hand.
 */
#include <link.h>
#include <linux_abi.h>
#include <linux_call.h>
#include <tenon/test.h>

enum { POISON = 0x5a5a };

#define DYING(RPC, I)                                          \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back)) \
	/* Dies before it answers. */                          \
	RPC(I, die, In(uint64_t, value), Out(uint64_t, back))
TN_RPC_INTERFACE(dying, DYING)

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = ~value;
	return TN_OK;
}

static tn_error die(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	(void)value;
	(void)back;
	tn_exit(0);
}

static void play_server(struct tn_env *env)
{
	static const struct dying_ops ops = { .echo = echo, .die = die };
	static struct tn_object object;
	dying_cap cap;
	TN_MUST(dying_serve(tn_env_entrypoint(env), &object, &ops, NULL, &cap));
	tn_actor_put(tn_env_name(env), cap.handle);
}

static uint32_t channel_of(tn_handle handle)
{
	const struct linux_cap_entry *entries = (const struct linux_cap_entry *)LINUX_CAPS;
	return entries[TN_HANDLE_INDEX(handle)].channel & LINUX_CAP_CHANNEL;
}

/* Both scratch pages of this thread, at the place of a channel that is not used meanwhile. */
static void prepare(uint32_t channel, uint32_t sequence)
{
	uint64_t at = linux_link_address(LINUX_CLIENT, channel);
	for (uint64_t page = 0; page < LINUX_LINK_SIZE / TN_PAGE_SIZE; page++) {
		uint64_t address = at + page * TN_PAGE_SIZE;
		uint64_t scratch = LINUX_PRIVATE_SCRATCH + address / TN_PAGE_SIZE % 2;
		TN_EXPECT(linux_map((void *)address, TN_PAGE_SIZE, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_FIXED, LINUX_FD_TRANSIT,
				    scratch * TN_PAGE_SIZE) == (void *)address);
		linux_close(LINUX_FD_TRANSIT);
	}
	struct link *link = (struct link *)at;
	uint64_t poison = POISON;
	memcpy(link->data, &poison, sizeof(poison));
	link->status = 0;
	link->reply_length = sizeof(poison);
	link->reply_cap_count = 0;
	link->reply = sequence;
	linux_unmap((void *)at, LINUX_LINK_SIZE);
}

static void reply_of_another_call(struct tn_env *env)
{
	uint64_t back = 0;
	(void)env;
	tn_actor_start("other");
	tn_actor_start("server");
	dying_cap other = { tn_actor_get("other") }, server = { tn_actor_get("server") };
	TN_EXPECT_ERROR(dying_echo(other, 1, &back), TN_OK);
	TN_EXPECT_ERROR(dying_echo(server, 1, &back), TN_OK);
	uint32_t channel = channel_of(server.handle), spare = channel_of(other.handle);
	const struct link *link = (const struct link *)linux_link_address(LINUX_CLIENT, channel);
	prepare(spare, link->request + 1);
	TN_EXPECT_ERROR(dying_die(server, 2, &back), TN_ERR_GONE);
	TN_EXPECT(back != POISON);
	TN_EXPECT_ERROR(dying_echo(other, 3, &back), TN_OK);
	TN_EXPECT_EQUAL(back, ~(uint64_t)3);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "reply-of-another-call", reply_of_another_call },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "other", play_server },
						     { "server", play_server },
						     { NULL, NULL } };
	tn_test_main(env, "test-buried", cases, roles);
}
