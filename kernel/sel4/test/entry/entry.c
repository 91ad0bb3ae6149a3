/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Attackers that enter seL4 by themselves: system calls on every capability they have and have not,
 * forged faults, labels, lengths and capabilities, and the instructions that are the kernel's
 * alone.
 */
#include <base/shared.h>
#include <sel4_abi.h>
#include <tenon/thread.h>
#include <test/attack/instructions.h>

enum { ROUNDS = 1000, TABLE = 128, PD_OPCODES = tn_pd_opcode_settle + 1 };

static struct sel4_message raw(enum sel4_number number, uint64_t cap, uint64_t info)
{
	struct sel4_message m = { cap, info, { 0x10, 0x8, 0x9, 0x15 } };
	sel4_enter(number, &m);
	return m;
}

static struct sel4_ipc_buffer *buffer(void)
{
	return (struct sel4_ipc_buffer *)LAYOUT_UTCB;
}

static uint64_t own(enum sel4_thread_cap cap)
{
	return sel4_of_thread(0, cap);
}

/* The status of the answer of another component, or core: it must be one. */
static tn_error status(uint64_t cap, uint64_t label, uint32_t words)
{
	uint64_t got = SEL4_INFO_LABEL(raw(SEL4_CALL, cap, SEL4_INFO(label, words)).info);
	HOLDS(got & SEL4_LABEL_OURS);
	return tn_error_of(SEL4_LABEL_OPCODE(got));
}

static bool is_ours(const struct sel4_message *m)
{
	return SEL4_INFO_LABEL(m->info) & SEL4_LABEL_OURS;
}

/* -- capabilities -- */

static uint64_t held(struct tn_env *env)
{
	struct tn_accounts accounts = { 0 };
	TN_MUST(tn_pd_accounts(tn_env_pd(env), &accounts));
	return accounts.caps_used;
}

/* The first table of handles is there: what was not given answers nothing. */
static void call_every_handle(struct tn_env *env)
{
	uint64_t answered = 0, most = held(env);
	for (uint32_t i = 1; i < TABLE; i++) {
		struct sel4_message m = raw(SEL4_CALL, sel4_of_handle(i),
					    SEL4_INFO(sel4_label(0xffff, 0, 0, 0), 0));
		answered += is_ours(&m);
	}
	HOLDS(answered > 0 && answered <= most);
}

/* What is nowhere is an empty slot of the root. */
static void call_empty_branches(struct tn_env *env)
{
	(void)env;
	for (uint64_t branch = 0; branch < TABLE; branch++) {
		struct sel4_message m = raw(SEL4_CALL, branch << SEL4_WITHIN_BITS, SEL4_INFO(5, 4));
		raw(SEL4_SEND, branch << SEL4_WITHIN_BITS, SEL4_INFO(5, 4));
		HOLDS(branch == SEL4_BRANCH_THREADS || !is_ours(&m));
		if (branch == SEL4_BRANCH_THREADS - 1)
			branch++; /* the attacker's own capability to fault */
	}
}

static void send_to_every_handle(struct tn_env *env)
{
	(void)env;
	for (uint32_t i = 1; i < TABLE; i++)
		raw(SEL4_NB_SEND, sel4_of_handle(i), SEL4_INFO(attack_random(), i % 121));
}

/* Labels of the kernel's own operations: these are no kernel objects. */
static void invoke_every_handle(struct tn_env *env)
{
	(void)env;
	for (uint64_t label = 1; label < 64; label++)
		for (uint32_t i = 1; i < 32; i++)
			raw(SEL4_NB_SEND, sel4_of_handle(i), SEL4_INFO(label, 6));
}

static void nb_send_anywhere(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++)
		raw(SEL4_NB_SEND, attack_random() >> (attack_random() % 64), attack_random());
}

