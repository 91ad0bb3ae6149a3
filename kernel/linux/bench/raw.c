/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What Linux itself costs, in plain C, without any Tenon:
 *
 *     raw futex | eventfd       two processes take turns, on the CPUs that the caller allows
 *     raw spin                  the same by looking at memory, each on a CPU of its own
 *     raw vfork-exec PROGRAM    vfork, exec, exit and wait
 */
#define _GNU_SOURCE
#include "sample.h"
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCHES = 1000, BATCH = 100, SPAWNS = 200, NO_CPU = -1 };

static uint64_t sample[BATCHES];

struct pair {
	_Alignas(64) uint32_t ask;
	_Alignas(64) uint32_t answer;
	int ask_event, answer_event;
};

struct way {
	const char *name, *result;
	int cpu[2]; /* of asker and answerer */
	void (*tell)(struct pair *pair, int answerer);
	void (*await)(struct pair *pair, int answerer, uint32_t turn);
};

static uint32_t *word(struct pair *pair, int answerer)
{
	return answerer ? &pair->answer : &pair->ask;
}

static void futex_tell(struct pair *pair, int answerer)
{
	uint32_t *own = word(pair, answerer);
	__atomic_add_fetch(own, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, own, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void futex_await(struct pair *pair, int answerer, uint32_t turn)
{
	uint32_t *other = word(pair, !answerer);
	while (__atomic_load_n(other, __ATOMIC_SEQ_CST) != turn)
		syscall(SYS_futex, other, FUTEX_WAIT, turn - 1, NULL, NULL, 0);
}

static void eventfd_tell(struct pair *pair, int answerer)
{
	const uint64_t one = 1;
	if (write(answerer ? pair->answer_event : pair->ask_event, &one, 8) != 8)
		sample_fail("eventfd");
}

static void eventfd_await(struct pair *pair, int answerer, uint32_t turn)
{
	uint64_t count;
	(void)turn;
	if (read(answerer ? pair->ask_event : pair->answer_event, &count, 8) != 8)
		sample_fail("eventfd");
}

static void spin_tell(struct pair *pair, int answerer)
{
	uint32_t *own = word(pair, answerer);
	__atomic_store_n(own, *own + 1, __ATOMIC_RELEASE);
}

static void spin_await(struct pair *pair, int answerer, uint32_t turn)
{
	while (__atomic_load_n(word(pair, !answerer), __ATOMIC_ACQUIRE) != turn)
		__builtin_ia32_pause();
}

static void pin(int cpu)
{
	cpu_set_t set;
	if (cpu == NO_CPU)
		return;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) != 0)
		sample_fail("spin needs CPUs 0 and 1");
}

static void answer_for_ever(const struct way *way, struct pair *pair)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(way->cpu[1]);
	for (uint32_t turn = 1;; turn++) {
		way->await(pair, 1, turn);
		way->tell(pair, 1);
	}
}

static void take_turns(const struct way *way)
{
	uint32_t turn = 0;
	struct pair *pair = mmap(NULL, sizeof(*pair), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pair == MAP_FAILED)
		sample_fail("mmap");
	pair->ask_event = eventfd(0, 0);
	pair->answer_event = eventfd(0, 0);
	pid_t child = fork();
	if (child == 0)
		answer_for_ever(way, pair);
	pin(way->cpu[0]);
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = sample_clock();
		for (unsigned j = 0; j < BATCH; j++) {
			way->tell(pair, 0);
			way->await(pair, 0, ++turn);
		}
		sample[i] = sample_clock() - start;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	sample_report(way->result, sample, BATCHES, BATCH);
}

static void vfork_exec(char *program)
{
	char *arguments[] = { program, NULL };
	for (unsigned i = 0; i < SPAWNS; i++) {
		int status;
		uint64_t start = sample_clock();
		pid_t child = vfork();
		if (child == 0) {
			execv(program, arguments);
			_exit(127);
		}
		if (waitpid(child, &status, 0) != child || status != 0)
			sample_fail(program);
		sample[i] = sample_clock() - start;
	}
	sample_report("raw.vfork-exec", sample, SPAWNS, 1);
}

int main(int argc, char **argv)
{
	static const struct way ways[] = {
		{ "futex", "raw.futex", { NO_CPU, NO_CPU }, futex_tell, futex_await },
		{ "eventfd", "raw.eventfd", { NO_CPU, NO_CPU }, eventfd_tell, eventfd_await },
		{ "spin", "raw.spin", { 0, 1 }, spin_tell, spin_await },
	};
	if (argc == 3 && strcmp(argv[1], "vfork-exec") == 0) {
		vfork_exec(argv[2]);
		return 0;
	}
	for (size_t i = 0; argc == 2 && i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(argv[1], ways[i].name) != 0)
			continue;
		take_turns(&ways[i]);
		return 0;
	}
	fprintf(stderr, "usage: raw futex | eventfd | spin | vfork-exec PROGRAM\n");
	return 2;
}
