/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

enum { CLIENT = 1, SERVER = 2, OTHER = 3, HANDLE = 5, BADGE = 0x1122334455667788 & 0x7fffffff };

static uint64_t client_pd, server_pd;
static struct child client, server, other;

static volatile struct slot *result_of(const struct child *child)
{
	settle();
	return child_slot(child->slot);
}

static void setup(void)
{
	client_pd = pd_new();
	server_pd = pd_new();
	server = child_new(server_pd, SERVER, child_puppet, 10);
	client = child_new(client_pd, CLIENT, child_puppet, 10);
	other = child_new(client_pd, OTHER, child_puppet, 12);
	cap_set(client_pd, HANDLE, HW_CAP_OBJECT, server.thread, BADGE);
	settle();
}

static void teardown(void)
{
	child_free(&client);
	child_free(&other);
	child_free(&server);
	pd_free(client_pd);
	pd_free(server_pd);
}

static void test_call_reply(void)
{
	uint8_t *from = window(client.utcb), *to = window(server.utcb);
	uint64_t wrong = 0;
	volatile struct slot *slot;

	for (unsigned i = 0; i < HW_PAGE_SIZE; i++) {
		from[i] = (uint8_t)(i * 7);
		to[i] = 0xee;
	}
	TELL(&server, HW_REPLY_WAIT, 0);
	settle();
	EXPECT("ipc-waiting", child_state(&server) == HW_THREAD_WAITING, child_state(&server));
	TELL(&client, HW_CALL, HANDLE | 0xf0000000, TAG(0x99, 1003) | 0xabcdef0000000000);
	/* the signal that told the client comes to the client: the server still waits */
	slot = result_of(&server);
	EXPECT("ipc-request", slot->result.rax == HW_EVENT_REQUEST, slot->result.rax);
	EXPECT("ipc-badge", slot->result.rdi == BADGE, slot->result.rdi);
	EXPECT("ipc-tag", slot->result.rsi == (TAG(0x99, 1003) | 0xabcdef0000000000),
	       slot->result.rsi);
	EXPECT("ipc-calling", child_state(&client) == HW_THREAD_CALLING, child_state(&client));
	for (unsigned i = 0; i < HW_PAGE_SIZE; i++)
		if (to[i] != (i < 1003 ? (uint8_t)(i * 7) : 0xee))
			wrong = i + 1;
	EXPECT("ipc-message", wrong == 0, wrong);
	to[0] = 42;
	from[21] = 0xdd;
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_REPLY | HW_WAIT_POLL, TAG(3, 21));
	slot = result_of(&client);
	EXPECT("ipc-reply", slot->result.rax == HW_OK && slot->result.rsi == TAG(3, 21),
	       slot->result.rax);
	EXPECT("ipc-reply-data", from[0] == 42 && from[20] == 140 && from[21] == 0xdd, from[0]);
	EXPECT("ipc-poll", child_slot(SERVER)->result.rax == HW_EVENT_NONE,
	       child_slot(SERVER)->result.rax);
}

static void expect_call(const char *name, uint64_t handle, uint64_t tag, uint64_t status)
{
	uint64_t done = child_slot(CLIENT)->done;
	volatile struct slot *slot;

	TELL(&client, HW_CALL, handle, tag);
	slot = result_of(&client);
	EXPECT(name, slot->done == done + 1 && slot->result.rax == status, slot->result.rax);
}

static void test_bad_calls(void)
{
	uint64_t signal = signal_new(client.thread, 1);

	cap_set(client_pd, 6, HW_CAP_OBJECT, client.thread, 0);
	cap_set(client_pd, 7, HW_CAP_SIGNAL, signal, 0);
	expect_call("ipc-index-0", 0, 0, HW_ERR_CAP);
	expect_call("ipc-empty-slot", 9, 0, HW_ERR_CAP);
	expect_call("ipc-no-such-slot", 0xfffff, 0, HW_ERR_CAP);
	expect_call("ipc-generation", HANDLE | 1 << 20, 0, HW_ERR_CAP);
	expect_call("ipc-signal-capability", 7, 0, HW_ERR_CAP);
	expect_call("ipc-too-long", HANDLE, TAG(0, 4097), HW_ERR_ARGUMENT);
	expect_call("ipc-longest", HANDLE, TAG(0, 65535), HW_ERR_ARGUMENT);
	expect_call("ipc-itself", 6, 0, HW_ERR_DEADLOCK);
	HW(HW_CAP_CLEAR, client_pd, 6);
	HW(HW_CAP_CLEAR, client_pd, 7);
	signal_free(signal);
}

