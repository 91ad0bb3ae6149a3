/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#pragma once

#include "box.h"

static inline box_cap start_box(const char *name)
{
	tn_actor_start(name);
	box_cap cap = { tn_actor_get(name) };
	return cap;
}

static inline void end_box(const char *name, box_cap box)
{
	tn_actor_kill(name);
	tn_cap_release(box.handle);
}

static inline void expect_box_alive(box_cap box)
{
	uint64_t back = 0;
	TN_EXPECT_ERROR(box_echo(box, 4711, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 4711);
}

/* -- forged.c -- */
void forged_destination(struct tn_env *env);
void forged_in_a_transfer(struct tn_env *env);
void half_forged_transfer(struct tn_env *env);
void announced_but_not_transferred(struct tn_env *env);
void forged_signal(struct tn_env *env);
void forged_in_messages_to_core(struct tn_env *env);
void of_another_kind(struct tn_env *env);
void made_up_requests_to_core(struct tn_env *env);
void another_interface_of_core(struct tn_env *env);

/* -- hands.c -- */
void long_chain(struct tn_env *env);
void dead_in_every_hand(struct tn_env *env);
