/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Quota: nothing is made before it is paid. */
#pragma once

#include <core/core.h>

/* Takes both or nothing, for one thing of that kind. What is free of charge is not counted. */
TN_MUST_USE tn_error account_charge(struct pd *payer, enum tn_usage_kind kind, uint64_t ram,
				    uint64_t caps);
void account_refund(struct pd *payer, enum tn_usage_kind kind, uint64_t ram, uint64_t caps);
/* Moves limits; what is used cannot be moved. */
TN_MUST_USE tn_error account_move(struct pd *from, struct pd *to, uint64_t ram, uint64_t caps);
/* The PD is about to go: its whole limit returns. */
void account_close(struct pd *pd, struct pd *payer);
