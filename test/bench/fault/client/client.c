/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Touches pages that the pager has to show first, and such that are there; attaches memory. */
#include "../../measure.h"
#include "../pager.h"

enum { BATCH = 10, BATCHES = PAGER_PAGES / BATCH, PAGE = 4096, LARGE_ROUNDS = 100 };
static const size_t small = PAGE, large = (size_t)64 << 20;

static void touch(volatile unsigned char *at, const char *name)
{
	bench_begin();
	for (size_t i = 0; i < BATCHES; i++) {
		uint64_t start = bench_now();
		for (size_t j = 0; j < BATCH; j++)
			at[(i * BATCH + j) * PAGE] = 1;
		bench_sample(start);
	}
	bench_report(name, BATCH);
}

static void measure_faults(void)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_dataspace_cap managed;
	void *at = NULL;
	bench_check(tn_session_open("Pager", "", none, &pager_interface, &session), "Pager");
	pager_cap pager = { session.cap };
	bench_check(pager_dataspace(pager, &managed), "dataspace");
	bench_check(tn_attach(managed, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at), "attach");
	touch(at, "fault.user");
	bench_check(pager_empty(pager), "empty");
	bench_check(pager_populate(pager), "populate");
	touch(at, "fault.core");
}

static void measure_attach(size_t size, unsigned rounds, const char *name)
{
	tn_dataspace_cap memory;
	bench_check(tn_dataspace_alloc(size, &memory), "alloc");
	bench_begin();
	for (unsigned i = 0; i <= rounds; i++) {
		void *at = NULL;
		uint64_t start = bench_now();
		bench_check(tn_attach(memory, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at), "attach");
		bench_check(tn_detach(at), "detach");
		if (i) /* the first one zeroes it */
			bench_sample(start);
	}
	bench_report(name, 1);
	tn_dataspace_free(memory);
}

void component_construct(struct tn_env *env)
{
	(void)env;
	bench_init();
	measure_faults();
	measure_attach(small, BENCH_SAMPLES_MAX, "attach-detach.4k");
	measure_attach(large, LARGE_ROUNDS, "attach-detach.64m");
	tn_exit(0);
}
