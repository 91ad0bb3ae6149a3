/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the command lz4 has packed comes back; damaged files are refused, or give something else. */

#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <example/lz4.h>
#include <tenon/lz4.h>
#include <test/unit/check.h>

enum { BLOCK = 65536, CONTENT_MAX = 5 * BLOCK, FILE_MAX = CONTENT_MAX + 4096 };

static unsigned char content[CONTENT_MAX], unpacked[CONTENT_MAX];
static unsigned char file[FILE_MAX];
static size_t size, file_size;
static uint64_t state = 88172645463325252u;

static unsigned some(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 32);
}

static void write_all(const char *name, const void *data, size_t length)
{
	FILE *to = fopen(name, "w");
	if (!to || fwrite(data, 1, length, to) != length || fclose(to) != 0)
		abort();
}

/* False: the command is not there. */
static bool pack(const char *options)
{
	char folder[] = "/tmp/lz4-test-XXXXXX", name[64], command[256];
	if (!mkdtemp(folder))
		abort();
	snprintf(name, sizeof(name), "%s/content", folder);
	write_all(name, content, size);
	snprintf(command, sizeof(command), "lz4 -q -f %s %s %s/packed 2> %s/log", options, name,
		 folder, folder);
	bool good = system(command) == 0;
	snprintf(name, sizeof(name), "%s/packed", folder);
	FILE *from = good ? fopen(name, "r") : NULL;
	file_size = from ? fread(file, 1, FILE_MAX, from) : 0;
	if (from)
		fclose(from);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) == 0 && good;
}

/* All of a file, in exactly the memory that it may use. -1: refused. */
static long unpack(const unsigned char *packed, size_t packed_size)
{
	struct tn_lz4_frame frame;
	struct tn_lz4_place place;
	size_t length, total = 0;
	if (tn_lz4_frame(packed, packed_size, &frame) != TN_OK)
		return -1;
	for (size_t at = frame.first;; at = place.next) {
		if (tn_lz4_place(&frame, packed, packed_size, at, &place) != TN_OK)
			return -1;
		if (!place.size)
			return (long)total;
		size_t room = CONTENT_MAX - total;
		if (tn_lz4_block(packed + place.at, place.size, place.plain, unpacked + total,
				 room < frame.block_size ? room : frame.block_size,
				 &length) != TN_OK)
			return -1;
		total += length;
	}
}

static void check_round(const char *options)
{
	if (!pack(options))
		return;
	memset(unpacked, 0xaa, sizeof(unpacked));
	CHECK(unpack(file, file_size) == (long)size);
	CHECK(memcmp(content, unpacked, size) == 0);
}

static void fill(unsigned kind)
{
	for (size_t i = 0; i < size; i++)
		switch (kind) {
		case 0:
			content[i] = 0;
			break;
		case 1:
			content[i] = (unsigned char)some();
			break;
		case 2:
			content[i] = (unsigned char)"a few words, again and again; "[i % 30];
			break;
		default:
			content[i] = (unsigned char)(some() % 4 ? i / 64 : some() % 8);
		}
}

static void round_trips(void)
{
	static const size_t sizes[] = { 0,     1,         12,
					13,    4096,      BLOCK - 1,
					BLOCK, BLOCK + 1, 3 * BLOCK + 77 };
	static const char *const options[] = { "-B4", "-B4 -9 --content-size", "-B4 -BX", "-B5" };
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (unsigned kind = 0; kind < 4; kind++)
			for (size_t o = 0; o < sizeof(options) / sizeof(options[0]); o++) {
				size = sizes[s];
				fill(kind);
				check_round(options[o]);
				if (check_reason[0])
					return;
			}
}

static void heads(void)
{
	struct tn_lz4_frame frame;
	size = 3 * BLOCK;
	fill(2);
	if (!pack("-B4 --content-size"))
		return;
	CHECK(tn_lz4_frame(file, file_size, &frame) == TN_OK);
	CHECK(frame.size == size && frame.block_size == BLOCK && !frame.has_checksums);
	for (size_t i = 0; i < frame.first; i++)
		CHECK(tn_lz4_frame(file, i, &frame) == TN_ERR_FORMAT);
	CHECK(pack("-B4 -BX"));
	CHECK(tn_lz4_frame(file, file_size, &frame) == TN_OK);
	CHECK(!frame.size && frame.has_checksums);
	CHECK(pack("-B4 -BD"));
	CHECK(tn_lz4_frame(file, file_size, &frame) == TN_ERR_FORMAT);
	CHECK(pack("-l"));
	CHECK(tn_lz4_frame(file, file_size, &frame) == TN_ERR_FORMAT);
}

/* In memory of just this size, so that the sanitizer sees each byte beyond. */
static void damaged(void)
{
	size = BLOCK + 999;
	fill(3);
	if (!pack("-B4"))
		return;
	for (unsigned round = 0; round < 3000; round++) {
		size_t length = round % 3 ? file_size : some() % file_size;
		unsigned char *copy = malloc(length ? length : 1);
		memcpy(copy, file, length);
		for (unsigned flips = some() % 8; length && flips; flips--)
			copy[some() % (round % 2 ? length : (length < 600 ? length : 600))] ^=
				(unsigned char)(1u << some() % 8);
		long result = unpack(copy, length);
		free(copy);
		CHECK(result >= -1 && result <= CONTENT_MAX);
	}
	CHECK(unpack(file, file_size - 5) == -1);
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "round-trips", round_trips },
		{ "heads", heads },
		{ "damaged", damaged },
	};
	size = 1;
	if (!pack("-B4")) {
		printf("skip lz4: there is no command lz4\n");
		return 0;
	}
	(void)example_first;
	return check_all("lz4", cases, sizeof(cases) / sizeof(cases[0]));
}
