/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

/* Names of nothing, for every operation that takes a name. */
static const uint64_t junk[] = {
	0,
	1,
	0x1000,
	0x100000, /* the kernel */
	0xfee00000,
	0xb8000,
	0x7fffffffffff,
	0xffffffffffffffff,
	0xfffffffffffff000,
	0xffff800000100000,
	0x8000000000000000,
	0x100000000000,
};

static bool refused(uint64_t number, uint64_t name, uint64_t other)
{
	return HW(number, name, other, 0, 0, 0).rax != HW_OK;
}

static void test_junk_names(void)
{
	static const uint64_t numbers[] = {
		HW_PD_CREATE,
		HW_PD_DESTROY,
		HW_CAP_GROW,
		HW_CAP_SET,
		HW_CAP_CLEAR,
		HW_MAP,
		HW_UNMAP,
		HW_TABLE_ADD,
		HW_THREAD_DESTROY,
		HW_THREAD_ABORT,
		HW_THREAD_RESUME,
		HW_THREAD_REGISTERS,
		HW_THREAD_PRIORITY,
		HW_THREAD_TIME,
		HW_FAULT_HANDLER,
		HW_SIGNAL_FRAME,
		HW_SIGNAL_CREATE,
		HW_SIGNAL_DESTROY,
		HW_SIGNAL_FRAME_FREE,
	};
	uint64_t frame = frame_new(), wrong = 0;

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		for (unsigned k = 0; k < sizeof(junk) / sizeof(*junk); k++)
			if (junk[k] != 0x1000 && !refused(numbers[i], junk[k], frame))
				wrong = numbers[i] << 32 | k;
		if (!refused(numbers[i], frame + 8, frame))
			wrong = numbers[i] << 32 | 99;
	}
	EXPECT("objects-junk-names", wrong == 0, wrong);
	frame_free(frame);
}

static void test_wrong_kind(void)
{
	uint64_t pd = pd_new(), wrong = 0;
	struct child child = child_new(pd, 1, child_puppet, 5);

	wrong |= HW(HW_THREAD_DESTROY, pd).rax != HW_ERR_FRAME;
	wrong |= failed(HW(HW_PD_DESTROY, child.thread).rax != HW_ERR_FRAME, 1);
	wrong |= failed(HW(HW_THREAD_ABORT, child.utcb).rax != HW_ERR_FRAME, 2);
	wrong |= failed(HW(HW_SIGNAL_DESTROY, child.thread).rax != HW_ERR_FRAME, 3);
	wrong |= failed(HW(HW_SIGNAL_DESTROY, child.signal + 1).rax != HW_ERR_FRAME, 4);
	wrong |= failed(HW(HW_SIGNAL_CREATE, child.signal, core_thread).rax != HW_ERR_OCCUPIED, 5);
	wrong |= failed(HW(HW_PD_DESTROY, pd).rax != HW_ERR_ARGUMENT, 6);
	wrong |= failed(HW(HW_PD_DESTROY, core_pd).rax != HW_ERR_ARGUMENT, 7);
	wrong |= failed(HW(HW_THREAD_DESTROY, core_thread).rax != HW_ERR_ARGUMENT, 8);
	wrong |= failed(HW(HW_SIGNAL_FRAME_FREE, child.signal & ~0xfffull).rax != HW_ERR_OCCUPIED,
			9);
	EXPECT("objects-wrong-kind", wrong == 0, wrong);
	child_free(&child);
	pd_free(pd);
}