static void test_bad_reply(void)
{
	TELL(&server, HW_REPLY_WAIT, 0);
	settle();
	TELL(&client, HW_CALL, HANDLE, 0);
	settle();
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_REPLY | HW_WAIT_POLL, TAG(0, 4097));
	EXPECT("ipc-reply-too-long", result_of(&client)->result.rax == HW_ERR_GONE, 0);
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_REPLY | HW_WAIT_POLL, TAG(0, 8));
	EXPECT("ipc-reply-to-nobody", result_of(&server)->result.rax == HW_EVENT_NONE, 0);
}

/* Both call while the server does something else; the more important one is first. */
static void test_queue(void)
{
	cap_set(client_pd, HANDLE + 1, HW_CAP_OBJECT, server.thread, 222);
	TELL(&client, HW_CALL, HANDLE, TAG(1, 0));
	settle();
	TELL(&other, HW_CALL, HANDLE + 1, TAG(2, 0));
	settle();
	EXPECT("ipc-queued", child_state(&other) == HW_THREAD_CALLING, child_state(&other));
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_SIGNALS_ONLY | HW_WAIT_POLL);
	EXPECT("ipc-signals-only", result_of(&server)->result.rax == HW_EVENT_NONE, 0);
	TELL(&server, HW_REPLY_WAIT, 0);
	EXPECT("ipc-queue-priority", result_of(&server)->result.rdi == 222,
	       child_slot(SERVER)->result.rdi);
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_POLL);
	EXPECT("ipc-one-at-a-time", result_of(&server)->result.rax == HW_EVENT_NONE, 0);
	HW(HW_CAP_CLEAR, client_pd, HANDLE + 1);
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_REPLY, TAG(9, 0));
	EXPECT("ipc-queue-next", result_of(&server)->result.rdi == BADGE,
	       child_slot(SERVER)->result.rdi);
	EXPECT("ipc-cleared-in-flight",
	       child_slot(OTHER)->result.rax == HW_OK && child_slot(OTHER)->result.rsi == TAG(9, 0),
	       child_slot(OTHER)->result.rax);
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_REPLY | HW_WAIT_POLL, TAG(9, 0));
	EXPECT("ipc-queue-last", result_of(&client)->result.rax == HW_OK, 0);
}

static void test_abort(void)
{
	TELL(&client, HW_CALL, HANDLE, 0);
	settle();
	HW(HW_THREAD_ABORT, client.thread);
	EXPECT("ipc-abort-queued", result_of(&client)->result.rax == HW_ERR_GONE, 0);
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_POLL);
	EXPECT("ipc-abort-took-back", result_of(&server)->result.rax == HW_EVENT_NONE, 0);
	TELL(&server, HW_REPLY_WAIT, 0);
	settle();
	TELL(&client, HW_CALL, HANDLE, 0);
	settle();
	HW(HW_THREAD_ABORT, client.thread);
	EXPECT("ipc-abort-served", result_of(&client)->result.rax == HW_ERR_GONE, 0);
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_REPLY | HW_WAIT_POLL, TAG(0, 4));
	EXPECT("ipc-abort-late-reply", result_of(&server)->result.rax == HW_EVENT_NONE, 0);
	EXPECT("ipc-abort-idle", HW(HW_THREAD_ABORT, client.thread).rax == HW_OK, 0);
}

/* A waits for B, B for A: both are stuck, and only they. */
static void test_cycle(void)
{
	cap_set(server_pd, HANDLE, HW_CAP_OBJECT, client.thread, 0);
	TELL(&client, HW_CALL, HANDLE, 0);
	settle();
	TELL(&server, HW_CALL, HANDLE, 0);
	settle();
	EXPECT("ipc-cycle",
	       child_state(&client) == HW_THREAD_CALLING &&
		       child_state(&server) == HW_THREAD_CALLING,
	       0);
	HW(HW_THREAD_PRIORITY, client.thread, 20);
	HW(HW_THREAD_PRIORITY, client.thread, 10);
	HW(HW_THREAD_ABORT, client.thread);
	HW(HW_THREAD_ABORT, server.thread);
	EXPECT("ipc-cycle-broken",
	       result_of(&client)->result.rax == HW_ERR_GONE &&
		       result_of(&server)->result.rax == HW_ERR_GONE,
	       0);
}

void test_ipc(void)
{
	uint64_t before = frames_free_count();

	setup();
	test_call_reply();
	test_bad_calls();
	test_bad_reply();
	test_queue();
	test_abort();
	test_cycle();
	teardown();
	EXPECT("ipc-frames-back", frames_free_count() == before, before - frames_free_count());
}
