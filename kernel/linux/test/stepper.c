/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * stepper [--one-cpu] CORE ARGUMENT...: runs a system, and stops one of its threads between any two
 * instructions, to let the others act there. Components tell it by marks (interleave/mark.h).
 *
 * A case is many rounds of the same. In each, one thread, the subject, begins something; once it
 * has come to a point, it is held, and another one, the actor, goes on until nothing in the system
 * moves any more; then the subject goes on, too. In the first round the subject is stepped through
 * all of it, and is held where it ends or sleeps; each instruction that it came by is a point of
 * one further round, found again by a hardware breakpoint. So every moment at which the actor could
 * act is tried once, by the executables as they are: sequential consistency, nothing is left to
 * luck.
 *
 * --one-cpu: nobody looks for anything without sleeping; see spin_begin().
 *
 * A round after which nothing moves, though the case has not gone on, is a wake-up that was lost.
 */
#define _GNU_SOURCE
#include "interleave/mark.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 256, POINTS = 8192, OCCURRENCES = 2, NAME = 64, PATH = 4096, FAILED = 1 };
enum { PAUSE_NS = 50000, PATIENCE = 1000, TEXT = 4096 };
enum { CODE_INT3 = 0x80, CODE_BREAKPOINT = 4 }; /* siginfo.si_code of SIGTRAP */

enum stop { RUNS, AT_ACT, AT_QUIET, HELD };
struct thread {
	pid_t id;
	int status; /* its /proc/.../status */
	enum stop stop;
};

static struct thread threads[THREADS];
static unsigned thread_count;
static pid_t core;

static enum phase {
	APART,    /* no round is under way, or the subject has not begun */
	APPROACH, /* the subject is on its way to the point */
	ACTING,   /* it is there; the actor goes on */
	FREE      /* both go on */
} phase;

static struct {
	char name[NAME];
	struct point {
		uint64_t pc;
		unsigned occurrence;
	} point[POINTS];
	unsigned count, next; /* points; of the round under way */
	unsigned missed;
	bool stepping; /* the first round */
	bool acted;    /* the actor has had its turn in this round */
} plan;
static char last[NAME]; /* case that is over */

static struct {
	pid_t thread;
	uint64_t pc;
	unsigned occurrence; /* how often it has yet to come by */
	uint64_t stack;      /* of the function that it began at, and ends with; 0: none */
} subject;

/* -- symbols: of core and of the runtime -- */

struct image {
	const unsigned char *data;
	size_t size;
};
static struct image core_image, runtime_image;

/* Of a file beside core. */
static struct image image_of(const char *core_path, const char *name)
{
	char path[PATH];
	struct stat stat;
	const char *slash = strrchr(core_path, '/');
	snprintf(path, sizeof(path), "%.*s%s", slash ? (int)(slash + 1 - core_path) : 0, core_path,
		 name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat) != 0)
		return (struct image){ NULL, 0 };
	void *data = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return (struct image){ data == MAP_FAILED ? NULL : data, (size_t)stat.st_size };
}

/* The function of this name, or around this address where there is none; with its value. */
static const char *find_symbol(struct image image, const char *name, uint64_t *value)
{
	const Elf64_Ehdr *header = (const void *)image.data;
	for (unsigned i = 0; image.data && i < header->e_shnum; i++) {
		const Elf64_Shdr *section = (const Elf64_Shdr *)(image.data + header->e_shoff) + i;
		if (section->sh_type != SHT_SYMTAB)
			continue;
		const Elf64_Shdr *strings =
			(const Elf64_Shdr *)(image.data + header->e_shoff) + section->sh_link;
		const Elf64_Sym *symbol = (const Elf64_Sym *)(image.data + section->sh_offset);
		for (size_t n = section->sh_size / sizeof(*symbol); n; n--, symbol++) {
			const char *is =
				(const char *)image.data + strings->sh_offset + symbol->st_name;
			if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC)
				continue;
			if (name ? strcmp(name, is) != 0
				 : *value - symbol->st_value >= symbol->st_size)
				continue;
			*value = symbol->st_value;
			return is;
		}
	}
	return NULL;
}

static const char *describe(uint64_t pc, char text[NAME])
{
	uint64_t value = pc >= MARK_RUNTIME ? pc - MARK_RUNTIME : pc;
	uint64_t offset = value;
	struct image image = pc >= MARK_RUNTIME ? runtime_image : core_image;
	const char *name = find_symbol(image, NULL, &value);
	if (name)
		snprintf(text, NAME, "%.40s+%#llx", name, (unsigned long long)(offset - value));
	else
		snprintf(text, NAME, "%#llx", (unsigned long long)pc);
	return text;
}

