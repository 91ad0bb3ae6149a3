/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Core's first steps: command line, limits, namespaces. */
#include "local.h"
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/sysinfo.h>

enum { EXIT_USAGE = 2, STACK_LIMIT = 8 << 20, DESCRIPTORS_MAX = 1 << 20, DESCRIPTORS_MIN = 64 };

static void say(const char *text)
{
	size_t n = 0;
	while (text[n])
		n++;
	linux_call3(__NR_write, CORE_FD_STDERR, text, n);
}

_Noreturn void start_failed(const char *a, const char *b, const char *c)
{
	say("core: ");
	say(a);
	say(b);
	say(c);
	say("\n");
	for (;;)
		linux_call1(__NR_exit_group, EXIT_USAGE);
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static void limit(int which, uint64_t soft, uint64_t hard)
{
	struct rlimit64 wanted = { soft, hard };
	linux_call4(__NR_prlimit64, 0, which, &wanted, NULL);
}

/* Up to the hard limit, and beyond where core may. */
static void raise_limit(int which, uint64_t beyond)
{
	struct rlimit64 now;
	if (linux_call4(__NR_prlimit64, 0, which, NULL, &now) != 0)
		return;
	limit(which, now.rlim_max, now.rlim_max);
	if (beyond > now.rlim_max)
		limit(which, beyond, beyond);
}

/* Descriptors of components have fixed numbers, above which their channels begin. */
static void check_descriptors(void)
{
	struct rlimit64 now;
	if (linux_call4(__NR_prlimit64, 0, RLIMIT_NOFILE, NULL, &now) == 0 &&
	    now.rlim_cur < LINUX_FD_EVENTS + DESCRIPTORS_MIN)
		start_failed("the limit of open files is too low for components; ",
			     "raise the hard limit to 4096 or more (ulimit -Hn)", "");
}

static void set_limits(void)
{
	struct rlimit64 stack;
	raise_limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
	check_descriptors();
	raise_limit(RLIMIT_NPROC, 0);
	/* 1 means: no core dump, not even to a program that collects them. */
	limit(RLIMIT_CORE, 1, 1);
	/* An unlimited stack would make the kernel place things where components attach. */
	if (linux_call4(__NR_prlimit64, 0, RLIMIT_STACK, NULL, &stack) == 0 &&
	    stack.rlim_cur > STACK_LIMIT)
		limit(RLIMIT_STACK, STACK_LIMIT, stack.rlim_max);
}

/* A second fence, made once for the whole system; the first one holds without it. */
static void separate(void)
{
	const uint64_t fences = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	if (linux_call1(__NR_unshare, fences) != 0)
		linux_call1(__NR_unshare, CLONE_NEWUSER | fences);
}

static const char *const needed = "Linux 6.1 or later is needed";

/* Without it no component could be held in its sandbox. */
static void check_seccomp(void)
{
	const uint32_t action = SECCOMP_RET_USER_NOTIF;
	if (linux_call3(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0)
		start_failed("seccomp() with notifications does not work here; ", needed, "");
}

/* What is open at 0 to 4 must not be mistaken for what core opens. */
static void reserve_descriptors(void)
{
	long fd;
	do
		fd = memory_file(0, false);
	while (fd >= 0 && fd <= CORE_FD_LAUNCHER);
	if (fd < 0)
		start_failed("memfd_create() does not work here; ", needed, "");
	for (int reserved = CORE_FD_SOCKET; reserved <= CORE_FD_LAUNCHER; reserved++)
		linux_call3(__NR_dup3, fd, reserved, 02000000 /* O_CLOEXEC */);
	linux_close((int)fd);
}

static const char *const usage =
	"usage: core [--no-namespaces] [--debug=LABEL] [--ram=BYTES] "
	"[--caps=N] [--descriptors=N] runtime=PATH init=PATH config=PATH name=PATH ...";
static bool namespaces = true;

/* What follows `prefix`; NULL: the text begins otherwise. */
static const char *after(const char *text, const char *prefix)
{
	while (*prefix && *text == *prefix)
		text++, prefix++;
	return *prefix ? NULL : text;
}

/* Numbers, by name: the system's numbers, and how many descriptors core itself has. */
static struct {
	const char *name, *prefix, *value;
} numbers[] = {
	{ "ram", "--ram=", NULL },
	{ "caps", "--caps=", NULL },
	{ "descriptors", "--descriptors=", NULL },
};

enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]), DIGITS_MAX = 18 };

uint64_t port_option(const char *name, uint64_t otherwise)
{
	for (unsigned i = 0; i < NUMBERS; i++)
		if (numbers[i].value && same(numbers[i].name, name))
			return linux_number(numbers[i].value);
	return otherwise;
}

uint64_t port_ram(void)
{
	struct sysinfo info;
	if (linux_call1(__NR_sysinfo, &info) != 0)
		return UINT64_MAX;
	return (info.totalram + info.totalswap) * info.mem_unit;
}

static bool take_number(const char *text)
{
	for (unsigned i = 0; i < NUMBERS; i++) {
		const char *value = after(text, numbers[i].prefix);
		unsigned digits = 0;
		if (!value)
			continue;
		while (value[digits] >= '0' && value[digits] <= '9')
			digits++;
		if (!digits || digits > DIGITS_MAX || value[digits])
			start_failed("not a number: ", text, "");
		numbers[i].value = value;
		return true;
	}
	return false;
}

static void take_option(const char *text)
{
	const char *label = after(text, "--debug=");
	if (same(text, "--no-namespaces"))
		namespaces = false;
	else if (label)
		process_debug(label);
	else if (!take_number(text))
		start_failed(usage, "", "");
}

__attribute__((used)) _Noreturn void linux_start(const uint64_t *stack)
{
	int argc = (int)stack[0] - 1;
	char **argv = (char **)(uintptr_t)(stack + 2);
	console_init();
	reserve_descriptors();
	for (; argc > 0 && argv[0][0] == '-'; argc--, argv++)
		take_option(argv[0]);
	if (argc <= 0)
		start_failed(usage, "", "");
	check_seccomp();
	set_limits();
	files_init(port_option("descriptors", 0));
	modules_open(argc, argv);
	if (namespaces)
		separate();
	events_init();
	process_init();
	core_start();
	port_run();
}

__asm__(".text\n"
	".globl _start\n"
	"_start:\n\t"
	"xor %ebp, %ebp\n\t"
	"mov %rsp, %rdi\n\t"
	"and $-16, %rsp\n\t"
	"call linux_start\n");
