/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Counting as wc does in the C locale: apart from the server, so that it is tested on the host. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct count {
	uint64_t lines, words, bytes;
	bool in_word;
};

/*
 * White space ends a word, a printable character begins one or goes on with it; bytes that are
 * neither (control characters, those above 126) do nothing of both.
 */
static inline void count_bytes(struct count *count, const unsigned char *data, size_t length)
{
	count->bytes += length;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = data[i];
		count->lines += c == '\n';
		if (c == ' ' || (c >= '\t' && c <= '\r')) {
			count->in_word = false;
		} else if (c > ' ' && c < 127 && !count->in_word) {
			count->in_word = true;
			count->words++;
		}
	}
}
