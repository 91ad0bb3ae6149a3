/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A pager with one page of memory, which it shows wherever it is asked to. */
#pragma once

#include <tenon/rm.h>
#include <tenon/rpc.h>

/* Pages of the managed dataspace. */
enum { PAGER_PAGES = 10000 };

#define PAGER(RPC, I)                                               \
	RPC(I, dataspace, OutCap(tn_dataspace_cap, managed))        \
	/* All pages are there, each as a piece, or none of them */ \
	RPC(I, populate)                                            \
	RPC(I, empty)

TN_RPC_INTERFACE(pager, PAGER)
