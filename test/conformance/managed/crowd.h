/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Taking away what is shown in many places. */
#pragma once

#include "pager.h"

void taken_in_steps(tn_rm_cap rm);
void taken_and_freed(tn_rm_cap rm);
void taken_while_they_end(tn_rm_cap rm);
void taken_by_who_ends(tn_rm_cap rm);

void many_pieces_freed(tn_rm_cap rm);

void play_far(struct tn_env *env);
void play_crowd(struct tn_env *env);
void play_nested(struct tn_env *env);
void play_quitter(struct tn_env *env);
