/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* System calls. Each that is not on the list must be the attacker's last. */
#include "attack.h"
#include <tenon/text.h>

enum {
	EPOLL = LINUX_FD_EPOLL,
	TRANSIT = LINUX_FD_TRANSIT,
	EVENTS = LINUX_FD_EVENTS,
	ROUNDS = 5000
};

static char buffer[4096];
#define BUFFER ((uintptr_t)buffer)

#define DEADLY(X)                                                                  \
	X("open", __NR_open, BUFFER)                                               \
	X("openat", __NR_openat, 0, BUFFER)                                        \
	X("read", __NR_read, EPOLL, BUFFER, 8)                                     \
	X("read-event", __NR_read, EVENTS, BUFFER, 8)                              \
	X("write-console", __NR_write, 1, BUFFER, 8)                               \
	X("write-transit", __NR_write, TRANSIT, BUFFER, 8)                         \
	X("write-epoll", __NR_write, EPOLL, BUFFER, 8)                             \
	X("write-long", __NR_write, EVENTS, BUFFER, 16)                            \
	X("write-huge", __NR_write, EVENTS, BUFFER, 0x100000008)                   \
	X("socket", __NR_socket, 1, 1, 0)                                          \
	X("sendmsg", __NR_sendmsg, 3, BUFFER, 0)                                   \
	X("fork", __NR_fork, 0)                                                    \
	X("vfork", __NR_vfork, 0)                                                  \
	X("clone", __NR_clone, 0x10f00)                                            \
	X("clone3", 435, BUFFER, 64)                                               \
	X("execve", __NR_execve, BUFFER)                                           \
	X("ptrace", __NR_ptrace, 16, 1)                                            \
	X("kill", __NR_kill, 1, 9)                                                 \
	X("tgkill", __NR_tgkill, 1, 1, 9)                                          \
	X("mprotect", __NR_mprotect, BUFFER, 4096, 7)                              \
	X("mremap", __NR_mremap, BUFFER, 4096, 8192, 1)                            \
	X("brk", __NR_brk, 0)                                                      \
	X("madvise", __NR_madvise, BUFFER, 4096, 4)                                \
	X("fcntl", __NR_fcntl, EPOLL, 0)                                           \
	X("dup", __NR_dup, EPOLL)                                                  \
	X("ftruncate", __NR_ftruncate, TRANSIT, 0)                                 \
	X("fallocate", __NR_fallocate, TRANSIT, 0, 0, 4096)                        \
	X("close-epoll", __NR_close, EPOLL)                                        \
	X("epoll-ctl", __NR_epoll_ctl, EPOLL, 2, EVENTS, 0)                        \
	X("epoll-other", __NR_epoll_wait, EVENTS, BUFFER, 1, 0)                    \
	X("prctl", __NR_prctl, 1, 0)                                               \
	X("arch-prctl", __NR_arch_prctl, 0x1002, BUFFER)                           \
	X("sigaction", __NR_rt_sigaction, 31, 0, 0, 8)                             \
	X("sigaltstack", __NR_sigaltstack, BUFFER)                                 \
	X("futex-requeue", __NR_futex, BUFFER, 3, 1, 1, BUFFER)                    \
	X("futex-wait", __NR_futex, BUFFER, 0, 1)                                  \
	X("waitv-timeout", 449, BUFFER, 1, 0, BUFFER)                              \
	X("seccomp", __NR_seccomp, 1, 0, 0)                                        \
	X("io-uring", 425, 1, BUFFER)                                              \
	X("userfaultfd", __NR_userfaultfd, 1)                                      \
	X("memfd-create", __NR_memfd_create, BUFFER)                               \
	X("clock-gettime", __NR_clock_gettime, 1, BUFFER)                          \
	X("x32", 0x40000000 | __NR_munmap, 0)                                      \
	X("unknown", 4000, 0)                                                      \
	X("readlink", __NR_readlink, BUFFER, BUFFER, 8)                            \
	X("getdents", __NR_getdents64, EPOLL, BUFFER, 64)                          \
	X("stat", __NR_stat, BUFFER, BUFFER)                                       \
	X("pread", __NR_pread64, TRANSIT, BUFFER, 8, 0)                            \
	X("pwrite", __NR_pwrite64, EVENTS, BUFFER, 8, 0)                           \
	X("writev", __NR_writev, EVENTS, BUFFER, 1)                                \
	X("sendfile", __NR_sendfile, EVENTS, EPOLL, 0, 8)                          \
	X("splice", __NR_splice, EPOLL, 0, EVENTS, 0, 8)                           \
	X("vmsplice", __NR_vmsplice, EVENTS, BUFFER, 1, 0)                         \
	X("connect", __NR_connect, EPOLL, BUFFER, 16)                              \
	X("recvmsg", __NR_recvmsg, EPOLL, BUFFER, 0)                               \
	X("socketpair", __NR_socketpair, 1, 1, 0, BUFFER)                          \
	X("pipe", __NR_pipe, BUFFER)                                               \
	X("eventfd", __NR_eventfd2, 0, 0)                                          \
	X("epoll-create", __NR_epoll_create1, 0)                                   \
	X("poll", __NR_poll, BUFFER, 1, 0)                                         \
	X("ioctl", __NR_ioctl, EPOLL, 0x5401, BUFFER)                              \
	X("dup3", __NR_dup3, EPOLL, EVENTS, 0)                                     \
	X("pidfd-open", 434, 1, 0)                                                 \
	X("pidfd-getfd", 438, EPOLL, 0, 0)                                         \
	X("pidfd-send-signal", 424, EPOLL, 9, 0, 0)                                \
	X("process-vm-readv", __NR_process_vm_readv, 1, BUFFER, 1, BUFFER, 1, 0)   \
	X("process-vm-writev", __NR_process_vm_writev, 1, BUFFER, 1, BUFFER, 1, 0) \
	X("process-madvise", 440, EPOLL, BUFFER, 1, 4, 0)                          \
	X("kcmp", __NR_kcmp, 1, 1, 0, 0, 0)                                        \
	X("tkill", __NR_tkill, 1, 9)                                               \
	X("sigqueue", __NR_rt_sigqueueinfo, 1, 9, BUFFER)                          \
	X("sigsuspend", __NR_rt_sigsuspend, BUFFER, 8)                             \
	X("getpid", __NR_getpid, 0)                                                \
	X("getppid", __NR_getppid, 0)                                              \
	X("setsid", __NR_setsid, 0)                                                \
	X("setpriority", __NR_setpriority, 0, 1, 0)                                \
	X("prlimit", __NR_prlimit64, 1, 7, BUFFER, 0)                              \
	X("sched-setaffinity", __NR_sched_setaffinity, 1, 8, BUFFER)               \
	X("sched-setscheduler", __NR_sched_setscheduler, 0, 1, BUFFER)             \
	X("unshare", __NR_unshare, 0x10000000)                                     \
	X("setns", __NR_setns, EPOLL, 0)                                           \
	X("mount", __NR_mount, BUFFER, BUFFER, BUFFER, 0, 0)                       \
	X("chroot", __NR_chroot, BUFFER)                                           \
	X("keyctl", __NR_keyctl, 0, 0)                                             \
	X("bpf", __NR_bpf, 0, BUFFER, 64)                                          \
	X("perf-event-open", __NR_perf_event_open, BUFFER, 1, 0, -1ull, 0)         \
	X("modify-ldt", __NR_modify_ldt, 0, BUFFER, 16)                            \
	X("iopl", __NR_iopl, 3)                                                    \
	X("ioperm", __NR_ioperm, 0, 1, 1)                                          \
	X("personality", __NR_personality, 0xffffffff)                             \
	X("rseq", __NR_rseq, BUFFER, 32, 0, 0)                                     \
	X("set-robust-list", __NR_set_robust_list, BUFFER, 24)                     \
	X("membarrier", __NR_membarrier, 1, 0, 0)                                  \
	X("memfd-secret", 447, 0)                                                  \
	X("remap-file-pages", __NR_remap_file_pages, BUFFER, 4096, 0, 0, 0)        \
	X("mlock", __NR_mlock, BUFFER, 4096)                                       \
	X("mincore", __NR_mincore, BUFFER, 4096, BUFFER)                           \
	X("pkey-mprotect", __NR_pkey_mprotect, BUFFER, 4096, 1, 0)                 \
	X("shmget", __NR_shmget, 0, 4096, 0)                                       \
	X("io-setup", __NR_io_setup, 1, BUFFER)                                    \
	X("timer-create", __NR_timer_create, 1, 0, BUFFER)                         \
	X("nanosleep", __NR_nanosleep, BUFFER, 0)                                  \
	X("pause", __NR_pause, 0)                                                  \
	X("wait4", __NR_wait4, -1ull, 0, 1, 0)                                     \
	X("getrandom", __NR_getrandom, BUFFER, 8, 0)                               \
	X("uname", __NR_uname, BUFFER)                                             \
	X("reboot", __NR_reboot, 0, 0, 0)                                          \
	X("futex-cmp-requeue", __NR_futex, BUFFER, 4, 1, 1, BUFFER, 0)             \
	X("futex-wake-op", __NR_futex, BUFFER, 5, 1, 1, BUFFER, 0)                 \
	X("futex-lock-pi", __NR_futex, BUFFER, 6, 0, 0)                            \
	X("futex-wait-bitset", __NR_futex, BUFFER, 9, 0, 0, 0, -1ull)              \
	X("futex-private", __NR_futex, BUFFER, 129, 1)                             \
	X("futex-requeue-waitv", 456, BUFFER, 0, 1, 1)                             \
	X("waitv-flags", 449, BUFFER, 1, 1, 0)                                     \
	X("exit-group", __NR_exit_group, 0)                                        \
	X("x32-write", 0x40000000 | __NR_write, 1, BUFFER, 8)                      \
	X("number-2-to-the-32", 0x100000000 | __NR_open, BUFFER)                   \
	X("last-number", 0x3fffffff, 0)

