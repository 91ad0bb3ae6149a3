/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

enum { ROUNDS = 2000, HANDLE = 5 };

/* Everything that a round makes goes again, whatever it was doing. */
static void round_of(unsigned i)
{
	uint64_t server_pd = pd_new(), client_pd = pd_new();
	struct child server = child_new(server_pd, 1, i & 1 ? child_echo : child_puppet, i % 31);
	struct child client = child_new(client_pd, 2, i & 2 ? child_spin : child_caller, i % 29);

	child_slot(2)->counter = i & 4 ? 1000000 : 10;
	child_slot(2)->rsi = TAG(1, i);
	cap_set(client_pd, 1, HW_CAP_OBJECT, server.thread, i);
	sleep_us(i % 7 * 10);
	if (i & 8) {
		child_free(&server);
		child_free(&client);
	} else {
		child_free(&client);
		child_free(&server);
	}
	pd_free(i & 16 ? server_pd : client_pd);
	pd_free(i & 16 ? client_pd : server_pd);
}

void test_exhaustion(void)
{
	uint64_t before = frames_free_count();

	for (unsigned i = 0; i < ROUNDS; i++)
		round_of(i);
	EXPECT("exhaustion-frames-back", frames_free_count() == before,
	       before - frames_free_count());
}
