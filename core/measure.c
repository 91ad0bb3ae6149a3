/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/object.h>
#include <core/pd.h>
#include <core/services.h>
#include <tenon/component.h>
#include <tenon/format.h>

static bool wanted;
static uint64_t begun;

void measure_start(void)
{
	struct port_module module;
	wanted = rom_module("measure", &module);
	begun = port_time();
}

static uint64_t now(void)
{
	return port_time() - begun;
}

size_t measure_stamp(char *line, size_t size)
{
	return wanted ? tn_format(line, size, "@%llu ", (unsigned long long)now()) : 0;
}

void measure_begins(struct pd *pd)
{
	if (wanted)
		pd->measured.begun = now();
}

void measure_thread_ends(struct thread *thread)
{
	if (wanted)
		thread->pd->measured.cpu_ns += port_thread_time(thread);
}

void measure_ends(struct pd *pd)
{
	if (!wanted || pd->state == TN_PD_NEW || pd->state == TN_PD_DEAD)
		return;
	uint64_t cpu_ns = pd->measured.cpu_ns;
	for (struct tn_list_node *node = tn_list_first(&pd->threads); node;
	     node = tn_list_next(&pd->threads, node))
		cpu_ns += port_thread_time(TN_CONTAINER_OF(node, struct thread, in_pd));
	core_log("%s: measured {\"begun\": %llu, \"ended\": %llu, \"cpu\": %llu, \"ram\": %llu, "
		 "\"caps\": %llu}",
		 pd->label, (unsigned long long)pd->measured.begun, (unsigned long long)now(),
		 (unsigned long long)cpu_ns, (unsigned long long)pd->account.ram_most,
		 (unsigned long long)pd->account.caps_most);
}

void measure_all_end(void)
{
	struct pd *pd;
	for (uint32_t number = 1; wanted && pd_find(number, &pd); number++)
		if (pd)
			measure_ends(pd);
}