static void call_what_only_receives(struct tn_env *env)
{
	(void)env;
	for (enum sel4_thread_cap cap = SEL4_OF_SERVER; cap <= SEL4_OF_BELL; cap++)
		for (uint64_t label = 0; label < 64; label++) {
			struct sel4_message m = raw(SEL4_CALL, own(cap), SEL4_INFO(label, 4));
			HOLDS(!is_ours(&m));
		}
}

/* The slots of threads that are not there, and those beyond the last kind. */
static void call_other_threads(struct tn_env *env)
{
	(void)env;
	for (uint32_t thread = 1; thread < SEL4_THREADS_PER_BRANCH; thread++)
		for (enum sel4_thread_cap cap = 0; cap < SEL4_THREAD_CAPS; cap++) {
			struct sel4_message m =
				raw(SEL4_CALL, sel4_of_thread(thread, cap), SEL4_INFO(5, 4));
			HOLDS(!is_ours(&m) && SEL4_INFO_LABEL(m.info));
		}
}

/* One attacker each: what is beyond the tables is a fault. */
#define BEYOND(X)                                                                \
	X(call_beyond, SEL4_CALL, UINT64_MAX)                                    \
	X(call_behind_guard, SEL4_CALL, 1ull << 21 | sel4_of_handle(1))          \
	X(call_highest_bit, SEL4_CALL, 1ull << 63 | sel4_of_handle(1))           \
	X(send_beyond, SEL4_SEND, UINT64_MAX)                                    \
	X(receive_nothing, SEL4_RECEIVE, 0)                                      \
	X(receive_handle, SEL4_RECEIVE, sel4_of_handle(1))                       \
	X(receive_empty, SEL4_RECEIVE, sel4_of_handle(TABLE - 1))                \
	X(receive_core, SEL4_RECEIVE, own(SEL4_OF_CORE))                         \
	X(receive_other_thread, SEL4_RECEIVE, sel4_of_thread(1, SEL4_OF_SERVER)) \
	X(reply_receive_handle, SEL4_REPLY_RECEIVE, sel4_of_handle(1))           \
	X(poll_handle, SEL4_NB_RECEIVE, sel4_of_handle(1))
#define DO_BEYOND(name, number, cap)                \
	static void name(struct tn_env *env)        \
	{                                           \
		(void)env;                          \
		raw(number, cap, SEL4_INFO(77, 4)); \
	}
BEYOND(DO_BEYOND)

/* -- system calls that are none; those of kernels that are configured to have more -- */
#define NUMBERS(X)             \
	X(zero, 0)             \
	X(one, 1)              \
	X(minus_nine, -9)      \
	X(minus_ten, -10)      \
	X(minus_eleven, -11)   \
	X(minus_twelve, -12)   \
	X(minus_thirteen, -13) \
	X(minus_fourteen, -14) \
	X(least, INT64_MIN)    \
	X(most, INT64_MAX)     \
	X(call_in_32_bits, 0xffffffff)
#define DO_NUMBER(name, number)                                                          \
	static void number_##name(struct tn_env *env)                                    \
	{                                                                                \
		(void)env;                                                               \
		int64_t rdx = (number);                                                  \
		__asm__ volatile("mov %%rsp, %%rbx; syscall; mov %%rbx, %%rsp"           \
				 : "+d"(rdx)                                             \
				 : "D"(own(SEL4_OF_CORE)), "S"(0ull)                     \
				 : "rax", "rbx", "rcx", "r11", "r8", "r9", "r10", "r15", \
				   "memory");                                            \
	}
NUMBERS(DO_NUMBER)

/* -- forged faults: the attacker's own, whatever it says -- */

static void forge(enum sel4_number number, uint64_t fault)
{
	struct sel4_message m = { own(SEL4_OF_CORE),
				  SEL4_INFO(fault, 4),
				  { 0x18000000, VICTIM_SECRET_AT, 0, 7 } };
	sel4_enter(number, &m);
}

