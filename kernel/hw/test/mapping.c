/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

enum { READ = HW_RIGHT_READ, WRITE = HW_RIGHT_WRITE, EXECUTE = HW_RIGHT_EXECUTE };

static uint64_t map_status(uint64_t pd, uint64_t address, uint64_t physical, uint64_t pages,
			   uint64_t rights)
{
	return HW(HW_MAP, pd, address, physical, pages, rights).rax;
}

static void test_arguments(uint64_t pd, uint64_t frame)
{
	uint64_t wrong = 0;
	unsigned n = 0;

#define REFUSED(address, physical, pages, rights) \
	(wrong |= failed(map_status(pd, address, physical, pages, rights) != HW_ERR_ARGUMENT, n++))
	REFUSED(0x900001, frame, 1, READ);
	REFUSED(0x900000, frame + 8, 1, READ);
	REFUSED(0x900000, frame, 1, 0);
	REFUSED(0x900000, frame, 1, WRITE | EXECUTE);
	REFUSED(0x900000, frame, 1, READ | 8);
	REFUSED(0x900000, frame, 1, READ | 1ull << 40);
	REFUSED(0x7ffffffff000, frame, 1, READ);
	REFUSED(0x7fffffffe000, frame, 2, READ);
	REFUSED(0x800000000000, frame, 1, READ);
	REFUSED(0xffffffff80100000, frame, 1, READ);
	REFUSED(0xfffffffffffff000, frame, 1, READ);
	REFUSED(0x900000, frame, UINT64_MAX, READ);
	REFUSED(0x900000, frame, 1ull << 52, READ);
	REFUSED(0x900000, 0xfffffffffffff000, 1, READ);
	REFUSED(0x900000, 1ull << 52, 1, READ);
	REFUSED(0x900000, (1ull << 52) - 4096, 2, READ);
#undef REFUSED
	EXPECT("map-arguments", wrong == 0, wrong);
	wrong = HW(HW_UNMAP, pd, 0x900001, 1).rax != HW_ERR_ARGUMENT;
	wrong |= failed(HW(HW_UNMAP, pd, 0x900000, UINT64_MAX).rax != HW_ERR_ARGUMENT, 1);
	wrong |= failed(HW(HW_UNMAP, pd, 0xffffffff80100000, 1).rax != HW_ERR_ARGUMENT, 2);
	wrong |= failed(HW(HW_TABLE_ADD, pd, 0xffffffff80100000, frame).rax != HW_ERR_ARGUMENT, 3);
	wrong |= failed(HW(HW_TABLE_ADD, pd, 0x900000, 0x100000).rax != HW_ERR_FRAME, 4);
	wrong |= failed(HW(HW_TABLE_ADD, pd, CHILD_SHARED, frame).rax != HW_ERR_OCCUPIED, 5);
	EXPECT("unmap-arguments", wrong == 0, wrong);
}

static void test_forbidden(uint64_t pd, uint64_t frame)
{
	uint64_t wrong = 0;

	wrong |= pd_map_pages(pd, 0x900000, 0x100000, 1, READ).rax != HW_ERR_FRAME;
	wrong |= failed(pd_map_pages(pd, 0x900000, pd, 1, READ).rax != HW_ERR_FRAME, 1);
	wrong |= failed(pd_map_pages(pd, 0x900000, 0xfee00000, 1, READ).rax != HW_ERR_FRAME, 2);
	wrong |= failed(pd_map_pages(pd, 0x900000, 0xfec00000, 1, READ).rax != HW_ERR_FRAME, 3);
	wrong |= failed(map_status(core_pd, HW_CORE_WINDOW + frame, frame, 1, READ) !=
				HW_ERR_ARGUMENT,
			4);
	wrong |= failed(HW(HW_UNMAP, core_pd, HW_CORE_WINDOW + frame, 1).rax != HW_ERR_ARGUMENT, 5);
	wrong |= failed(HW(HW_TABLE_ADD, core_pd, HW_CORE_WINDOW, frame).rax != HW_ERR_ARGUMENT, 6);
	wrong |= failed(pd_map_pages(pd, 0x900000, 0xb8000, 1, READ | HW_MEMORY_UNCACHED).rax !=
				HW_OK,
			7);
	wrong |= failed(HW(HW_UNMAP, pd, 0x900000, 1).rax != HW_OK, 8);
	wrong |= failed(pd_map_pages(pd, 0x900000, frame, 1, READ | HW_MEMORY_UNCACHED).rax !=
				HW_ERR_FRAME,
			9);
	wrong |= failed(pd_map_pages(pd, 0x900000, frame, 1, READ | HW_MEMORY_COMBINED).rax !=
				HW_ERR_FRAME,
			10);
	wrong |= failed(map_status(pd, 0x900000, 0xb8000, 1,
				   READ | HW_MEMORY_COMBINED | HW_MEMORY_UNCACHED) !=
				HW_ERR_ARGUMENT,
			11);
	EXPECT("map-forbidden", wrong == 0, wrong);
}