/* -- the end -- */

static void quit(int value)
{
	fflush(stdout);
	exit(value); /* PTRACE_O_EXITKILL */
}

__attribute__((format(printf, 1, 2))) static void fail(const char *format, ...)
{
	char where[NAME];
	va_list arguments;
	printf("not ok %s: ", plan.name[0] ? plan.name : "stepper");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	if (phase != APART && !plan.stepping)
		printf("; point %u of %u, %s", plan.next + 1, plan.count,
		       describe(plan.point[plan.next].pc, where));
	printf("\n");
	quit(FAILED);
}

/* -- threads -- */

static struct thread *find_thread(pid_t id)
{
	for (unsigned i = 0; i < thread_count; i++)
		if (threads[i].id == id)
			return &threads[i];
	return NULL;
}

static struct thread *add_thread(pid_t id)
{
	char path[NAME];
	if (thread_count == THREADS)
		fail("too many threads");
	struct thread *thread = &threads[thread_count++];
	snprintf(path, sizeof(path), "/proc/%d/status", id);
	*thread = (struct thread){ id, open(path, O_RDONLY | O_CLOEXEC), RUNS };
	return thread;
}

static void remove_thread(struct thread *thread)
{
	if (subject.thread == thread->id)
		subject.thread = 0;
	close(thread->status);
	*thread = threads[--thread_count];
}

static void go_on(struct thread *thread, int signal)
{
	bool step = thread->id == subject.thread && phase == APPROACH && plan.stepping;
	thread->stop = RUNS;
	ptrace(step ? PTRACE_SINGLESTEP : PTRACE_CONT, thread->id, NULL, (void *)(intptr_t)signal);
}

static uint64_t get_register(const struct thread *thread, size_t offset)
{
	return (uint64_t)ptrace(PTRACE_PEEKUSER, thread->id, (void *)offset, NULL);
}
#define REGISTER(name) offsetof(struct user, regs.name)

static void set_register(const struct thread *thread, size_t offset, uint64_t value)
{
	if (ptrace(PTRACE_POKEUSER, thread->id, (void *)offset, (void *)value) != 0 &&
	    errno != ESRCH)
		fail("a register of thread %d cannot be set: %s", thread->id, strerror(errno));
}

/* 0: none. */
static void set_breakpoint(const struct thread *thread, uint64_t pc)
{
	set_register(thread, offsetof(struct user, u_debugreg[7]), 0);
	if (!pc)
		return;
	set_register(thread, offsetof(struct user, u_debugreg[0]), pc);
	set_register(thread, offsetof(struct user, u_debugreg[7]), 1);
}

/* -- whether anything moves: no thread has left its sleep between two looks at it -- */

/* How often it has slept, + 1; 0: it does not sleep. */
static unsigned long sleeps(const struct thread *thread)
{
	char text[TEXT];
	ssize_t size = pread(thread->status, text, sizeof(text) - 1, 0);
	if (size <= 0)
		return 0;
	text[size] = 0;
	const char *state = strstr(text, "\nState:\t"),
		   *count = strstr(text, "\nvoluntary_ctxt_switches:");
	if (!state || !count || state[8] != 'S')
		return 0;
	return strtoul(count + sizeof("\nvoluntary_ctxt_switches:") - 1, NULL, 10) + 1;
}

static bool all_sleep(unsigned long *count)
{
	for (unsigned i = 0; i < thread_count; i++) {
		count[i] = threads[i].stop == RUNS ? sleeps(&threads[i]) : 1;
		if (!count[i])
			return false;
	}
	return true;
}

static void pause_for(long ns)
{
	const struct timespec time = { 0, ns };
	nanosleep(&time, NULL);
}

static bool is_quiet(void)
{
	unsigned long before[THREADS], after[THREADS];
	if (!all_sleep(before)) {
		pause_for(PAUSE_NS);
		return false;
	}
	pause_for(PAUSE_NS);
	return all_sleep(after) && memcmp(before, after, thread_count * sizeof(before[0])) == 0;
}

/* -- rounds -- */

/* The first thread that was stopped for this. */
static bool let_go(enum stop stop)
{
	for (unsigned i = 0; i < thread_count; i++) {
		if (threads[i].stop != stop)
			continue;
		go_on(&threads[i], 0);
		return true;
	}
	return false;
}

/* The subject is where it is to be: the actor's turn, or it is on its way there. */
static void begin_acting(void)
{
	struct thread *held = subject.thread ? find_thread(subject.thread) : NULL;
	phase = ACTING;
	if (held && held->stop == HELD && !plan.stepping)
		set_breakpoint(held, 0);
	if (let_go(AT_ACT))
		plan.acted = true;
}