#define FORGED(X)                    \
	X(capability, SEL4_CALL, 1)  \
	X(system_call, SEL4_CALL, 2) \
	X(exception, SEL4_CALL, 3)   \
	X(memory, SEL4_CALL, 5)      \
	X(nothing, SEL4_CALL, 0)     \
	X(unknown, SEL4_CALL, 99)    \
	X(sent, SEL4_SEND, 5)        \
	X(sent_at_once, SEL4_NB_SEND, 5)
#define DO_FORGED(name, number, fault)                \
	static void forged_##name(struct tn_env *env) \
	{                                             \
		(void)env;                            \
		for (;;)                              \
			forge(number, fault);         \
	}
FORGED(DO_FORGED)

/* A fault where something is: it is resolved, and comes again. */
static void forged_for_good(struct tn_env *env)
{
	(void)env;
	tn_actor_post("forged-for-good");
	struct sel4_message m = { own(SEL4_OF_CORE), SEL4_INFO(5, 4), { LAYOUT_RUNTIME } };
	m.word[1] = LAYOUT_BINARIES;
	for (;;)
		sel4_enter(SEL4_CALL, &m);
}

/* -- what core does for threads -- */

static void operations_on_others(struct tn_env *env)
{
	(void)env;
	for (uint64_t operation = SEL4_OPERATION_FETCH; operation <= SEL4_OPERATION_PUSH;
	     operation++)
		for (unsigned i = 0; i < ROUNDS; i++) {
			struct sel4_message m = { own(SEL4_OF_CORE),
						  SEL4_INFO(operation, 3),
						  { i < 500 ? i : attack_random(), i % 3,
						    attack_random() >> (attack_random() % 64) } };
			sel4_enter(SEL4_CALL, &m);
			HOLDS(is_ours(&m) &&
			      SEL4_LABEL_OPCODE(SEL4_INFO_LABEL(m.info)) != tn_error_number(TN_OK));
		}
}

static void operations_of_nothing(struct tn_env *env)
{
	(void)env;
	for (uint64_t operation = SEL4_OPERATION_NEXT_SIGNAL + 1; operation < 4096; operation++)
		HOLDS(status(own(SEL4_OF_CORE), operation, 4) == TN_ERR_PROTOCOL);
}

static void signals_of_nobody(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sel4_message m =
			raw(SEL4_CALL, own(SEL4_OF_CORE), SEL4_INFO(SEL4_OPERATION_NEXT_SIGNAL, 3));
		HOLDS(is_ours(&m) && !m.word[1]);
	}
}

/* -- messages -- */

static void lengths_to_core(struct tn_env *env)
{
	uint64_t pd = sel4_of_handle(tn_env_pd(env).handle);
	for (uint32_t length = 0; length < 8192; length++)
		if (length != sizeof(uint64_t))
			HOLDS(status(pd, sel4_label(tn_pd_opcode_alloc, length, 0, 0),
				     length % 5) == TN_ERR_PROTOCOL);
}

static void threads_that_are_not(struct tn_env *env)
{
	uint64_t pd = sel4_of_handle(tn_env_pd(env).handle);
	for (uint32_t thread = 1; thread < 1024; thread++)
		HOLDS(status(pd,
			     sel4_label(tn_pd_opcode_alloc, 8, 0, 0) | sel4_label_of_thread(thread),
			     1) == TN_ERR_PROTOCOL);
}

static void capabilities_to_core(struct tn_env *env)
{
	uint64_t pd = sel4_of_handle(tn_env_pd(env).handle);
	for (uint32_t caps = 0; caps < 16; caps++)
		for (uint32_t length = 0; length < 64; length++) {
			memset(buffer()->words, 0xff, 128);
			HOLDS(status(pd, sel4_label(tn_pd_opcode_free, length, caps, 0), 0) !=
			      TN_OK);
		}
}

/* More than was sent would be what others have sent before. */
static void claims_more_than_it_sends(struct tn_env *env)
{
	uint64_t victim = sel4_of_handle(attack_victim().handle);
	(void)env;
	for (uint32_t length = 1; length < 8192; length += 5)
		for (uint32_t words = 0; words < (length + 7) / 8 && words < 8; words++)
			HOLDS(status(victim, sel4_label(victim_opcode_sum, length, 0, 0), words) ==
			      TN_ERR_PROTOCOL);
}

