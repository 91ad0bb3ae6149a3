/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A file, of which each block is unpacked to as little memory as its head allows, or less. */

#include <stdlib.h>
#include <tenon/lz4.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const size_t rooms[] = { 1, 100, 4096, 65536 };
	struct tn_lz4_frame frame;
	struct tn_lz4_place place;
	if (tn_lz4_frame(data, size, &frame) != TN_OK)
		return 0;
	for (size_t at = frame.first;; at = place.next) {
		if (tn_lz4_place(&frame, data, size, at, &place) != TN_OK || !place.size)
			return 0;
		size_t room = rooms[at % 4], length = 0;
		unsigned char *to = malloc(room);
		tn_error error =
			tn_lz4_block(data + place.at, place.size, place.plain, to, room, &length);
		if (error == TN_OK && length > room)
			abort();
		free(to);
	}
}
