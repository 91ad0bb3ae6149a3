/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The examples of FIPS 180-4 and NIST, and every way to cut the same data. */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <tenon/sha256.h>

static int failures;

static void verdict(const char *name, const char *got, const char *wanted)
{
	bool good = strcmp(got, wanted) == 0;
	if (good)
		printf("ok sha256.%s\n", name);
	else
		printf("not ok sha256.%s: got %s\n", name, got);
	failures += !good;
}

static void digest_of(const void *data, size_t length, size_t step, char text[65])
{
	struct tn_sha256 sha;
	unsigned char digest[TN_SHA256_SIZE];
	tn_sha256_begin(&sha);
	for (size_t at = 0; at < length; at += step)
		tn_sha256_update(&sha, (const char *)data + at,
				 length - at < step ? length - at : step);
	tn_sha256_end(&sha, digest);
	tn_sha256_text(digest, text);
}

static void known(const char *name, const char *data, const char *wanted)
{
	char text[65];
	digest_of(data, strlen(data), 64, text);
	verdict(name, text, wanted);
}

static void million(void)
{
	static char data[1000000];
	char text[65];
	memset(data, 'a', sizeof(data));
	digest_of(data, sizeof(data), 4096, text);
	verdict("million", text,
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* All lengths around the block size, in all steps: as in one piece. */
static void pieces(void)
{
	char data[200], whole[65], parts[65];
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7);
	for (size_t length = 0; length <= sizeof(data); length++) {
		digest_of(data, length, sizeof(data), whole);
		for (size_t step = 1; step <= 130; step++) {
			digest_of(data, length, step, parts);
			if (strcmp(whole, parts) == 0)
				continue;
			verdict("pieces", parts, whole);
			return;
		}
	}
	verdict("pieces", "", "");
}

int main(void)
{
	known("empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	known("abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	known("two-blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	million();
	pieces();
	return failures != 0;
}
