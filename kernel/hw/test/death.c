/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

enum { CLIENT = 1, SERVER = 2, HANDLE = 5, CROWD = 150, CROWD_UTCBS = 0x2000000 };

static uint64_t client_pd, server_pd;
static struct child client, server;

static uint64_t client_status(void)
{
	settle();
	return child_slot(CLIENT)->result.rax;
}

static void start_server(void)
{
	server = child_new(server_pd, SERVER, child_puppet, 10);
	settle();
	cap_set(client_pd, HANDLE, HW_CAP_OBJECT, server.thread, 0);
}

static void start_client(void)
{
	client = child_new(client_pd, CLIENT, child_puppet, 10);
	child_slot(CLIENT)->result.rax = 99;
	settle();
}

static void call_queued(void)
{
	TELL(&client, HW_CALL, HANDLE, 0);
	settle();
}

static void call_served(void)
{
	TELL(&server, HW_REPLY_WAIT, 0);
	settle();
	TELL(&client, HW_CALL, HANDLE, 0);
	settle();
}

static void restart_server(void)
{
	HW(HW_CAP_CLEAR, client_pd, HANDLE);
	start_server();
}

static void test_server_death(void)
{
	uint64_t done, old, later[2];

	call_queued();
	child_free(&server);
	EXPECT("death-server-queued", client_status() == HW_ERR_GONE, client_status());
	restart_server();
	call_served();
	child_free(&server);
	EXPECT("death-server-serving", client_status() == HW_ERR_GONE, client_status());
	done = child_slot(CLIENT)->done;
	call_queued();
	EXPECT("death-server-before",
	       child_slot(CLIENT)->done == done + 1 && client_status() == HW_ERR_GONE,
	       client_status());
	restart_server();
	/* the new server lives in the old one's frame: the old capability must not lead there */
	cap_set(client_pd, HANDLE + 1, HW_CAP_OBJECT, server.thread, 0);
	old = server.thread;
	child_free(&server);
	for (unsigned i = 0; i < 2; i++)
		later[i] =
			frame_new(); /* the last two that came back were its stack and its UTCB */
	server = child_new(server_pd, SERVER, child_puppet, 10);
	for (unsigned i = 0; i < 2; i++)
		frame_free(later[i]);
	EXPECT("death-same-frame", server.thread == old, server.thread);
	done = child_slot(CLIENT)->done;
	TELL(&client, HW_CALL, HANDLE + 1, 0);
	EXPECT("death-frame-reused",
	       client_status() == HW_ERR_GONE && child_slot(CLIENT)->done == done + 1,
	       child_slot(CLIENT)->done);
	HW(HW_CAP_CLEAR, client_pd, HANDLE + 1);
	HW(HW_CAP_CLEAR, client_pd, HANDLE);
	cap_set(client_pd, HANDLE, HW_CAP_OBJECT, server.thread, 0);
}

static void test_client_death(void)
{
	call_queued();
	child_free(&client);
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_POLL);
	settle();
	EXPECT("death-client-queued", child_slot(SERVER)->result.rax == HW_EVENT_NONE,
	       child_slot(SERVER)->result.rax);
	start_client();
	call_served();
	child_free(&client);
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_REPLY | HW_WAIT_POLL, TAG(1, 64));
	settle();
	EXPECT("death-client-served", child_slot(SERVER)->result.rax == HW_EVENT_NONE,
	       child_slot(SERVER)->result.rax);
	start_client();
	call_served();
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_REPLY | HW_WAIT_POLL, TAG(1, 0));
	EXPECT("death-then-life", client_status() == HW_OK, client_status());
}

static void test_other_states(void)
{
	uint64_t signal;

	TELL(&client, HW_PARK);
	settle();
	child_free(&client);
	client = child_new(client_pd, CLIENT, child_spin, 10);
	settle();
	child_free(&client);
	client = child_new(client_pd, CLIENT, child_fault_table, 10);
	settle();
	EXPECT("death-faulted", child_state(&client) == HW_THREAD_FAULTED, child_state(&client));
	child_free(&client);
	HW(HW_FAULT_HANDLER, core_thread);
	EXPECT("death-fault-forgotten", next_event().rax == HW_EVENT_NONE, 0);
	start_client();
	TELL(&client, HW_PARK);
	settle();
	signal = signal_new(client.thread, 1);
	cap_set(core_pd, 10, HW_CAP_SIGNAL, signal, 0);
	HW(HW_SIGNAL, 10);
	HW(HW_SIGNAL, 64 + CLIENT);
	child_free(&client);
	EXPECT("death-signals", HW(HW_SIGNAL, 10).rax == HW_OK, 0);
	HW(HW_CAP_CLEAR, core_pd, 10);
	signal_free(signal);
	/* never run at all */
	client = child_new(client_pd, CLIENT, child_puppet, 1);
	child_free(&client);
	start_client();
}