/* The rest would come from a thread that waits in a call, and this one has noted none. */
static void long_without_a_note(struct tn_env *env)
{
	uint64_t victim = sel4_of_handle(attack_victim().handle);
	(void)env;
	for (uint32_t length = SEL4_CARRIED + 1; length < 8192; length += 97)
		HOLDS(status(victim, sel4_label(victim_opcode_sum, length, 0, 0), SEL4_WORDS_MAX) ==
		      TN_ERR_PROTOCOL);
}

static void announced_and_not_transferred(struct tn_env *env)
{
	uint64_t victim = sel4_of_handle(attack_victim().handle);
	(void)env;
	for (uint32_t caps = 1; caps < 16; caps++)
		for (uint32_t mark = 0; mark < 256; mark++)
			HOLDS(status(victim, sel4_label(victim_opcode_hold, 0, caps, mark), 0) ==
			      TN_ERR_PROTOCOL);
}

static void every_label(struct tn_env *env)
{
	uint64_t victim = sel4_of_handle(attack_victim().handle);
	uint64_t pd = sel4_of_handle(tn_env_pd(env).handle);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t label = attack_random() >> 12;
		if (SEL4_LABEL_OPCODE(label) >= VICTIM_OPCODES)
			raw(SEL4_CALL, victim, SEL4_INFO(label, i % 121));
		if (SEL4_LABEL_OPCODE(label) >= PD_OPCODES)
			raw(SEL4_CALL, pd, SEL4_INFO(label, i % 121));
	}
}

static void opcodes_of_nothing(struct tn_env *env)
{
	uint64_t victim = sel4_of_handle(attack_victim().handle);
	uint64_t pd = sel4_of_handle(tn_env_pd(env).handle);
	for (uint32_t opcode = VICTIM_OPCODES; opcode <= UINT16_MAX; opcode += 31)
		HOLDS(status(victim, sel4_label(opcode, 8, 0, 0), 1) == TN_ERR_PROTOCOL);
	for (uint32_t opcode = PD_OPCODES; opcode <= UINT16_MAX; opcode += 31)
		HOLDS(status(pd, sel4_label(opcode, 8, 0, 0), 1) == TN_ERR_PROTOCOL);
}

/* Of a message that the kernel copies in part, and core the rest: length and data, of a buffer that
 * others write. */
static void change_the_buffer(void *argument)
{
	volatile uint32_t *words = argument;
	for (uint32_t i = 0;; i++) {
		words[0] = i % 2 ? SUM_BYTES : UINT32_MAX;
		words[attack_random() % 512] = (uint32_t)attack_random();
	}
}

static void changed_while_read(struct tn_env *env)
{
	static unsigned char bytes[SUM_BYTES];
	victim_cap victim = attack_victim();
	struct tn_thread *thread;
	uint64_t total;
	(void)env;
	TN_MUST(tn_thread_create("beside", TN_PRIORITY_DEFAULT, 0, change_the_buffer,
				 buffer()->words, &thread));
	tn_actor_post("changed-while-read");
	for (;;)
		(void)!victim_sum(victim, bytes, sizeof(bytes), &total);
}

/* Nobody has given the right to send any. */
static void attached_capabilities(struct tn_env *env)
{
	uint64_t victim = sel4_of_handle(attack_victim().handle);
	(void)env;
	for (uint64_t count = 1; count < 4; count++) {
		for (unsigned i = 0; i < 3; i++)
			buffer()->caps[i] = own(SEL4_OF_PARK);
		struct sel4_message m =
			raw(SEL4_CALL, victim,
			    SEL4_INFO(sel4_label(victim_opcode_echo, 8, 0, 0), 1) | count << 7);
		HOLDS(is_ours(&m) && !(m.info & 0xf80));
	}
}

