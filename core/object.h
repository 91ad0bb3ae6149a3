/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What all objects have in common: a payer, capabilities that name them, an end. */
#pragma once

#include <core/core.h>

/* Links it; whoever makes an object has charged the payer already. */
void object_init(struct object *object, enum object_kind kind, struct pd *payer);
/*
 * The object is out of everybody's reach from now on. What is left is done in steps, by
 * object_step() of whoever cares, and by core_work(): capabilities die, quota returns, memory is
 * freed.
 */
void object_end(struct object *object);
/* One bounded step. True: the object is gone (or, if it is awaited, ended). */
bool object_step(struct object *object);
/* Frees an awaited object that has ended; its quota returns. */
void object_release(struct object *object);
/* All at once: for an object that was made in the same request. */
void object_destroy(struct object *object);

/* An identity for an RPC object or a signal that the thread serves. */
TN_MUST_USE tn_error object_create(struct thread *entrypoint, enum object_kind kind, uint32_t key,
				   struct cap **cap);
