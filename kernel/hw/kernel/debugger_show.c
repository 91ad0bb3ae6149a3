/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "debugger_show.h"
#include "capability.h"
#include "console.h"
#include "pd.h"
#include "schedule.h"
#include "string.h"
#include "table.h"
#include "timer.h"

enum { CALLERS_MAX = 32, BYTES_A_LINE = 16, BUILD_ID_SIZE = 20 };

/* Where Tenon's linker puts a component's executable, LAYOUT_BINARIES. */
#define EXECUTABLE 0x18000000ull

static const char *const states[] = { "runnable", "calling", "waiting", "parked", "faulted" };

static void put_hex(uint64_t value)
{
	char digits[17] = { 0 };
	unsigned first = 16;

	do {
		digits[--first] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	console_text(digits + first);
}

static void put_decimal(uint64_t value)
{
	char digits[21] = { 0 };
	unsigned first = 20;

	do {
		digits[--first] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	console_text(digits + first);
}

static void field(const char *name, uint64_t value)
{
	console_text(name);
	put_hex(value);
}

static bool stopped(void)
{
	if (console_poll() == CONSOLE_NOTHING)
		return false;
	console_text("(stopped)\n");
	return true;
}

/* The byte that the PD has there; NULL: none, or a device's, which must not be read. */
static const uint8_t *memory_of(const struct pd *pd, uint64_t address)
{
	unsigned level;
	const uint64_t *entry;

	if (!table_user_address(address) || !pd->page_table)
		return NULL;
	entry = table_walk(pd->page_table, address, &level);
	if (level != TABLE_LOWEST || !(*entry & TABLE_PRESENT))
		return NULL;
	uint64_t physical = *entry & TABLE_ADDRESS;
	if (physical / HW_PAGE_SIZE >= frame_count ||
	    frames[physical / HW_PAGE_SIZE].kind == FRAME_DEVICE)
		return NULL;
	return (const uint8_t *)frame_memory(physical) + address % HW_PAGE_SIZE;
}

static bool read_word(const struct pd *pd, uint64_t address, uint64_t *value)
{
	const uint8_t *at = address % sizeof(*value) == 0 ? memory_of(pd, address) : NULL;

	if (at)
		memcpy(value, at, sizeof(*value));
	return at;
}

/* Of the executable, by which a tool finds its name and symbols: the note in its first page. */
static void put_build_id(const struct pd *pd)
{
	static const uint8_t note[16] = { 4, 0, 0, 0, BUILD_ID_SIZE, 0,   0,   0,
					  3, 0, 0, 0, 'G',           'N', 'U', 0 };
	const uint8_t *page = memory_of(pd, EXECUTABLE);

	for (unsigned at = 0; page && at + sizeof(note) + BUILD_ID_SIZE <= HW_PAGE_SIZE; at += 4) {
		if (memcmp(page + at, note, sizeof(note)) != 0)
			continue;
		console_text(" build ");
		for (unsigned i = 0; i < BUILD_ID_SIZE; i++) {
			uint8_t byte = page[at + sizeof(note) + i];

			put_hex(byte >> 4);
			put_hex(byte & 15);
		}
		return;
	}
}

/* -- threads -- */

static void show_thread(const struct thread *thread)
{
	field("thread ", frame_address(thread));
	field(" pd ", frame_address(thread->pd));
	field(" id ", thread->local_id);
	console_text(thread == current ? " running" : " ");
	if (thread != current)
		console_text(states[thread->state]);
	if (thread->server)
		field(thread->server->client == thread ? " served by " : " queued at ",
		      frame_address(thread->server));
	if (thread->client)
		field(" serves ", frame_address(thread->client));
	console_text(" priority ");
	put_decimal(thread->priority);
	if (thread->effective != thread->priority) {
		console_text(" runs at ");
		put_decimal(thread->effective);
	}
	console_text(" used ");
	put_decimal(timer_to_ns(schedule_time_used(thread)) / 1000);
	field(" us at ", thread->registers.rip);
	console_text("\n");
}

void debugger_show_threads(void)
{
	for (uint64_t i = 1; i < frame_count && !stopped(); i++) {
		const struct thread *thread = thread_find(i * HW_PAGE_SIZE);

		if (thread)
			show_thread(thread);
	}
}

/* NULL after a complaint. */
static struct thread *need_thread(uint64_t name)
{
	struct thread *thread = thread_find(name);

	if (!thread)
		console_text("kdb: no such thread; threads lists them\n");
	return thread;
}

void debugger_show_registers(uint64_t name)
{
	static const char *const names[] = { "rax ", "rbx ", "rcx ", "rdx ", "rsi ", "rdi ",
					     "rbp ", "r8  ", "r9  ", "r10 ", "r11 ", "r12 ",
					     "r13 ", "r14 ", "r15 ", "rip ", "rsp ", "flg " };
	const struct thread *thread = need_thread(name);
	uint64_t values[sizeof(names) / sizeof(names[0])];

	if (!thread)
		return;
	memcpy(values, &thread->registers, sizeof(values));
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		console_text(names[i]);
		console_hex(values[i]);
		console_text(i % 3 == 2 ? "\n" : "  ");
	}
}

void debugger_show_backtrace(uint64_t name)
{
	const struct thread *thread = need_thread(name);
	uint64_t frame, caller, address;

	if (!thread)
		return;
	field("backtrace of thread ", name);
	field(" pd ", frame_address(thread->pd));
	put_build_id(thread->pd);
	field("\n  at ", thread->registers.rip);
	frame = thread->registers.rbp;
	for (unsigned i = 0; i < CALLERS_MAX; i++) {
		if (!read_word(thread->pd, frame, &caller) ||
		    !read_word(thread->pd, frame + sizeof(frame), &address) || !address)
			break;
		field("\n  from ", address);
		if (caller <= frame) /* they go upwards, or are none */
			break;
		frame = caller;
	}
	console_text("\n");
}

/* -- protection domains -- */

void debugger_show_pds(void)
{
	for (uint64_t i = 1; i < frame_count && !stopped(); i++) {
		const struct pd *pd = pd_find(i * HW_PAGE_SIZE);

		if (!pd)
			continue;
		field("pd ", frame_address(pd));
		field(" page table ", pd->page_table);
		console_text(" threads ");
		put_decimal(pd->thread_count);
		console_text(" capability slots ");
		put_decimal((uint64_t)pd->capability_frames * HW_CAPS_PER_FRAME);
		if (pd == core_pd)
			console_text(" core");
		else
			put_build_id(pd);
		console_text("\n");
	}
}

static const struct pd *need_pd(uint64_t name)
{
	const struct pd *pd = pd_find(name);

	if (!pd)
		console_text("kdb: no such protection domain; pds lists them\n");
	return pd;
}

/* Adjacent pages with the same bits, whatever frames they are. */
struct range {
	uint64_t first, end, bits;
};

static void show_range(const struct range *range)
{
	if (range->end == range->first)
		return;
	console_hex(range->first);
	console_text(" ");
	console_hex(range->end);
	console_text(range->bits & TABLE_WRITE ? " rw" : " r-");
	console_text(range->bits & TABLE_NO_EXECUTE ? "-" : "x");
	console_text(range->bits & TABLE_UNCACHED ? " uncached\n" : "\n");
}

void debugger_show_space(uint64_t name)
{
	const uint64_t kept = TABLE_WRITE | TABLE_NO_EXECUTE | TABLE_UNCACHED;
	const struct pd *pd = need_pd(name);
	struct range range = { 0 };

	for (uint64_t address = 0; pd && address < USER_END && !stopped();) {
		unsigned level;
		uint64_t entry = *table_walk(pd->page_table, address, &level);
		uint64_t span = (uint64_t)HW_PAGE_SIZE << 9 * level, next;

		next = address / span * span + span;
		if (level == TABLE_LOWEST && entry & TABLE_PRESENT) {
			if (range.end != address || range.bits != (entry & kept)) {
				show_range(&range);
				range = (struct range){ address, address, entry & kept };
			}
			range.end = next;
		}
		address = next;
	}
	show_range(&range);
}

void debugger_show_capabilities(uint64_t name)
{
	const struct pd *pd = need_pd(name);
	uint32_t slots = pd ? pd->capability_frames * HW_CAPS_PER_FRAME : 0;

	for (uint32_t i = 1; i < slots && !stopped(); i++) {
		const struct capability *slot = capability_slot(pd, i);
		uint32_t kind = slot->object & 3;

		if (kind == HW_CAP_NONE)
			continue;
		field("slot ", i);
		field(" generation ", slot->check & 0xff);
		field(kind == HW_CAP_OBJECT ? " object of thread " : " signal ",
		      (uint64_t)(slot->object >> 8) * HW_PAGE_SIZE +
			      (slot->object >> 2 & 63) * HW_SIGNAL_SIZE);
		if (kind == HW_CAP_OBJECT ? !capability_thread(slot) : !capability_signal(slot))
			console_text(" (gone)");
		if (kind == HW_CAP_OBJECT)
			field(" badge ", slot->badge);
		console_text("\n");
	}
}

static void show_line(const struct pd *pd, uint64_t address, uint64_t bytes)
{
	console_hex(address);
	console_text(" ");
	for (unsigned i = 0; i < bytes; i++) {
		const uint8_t *at = memory_of(pd, address + i);

		console_text(" ");
		if (at) {
			put_hex(*at >> 4);
			put_hex(*at & 15);
		} else {
			console_text("--");
		}
	}
	console_text("\n");
}

void debugger_show_memory(uint64_t name, uint64_t address, uint64_t bytes)
{
	const struct pd *pd = need_pd(name);

	while (pd && bytes && !stopped()) {
		uint64_t n = bytes < BYTES_A_LINE ? bytes : BYTES_A_LINE;

		show_line(pd, address, n);
		address += n;
		bytes -= n;
	}
}