static void attached_to_core(struct tn_env *env)
{
	(void)env;
	for (uint64_t count = 1; count < 4; count++) {
		for (unsigned i = 0; i < 3; i++)
			buffer()->caps[i] = own(SEL4_OF_CORE);
		struct sel4_message m = raw(SEL4_CALL, own(SEL4_OF_CORE),
					    SEL4_INFO(SEL4_OPERATION_NEXT_SIGNAL, 3) | count << 7);
		HOLDS(is_ours(&m));
	}
}

static void attached_from_nowhere(struct tn_env *env)
{
	(void)env;
	buffer()->caps[0] = UINT64_MAX;
	raw(SEL4_CALL, sel4_of_handle(attack_victim().handle),
	    SEL4_INFO(sel4_label(victim_opcode_echo, 8, 0, 0), 1) | 1 << 7);
}

static void reply_without_request(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++)
		raw(SEL4_REPLY, own(SEL4_OF_SERVER), attack_random());
}

/* A client that sends and does not wait: the victim replies to nobody. */
static void send_requests(struct tn_env *env)
{
	uint64_t victim = sel4_of_handle(attack_victim().handle);
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++)
		raw(SEL4_SEND, victim, SEL4_INFO(sel4_label(victim_opcode_echo, 8, 0, 0), 1));
}

/* -- servers that reply as they like: "main" calls -- */

static tn_error never_called(const void *ops, void *self, struct tn_request *request)
{
	(void)ops;
	(void)self;
	(void)request;
	return TN_ERR_DENIED;
}

static void offer(struct tn_env *env)
{
	static struct tn_object object = { .dispatch = never_called };
	TN_MUST(tn_object_create(tn_env_entrypoint(env), &object));
	attack_offer(object.handle);
}

static void take_request(void)
{
	struct sel4_message m;
	do
		m = raw(SEL4_RECEIVE, own(SEL4_OF_SERVER), 0);
	while (!is_ours(&m));
}

static void answer(uint64_t info, uint64_t value)
{
	struct sel4_message m = { own(SEL4_OF_SERVER), info, { value } };
	sel4_enter(SEL4_REPLY, &m);
}

#define REPLY(status, length, caps, words) SEL4_INFO(sel4_label(status, length, caps, 0), words)

static const struct {
	uint32_t status, length, caps, words;
	tn_error expected;
} replies[] = {
	{ 0, 8, 0, 1, TN_OK }, /* so that it is seen to work at all */
	{ TN_ERROR_COUNT, 8, 0, 1, TN_ERR_PROTOCOL },
	{ 0xffff, 8, 0, 1, TN_ERR_PROTOCOL },
	{ 0, 8, 1, 1, TN_ERR_PROTOCOL },
	{ 0, 8, 8, 1, TN_ERR_PROTOCOL },
	{ 0, 8, 9, 1, TN_ERR_PROTOCOL },
	{ 0, 8, 15, 1, TN_ERR_PROTOCOL },
	{ 0, 0, 0, 0, TN_ERR_PROTOCOL },
	{ 0, 7, 0, 1, TN_ERR_PROTOCOL },
	{ 0, 9, 0, 2, TN_ERR_PROTOCOL },
	{ 0, 8, 0, 0, TN_ERR_PROTOCOL }, /* claims more than it sends */
	{ 0, 4096, 0, 4, TN_ERR_PROTOCOL },
	{ 0, 8191, 0, 120, TN_ERR_PROTOCOL },
};
enum { REPLIES = sizeof(replies) / sizeof(replies[0]), ANSWERS = 20, LIE = 666 };

static void reply_anything(struct tn_env *env)
{
	offer(env);
	for (unsigned i = 0; i < REPLIES; i++) {
		take_request();
		answer(REPLY(replies[i].status, replies[i].length, replies[i].caps,
			     replies[i].words),
		       1);
	}
	take_request();
	answer(SEL4_INFO(0, 1), 1); /* as the kernel would say it */
	take_request();
	answer(SEL4_INFO(5, 4), 1);
	take_request();
	__asm__ volatile("ud2");
}

