/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

enum { ENTRY_SIZE = 32, GENERAL = 13, PAGE = 14, ANY = 0xffff };

/* What each entry of child_fault_table leads to. Error codes of `int n` differ in QEMU. */
static const struct expected {
	const char *name;
	uint16_t vector, other_vector, error;
} table[] = {
	{ "fault-divide", 0, 0, 0 },
	{ "fault-single-step", 1, 1, 0 },
	{ "fault-int3", 3, 3, 0 },
	{ "fault-int-4", GENERAL, GENERAL, ANY },
	{ "fault-ud2", 6, 6, 0 },
	{ "fault-stack-not-canonical", 12, GENERAL, 0 },
	{ "fault-not-canonical", GENERAL, GENERAL, 0 },
	{ "fault-not-mapped", PAGE, PAGE, 4 },
	{ "fault-kernel-entry-code", PAGE, PAGE, 5 },
	{ "fault-kernel-memory", PAGE, PAGE, 6 },
	{ "fault-write-code", PAGE, PAGE, 7 },
	{ "fault-execute-data", PAGE, PAGE, 0x15 },
	{ "fault-cli", GENERAL, GENERAL, 0 },
	{ "fault-hlt", GENERAL, GENERAL, 0 },
	{ "fault-out", GENERAL, GENERAL, 0 },
	{ "fault-in", GENERAL, GENERAL, 0 },
	{ "fault-cr3", GENERAL, GENERAL, 0 },
	{ "fault-wrmsr", GENERAL, GENERAL, 0 },
	{ "fault-int-timer", GENERAL, GENERAL, ANY },
	{ "fault-int-80", GENERAL, GENERAL, ANY },
	{ "fault-int-nmi", GENERAL, GENERAL, ANY },
	{ "fault-int-double-fault", GENERAL, GENERAL, ANY },
	{ "fault-sgdt", GENERAL, PAGE, ANY }, /* without UMIP: its stack is empty */
	{ "fault-debug-register", GENERAL, GENERAL, 0 },
	{ "fault-lgdt", GENERAL, GENERAL, 0 },
	{ "fault-sysret", GENERAL, GENERAL, 0 },
	{ "fault-sysenter", GENERAL, 6, 0 }, /* AMD: no such instruction */
	{ "fault-rdfsbase", 6, 6, 0 },
	{ "fault-load-tss-selector", GENERAL, GENERAL, 0x30 },
	{ "fault-invlpg", GENERAL, GENERAL, 0 },
	{ "fault-x87", 16, 16, 0 },
	{ "fault-sse", 19, 6, 0 }, /* QEMU 7 does not raise it: ud2 follows */
	{ "fault-return-to-ring-0", GENERAL, PAGE, ANY }, /* QEMU 7: SMAP */
	{ "fault-jump-to-kernel", PAGE, PAGE, ANY },
	{ "fault-xgetbv", 6, 6, 0 },
	{ "fault-swapgs", GENERAL, GENERAL, 0 },
	{ "fault-last-page", PAGE, PAGE, 0x14 },
	{ "fault-jump-not-canonical", GENERAL, GENERAL, 0 },
	{ "fault-int1", 1, 6, 0 }, /* QEMU 7: no effect */
	{ "fault-clac", 6, 6, 0 },
	{ "fault-avx", 6, 6, 0 },
	{ "fault-step-into-kernel", 1, 1, 0 },
};

static void (*entry(unsigned i))(void)
{
	return (void (*)(void))((uint64_t)child_fault_table + i * ENTRY_SIZE);
}

static void test_entry(uint64_t pd, unsigned i)
{
	const struct expected *expected = table + i;
	struct child child = child_new(pd, 1, entry(i), 10);
	volatile struct slot *slot = child_slot(1);
	struct result event;
	uint64_t vector, error;
	bool good;

	*(volatile uint64_t *)&slot->reserved[1] = 0x340; /* exceptions on; child.S loads these */
	event = next_event();
	vector = event.rsi & 0xffffffff;
	error = event.rsi >> 32;
	if (vector == expected->other_vector)
		vector = expected->vector;
	if (expected->error == ANY)
		error = ANY;
	good = event.rax == HW_EVENT_FAULT && event.rdi == child.thread &&
	       vector == expected->vector && error == expected->error;
	EXPECT(expected->name, good, event.rsi);
	child_free(&child);
}