static const struct {
	const char *name;
	uint64_t number, argument[6];
} deadly[] = {
#define ROW(name, number, ...) { "call-" name, (number), { __VA_ARGS__ } },
	DEADLY(ROW)
};

static void make_call(struct tn_env *env)
{
	(void)env;
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		const uint64_t *a = deadly[i].argument;
		if (tn_text_equal(attack_name(), deadly[i].name))
			linux_call6((long)deadly[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
	HOLDS(false);
}

static void fork_by_int80(struct tn_env *env)
{
	long result = 2; /* fork there */
	(void)env;
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
	HOLDS(false);
}

/* A signal frame made up: every register from the stack, garbage for the rest. */
static void return_from_no_signal(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("and $-4096, %%rsp\n\tmov $15, %%eax\n\tsyscall" : : : "memory");
	HOLDS(false);
}

static void end_the_only_thread(struct tn_env *env)
{
	(void)env;
	linux_call1(__NR_exit, 0);
	HOLDS(false);
}

/* -- those that are on the list, with arguments that make no sense -- */

static uint64_t wild_address(unsigned round)
{
	static const uint64_t places[] = { 0,
					   1,
					   0x18000000,
					   LINUX_CAPS,
					   LINUX_GRANTS,
					   LAYOUT_RUNTIME,
					   LAYOUT_THREAD_PAGES,
					   0x7ffffffff000,
					   0x800000000000,
					   0xffff800000000000,
					   0xffffffff80000000,
					   UINT64_MAX };
	return round % 16 < 12 ? places[round % 12] : attack_random() >> (round % 40);
}

static void wake_anything(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++)
		linux_call3(__NR_futex, wild_address(i), FUTEX_WAKE, (uint32_t)attack_random());
}

/* The value never fits, or there is nothing there: none of them sleeps. */
static void wait_for_anything(struct tn_env *env)
{
	struct futex_waitv words[2];
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++) {
		words[0] = (struct futex_waitv){ .val = 1, .uaddr = BUFFER, .flags = FUTEX_32 };
		words[1] = (struct futex_waitv){ .val = attack_random(),
						 .uaddr = wild_address(i),
						 .flags = (uint32_t)attack_random() & 0xff };
		linux_call5(__NR_futex_waitv, words, attack_random() % 2 + 1, 0, 0, 0);
		linux_call5(__NR_futex_waitv, wild_address(i), 0x7fffffff, 0, 0, 0);
	}
}

