/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What Linux itself costs, in plain C, without any Tenon:
 *
 *     raw futex | eventfd       two processes take turns, on the CPUs that the caller allows
 *     raw spin                  the same by looking at memory, each on a CPU of its own
 *     raw fault                 a signal handler lets another process know and waits for its
 *                               answer, by futex, then maps the page that was touched
 *     raw stream                packets through a ring in shared memory, then read there
 *     raw vfork-exec PROGRAM    vfork, exec, exit and wait
 *
 * Those that take turns do so under both seccomp filters of a component, before which the second
 * one lets through what is needed here alone: waiting by read() and FUTEX_WAIT, and the end.
 */
#define _GNU_SOURCE
#include "sample.h"
#include <fcntl.h>
#include <filter.h>
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
enum { TOUCHES = 10, PAGE = 4096 };

static uint64_t sample[BATCHES];

struct pair {
	_Alignas(64) uint32_t ask;
	_Alignas(64) uint32_t answer;
	int ask_event, answer_event;
	uint64_t sample[BATCHES];
};

struct way {
	const char *name, *result;
	int cpu[2]; /* of asker and answerer */
	void (*tell)(struct pair *pair, int answerer);
	void (*await)(struct pair *pair, int answerer, uint32_t turn);
	void (*run)(const struct way *way);
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

static void install(unsigned flags, const struct sock_filter *filter, size_t count)
{
	struct sock_filter code[128];
	struct sock_fprog program = { (unsigned short)count, code };
	memcpy(code, filter, count * sizeof(*filter));
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) < 0)
		sample_fail("seccomp");
}

#define COUNT(filter) (sizeof(filter) / sizeof((filter)[0]))

/* As a component is. */
static void close_sandbox(void)
{
	static const struct sock_filter own[] = {
		LOAD(NUMBER),
		IF_EQUAL(__NR_read, 1),
		UNLESS_EQUAL(__NR_exit_group, 1),
		RETURN(SECCOMP_RET_ALLOW),
		UNLESS_EQUAL(__NR_futex, 3),
		LOAD(LOW(1)),
		UNLESS_EQUAL(FUTEX_WAIT, 1),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_filter list[COUNT(own) + COUNT(linux_filter)];
	memcpy(list, own, sizeof(own));
	memcpy(list + COUNT(own), linux_filter, sizeof(linux_filter));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		sample_fail("no new privileges");
	install(SECCOMP_FILTER_FLAG_NEW_LISTENER, linux_core_filter, COUNT(linux_core_filter));
	install(0, list, COUNT(list));
}

/* At a number that a component may write to. */
static int make_event(void)
{
	int event = eventfd(0, 0), high = fcntl(event, F_DUPFD, LINUX_FD_EVENTS);
	if (high < 0)
		sample_fail("eventfd");
	close(event);
	return high;
}

static void answer_for_ever(const struct way *way, struct pair *pair)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(way->cpu[1]);
	close_sandbox();
	for (uint32_t turn = 1;; turn++) {
		way->await(pair, 1, turn);
		way->tell(pair, 1);
	}
}

/* In the pair's memory, as this process has no other way to tell. */
static void ask(const struct way *way, struct pair *pair)
{
	uint32_t turn = 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(way->cpu[0]);
	close_sandbox();
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = sample_clock();
		for (unsigned j = 0; j < BATCH; j++) {
			way->tell(pair, 0);
			way->await(pair, 0, ++turn);
		}
		pair->sample[i] = sample_clock() - start;
	}
	_exit(0);
}

static struct pair *begin(const struct way *way, pid_t *answerer)
{
	struct pair *pair = mmap(NULL, sizeof(*pair), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pair == MAP_FAILED)
		sample_fail("mmap");
	pair->ask_event = make_event();
	pair->answer_event = make_event();
	*answerer = fork();
	if (*answerer == 0)
		answer_for_ever(way, pair);
	return pair;
}

static void take_turns(const struct way *way)
{
	int status;
	pid_t answerer;
	struct pair *pair = begin(way, &answerer);
	pid_t asker = fork();
	if (asker == 0)
		ask(way, pair);
	pid_t ended = waitpid(asker, &status, 0);
	kill(answerer, SIGKILL);
	waitpid(answerer, NULL, 0);
	if (ended != asker || status != 0)
		sample_fail("a component's sandbox");
	sample_report(way->result, pair->sample, BATCHES, BATCH);
}

static struct {
	struct pair *pair;
	uint32_t turn;
	int memory;
} faulted;

static void on_fault(int signal, siginfo_t *info, void *context)
{
	char *page = (char *)info->si_addr - (uintptr_t)info->si_addr % PAGE;
	(void)signal;
	(void)context;
	futex_tell(faulted.pair, 0);
	futex_await(faulted.pair, 0, ++faulted.turn);
	if (mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, faulted.memory, 0) !=
	    page)
		sample_fail("mmap");
}