static void hear_anything(void)
{
	victim_cap rogue = attack_rogue();
	uint64_t back;
	for (unsigned i = 0; i < REPLIES; i++)
		TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), replies[i].expected);
	TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), TN_ERR_GONE);
	TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), TN_ERR_GONE);
	TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), TN_ERR_GONE);
	TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), TN_ERR_GONE);
	tn_cap_release(rogue.handle);
}

/* The second reply must not be the answer to the next call. */
static void reply_twice(struct tn_env *env)
{
	offer(env);
	for (uint64_t i = 0; i < ANSWERS; i++) {
		answer(REPLY(0, 8, 0, 1), LIE);
		take_request();
		answer(REPLY(0, 8, 0, 1), i);
		answer(REPLY(0, 8, 0, 1), LIE);
		answer(REPLY(0, 8, 0, 1), LIE);
	}
}

static void hear_answers(void)
{
	victim_cap rogue = attack_rogue();
	uint64_t back;
	for (uint64_t i = 0; i < ANSWERS; i++) {
		back = LIE;
		TN_EXPECT_ERROR(victim_echo(rogue, i, &back), TN_OK);
		TN_EXPECT_EQUAL(back, i);
	}
	tn_cap_release(rogue.handle);
}

/* -- registers and memory -- */

static void registers_are_kept(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sel4_message m = raw(SEL4_YIELD, 0x1234, 0x5678);
		HOLDS(m.cap == 0x1234 && m.info == 0x5678 && m.word[0] == 0x10 &&
		      m.word[3] == 0x15);
	}
}

static void wild_stacks(struct tn_env *env)
{
	static const uint64_t stacks[] = { 0,
					   8,
					   1ull << 44,
					   0x7fffffffffff,
					   0x800000000000,
					   0xffffff8000000000,
					   0xffffffff80000000,
					   UINT64_MAX };
	(void)env;
	for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++)
		for (unsigned round = 0; round < 64; round++)
			__asm__ volatile(
				"mov %%rsp, %%rbx; mov %[stack], %%rsp; syscall; mov %%rbx, %%rsp"
				:
				: [stack] "r"(stacks[i]), "d"((int64_t)SEL4_YIELD)
				: "rbx", "rcx", "r11", "memory");
}

#define PLACES(X)                                 \
	X(core, 0x400000)                         \
	X(core_window, 1ull << 44)                \
	X(kernel, 0xffffffff80800000)             \
	X(kernel_window, 0xffffff8000000000)      \
	X(not_canonical, 0x800000000000)          \
	X(far_from_canonical, 0x8000000000000000) \
	X(behind_the_buffer, LAYOUT_UTCB + SEL4_BUFFER_SIZE) X(secret, VICTIM_SECRET_AT)
#define DO_PLACE(name, address)                                              \
	static void read_##name(struct tn_env *env)                          \
	{                                                                    \
		(void)env;                                                   \
		(void)*(volatile const unsigned char *)(uintptr_t)(address); \
	}                                                                    \
	static void write_##name(struct tn_env *env)                         \
	{                                                                    \
		(void)env;                                                   \
		*(volatile unsigned char *)(uintptr_t)(address) = 1;         \
	}
PLACES(DO_PLACE)

/* Where code would begin, and where a stack would be. */
static void jump_to(uint64_t address)
{
	__asm__ volatile("jmp *%0" : : "r"(address) : "memory");
}

static void jump_to_the_kernel(struct tn_env *env)
{
	(void)env;
	jump_to(0xffffffff80800000);
}

static void jump_to_core(struct tn_env *env)
{
	(void)env;
	jump_to(0x400000);
}

static void jump_not_canonical(struct tn_env *env)
{
	(void)env;
	jump_to(0x800000000000);
}

static void push_not_canonical(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("mov %0, %%rsp; push %%rax" : : "r"(0x800000000000ull) : "memory");
}