static void test_donation(void)
{
	uint64_t pd = pd_new(), a = frame_new(), b = frame_new(), wrong = 0;
	struct child child = child_new(pd, 1, child_puppet, 5);
	uint64_t *words = window(a);

	wrong |= HW(HW_PD_CREATE, a, a).rax != HW_ERR_FRAME;
	wrong |= failed(HW(HW_PD_CREATE, a, pd).rax != HW_ERR_FRAME, 1);
	wrong |= failed(HW(HW_PD_CREATE, child.thread, a).rax != HW_ERR_FRAME, 2);
	pd_map(pd, 0x900000, a, HW_RIGHT_READ);
	wrong |= failed(HW(HW_PD_CREATE, a, b).rax != HW_ERR_FRAME, 3);
	wrong |= failed(HW(HW_SIGNAL_FRAME, a).rax != HW_ERR_FRAME, 4);
	wrong |= failed(pd_map_pages(pd, 0x901000, child.thread, 1, 1).rax != HW_ERR_FRAME, 5);
	HW(HW_UNMAP, pd, CHILD_UTCBS + HW_PAGE_SIZE, 1);
	wrong |= failed(HW(HW_SIGNAL_FRAME, child.utcb).rax != HW_ERR_FRAME, 6);
	HW(HW_UNMAP, pd, 0x900000, 1);
	words[7] = 77;
	wrong |= failed(HW(HW_SIGNAL_FRAME, a).rax != HW_OK, 7);
	wrong |= failed(HW(HW_SIGNAL_FRAME, a).rax != HW_ERR_FRAME, 8);
	HW(HW_SIGNAL_CREATE, a + 64, child.thread, 0x123456789abcdef);
	wrong |= failed(HW(HW_SIGNAL_FRAME_FREE, a).rax != HW_ERR_OCCUPIED, 9);
	HW(HW_SIGNAL_DESTROY, a + 64);
	wrong |= failed(HW(HW_SIGNAL_FRAME_FREE, a).rax != HW_OK, 10);
	for (unsigned i = 0; i < HW_PAGE_SIZE / 8; i++)
		wrong |= failed(words[i] != 0, 11);
	EXPECT("objects-donation", wrong == 0, wrong);
	child_free(&child);
	frame_free(a);
	frame_free(b);
	pd_free(pd);
}

static void test_thread_args(void)
{
	uint64_t pd = pd_new(), thread = frame_new(), utcb = frame_new(), wrong = 0;
	struct child child = child_new(pd, 1, child_puppet, 5);
	const struct hw_thread_args good = {
		.pd = pd,
		.thread_frame = thread,
		.utcb_frame = utcb,
		.utcb_address = 0x710000,
		.entry = (uint64_t)child_puppet,
		.priority = 3,
		.local_id = 9,
	};
	struct hw_thread_args bad[16];
	unsigned n = 0;

#define BAD(member, value) (bad[n] = good, bad[n++].member = (value))
	BAD(pd, thread);
	BAD(pd, 0);
	BAD(thread_frame, pd);
	BAD(thread_frame, utcb);
	BAD(thread_frame, thread + 1);
	BAD(utcb_frame, thread);
	BAD(utcb_frame, child.thread);
	BAD(utcb_frame, 0xb8000);
	BAD(utcb_address, 0x710001);
	BAD(utcb_address, 0x7ffffffff000);
	BAD(utcb_address, 0xffff800000000000);
	BAD(entry, 0xffffffff80100000);
	BAD(entry, 0x800000000000);
	BAD(stack_pointer, 0x8000000000000000);
	BAD(priority, 32);
	BAD(local_id, 1024);
#undef BAD
	for (unsigned i = 0; i < n; i++)
		wrong |= failed(thread_try(bad + i) == HW_OK, i);
	bad[0] = good;
	bad[0].local_id = 1;
	wrong |= failed(thread_try(bad) != HW_ERR_OCCUPIED, 20);
	bad[0] = good;
	bad[0].utcb_address = 0x40000000000;
	wrong |= failed(thread_try(bad) != HW_ERR_NEED_TABLE, 21);
	wrong |= failed(HW(HW_THREAD_CREATE, HW_PAGE_SIZE).rax != HW_ERR_ARGUMENT, 22);
	wrong |= failed(HW(HW_THREAD_CREATE, UINT64_MAX - 8).rax != HW_ERR_ARGUMENT, 23);
	wrong |= failed(HW(HW_THREAD_CREATE, 4096 - 56).rax != HW_ERR_ARGUMENT, 24);
	wrong |= failed(thread_try(&good) != HW_OK, 25);
	wrong |= failed(HW(HW_THREAD_PRIORITY, thread, 32).rax != HW_ERR_ARGUMENT, 26);
	wrong |= failed(HW(HW_THREAD_REGISTERS, thread, 4000).rax != HW_ERR_ARGUMENT, 27);
	wrong |= failed(HW(HW_THREAD_RESUME, thread, 0).rax != HW_ERR_ARGUMENT, 28);
	wrong |= failed(thread_free(thread) != HW_OK, 29);
	wrong |= failed(thread_free(thread) != HW_ERR_FRAME, 30);
	EXPECT("objects-thread-arguments", wrong == 0, wrong);
	frame_free(thread);
	frame_free(utcb);
	child_free(&child);
	pd_free(pd);
}

