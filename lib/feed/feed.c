/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/feed.h>

enum { PIECE = 4096 };

static tn_error take_attached(const unsigned char *from, size_t length,
			      void (*take)(void *, const void *, size_t), void *self)
{
	unsigned char piece[PIECE];
	while (length) {
		size_t n = length < PIECE ? length : PIECE;
		tn_error error = tn_guarded_copy(piece, from, n);
		if (error != TN_OK)
			return error;
		take(self, piece, n);
		from += n;
		length -= n;
	}
	return TN_OK;
}

tn_error tn_feed(tn_dataspace_cap dataspace, uint64_t offset, uint64_t length,
		 void (*take)(void *self, const void *piece, size_t length), void *self)
{
	uint64_t skipped = offset % TN_PAGE_SIZE;
	uint64_t pages = (skipped + length + TN_PAGE_SIZE - 1) / TN_PAGE_SIZE;
	void *at = NULL;
	if (length > TN_FEED_MAX || offset > UINT64_MAX - length)
		return TN_ERR_ARGUMENT;
	if (!length)
		return TN_OK;
	tn_error error = tn_attach(dataspace, (size_t)(offset - skipped),
				   (size_t)(pages * TN_PAGE_SIZE), TN_RIGHT_READ, &at);
	if (error != TN_OK)
		return error;
	error = take_attached((const unsigned char *)at + skipped, (size_t)length, take, self);
	(void)tn_detach(at);
	return error;
}
