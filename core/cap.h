/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Capability spaces: one table per PD, the truth that kernels' and runtimes' tables follow. */
#pragma once

#include <core/core.h>

/* The entry, dead or alive; NULL if the handle names none. */
struct cap *cap_find(struct pd *holder, tn_handle handle);

/* The object behind a handle, if it is of that kind; NULL otherwise. */
struct object *cap_object(struct pd *holder, tn_handle handle, enum object_kind kind);

/*
 * One more delivery of `object` to `holder`: finds or makes the entry, and the channel it goes
 * through. What is made is paid by `payer`.
 */
TN_MUST_USE tn_error cap_deliver(struct pd *holder, struct object *object, struct pd *payer,
				 struct cap **cap);
/* Takes one delivery back that the holder has not seen. */
void cap_undeliver(struct cap *cap);

/*
 * Core keeps a component's capability for itself (a signal to submit later): *held is core's own
 * handle, replaced and dropped as need be, paid by the component.
 */
TN_MUST_USE tn_error cap_hold(struct pd *from, tn_handle handle, enum object_kind kind,
			      tn_handle *held);
void cap_drop(tn_handle *held);
/* Drops what the submits of senders that are gone needed, where the receiver has seen them by now.
 */
void cap_drop_forwards(struct pd *receiver);
/* Submits the signal that core holds; nothing happens if it is gone. */
void cap_submit(tn_handle held);

/* Frees the entry: its index may be used again, with the next generation. */
void cap_free(struct cap *cap);
/* The object is gone: the entry stays, dead and paid for, until its holder releases it. */
void cap_kill(struct cap *cap);
/* The entry dies, and its holder pays until it releases it; the entry goes if it cannot. */
void cap_payer_gone(struct cap *cap);

void cap_space_init(struct pd *holder);

/* What it costs to kill or free the entry, for work_spend(). */
unsigned cap_cost(const struct cap *cap);

/* Frees entries of a PD that ends, and at last its tables. True: all gone. */
bool cap_space_step(struct pd *holder);
