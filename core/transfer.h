/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Capability transfer along a channel; see "Transfer" in doc/architecture.md. */
#pragma once

#include <core/core.h>

/* The client of the channel sends to the server with its next call; it pays. `mark`: see shared.h.
 */
TN_MUST_USE tn_error transfer_call(struct channel *channel, uint32_t thread,
				   const struct tn_handles *handles, uint8_t *mark);
/* The server sends to the client with its reply; the client pays. */
TN_MUST_USE tn_error transfer_reply(struct channel *channel, uint32_t thread,
				    const struct tn_handles *handles, uint8_t *mark);
/* The thread ends: what was sent to it and never taken is undone. */
void transfer_forget(struct thread *thread);
/* Takes back what was sent over the channel and never taken, both ways. */
void transfer_undo(struct channel *channel);
/*
 * Makes the server's record for what its client sends. Each channel has one from its beginning: the
 * server looks there when a message announces capabilities, whether any were transferred or not.
 */
TN_MUST_USE tn_error transfer_prepare(const struct channel *channel);