static void single_step(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop" : : : "memory", "cc");
}

/* Sent where it should be resumed after a fault: what it says itself, in the page that core reads.
 */
static void recover_at(uint64_t address)
{
	struct tn_thread_page *page = (struct tn_thread_page *)LAYOUT_THREAD_PAGES;
	page->guard_begin = 0;
	page->guard_end = UINT64_MAX;
	page->guard_recover = address;
	(void)*(volatile uint64_t *)0x345678;
}

static void recover_in_the_kernel(struct tn_env *env)
{
	(void)env;
	recover_at(0xffffffff80800000);
}

static void recover_not_canonical(struct tn_env *env)
{
	(void)env;
	recover_at(0x800000000000);
}

/* What core reads of the thread page it must not believe. */
static void lies_in_the_thread_page(struct tn_env *env)
{
	volatile unsigned char *page = (volatile unsigned char *)LAYOUT_THREAD_PAGES;
	(void)env;
	tn_actor_post("lies-in-the-thread-page");
	for (;;) {
		page[attack_random() % 4096] = (unsigned char)attack_random();
		raw(SEL4_CALL, own(SEL4_OF_CORE), SEL4_INFO(SEL4_OPERATION_NEXT_SIGNAL, 3));
		raw(SEL4_CALL, sel4_of_handle(1), SEL4_INFO(sel4_label(0xffff, 0, 0, 0), 0));
	}
}

static void lies_of_the_call(struct tn_env *env)
{
	struct tn_thread_page *page = (struct tn_thread_page *)LAYOUT_THREAD_PAGES;
	tn_handle victim = attack_victim().handle;
	(void)env;
	tn_actor_post("lies-of-the-call");
	page->calling = victim;
	sel4_thread_area(page)->call_instruction = (uintptr_t)lies_of_the_call;
	for (;;)
		raw(SEL4_CALL, sel4_of_handle(victim),
		    SEL4_INFO(sel4_label(victim_opcode_echo, 8, 0, 0), 1));
}

/* -- for good -- */
#define FOR_GOOD(X)                                                           \
	X(yield, "yield-for-good", SEL4_YIELD, 0)                             \
	X(wait, "wait-for-good", SEL4_RECEIVE, own(SEL4_OF_SERVER))           \
	X(park, "park-for-good", SEL4_RECEIVE, own(SEL4_OF_PARK))             \
	X(flood_core, "flood-core-for-good", SEL4_NB_SEND, sel4_of_handle(1)) \
	X(ring, "ring-for-good", SEL4_NB_SEND, sel4_of_handle(attack_alarm().handle))
#define DO_FOR_GOOD(name, text, number, cap)                   \
	static void name##_for_good(struct tn_env *env)        \
	{                                                      \
		uint64_t to = (cap);                           \
		(void)env;                                     \
		tn_actor_post(text);                           \
		for (;;)                                       \
			raw(number, to, SEL4_INFO(0xffff, 0)); \
	}
FOR_GOOD(DO_FOR_GOOD)

