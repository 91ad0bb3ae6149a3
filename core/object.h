/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What all objects have in common: a payer, capabilities that name them, an end. */
#pragma once

#include <core/core.h>

/* Links it; whoever makes an object has charged the payer already. */
void object_init(struct object *object, enum object_kind kind, struct pd *payer);
/* Ends any object but a PD's: capabilities die, quota returns, memory is freed. */
void object_destroy(struct object *object);

/* An identity for an RPC object or a signal that the thread serves. */
TN_MUST_USE tn_error object_create(struct thread *entrypoint, enum object_kind kind, uint32_t key,
				   struct cap **cap);