/* The subject has come to its end, or sleeps, without having come to the point once more. */
static void miss(void)
{
	plan.missed += !plan.stepping;
	begin_acting();
}

static void free_subject(void)
{
	phase = FREE;
	for (unsigned i = 0; i < thread_count; i++)
		if (threads[i].stop == HELD)
			go_on(&threads[i], 0);
}

static unsigned rest; /* how often nothing has moved, since something did */

/* All have come to a rest. */
static void quiet(void)
{
	if (phase == APPROACH)
		miss();
	else if (phase == ACTING)
		free_subject();
	else if (!let_go(AT_QUIET) && ++rest == PATIENCE) /* the kernel may have something to do */
		fail("nothing moves any more");
}

static void arrive(struct thread *thread)
{
	thread->stop = HELD;
	begin_acting();
}

static void note_point(uint64_t pc)
{
	unsigned occurrence = 1;
	for (unsigned i = 0; i < plan.count; i++)
		occurrence += plan.point[i].pc == pc;
	if (occurrence <= OCCURRENCES && plan.count < POINTS)
		plan.point[plan.count++] = (struct point){ pc, occurrence };
}

/* The subject begins; the first point is here. */
static void begin(struct thread *thread)
{
	uint64_t pc = get_register(thread, REGISTER(rip));
	subject.thread = thread->id;
	phase = APPROACH;
	if (plan.stepping) {
		note_point(pc);
	} else {
		subject.pc = plan.point[plan.next].pc;
		subject.occurrence = plan.point[plan.next].occurrence;
		if (subject.pc == pc && !--subject.occurrence) {
			arrive(thread);
			return;
		}
		set_breakpoint(thread, subject.pc);
	}
	go_on(thread, 0);
}

static void read_text(pid_t id, uint64_t from, char to[NAME])
{
	struct iovec local = { to, NAME - 1 }, remote = { (void *)from, NAME - 1 };
	memset(to, 0, NAME);
	(void)!process_vm_readv(id, &local, 1, &remote, 1, 0);
}

/* One more round, of this case or the next one. 0: there is none. */
static uint64_t next_round(struct thread *thread, uint64_t argument)
{
	char name[NAME];
	read_text(thread->id, argument, name);
	bool next_case = strcmp(name, plan.name) != 0;
	if (!next_case && (phase == APART || !plan.acted))
		fail("in this round the %s",
		     phase == APART ? "subject has not begun" : "actor had no turn");
	phase = APART;
	plan.acted = false;
	memset(&subject, 0, sizeof(subject));
	if (next_case) {
		memset(&plan, 0, sizeof(plan));
		strcpy(plan.name, name);
		plan.stepping = true;
		return 1;
	}
	plan.next = plan.stepping ? 0 : plan.next + 1;
	plan.stepping = false;
	if (plan.next < plan.count)
		return 1;
	printf("# %s: held at %u points, which it did not come by again %u times\n", plan.name,
	       plan.count, plan.missed);
	strcpy(last, plan.name);
	plan.name[0] = 0;
	for (unsigned i = 0; i < thread_count; i++) {
		if (threads[i].stop != AT_ACT)
			continue;
		set_register(&threads[i], REGISTER(rax), 0);
		go_on(&threads[i], 0);
	}
	return 0;
}

/* The thread, or core where that is meant, begins once it comes to this function. */
static void begin_at(struct thread *thread, struct image image, uint64_t base, uint64_t argument)
{
	char name[NAME];
	uint64_t value = 0;
	read_text(thread->id, argument, name);
	if (!find_symbol(image, name, &value))
		fail("there is no function %s", name);
	subject.pc = base + value;
	subject.occurrence = 0; /* begins there */
	subject.thread = base ? thread->id : core;
	if (base)
		set_breakpoint(thread, subject.pc);
	else
		ptrace(PTRACE_INTERRUPT, core, NULL, NULL);
}

