/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Taking what a managed dataspace shows away from all who see it, in bounded steps. */
#pragma once

#include <core/core.h>

/*
 * One step of taking a piece of a managed map away, at any depth; from the first one on it is there
 * for nobody who touches it newly. True: nobody reaches the memory through it. `destroyed`: the
 * memory is destroyed next.
 */
bool revoke_piece(struct region *region, bool destroyed);
/* One step of taking all of a managed dataspace that ends from an attachment. True: done. */
bool revoke_attachment(struct region *region);
/* The region leaves its dataspace, or its map; the map is freed. */
void revoke_forget_region(struct region *region);
void revoke_forget_map(struct region_map *map);