static void touch(const struct way *way)
{
	const struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	const size_t size = (size_t)BATCHES * TOUCHES * PAGE;
	pid_t child;
	volatile char *at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	faulted.pair = begin(way, &child);
	faulted.memory = memfd_create("page", 0);
	if (at == MAP_FAILED || ftruncate(faulted.memory, PAGE) != 0 ||
	    sigaction(SIGSEGV, &action, NULL) != 0)
		sample_fail("fault");
	for (size_t i = 0; i < BATCHES; i++) {
		uint64_t start = sample_clock();
		for (size_t j = 0; j < TOUCHES; j++)
			at[(i * TOUCHES + j) * PAGE] = 1;
		faulted.pair->sample[i] = sample_clock() - start;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	sample_report(way->result, faulted.pair->sample, BATCHES, TOUCHES);
}

/*
 * One process fills packets, the other one reads them, in place, as test/bench/stream/packets.h
 * says: the same rings, the same moments of waking and sleeping, no checks.
 */
enum { STREAM_SAMPLES = 300, STREAM_BATCH = 4096, RING = 64 * 4096 };

struct ring {
	_Alignas(64) uint32_t filled, filler_sleeps;
	_Alignas(64) uint32_t read, reader_sleeps;
	_Alignas(64) uint64_t sum; /* of all that was read */
	_Alignas(4096) uint64_t packets[RING / 8];
};

/* Until *word is at least `until`; it was said in *sleeps which value is waited for. */
static void ring_sleep(uint32_t *word, uint32_t until, uint32_t *sleeps)
{
	uint32_t seen;
	__atomic_store_n(sleeps, until, __ATOMIC_SEQ_CST);
	while ((int32_t)((seen = __atomic_load_n(word, __ATOMIC_SEQ_CST)) - until) < 0)
		syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
	__atomic_store_n(sleeps, 0, __ATOMIC_RELAXED);
}

static void ring_wake(uint32_t *word, uint32_t *sleeps)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	uint32_t until = __atomic_load_n(sleeps, __ATOMIC_RELAXED);
	if (until && (int32_t)(*word - until) >= 0)
		syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void ring_read_for_ever(struct ring *ring, uint32_t packets, uint32_t size)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (uint32_t at = 0;;) {
		uint32_t filled = __atomic_load_n(&ring->filled, __ATOMIC_ACQUIRE);
		if (filled == at) {
			ring_wake(&ring->read, &ring->filler_sleeps);
			ring_sleep(&ring->filled, at + 1, &ring->reader_sleeps);
			continue;
		}
		const uint64_t *word = ring->packets + at % packets * (size / 8);
		uint64_t sum = 0;
		for (uint32_t i = 0; i < size / 8; i++)
			sum += word[i];
		ring->sum += sum;
		__atomic_store_n(&ring->read, ++at, __ATOMIC_RELEASE);
	}
}

static void ring_await(struct ring *ring, uint32_t read)
{
	if ((int32_t)(__atomic_load_n(&ring->read, __ATOMIC_ACQUIRE) - read) >= 0)
		return;
	ring_wake(&ring->filled, &ring->reader_sleeps);
	ring_sleep(&ring->read, read, &ring->filler_sleeps);
}

static void ring_fill(struct ring *ring, uint32_t packets, uint32_t size, uint32_t *at)
{
	uint32_t free = packets;
	for (uint64_t i = 0; i < STREAM_BATCH; i++) {
		if (!free) {
			ring_await(ring, *at - packets / 2);
			free = packets - (*at - __atomic_load_n(&ring->read, __ATOMIC_ACQUIRE));
		}
		uint64_t *word = ring->packets + *at % packets * (size / 8);
		for (uint32_t j = 0; j < size / 8; j++)
			word[j] = i + j;
		free--;
		__atomic_store_n(&ring->filled, ++*at, __ATOMIC_RELEASE);
	}
	ring_await(ring, *at);
}

static void stream(uint32_t size)
{
	const uint32_t packets = size == 64 ? 256 : 64;
	uint32_t at = 0;
	struct ring *ring = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ring == MAP_FAILED)
		sample_fail("mmap");
	pid_t child = fork();
	if (child == 0)
		ring_read_for_ever(ring, packets, size);
	for (unsigned i = 0; i < STREAM_SAMPLES; i++) {
		uint64_t start = sample_clock();
		ring_fill(ring, packets, size, &at);
		sample[i] = sample_clock() - start;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	sample_report(size == 64 ? "raw.stream.64" : "raw.stream.4k", sample, STREAM_SAMPLES,
		      STREAM_BATCH);
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
		{ "futex", "raw.futex", { NO_CPU, NO_CPU }, futex_tell, futex_await, take_turns },
		{ "eventfd",
		  "raw.eventfd",
		  { NO_CPU, NO_CPU },
		  eventfd_tell,
		  eventfd_await,
		  take_turns },
		{ "spin", "raw.spin", { 0, 1 }, spin_tell, spin_await, take_turns },
		{ "fault", "raw.fault", { NO_CPU, NO_CPU }, futex_tell, futex_await, touch },
	};
	if (argc == 3 && strcmp(argv[1], "vfork-exec") == 0) {
		vfork_exec(argv[2]);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "stream") == 0) {
		stream(64);
		stream(4096);
		return 0;
	}
	for (size_t i = 0; argc == 2 && i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(argv[1], ways[i].name) != 0)
			continue;
		ways[i].run(&ways[i]);
		return 0;
	}
	fprintf(stderr, "usage: raw futex | eventfd | spin | fault | vfork-exec PROGRAM\n");
	return 2;
}