static void events_to_anywhere(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++)
		linux_call4(__NR_epoll_wait, EPOLL + i % 4, wild_address(i), (int)attack_random(),
			    0);
}

static void write_from_anywhere(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++)
		linux_call3(__NR_write, EVENTS + i % 8, wild_address(i), 8);
}

static void events_at_their_limit(struct tn_env *env)
{
	static const uint64_t most = UINT64_MAX - 1;
	victim_cap victim = attack_victim();
	uint64_t back;
	(void)env;
	HOLDS(victim_echo(victim, 1, &back) == TN_OK);
	tn_actor_post("events-at-their-limit");
	for (uint32_t i = 1; i < 8; i++)
		linux_call3(__NR_write, EVENTS + i, &most, 8);
	for (;;)
		(void)!victim_echo(victim, 1, &back);
}

/* Even core cannot be called any more. */
static void close_everything(struct tn_env *env)
{
	(void)env;
	tn_actor_post("close-everything");
	for (;;)
		for (int fd = TRANSIT; fd < EVENTS + 1000; fd++)
			linux_call1(__NR_close, fd);
}

static void block_all_signals(struct tn_env *env)
{
	static const uint64_t all = UINT64_MAX;
	(void)env;
	tn_actor_post("block-all-signals");
	linux_call4(__NR_rt_sigprocmask, 2, &all, NULL, 8);
	for (;;)
		linux_call3(__NR_futex, BUFFER, FUTEX_WAKE, 1);
}

