/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * SHA-256 (FIPS 180-4), piece by piece. A static library; no allocation, nothing blocks, nothing
 * fails. All memory is the caller's, and sizes are in bytes.
 *
 * @code{.c}
 * static void example_sha256(const char *word, size_t length, char text[2 * TN_SHA256_SIZE + 1])
 * {
 *         unsigned char digest[TN_SHA256_SIZE];
 *         struct tn_sha256 sha;
 *         tn_sha256_begin(&sha);
 *         tn_sha256_update(&sha, word, length);
 *         tn_sha256_end(&sha, digest);
 *         tn_sha256_text(digest, text);
 * }
 * @endcode
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a digest. */
#define TN_SHA256_SIZE 32u

/* A digest under way: a value to copy freely. Fields are private. */
struct tn_sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	unsigned char block[64];
};

/* Starts a digest, or starts it anew. */
void tn_sha256_begin(struct tn_sha256 *sha);
/* Any number of bytes, any number of times. Each byte of `data` is read exactly once. */
void tn_sha256_update(struct tn_sha256 *sha, const void *data, size_t length);
/* After it only tn_sha256_begin() makes sense. */
void tn_sha256_end(struct tn_sha256 *sha, unsigned char digest[TN_SHA256_SIZE]);

/* 64 hexadecimal digits and a NUL. */
void tn_sha256_text(const unsigned char digest[TN_SHA256_SIZE], char text[2 * TN_SHA256_SIZE + 1]);

#ifdef __cplusplus
}
#endif
