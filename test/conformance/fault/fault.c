/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Each kind of fault of a child is told to its parent, with kind and address; siblings run on. */

#include <tenon/feature.h>
#include <tenon/test.h>

#define NOWHERE ((uint64_t)0x345678)

#define SIBLING(RPC, I) RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))
TN_RPC_INTERFACE(sibling, SIBLING)

/* -- what goes wrong, by the child's name: "faulty.1" does faults[1] -- */

static void do_read(void)
{
	(void)*(volatile uint64_t *)NOWHERE;
}

static void do_write(void)
{
	*(volatile uint64_t *)NOWHERE = 1;
}

static void do_execute_nowhere(void)
{
	__asm__ volatile("call *%0" : : "r"(NOWHERE));
}

static unsigned char data[16];

static void do_execute_data(void)
{
	data[0] = 0xc3; /* ret */
	__asm__ volatile("call *%0" : : "r"(data));
}

static void do_undefined(void)
{
	__asm__ volatile("ud2");
}

static void do_privileged(void)
{
	__asm__ volatile("hlt");
}

static void do_divide(void)
{
	__asm__ volatile("xorl %%ecx, %%ecx; movl $1, %%eax; cltd; idivl %%ecx"
			 :
			 :
			 : "eax", "ecx", "edx");
}

static void do_breakpoint(void)
{
	__asm__ volatile("int3");
}

static void do_overflow(void)
{
	__asm__ volatile("1: pushq $0; jmp 1b");
}

static void do_write_text(void)
{
	*(volatile unsigned char *)(uintptr_t)component_construct = 0;
}

static const uint64_t constants[4] = { 1, 2, 3, 4 };

static void do_write_constants(void)
{
	const uint64_t *constant = constants;
	__asm__("" : "+r"(constant));
	*(volatile uint64_t *)(uintptr_t)constant = 0;
}

static void do_non_canonical(void)
{
	(void)*(volatile uint64_t *)0x8000000000000000u;
}

static void do_kernel_address(void)
{
	(void)*(volatile uint64_t *)0xffffffff80000000u;
}

static void do_null(void)
{
	uint64_t null = 0;
	__asm__("" : "+r"(null));
	(void)*(volatile uint64_t *)null;
}

static void do_cross_end(void)
{
	tn_dataspace_cap dataspace;
	void *at = NULL;
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace));
	TN_MUST(tn_attach(dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at));
	unsigned char *byte = at;
	__asm__("" : "+r"(byte));
	for (;;)
		*(volatile unsigned char *)byte++ = 1;
}

enum { ANY_ADDRESS = 1, ANY_KIND = 2 };

static const struct fault {
	const char *name;
	void (*run)(void);
	uint32_t kind;
	uint64_t address;
	unsigned flags;
} faults[] = {
	{ "read", do_read, TN_FAULT_READ, NOWHERE, 0 },
	{ "write", do_write, TN_FAULT_WRITE, NOWHERE, 0 },
	{ "execute-nowhere", do_execute_nowhere, TN_FAULT_EXECUTE, NOWHERE, 0 },
	{ "execute-data", do_execute_data, TN_FAULT_EXECUTE, 0, ANY_ADDRESS },
	{ "undefined", do_undefined, TN_FAULT_INSTRUCTION, 0, 0 },
	{ "privileged", do_privileged, TN_FAULT_INSTRUCTION, 0, 0 },
	{ "divide", do_divide, TN_FAULT_ARITHMETIC, 0, 0 },
	{ "breakpoint", do_breakpoint, TN_FAULT_BREAKPOINT, 0, 0 },
	{ "stack-overflow", do_overflow, TN_FAULT_STACK, 0, ANY_ADDRESS },
	{ "write-text", do_write_text, TN_FAULT_WRITE, 0, ANY_ADDRESS },
	{ "write-constants", do_write_constants, TN_FAULT_WRITE, 0, ANY_ADDRESS },
	/* CPUs differ in what they tell of these. */
	{ "non-canonical", do_non_canonical, 0, 0, ANY_ADDRESS | ANY_KIND },
	{ "kernel-address", do_kernel_address, 0, 0, ANY_ADDRESS | ANY_KIND },
	{ "null", do_null, TN_FAULT_READ, 0, 0 },
	{ "beyond-its-end", do_cross_end, TN_FAULT_WRITE, 0, ANY_ADDRESS },
};

