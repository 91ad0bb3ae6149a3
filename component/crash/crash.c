/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Faults on purpose, as its configuration says: config kind="write". */

#include <tenon/component.h>
#include <tenon/kdl.h>
#include <tenon/text.h>

/* An address that the compiler does not know to be wrong. */
static volatile int *nowhere(void)
{
	uintptr_t address = 16;
	__asm__("" : "+r"(address));
	return (volatile int *)address;
}

static void fault_write(void)
{
	*nowhere() = 1;
}

static void fault_read(void)
{
	(void)*nowhere();
}

static void fault_execute(void)
{
	__asm__ volatile("call *%0" : : "r"((uintptr_t)16));
}

static void fault_text(void)
{
	*(volatile unsigned char *)(uintptr_t)component_construct = 0;
}

static void fault_instruction(void)
{
	__asm__ volatile("ud2");
}

static void fault_privileged(void)
{
	__asm__ volatile("hlt");
}

static void fault_arithmetic(void)
{
	__asm__ volatile("xorl %%ecx, %%ecx; movl $1, %%eax; cltd; idivl %%ecx"
			 :
			 :
			 : "eax", "ecx", "edx");
}

static void fault_breakpoint(void)
{
	__asm__ volatile("int3");
}

static void fault_stack(void)
{
	__asm__ volatile("1: pushq $0; jmp 1b");
}

static const struct {
	const char *kind;
	void (*fault)(void);
} faults[] = {
	{ "write", fault_write },
	{ "read", fault_read },
	{ "execute", fault_execute },
	{ "text", fault_text },
	{ "instruction", fault_instruction },
	{ "privileged", fault_privileged },
	{ "arithmetic", fault_arithmetic },
	{ "breakpoint", fault_breakpoint },
	{ "stack", fault_stack },
};

/* Without a configuration: a write. */
static tn_error read_kind(char *kind, size_t size)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_dataspace_cap dataspace;
	struct tn_kdl_node node;
	uint64_t length = 0;
	void *at = NULL;
	kind[0] = 0;
	if (tn_session_open("ROM", "config", none, &tn_rom_interface, &session) != TN_OK)
		return TN_OK;
	tn_rom_cap rom = { session.cap };
	tn_error error = tn_rom_dataspace(rom, &length, &dataspace);
	if (error == TN_OK)
		error = tn_attach(dataspace, 0, 0, TN_RIGHT_READ, &at);
	if (error != TN_OK)
		return error;
	struct tn_kdl_node root = tn_kdl_root(at, (size_t)length);
	if (tn_kdl_child(&root, "config", &node) &&
	    tn_kdl_prop_string(&node, "kind", "write", kind, size) > TN_KDL_ABSENT)
		return TN_ERR_FORMAT;
	return TN_OK;
}

void component_construct(struct tn_env *env)
{
	char kind[32];
	(void)env;
	tn_error error = read_kind(kind, sizeof(kind));
	if (error != TN_OK)
		tn_log("configuration: %s", tn_error_text(error));
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (!kind[0] || tn_text_equal(kind, faults[i].kind)) {
			tn_log("about to fault: %s", faults[i].kind);
			faults[i].fault();
			tn_log("still there after a fault of kind %s", faults[i].kind);
			tn_exit(1);
		}
	}
	tn_log("config kind=\"%s\" is unknown; known: write, read, execute, text, instruction, "
	       "privileged, arithmetic, breakpoint, stack",
	       kind);
	tn_exit(2);
}