static void test_resume(uint64_t pd)
{
	const unsigned not_mapped = 7;
	struct child child = child_new(pd, 1, entry(not_mapped), 10);
	uint64_t frame = frame_new(), counter;
	struct result event = next_event();
	struct hw_registers registers = child_registers(&child);

	EXPECT("fault-address", event.rdx == 0x1000, event.rdx);
	EXPECT("fault-registers",
	       registers.rax == 0x1000 && registers.state == HW_THREAD_FAULTED &&
		       registers.rip == (uint64_t)entry(not_mapped) + 5,
	       registers.rip);
	pd_map(pd, 0x1000, frame, HW_RIGHT_READ);
	EXPECT("fault-resume", HW(HW_THREAD_RESUME, child.thread, 0).rax == HW_OK, 0);
	event = next_event();
	EXPECT("fault-went-on", event.rax == HW_EVENT_FAULT && event.rsi == 6, event.rsi);
	EXPECT("fault-resume-kernel",
	       HW(HW_THREAD_RESUME, child.thread, 0xffffffff80101000).rax == HW_ERR_ARGUMENT, 0);
	EXPECT("fault-resume-not-canonical",
	       HW(HW_THREAD_RESUME, child.thread, 0x800000000000).rax == HW_ERR_ARGUMENT, 0);
	counter = child_slot(1)->counter;
	HW(HW_THREAD_RESUME, child.thread, child_spin);
	settle();
	EXPECT("fault-resume-elsewhere", child_slot(1)->counter > counter, 0);
	EXPECT("fault-resume-running", HW(HW_THREAD_RESUME, child.thread, 0).rax == HW_ERR_ARGUMENT,
	       0);
	child_free(&child);
	HW(HW_UNMAP, pd, 0x1000, 1);
	frame_free(frame);
}

/* With an address that is not canonical as its own: the thread cannot go on, the kernel can. */
static void test_bad_return(uint64_t pd)
{
	const unsigned jump_not_canonical = 37;
	struct child child = child_new(pd, 1, entry(jump_not_canonical), 10);
	struct result event = next_event();

	HW(HW_THREAD_RESUME, child.thread, 0);
	event = next_event();
	EXPECT("fault-again", event.rax == HW_EVENT_FAULT, event.rax);
	child_free(&child);
}

/* A system call at the very end of what can be mapped: the way back is an address like others. */
static void test_last_call(uint64_t pd)
{
	const uint64_t last_page = 0x7fffffffe000, end = last_page + HW_PAGE_SIZE;
	uint64_t frame = frame_new();
	uint8_t *code = window(frame);
	struct result event;
	struct child child;

	code[HW_PAGE_SIZE - 2] = 0x0f;
	code[HW_PAGE_SIZE - 1] = 0x05;
	pd_map(pd, last_page, frame, HW_RIGHT_READ | HW_RIGHT_EXECUTE);
	child = child_new(pd, 1, (void (*)(void))(end - 2), 10);
	event = next_event();
	EXPECT("fault-after-last-call",
	       event.rax == HW_EVENT_FAULT && (event.rsi & 0xff) == PAGE && event.rdx == end,
	       event.rdx);
	child_free(&child);
	HW(HW_UNMAP, pd, last_page, 1);
	frame_free(frame);
}

/* A fault inside a handler: the client waits until somebody decides. */
static void test_serving(uint64_t pd)
{
	struct child server = child_new(pd, 1, child_puppet, 10);
	struct child client = child_new(pd, 2, child_puppet, 10);
	struct result event;

	cap_set(pd, 3, HW_CAP_OBJECT, server.thread, 0);
	TELL(&server, HW_REPLY_WAIT, 0);
	settle();
	/* its system call is replaced by a jump: the slot is not mapped any more */
	TELL(&client, HW_CALL, 3, 0);
	HW(HW_UNMAP, pd, CHILD_SHARED, 1);
	event = next_event();
	EXPECT("fault-first-of-two", event.rax == HW_EVENT_FAULT, event.rax);
	EXPECT("fault-both-there", child_state(&server) != HW_THREAD_RUNNABLE, 0);
	child_free(&server);
	child_free(&client);
	EXPECT("fault-none-left", next_event().rax == HW_EVENT_NONE, 0);
}

void test_faults(void)
{
	uint64_t before = frames_free_count(), pd = pd_new();

	HW(HW_FAULT_HANDLER, core_thread);
	for (unsigned i = 0; i < sizeof(table) / sizeof(*table); i++)
		test_entry(pd, i);
	test_resume(pd);
	test_bad_return(pd);
	test_last_call(pd);
	test_serving(pd);
	pd_free(pd);
	EXPECT("fault-frames-back", frames_free_count() == before, before - frames_free_count());
}