enum { FAULTS = sizeof(faults) / sizeof(faults[0]) };

static void play_faulty(struct tn_env *env)
{
	const char *digit = tn_env_name(env) + sizeof("faulty.") - 1;
	unsigned which = 0;
	for (; *digit; digit++)
		which = which * 10 + (unsigned)(*digit - '0');
	faults[which].run();
	tn_log("%s: still there", faults[which].name);
	tn_exit(1);
}

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value;
	return TN_OK;
}

static void play_sibling(struct tn_env *env)
{
	static const struct sibling_ops ops = { .echo = echo };
	static struct tn_object object;
	sibling_cap cap;
	TN_MUST(sibling_serve(tn_env_entrypoint(env), &object, &ops, NULL, &cap));
	tn_actor_put("sibling", cap.handle);
}

/* -- main -- */

static sibling_cap sibling;

static void expect_sibling_alive(void)
{
	uint64_t back = 0;
	TN_EXPECT_ERROR(sibling_echo(sibling, 3, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 3);
}

static void start_sibling(struct tn_env *env)
{
	(void)env;
	tn_actor_start("sibling");
	sibling.handle = tn_actor_get("sibling");
	expect_sibling_alive();
}

static void expect_fault(const struct fault *fault)
{
	char name[TN_TEST_NAME_MAX + 1];
	tn_format(name, sizeof(name), "faulty.%u", (unsigned)(fault - faults));
	tn_actor_start(name);
	struct tn_child_end end = tn_actor_end(name);
	if (fault->run == do_execute_data && !tn_feature(TN_FEATURE_NO_EXECUTE, NULL)) {
		TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED); /* it was executed */
		expect_sibling_alive();
		return;
	}
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_FAULTED);
	if (!(fault->flags & ANY_KIND))
		TN_EXPECT_EQUAL(end.fault.kind, fault->kind);
	if (!(fault->flags & ANY_ADDRESS))
		TN_EXPECT_EQUAL(end.fault.address, fault->address);
	if (fault->run != do_execute_nowhere) /* the binary is where the fault is */
		TN_EXPECT(end.fault.instruction >= 0x1000);
	expect_sibling_alive();
}

static void by_number(unsigned i)
{
	expect_fault(&faults[i]);
}

#define CASE(i)                                  \
	static void case_##i(struct tn_env *env) \
	{                                        \
		(void)env;                       \
		by_number(i);                    \
	}
CASE(0)
CASE(1)
CASE(2)
CASE(3)
CASE(4)
CASE(5)
CASE(6)
CASE(7)
CASE(8)
CASE(9)
CASE(10)
CASE(11)
CASE(12)
CASE(13)
CASE(14)

/* What the parent had before is there again. */
static void all_comes_back(struct tn_env *env)
{
	(void)env;
	struct tn_accounts before = tn_actor_accounts("test");
	for (unsigned i = 0; i < FAULTS; i++)
		expect_fault(&faults[i]);
	struct tn_accounts after = tn_actor_accounts("test");
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_limit, before.ram_limit);
	TN_EXPECT_EQUAL(after.caps_limit, before.caps_limit);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start_sibling },
		{ "read", case_0 },
		{ "write", case_1 },
		{ "execute-nowhere", case_2 },
		{ "execute-data", case_3 },
		{ "undefined-instruction", case_4 },
		{ "privileged-instruction", case_5 },
		{ "division-by-zero", case_6 },
		{ "breakpoint", case_7 },
		{ "stack-overflow", case_8 },
		{ "write-to-text", case_9 },
		{ "write-to-constants", case_10 },
		{ "non-canonical-address", case_11 },
		{ "kernel-address", case_12 },
		{ "null", case_13 },
		{ "beyond-the-end-of-a-region", case_14 },
		{ "all-comes-back", all_comes_back },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "sibling", play_sibling },
						     { "faulty", play_faulty },
						     { NULL, NULL } };
	tn_test_main(env, "test-fault", cases, roles);
}
