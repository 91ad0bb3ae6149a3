/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Reads all bytes of a gigabyte, its pages in no order, of which little fits in memory. */
#include "../../../conformance/lz4-rom/content.h"
#include "../../measure.h"
#include <tenon/rom_client.h>

enum { PAGES = 262144, STATE_LENGTH_MAX = 4096 };

void component_construct(struct tn_env *env)
{
	const struct tn_quota donation = { TN_ROM_RAM, TN_ROM_CAPS };
	struct tn_session session;
	tn_dataspace_cap content;
	uint64_t size = 0;
	void *at = NULL;
	char *state = NULL;
	size_t length;
	(void)env;
	bench_init();
	bench_check(tn_session_open("ROM", "gigabyte", donation, &tn_rom_interface, &session),
		    "ROM");
	bench_check(tn_rom_dataspace((tn_rom_cap){ session.cap }, &size, &content), "content");
	bench_check(size == (uint64_t)PAGES * CONTENT_PAGE ? TN_OK : TN_ERR_FORMAT, "size");
	bench_check(tn_attach(content, 0, 0, TN_RIGHT_READ, &at), "attach");
	uint64_t start = bench_now(), wrong = content_walk(at, PAGES, 1);
	unsigned long long ns = bench_now() - start;
	tn_transcript("%llu of %u pages were wrong", (unsigned long long)wrong, (unsigned)PAGES);
	bench_check(wrong ? TN_ERR_FORMAT : TN_OK, "content");
	bench_check(tn_rom_read("state", STATE_LENGTH_MAX, &state, &length), "state");
	tn_transcript("%s", state);
	tn_transcript("bench {\"name\": \"lz4.random-1g\", \"unit\": \"ns\", \"min\": %llu, "
		      "\"median\": %llu, \"p99\": %llu}",
		      ns / PAGES, ns / PAGES, ns / PAGES);
	tn_exit(0);
}
