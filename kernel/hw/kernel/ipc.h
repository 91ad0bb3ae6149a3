/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Synchronous calls between threads. */
#pragma once

#include "thread.h"

/* System calls of `self`, which is `current`. */
void ipc_call(struct thread *self);
void ipc_reply_wait(struct thread *self);

/* Take a thread out of the call that it is in; it does not become ready. */
void ipc_withdraw(struct thread *client);

/* Its call ends with this status, and it is ready. */
void ipc_end_call(struct thread *client, enum hw_status status);
