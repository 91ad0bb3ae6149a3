/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Channels: a client PD and a server's entrypoint; see "Channels" in doc/architecture.md. */
#pragma once

#include <core/core.h>

/* Finds or makes the channel; a new one is paid by `payer`. */
TN_MUST_USE tn_error channel_get(struct pd *client, struct thread *entrypoint, struct pd *payer,
				 struct channel **channel);
/* NULL: there is none yet. */
struct channel *channel_between(struct pd *client, const struct thread *entrypoint);
/* `payer` pays from now on. */
TN_MUST_USE tn_error channel_pay(struct channel *channel, struct pd *payer);
/* Ends it if no capability goes through it any more. */
void channel_put(struct channel *channel);
/*
 * Between these two no channel ends by channel_put(): those that lose their last capability do so
 * at the outermost channel_release(). For whoever works with a channel while capabilities go.
 */
void channel_hold(void);
void channel_release(void);
/*
 * A party goes. A caller waiting in it is aborted, capabilities through it lose it, in steps. True:
 * it is gone.
 */
bool channel_step(struct channel *channel);
/* The payer goes: somebody else who needs it takes over, or it ends in steps. True: done. */
bool channel_payer_gone(struct channel *channel);
/* Ends those that channel_release() had to leave. */
void channels_step(void);
void channels_init(struct pd *client);
/* By its index at the server; NULL if there is none. */
struct channel *channel_at(struct pd *server, uint32_t id);
/* What core has of the channels of a server that has none any more. */
void channel_table_free(struct pd *server);
/* By its identity at the server; NULL if there is none. */
struct channel *channel_find(struct pd *server, uint64_t identity);
