/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the cases share. */
#pragma once

#include <tenon/dma.h>
#include <tenon/feature.h>
#include <tenon/io_mem.h>
#include <tenon/io_port.h>
#include <tenon/irq.h>
#include <tenon/test.h>
#include <tenon/time.h>

/*
 * Opens a session that rests on a feature. False: the feature is absent, and so it was denied, as
 * it has to be; the case ends. Where the feature is there, the session has to be, too.
 */
bool open_device(enum tn_feature feature, const char *label, struct tn_session *session);
/* The answer to asking for it, where the feature is there; closed again. */
void expect_answer(enum tn_feature feature, const char *label, tn_error expected);
/* Sleeps. */
void pause_ms(struct tn_env *env, uint64_t ms);

/* IO_MEM: all of the session, attached; NULL: failed. */
volatile void *attach_device(struct tn_session *session, uint32_t rights);

void edu_transfers(struct tn_env *env);
void edu_computes(struct tn_env *env);
void edu_close(struct tn_env *env);
