/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The steps of a packet stream (test/model/stream.pml) one instruction at a time. Both sides are in
 * one component: the first thread receives, the second one sends.
 */
#include "../mark.h"
#include <tenon/stream.h>
#include <tenon/test.h>
#include <tenon/thread.h>

static const struct tn_stream_shape shape = { TN_STREAM_PACKETS_MIN, 2 * TN_STREAM_ALIGNMENT };
static struct tn_stream source, sink;
static struct tn_signal awake;
static struct tn_semaphore begin;

static void start(struct tn_env *env)
{
	const size_t size = (TN_STREAM_SIZE(shape.packets, shape.packet_size) + TN_PAGE_SIZE - 1) &
			    ~(size_t)(TN_PAGE_SIZE - 1);
	tn_dataspace_cap dataspace;
	void *memory = NULL;
	awake = (struct tn_signal){ 0 };
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &awake));
	TN_REQUIRE_OK(tn_dataspace_alloc(size, &dataspace));
	TN_REQUIRE_OK(tn_attach(dataspace, 0, size, TN_RIGHT_READ | TN_RIGHT_WRITE, &memory));
	struct tn_stream_config config = {
		.memory = memory, .shape = shape, .source = true, .peer_signal = awake.cap
	};
	TN_REQUIRE_OK(tn_stream_init(&source, &config));
	config.source = false;
	config.signal = &awake;
	config.peer_signal.handle = 0;
	TN_REQUIRE_OK(tn_stream_init(&sink, &config));
}

static void send(uint64_t value)
{
	struct tn_packet packet;
	while (tn_stream_receive(&source, &packet) == TN_OK)
		tn_stream_free(&source, &packet);
	TN_MUST(tn_stream_alloc(&source, &packet));
	packet.value = value;
	packet.length = sizeof(value);
	TN_MUST(tn_stream_put(&source, &packet, 0, &value, sizeof(value)));
	TN_MUST(tn_stream_send(&source, &packet));
	TN_MUST(tn_stream_wake(&source));
}

/* Until there is one. */
static tn_error receive(struct tn_packet *packet)
{
	tn_error error;
	while ((error = tn_stream_receive(&sink, packet)) == TN_ERR_AGAIN) {
		error = tn_stream_wait(&sink, 1);
		if (error != TN_OK && error != TN_ERR_AGAIN)
			break;
	}
	return error;
}

static void check(const struct tn_packet *packet, uint64_t value)
{
	uint64_t content = 0;
	TN_EXPECT_EQUAL(packet->value, value);
	TN_EXPECT_EQUAL(packet->length, sizeof(value));
	TN_EXPECT_ERROR(tn_stream_get(&sink, packet, 0, &content, sizeof(content)), TN_OK);
	TN_EXPECT_EQUAL(content, value);
	TN_EXPECT_ERROR(tn_stream_send(&sink, packet), TN_OK);
}

static void act_sending(void *name)
{
	for (uint64_t value = 1; mark(MARK_ACT, name); value++)
		send(value);
}

/* A packet comes at any moment of going to sleep. */
static void sent_at_any_moment(struct tn_env *env)
{
	static char name[] = "sent-at-any-moment";
	struct tn_thread *thread;
	struct tn_packet packet;
	(void)env;
	TN_REQUIRE_OK(
		tn_thread_create("actor", TN_PRIORITY_DEFAULT, 0, act_sending, name, &thread));
	for (uint64_t value = 1; mark(MARK_ROUND, name); value++) {
		(void)mark(MARK_BEGIN, "");
		tn_error error = receive(&packet);
		(void)mark(MARK_END, "");
		TN_REQUIRE_OK(error);
		check(&packet, value);
	}
	TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
}

static bool over;

static void send_as_subject(void *argument)
{
	(void)argument;
	for (uint64_t value = 1;; value++) {
		tn_semaphore_down(&begin);
		if (over)
			return;
		(void)mark(MARK_BEGIN, "");
		send(value);
		(void)mark(MARK_END, "");
	}
}

/* Somebody looks at any moment of sending; with all that it has had before behind it. */
static void received_at_any_moment(struct tn_env *env)
{
	static char name[] = "received-at-any-moment";
	struct tn_thread *thread;
	struct tn_packet packet;
	(void)env;
	TN_REQUIRE_OK(tn_thread_create("subject", TN_PRIORITY_DEFAULT, 0, send_as_subject, NULL,
				       &thread));
	for (uint64_t value = 1; mark(MARK_ROUND, name); value++) {
		tn_semaphore_up(&begin);
		(void)mark(MARK_ACT, name);
		TN_REQUIRE_OK(receive(&packet));
		check(&packet, value);
	}
	over = true;
	tn_semaphore_up(&begin);
	TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "sent-at-any-moment", sent_at_any_moment },
		{ "received-at-any-moment", received_at_any_moment },
		{ NULL, NULL },
	};
	tn_test_main(env, "test-interleave-stream", cases, NULL);
}