static const struct attack entry_attacks[] = {
	{ "call-every-handle", call_every_handle, SURVIVES, NULL },
	{ "call-empty-branches", call_empty_branches, SURVIVES, NULL },
	{ "send-to-every-handle", send_to_every_handle, ENDS, NULL }, /* some end it */
	{ "invoke-every-handle", invoke_every_handle, ENDS, NULL },
	{ "nb-send-anywhere", nb_send_anywhere, ENDS, NULL },
	{ "call-what-only-receives", call_what_only_receives, SURVIVES, NULL },
	{ "call-other-threads", call_other_threads, SURVIVES, NULL },
	{ "operations-on-others", operations_on_others, SURVIVES, NULL },
	{ "operations-of-nothing", operations_of_nothing, SURVIVES, NULL },
	{ "signals-of-nobody", signals_of_nobody, SURVIVES, NULL },
	{ "lengths-to-core", lengths_to_core, SURVIVES, NULL },
	{ "threads-that-are-not", threads_that_are_not, SURVIVES, NULL },
	{ "capabilities-to-core", capabilities_to_core, SURVIVES, NULL },
	{ "claims-more-than-it-sends", claims_more_than_it_sends, SURVIVES, NULL },
	{ "long-without-a-note", long_without_a_note, SURVIVES, NULL },
	{ "announced-and-not-transferred", announced_and_not_transferred, SURVIVES, NULL },
	{ "every-label", every_label, SURVIVES, NULL },
	{ "attached-capabilities", attached_capabilities, SURVIVES, NULL },
	{ "attached-to-core", attached_to_core, SURVIVES, NULL },
	{ "attached-from-nowhere", attached_from_nowhere, TN_FAULT_KERNEL_ENTRY, NULL },
	{ "reply-without-request", reply_without_request, SURVIVES, NULL },
	{ "send-requests", send_requests, SURVIVES, NULL },
	{ "opcodes-of-nothing", opcodes_of_nothing, SURVIVES, NULL },
	{ "changed-while-read", changed_while_read, KILLED, NULL },
	{ "reply-anything", reply_anything, TN_FAULT_INSTRUCTION, hear_anything },
	{ "reply-twice", reply_twice, SURVIVES, hear_answers },
	{ "jump-to-the-kernel", jump_to_the_kernel, FAULTS, NULL },
	{ "jump-to-core", jump_to_core, FAULTS, NULL },
	{ "jump-not-canonical", jump_not_canonical, FAULTS, NULL },
	{ "push-not-canonical", push_not_canonical, FAULTS, NULL },
	{ "recover-in-the-kernel", recover_in_the_kernel, FAULTS, NULL },
	{ "recover-not-canonical", recover_not_canonical, FAULTS, NULL },
	{ "single-step", single_step, FAULTS, NULL },
	{ "registers-are-kept", registers_are_kept, SURVIVES, NULL },
	{ "wild-stacks", wild_stacks, SURVIVES, NULL },
	{ "forged-for-good", forged_for_good, KILLED, NULL },
	{ "lies-in-the-thread-page", lies_in_the_thread_page, KILLED, NULL },
	{ "lies-of-the-call", lies_of_the_call, KILLED, NULL },
#define BEYOND_ATTACK(name, number, cap) { #name, name, TN_FAULT_KERNEL_ENTRY, NULL },
	BEYOND(BEYOND_ATTACK)
#define NUMBER_ATTACK(name, number) { "number-" #name, number_##name, TN_FAULT_KERNEL_ENTRY, NULL },
		NUMBERS(NUMBER_ATTACK)
#define FORGED_ATTACK(name, number, fault) { "forged-" #name, forged_##name, FAULTS, NULL },
			FORGED(FORGED_ATTACK)
#define PLACE_ATTACK(name, address)                   \
	{ "read-" #name, read_##name, FAULTS, NULL }, \
		{ "write-" #name, write_##name, FAULTS, NULL },
				PLACES(PLACE_ATTACK)
#define FOR_GOOD_ATTACK(name, text, number, cap) { text, name##_for_good, KILLED, NULL },
					FOR_GOOD(FOR_GOOD_ATTACK){ NULL, NULL, 0, NULL },
};

PRIVILEGED(DO)
VECTORS(INTERRUPT)

static const struct attack instruction_attacks[] = {
#define ATTACK(name, code) { #name, do_##name, FAULTS, NULL },
/* One vector, ff, is for spurious interrupts: the kernel does nothing about it. */
#define INTERRUPT_ATTACK(n) { "interrupt." #n, interrupt_##n, ENDS, NULL },
	PRIVILEGED(ATTACK) VECTORS(INTERRUPT_ATTACK){ NULL, NULL, 0, NULL },
};

void component_construct(struct tn_env *env)
{
	static const struct attack *const lists[] = { entry_attacks, instruction_attacks, NULL };
	attack_main(env, "test-entry", lists);
}