static void calls_to_linux_for_good(struct tn_env *env)
{
	(void)env;
	tn_actor_post("calls-to-linux-for-good");
	for (;;)
		linux_call3(__NR_futex, BUFFER, FUTEX_WAKE, 1);
}

static void sleep_on_a_peers_word(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	uint64_t back;
	(void)env;
	HOLDS(victim_echo(victim, 1, &back) == TN_OK);
	struct link *link = attack_link(attack_entry(victim.handle).channel & LINUX_CAP_CHANNEL);
	struct futex_waitv words[1] = { { .val = LINK_READ(link->request),
					  .uaddr = (uintptr_t)&link->request,
					  .flags = FUTEX_32 } };
	tn_actor_post("sleep-on-a-peers-word");
	for (;;)
		linux_call5(__NR_futex_waitv, words, 1, 0, 0, 0);
}

const struct attack call_attacks[] = {
#define ATTACK(name, number, ...) { "call-" name, make_call, TN_FAULT_KERNEL_ENTRY, NULL },
	DEADLY(ATTACK){ "fork-by-int80", fork_by_int80, TN_FAULT_KERNEL_ENTRY, NULL },
	{ "return-from-no-signal", return_from_no_signal, FAULTS, NULL },
	{ "end-the-only-thread", end_the_only_thread, FAULTS, NULL },
	{ "wake-anything", wake_anything, SURVIVES, NULL },
	{ "wait-for-anything", wait_for_anything, SURVIVES, NULL },
	{ "events-to-anywhere", events_to_anywhere, ENDS, NULL },
	{ "write-from-anywhere", write_from_anywhere, ENDS, NULL },
	{ "events-at-their-limit", events_at_their_limit, KILLED, NULL },
	{ "close-everything", close_everything, KILLED, NULL },
	{ "block-all-signals", block_all_signals, KILLED, NULL },
	{ "calls-to-linux-for-good", calls_to_linux_for_good, KILLED, NULL },
	{ "sleep-on-a-peers-word", sleep_on_a_peers_word, KILLED, NULL },
	{ NULL, NULL, 0, NULL },
};
