/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Attacker: enters the kernel by itself. Its name in the scenario says how. Forbidden system calls
 * must end this component and nothing else; forbidden mappings must be refused.
 */
#include <asm/unistd.h>
#include <tenon/component.h>
#include <linux_abi.h>
#include <tenon/sync.h>
#include <tenon/thread.h>
#include <tenon/timer.h>

enum { PROT_R = 1, PROT_W = 2, PROT_X = 4 };
enum { SHARED = 1, PRIVATE = 2, FIXED = 0x10, ANONYMOUS = 0x20, NO_REPLACE = 0x100000 };
enum { EPOLL = 3, TRANSIT = 515, EVENTS = 1027, TRAP = 236, WITNESS_US = 500000 };

static long enter(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
		  uint64_t f)
{
	long result;
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	register uint64_t r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static char buffer[64];
#define BUFFER ((uintptr_t)buffer)

/* Each of these must be the component's last. */
static const struct {
	const char *name;
	long number;
	uint64_t argument[6];
} deadly[] = {
	{ "open", __NR_open, { BUFFER } },
	{ "openat", __NR_openat, { 0, BUFFER } },
	{ "read", __NR_read, { EPOLL, BUFFER, 8 } },
	{ "read-event", __NR_read, { EVENTS, BUFFER, 8 } },
	{ "write-console", __NR_write, { 1, BUFFER, 8 } },
	{ "write-transit", __NR_write, { TRANSIT, BUFFER, 8 } },
	{ "write-epoll", __NR_write, { EPOLL, BUFFER, 8 } },
	{ "write-long", __NR_write, { EVENTS, BUFFER, 16 } },
	{ "write-huge", __NR_write, { EVENTS, BUFFER, 0x100000008 } },
	{ "socket", __NR_socket, { 1, 1, 0 } },
	{ "sendmsg", __NR_sendmsg, { 3, BUFFER, 0 } },
	{ "fork", __NR_fork, { 0 } },
	{ "vfork", __NR_vfork, { 0 } },
	{ "clone", __NR_clone, { 0x10f00 } },
	{ "clone3", 435, { BUFFER, 64 } },
	{ "execve", __NR_execve, { BUFFER } },
	{ "ptrace", __NR_ptrace, { 16, 1 } },
	{ "kill", __NR_kill, { 1, 9 } },
	{ "tgkill", __NR_tgkill, { 1, 1, 9 } },
	{ "mprotect", __NR_mprotect, { BUFFER, 4096, PROT_R | PROT_W | PROT_X } },
	{ "mremap", __NR_mremap, { BUFFER, 4096, 8192, 1 } },
	{ "brk", __NR_brk, { 0 } },
	{ "madvise", __NR_madvise, { BUFFER, 4096, 4 } },
	{ "fcntl", __NR_fcntl, { EPOLL, 0 } },
	{ "dup", __NR_dup, { EPOLL } },
	{ "ftruncate", __NR_ftruncate, { TRANSIT, 0 } },
	{ "fallocate", __NR_fallocate, { TRANSIT, 0, 0, 4096 } },
	{ "close-epoll", __NR_close, { EPOLL } },
	{ "epoll-ctl", __NR_epoll_ctl, { EPOLL, 2, EVENTS, 0 } },
	{ "epoll-other", __NR_epoll_wait, { EVENTS, BUFFER, 1, 0 } },
	{ "prctl", __NR_prctl, { 1, 0 } },
	{ "arch-prctl", __NR_arch_prctl, { 0x1002, BUFFER } },
	{ "sigaction", __NR_rt_sigaction, { 31, 0, 0, 8 } },
	{ "sigaltstack", __NR_sigaltstack, { BUFFER } },
	{ "futex-requeue", __NR_futex, { BUFFER, 3, 1, 1, BUFFER } },
	{ "futex-wait", __NR_futex, { BUFFER, 0, 1 } },
	{ "waitv-timeout", 449, { BUFFER, 1, 0, BUFFER } },
	{ "seccomp", __NR_seccomp, { 1, 0, 0 } },
	{ "io-uring", 425, { 1, BUFFER } },
	{ "userfaultfd", __NR_userfaultfd, { 1 } },
	{ "memfd-create", __NR_memfd_create, { BUFFER } },
	{ "clock-gettime", __NR_clock_gettime, { 1, BUFFER } },
	{ "exit", __NR_exit_group, { 0 } },
	{ "x32", 0x40000000 | __NR_munmap, { 0 } },
	{ "unknown", 4000, { 0 } },
};

static bool equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static void expect_refused(const char *name, long result)
{
	if (result < 0)
		tn_log("ok refuses-%s", name);
	else
		tn_log("not ok refuses-%s: %ld", name, result);
}

static long map(uint64_t address, uint64_t size, int protection, int flags, int fd, uint64_t offset)
{
	return enter(__NR_mmap, address, size, (uint64_t)protection, (uint64_t)flags, (uint64_t)fd,
		     offset);
}

/* Asks core for mappings that it has not recorded, or not so. */
static void attack_maps(tn_pd_cap pd)
{
	tn_dataspace_cap dataspace;
	void *address = NULL;
	if (tn_dataspace_alloc(8192, &dataspace) != TN_OK ||
	    tn_attach(dataspace, 0, 4096, TN_RIGHT_READ, &address) != TN_OK) {
		tn_log("not ok maps: no memory");
		return;
	}
	uint64_t at = (uintptr_t)address;
	expect_refused("anonymous", map(0, 4096, PROT_R | PROT_W, PRIVATE | ANONYMOUS, -1, 0));
	expect_refused("private-writable",
		       map(at, 4096, PROT_R | PROT_W, PRIVATE | FIXED, TRANSIT, 0));
	expect_refused("more-rights",
		       map(at, 4096, PROT_R | PROT_W, SHARED | NO_REPLACE, TRANSIT, 0));
	expect_refused("replacing", map(at, 4096, PROT_R, PRIVATE | FIXED, TRANSIT, 0));
	expect_refused("executable",
		       map(at, 4096, PROT_R | PROT_X, PRIVATE | NO_REPLACE, TRANSIT, 0));
	expect_refused("longer", map(at, 8192, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 0));
	expect_refused("other-offset", map(at, 4096, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 4096));
	expect_refused("other-descriptor", map(at, 4096, PROT_R, PRIVATE | NO_REPLACE, EVENTS, 0));
	expect_refused("twice", map(at, 4096, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 0));
	expect_refused("unmap-attached", enter(__NR_munmap, at, 4096, 0, 0, 0, 0));
	expect_refused("unmap-all", enter(__NR_munmap, 0, 0x7ffffffff000, 0, 0, 0, 0));
	for (uint64_t link = 0x16000000; link < 0x17000000; link += 0x800000)
		expect_refused("foreign-link", map(link + 0x400000, 8192, PROT_R | PROT_W,
						   SHARED | FIXED, TRANSIT, 0));
	expect_refused("high-link", map(0x700000000000 + 2048 * 8192, 8192, PROT_R | PROT_W,
					SHARED | FIXED, TRANSIT, 0));
	/* Nothing is there yet: only core's records speak against it. */
	uint64_t size;
	if (tn_pd_attach(pd, dataspace, 0, 0, 4096, TN_RIGHT_READ, &at, &size) != TN_OK) {
		tn_log("not ok maps: not attached");
		return;
	}
	expect_refused("executable-fresh",
		       map(at, 4096, PROT_R | PROT_X, PRIVATE | NO_REPLACE, TRANSIT, 0));
	expect_refused("writable-fresh",
		       map(at, 4096, PROT_R | PROT_W, PRIVATE | NO_REPLACE, TRANSIT, 0));
	expect_refused("longer-fresh", map(at, 8192, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 0));
	expect_refused("other-offset-fresh",
		       map(at, 4096, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 4096));
	if (map(at, 4096, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 0) != (long)at)
		tn_log("not ok maps: as it is recorded");
	expect_refused("trap", enter(TRAP, 77, 0, 0, 0, 0, 0));
	expect_refused("trap-offset", enter(TRAP, 1, 0x123456789000, 0, 0, 0, 0));
}

static void sleep_for_good(void *argument)
{
	struct tn_semaphore never = { .count = 0 };
	(void)argument;
	tn_semaphore_down(&never);
}

static long clone(uint32_t thread)
{
	uint64_t stack = LAYOUT_STACKS + (thread + 1ull) * LAYOUT_STACK_SLOT - 4096;
	uint64_t word = linux_alive_address(thread);
	return enter(__NR_clone, LINUX_THREAD_FLAGS, stack, word, word, 0, 0);
}

/* One that runs already, and one that core has not started. */
static void attack_threads(struct tn_env *env)
{
	struct tn_thread *thread;
	uint32_t index;
	uint64_t base, top;
	if (tn_thread_create("x", 1, 0, sleep_for_good, NULL, &thread) != TN_OK ||
	    tn_cpu_thread_create(tn_env_cpu(env), tn_env_pd(env), "y", 1, 0, &index, &base, &top) !=
		    TN_OK) {
		tn_log("not ok threads: none made");
		return;
	}
	expect_refused("clone-twice", clone(1));
	expect_refused("clone-unstarted", clone(index));
}

static void attack_fork_by_int80(void)
{
	long result = 2; /* fork there */
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
}

/* A signal frame made up: every register from the stack, garbage for the rest. */
static void attack_sigreturn(void)
{
	__asm__ volatile("and $-4096, %%rsp\n\tmov $15, %%eax\n\tsyscall" : : : "memory");
}

/* Ends the scenario when the others have had their time. */
static void witness(struct tn_env *env)
{
	const struct tn_quota quota = { TN_TIMER_RAM, TN_TIMER_CAPS };
	struct tn_session session;
	static struct tn_signal expired;
	if (tn_session_open("Timer", "", quota, &timer_interface, &session) != TN_OK ||
	    tn_signal_create(tn_env_entrypoint(env), &expired) != TN_OK)
		tn_exit(1);
	timer_cap timer = { session.cap };
	if (timer_watch(timer, expired.cap) != TN_OK || timer_once(timer, WITNESS_US) != TN_OK)
		tn_exit(1);
	tn_signal_wait(&expired);
	tn_log("ok witness");
	tn_exit(0);
}

void component_construct(struct tn_env *env)
{
	const char *name = tn_env_name(env);
	if (equal(name, "witness"))
		witness(env);
	if (equal(name, "maps")) {
		attack_maps(tn_env_pd(env));
		tn_exit(0);
	}
	if (equal(name, "threads")) {
		attack_threads(env);
		tn_exit(0);
	}
	if (equal(name, "int80"))
		attack_fork_by_int80();
	if (equal(name, "sigreturn"))
		attack_sigreturn();
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		const uint64_t *a = deadly[i].argument;
		if (equal(name, deadly[i].name))
			enter(deadly[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
	tn_log("not ok %s: survived", name);
}