static void take_mark(struct thread *thread)
{
	uint64_t argument = get_register(thread, REGISTER(rdi)), result = 0;
	char name[NAME];
	switch (get_register(thread, REGISTER(rax))) {
	case MARK_ROUND:
		if (phase == APPROACH || phase == ACTING) { /* not before all of this one was */
			set_register(thread, REGISTER(rip),
				     get_register(thread, REGISTER(rip)) - 1);
			thread->stop = HELD;
			if (phase == APPROACH)
				miss();
			return;
		}
		result = next_round(thread, argument);
		break;
	case MARK_BEGIN:
		if (phase == APART) {
			begin(thread);
			return;
		}
		break;
	case MARK_BEGIN_AT:
		begin_at(thread, runtime_image, MARK_RUNTIME, argument);
		break;
	case MARK_CORE_AT:
		begin_at(thread, core_image, 0, argument);
		break;
	case MARK_END:
		if (phase == APPROACH && thread->id == subject.thread) {
			thread->stop = HELD;
			miss();
			return;
		}
		break;
	case MARK_ACT:
		read_text(thread->id, argument, name);
		result = strcmp(name, last) != 0;
		if (result && (phase == APART || phase == APPROACH || plan.acted)) {
			thread->stop = AT_ACT;
			set_register(thread, REGISTER(rax), result);
			return;
		}
		plan.acted = true;
		break;
	case MARK_QUIET:
		thread->stop = AT_QUIET;
		return;
	default:
		fail("thread %d makes a mark that is none", thread->id);
	}
	set_register(thread, REGISTER(rax), result);
	go_on(thread, 0);
}

static void take_step(struct thread *thread)
{
	if (thread->id == subject.thread && phase == APPROACH && plan.stepping) {
		if (subject.stack && get_register(thread, REGISTER(rsp)) > subject.stack) {
			arrive(thread);
			return;
		}
		note_point(get_register(thread, REGISTER(rip)));
	}
	go_on(thread, 0);
}

static void take_trap(struct thread *thread)
{
	siginfo_t info;
	if (ptrace(PTRACE_GETSIGINFO, thread->id, NULL, &info) != 0)
		return;
	if (info.si_code == CODE_INT3) {
		take_mark(thread);
	} else if (info.si_code == CODE_BREAKPOINT) {
		if (phase == APART && thread->id == subject.thread) {
			set_breakpoint(thread, 0);
			subject.stack = get_register(thread, REGISTER(rsp));
			begin(thread);
		} else if (phase == APPROACH && thread->id == subject.thread &&
			   !--subject.occurrence) {
			arrive(thread);
		} else {
			if (phase != APPROACH)
				set_breakpoint(thread, 0);
			go_on(thread, 0);
		}
	} else {
		take_step(thread);
	}
}

/* -- events -- */

/* It exists, whether it has been heard of or not. */
static void expect_thread(const struct thread *parent)
{
	unsigned long id;
	if (ptrace(PTRACE_GETEVENTMSG, parent->id, NULL, &id) == 0 && !find_thread((pid_t)id))
		add_thread((pid_t)id);
}

static void stopped(struct thread *thread, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;
	if (event == PTRACE_EVENT_STOP && thread->id == core && phase == APART &&
	    subject.thread == core)
		set_breakpoint(thread, subject.pc);
	if (event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK ||
	    event == PTRACE_EVENT_VFORK)
		expect_thread(thread);
	if (event)
		go_on(thread, 0);
	else if (signal == SIGTRAP)
		take_trap(thread);
	else
		go_on(thread, signal);
}

static void take_event(pid_t id, int status)
{
	rest = 0;
	struct thread *thread = find_thread(id);
	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		if (thread)
			remove_thread(thread);
		if (id == core)
			quit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		return;
	}
	stopped(thread ? thread : add_thread(id), status);
}

static void start(char **arguments, bool one_cpu)
{
	const int options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			    PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	cpu_set_t first;
	core = fork();
	if (core == 0) {
		int cpu = sched_getcpu();
		CPU_ZERO(&first);
		CPU_SET(cpu < 0 ? 0 : (size_t)cpu, &first);
		if (one_cpu)
			sched_setaffinity(0, sizeof(first), &first);
		raise(SIGSTOP);
		execv(arguments[0], arguments);
		_exit(127);
	}
	int status;
	if (core < 0 || waitpid(core, &status, WUNTRACED) < 0 ||
	    ptrace(PTRACE_SEIZE, core, NULL, (void *)(intptr_t)options) != 0) {
		printf("skip stepper: this machine lets nobody trace a process (ptrace: %s)\n",
		       strerror(errno));
		kill(core, SIGKILL);
		quit(0);
	}
	add_thread(core);
	kill(core, SIGCONT);
}

int main(int count, char **arguments)
{
	bool one_cpu = count > 1 && strcmp(arguments[1], "--one-cpu") == 0;
	arguments += 1 + one_cpu;
	if (!arguments[0])
		return 2;
	core_image = image_of(arguments[0], "core");
	runtime_image = image_of(arguments[0], "debug/ld-linux.so.debug");
	start(arguments, one_cpu);
	for (;;) {
		int status;
		pid_t id = waitpid(-1, &status, __WALL | WNOHANG);
		if (id > 0)
			take_event(id, status);
		else if (id < 0)
			quit(FAILED);
		else if (is_quiet())
			quiet();
		else
			rest = 0;
	}
}