static void test_capabilities(void)
{
	uint64_t pd = pd_new(), wrong = 0;
	struct child child = child_new(pd, 1, child_puppet, 5);

	wrong |= cap_set(pd, 0, HW_CAP_OBJECT, child.thread, 0) != HW_ERR_CAP;
	wrong |= failed(cap_set(pd, 256, HW_CAP_OBJECT, child.thread, 0) != HW_ERR_CAP, 1);
	wrong |= failed(cap_set(pd, 0xfffff, HW_CAP_OBJECT, child.thread, 0) != HW_ERR_CAP, 2);
	wrong |= failed(cap_set(pd, 2, HW_CAP_NONE, child.thread, 0) != HW_ERR_ARGUMENT, 3);
	wrong |= failed(cap_set(pd, 2, (enum hw_cap_kind)3, child.thread, 0) != HW_ERR_ARGUMENT, 4);
	wrong |= failed(cap_set(pd, 2, HW_CAP_SIGNAL, child.thread, 0) != HW_ERR_FRAME, 5);
	wrong |= failed(cap_set(pd, 2, HW_CAP_OBJECT, child.signal, 0) != HW_ERR_FRAME, 6);
	wrong |= failed(cap_set(pd, 2, HW_CAP_OBJECT, pd, 0) != HW_ERR_FRAME, 7);
	wrong |= failed(cap_set(pd, 255, HW_CAP_OBJECT, child.thread, 0) != HW_OK, 8);
	wrong |= failed(cap_set(pd, 255, HW_CAP_OBJECT, child.thread, 0) != HW_ERR_OCCUPIED, 9);
	wrong |= failed(HW(HW_CAP_CLEAR, pd, 255 | 1 << 20).rax != HW_ERR_CAP, 10);
	wrong |= failed(HW(HW_CAP_CLEAR, pd, 255).rax != HW_OK, 11);
	wrong |= failed(HW(HW_CAP_CLEAR, pd, 255).rax != HW_ERR_CAP, 12);
	wrong |= failed(HW(HW_CAP_CLEAR, pd, 0).rax != HW_ERR_CAP, 13);
	EXPECT("objects-capabilities", wrong == 0, wrong);
	child_free(&child);
	pd_free(pd);
}

/* As many capability frames as a PD may have: directories come in between. */
static void test_many_capabilities(void)
{
	uint64_t before = frames_free_count(), pd = pd_new(), grown = 1, again = 0, status;
	struct child child = child_new(pd, 1, child_puppet, 5);

	for (;;) {
		uint64_t frame = frame_new();

		status = HW(HW_CAP_GROW, pd, frame).rax;
		again += status == HW_ERR_AGAIN;
		grown += status == HW_OK;
		if (status != HW_OK && status != HW_ERR_AGAIN) {
			frame_free(frame);
			break;
		}
	}
	EXPECT("capabilities-limit", grown == HW_CAP_FRAMES_MAX && again == 4, grown);
	EXPECT("capabilities-limit-status", status == HW_ERR_ARGUMENT, status);
	status = cap_set(pd, 0xfffff, HW_CAP_SIGNAL, child.signal, 0);
	EXPECT("capabilities-last-slot", status == HW_OK, status);
	TELL(&child, HW_SIGNAL, 0xfffff);
	settle();
	EXPECT("capabilities-last-used", child_slot(1)->result.rax == HW_OK,
	       child_slot(1)->result.rax);
	child_free(&child);
	pd_free(pd);
	EXPECT("capabilities-frames-back", frames_free_count() == before,
	       before - frames_free_count());
}

void test_objects(void)
{
	test_junk_names();
	test_wrong_kind();
	test_donation();
	test_thread_args();
	test_capabilities();
	test_many_capabilities();
}