static void test_progress(uint64_t pd)
{
	const uint64_t far = 0x123456000000 + 0x1f0000;
	uint64_t frame = frame_new(), table = frame_new(), taken = 1;
	struct result result = HW(HW_MAP, pd, far, frame, 1, READ);

	EXPECT("map-need-table", result.rax == HW_ERR_NEED_TABLE && result.rsi == 0, result.rax);
	for (; result.rax == HW_ERR_NEED_TABLE; taken++) {
		HW(HW_TABLE_ADD, pd, far, table);
		table = frame_new();
		result = HW(HW_MAP, pd, far, frame, 1, READ);
	}
	EXPECT("map-tables-added", taken == 4 && result.rax == HW_OK, taken);
	result = HW(HW_MAP, pd, far, frame, 1, READ);
	EXPECT("map-occupied", result.rax == HW_ERR_OCCUPIED && result.rsi == 0, result.rax);
	/* device memory: as many pages as one likes */
	result = HW(HW_MAP, pd, far - 0x100000, 0xd0000000, 400, READ);
	EXPECT("map-bounded", result.rax == HW_ERR_AGAIN && result.rsi == 64, result.rsi);
	result = pd_map_pages(pd, far + 0x1000, 0xd0000000, 600, READ);
	EXPECT("map-across-tables", result.rax == HW_OK && result.rsi == 600, result.rsi);
	result = HW(HW_UNMAP, pd, far, 601);
	EXPECT("unmap-bounded", result.rax == HW_ERR_AGAIN && result.rsi == 512, result.rsi);
	result = HW(HW_UNMAP, pd, far + result.rsi * HW_PAGE_SIZE, 601 - result.rsi);
	EXPECT("unmap-rest", result.rax == HW_OK && result.rsi == 89, result.rsi);
	result = HW(HW_UNMAP, pd, 0x200000000000, 1ull << 30);
	EXPECT("unmap-nothing", result.rax == HW_OK && result.rsi == 1ull << 30, result.rsi);
	result = HW(HW_SIGNAL_FRAME, frame);
	EXPECT("unmap-frees", result.rax == HW_OK, result.rax);
	HW(HW_SIGNAL_FRAME_FREE, frame);
	frame_free(frame);
	frame_free(table);
}

void test_mapping(void)
{
	uint64_t before = frames_free_count(), pd = pd_new(), frame = frame_new();

	test_arguments(pd, frame);
	test_forbidden(pd, frame);
	test_progress(pd);
	/* what is still mapped when a PD goes is unmapped on the way */
	pd_map(pd, 0x900000, frame, READ);
	pd_free(pd);
	EXPECT("map-pd-end", HW(HW_SIGNAL_FRAME, frame).rax == HW_OK, 0);
	HW(HW_SIGNAL_FRAME_FREE, frame);
	frame_free(frame);
	EXPECT("map-frames-back", frames_free_count() == before, before - frames_free_count());
}

void test_denied(void)
{
	uint64_t pd = pd_new(), wrong = 0;
	struct child child = child_new(pd, 1, child_puppet, 5);
	volatile struct slot *slot = child_slot(1);

	for (uint64_t number = HW_YIELD + 1; number < HW_SYSCALL_COUNT + 10; number++) {
		bool exists = number >= HW_CORE_FIRST && number < HW_SYSCALL_COUNT;

		TELL(&child, number, core_pd, pd, 0, 0, 0);
		settle();
		if (slot->result.rax != (exists ? HW_ERR_DENIED : HW_ERR_NUMBER))
			wrong = number;
	}
	EXPECT("denied-to-others", wrong == 0, wrong);
	TELL(&child, UINT64_MAX);
	settle();
	EXPECT("denied-huge-number", slot->result.rax == HW_ERR_NUMBER, slot->result.rax);
	EXPECT("denied-none-done", slot->done == HW_SYSCALL_COUNT + 10 - HW_YIELD, slot->done);
	EXPECT("number-core", HW(7).rax == HW_ERR_NUMBER, HW(7).rax);
	EXPECT("number-core-end", HW(HW_SYSCALL_COUNT).rax == HW_ERR_NUMBER, 0);
	EXPECT("console-bounds", HW(HW_CONSOLE_WRITE, 4096, 1).rax == HW_ERR_ARGUMENT, 0);
	EXPECT("console-overflow", HW(HW_CONSOLE_WRITE, 8, UINT64_MAX).rax == HW_ERR_ARGUMENT, 0);
	EXPECT("shutdown-bounds", HW(HW_SHUTDOWN, 128).rax == HW_ERR_ARGUMENT, 0);
	EXPECT("irq-bounds", HW(HW_IRQ_BIND, 4000, 0).rax == HW_ERR_ARGUMENT, 0);
	EXPECT("irq-huge", HW(HW_IRQ_ACK, UINT64_MAX).rax == HW_ERR_ARGUMENT, 0);
	EXPECT("port-size", HW(HW_PORT_READ, 0x80, 3).rax == HW_ERR_ARGUMENT, 0);
	EXPECT("port-end", HW(HW_PORT_WRITE, 0xffff, 2).rax == HW_ERR_ARGUMENT, 0);
	EXPECT("port-huge", HW(HW_PORT_READ, UINT64_MAX, 4).rax == HW_ERR_ARGUMENT, 0);
	EXPECT("port-kernels", HW(HW_PORT_WRITE, 0x1e, 4).rax == HW_ERR_OCCUPIED, 0);
	EXPECT("port-console", HW(HW_PORT_READ, 0x3ff, 1).rax == HW_ERR_OCCUPIED, 0);
	EXPECT("port-write", HW(HW_PORT_WRITE, 0x80, 1, 0x5a).rax == HW_OK, 0);
	EXPECT("deadline-bad-signal", HW(HW_DEADLINE, 1, pd).rax == HW_ERR_FRAME, 0);
	child_free(&child);
	pd_free(pd);
}