/* A thread that serves is itself in a call to somebody: both ends come off. */
static void test_middle(void)
{
	uint64_t pd = pd_new();
	struct child middle = child_new(pd, 3, child_puppet, 10);

	cap_set(client_pd, 20, HW_CAP_OBJECT, middle.thread, 0);
	cap_set(pd, HANDLE, HW_CAP_OBJECT, server.thread, 0);
	TELL(&middle, HW_REPLY_WAIT, 0);
	settle();
	TELL(&client, HW_CALL, 20, 0);
	settle();
	TELL(&middle, HW_CALL, HANDLE, 0);
	settle();
	child_free(&middle);
	EXPECT("death-middle", client_status() == HW_ERR_GONE, client_status());
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_POLL);
	settle();
	EXPECT("death-middle-call", child_slot(SERVER)->result.rax == HW_EVENT_NONE, 0);
	HW(HW_CAP_CLEAR, client_pd, 20);
	pd_free(pd);
}

/* More callers than one system call tells. */
static void test_crowd(void)
{
	static uint64_t threads[CROWD], utcbs[CROWD];
	uint64_t pd = pd_new(), gone = 0, status, rounds = 0;

	cap_set(pd, 1, HW_CAP_OBJECT, server.thread, 0);
	child_slot(9)->done = 0;
	child_slot(9)->counter = 1;
	child_slot(9)->rsi = 0;
	for (unsigned i = 0; i < CROWD; i++) {
		struct hw_thread_args args = {
			.pd = pd,
			.thread_frame = frame_new(),
			.utcb_frame = frame_new(),
			.utcb_address = CROWD_UTCBS + i * HW_PAGE_SIZE,
			.entry = (uint64_t)child_caller,
			.argument = CHILD_SHARED + 9 * sizeof(struct slot),
			.priority = i % 30,
			.local_id = i * 6,
		};

		threads[i] = args.thread_frame;
		utcbs[i] = args.utcb_frame;
		if (thread_try(&args) == HW_ERR_NEED_TABLE) {
			HW(HW_TABLE_ADD, pd, args.utcb_address, frame_new());
			thread_try(&args);
		}
	}
	sleep_us(20000);
	do {
		status = HW(HW_THREAD_DESTROY, server.thread).rax;
		rounds++;
	} while (status == HW_ERR_AGAIN);
	EXPECT("death-crowd", status == HW_OK && rounds == CROWD / 64 + 1, rounds);
	sleep_us(20000);
	gone = child_slot(9)->done;
	EXPECT("death-crowd-told", gone == CROWD && child_slot(9)->result.rax == HW_ERR_GONE, gone);
	for (unsigned i = 0; i < CROWD; i++) {
		status |= thread_free(threads[i]);
		frame_free(threads[i]);
		frame_free(utcbs[i]);
	}
	EXPECT("death-crowd-freed", status == HW_OK, status);
	pd_free(pd);
	/* child_free() would destroy it again */
	HW(HW_CAP_CLEAR, core_pd, 64 + SERVER);
	signal_free(server.signal);
	frame_free(server.thread);
	frame_free(server.utcb);
	HW(HW_UNMAP, server_pd, CHILD_STACKS + SERVER * HW_PAGE_SIZE, 1);
	frame_free(server.stack);
	restart_server();
}

void test_death(void)
{
	uint64_t before = frames_free_count();

	client_pd = pd_new();
	server_pd = pd_new();
	start_server();
	start_client();
	test_server_death();
	test_client_death();
	test_other_states();
	test_middle();
	test_crowd();
	child_free(&client);
	child_free(&server);
	pd_free(client_pd);
	pd_free(server_pd);
	EXPECT("death-frames-back", frames_free_count() == before, before - frames_free_count());
}
