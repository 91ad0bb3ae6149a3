/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

enum { UTCB_ARGS = 2048, UTCB_REGISTERS = 3072, TEXT_MAX = 1024 };
enum { POOL_MAX = 16384, PD_TABLES = 8 };

uint64_t core_pd, core_thread;

static uint64_t pool[POOL_MAX];
static uint64_t pool_count;
static uint64_t shared_frame, code_frame, signal_frame;
static uint64_t timer_signal;
static uint64_t signals_used;

/* A puppet of the lowest priority: it gets to its task when nobody else has anything to do. */
static struct child idle;
static bool idle_asked;

enum { BADGE_TIMER = 0x7133, BADGE_IDLE = 0x1d1e, BADGE_PUPPET = 0x9090 };
enum { SETTLE_US = 20000 };

extern uint8_t child_begin[], child_end[];

static uint8_t *utcb(void)
{
	return (uint8_t *)HW_CORE_UTCB; /* NOLINT(performance-no-int-to-ptr) */
}

/* Reports */

static unsigned failures;
static uint64_t text_length;

static void put(char c)
{
	utcb()[text_length++ % TEXT_MAX] = (uint8_t)c;
}

static void put_text(const char *text)
{
	while (*text)
		put(*text++);
}

static void put_number(uint64_t value)
{
	char digits[20];
	unsigned n = 0;

	do
		digits[n++] = (char)('0' + value % 10);
	while (value /= 10);
	while (n)
		put(digits[--n]);
}

static void put_hex(uint64_t value)
{
	put_text("0x");
	for (int shift = 60; shift >= 0; shift -= 4)
		if (value >> shift || !shift)
			put("0123456789abcdef"[value >> shift & 15]);
}

static void flush(void)
{
	put('\n');
	HW(HW_CONSOLE_WRITE, 0, text_length);
	text_length = 0;
}

void test_check(const char *name, bool good, const char *reason, uint64_t value)
{
	put_text(good ? "ok " : "not ok ");
	put_text(name);
	if (!good) {
		put_text(": ");
		put_text(reason);
		put_text(", value ");
		put_hex(value);
		failures++;
	}
	flush();
}

void test_note(const char *text, uint64_t value)
{
	put_text("note ");
	put_text(text);
	put(' ');
	put_number(value);
	flush();
}

unsigned test_failures(void)
{
	return failures;
}

/* Frames */

void frames_setup(const struct hw_boot_info *info)
{
	for (uint32_t i = 0; i < info->range_count; i++)
		for (uint64_t at = 0; at < info->ranges[i].size && pool_count < POOL_MAX;
		     at += HW_PAGE_SIZE)
			pool[pool_count++] = info->ranges[i].base + at;
}

uint64_t frame_new(void)
{
	uint64_t frame = pool[--pool_count];
	uint64_t *words = window(frame);

	for (unsigned i = 0; i < HW_PAGE_SIZE / 8; i++)
		words[i] = 0;
	return frame;
}

void frame_free(uint64_t frame)
{
	pool[pool_count++] = frame;
}

uint64_t frames_free_count(void)
{
	return pool_count;
}

/* Time and events */

uint64_t time_ns(void)
{
	return HW(HW_TIME).rsi;
}

/* Core's next event, NONE for the one that only says that everybody else is idle. */
static struct result wait_event(uint64_t flags)
{
	struct result event = HW(HW_REPLY_WAIT, flags);

	if (event.rax == HW_EVENT_SIGNAL && event.rdi == BADGE_IDLE) {
		idle_asked = false;
		event.rax = HW_EVENT_NONE;
	}
	return event;
}

static bool is_timer(struct result event)
{
	return event.rax == HW_EVENT_SIGNAL && event.rdi == BADGE_TIMER;
}

static void set_timer(uint64_t us)
{
	HW(HW_DEADLINE, time_ns() + us * 1000, timer_signal);
}

void sleep_us(uint64_t us)
{
	set_timer(us);
	while (!is_timer(wait_event(HW_WAIT_SIGNALS_ONLY)))
		;
}

void settle(void)
{
	set_timer(SETTLE_US);
	if (!idle_asked)
		TELL(&idle, HW_SIGNAL, 1);
	idle_asked = true;
	while (idle_asked && !is_timer(wait_event(HW_WAIT_SIGNALS_ONLY)))
		;
	HW(HW_DEADLINE, UINT64_MAX, 0);
}

struct result next_event(void)
{
	struct result event;

	set_timer(SETTLE_US);
	do
		event = wait_event(0);
	while (event.rax == HW_EVENT_NONE);
	HW(HW_DEADLINE, UINT64_MAX, 0);
	if (is_timer(event))
		event.rax = HW_EVENT_NONE;
	return event;
}

uint64_t cap_set(uint64_t pd, uint32_t handle, enum hw_cap_kind kind, uint64_t target,
		 uint64_t badge)
{
	return HW(HW_CAP_SET, pd, handle, kind, target, badge).rax;
}

uint64_t signal_new(uint64_t thread, uint64_t badge)
{
	for (unsigned i = 0; i < HW_SIGNALS_PER_FRAME; i++) {
		uint64_t name = signal_frame + i * HW_SIGNAL_SIZE;

		if (signals_used >> i & 1)
			continue;
		signals_used |= 1ull << i;
		if (HW(HW_SIGNAL_CREATE, name, thread, badge).rax != HW_OK)
			return 0;
		return name;
	}
	return 0;
}

void signal_free(uint64_t signal)
{
	HW(HW_SIGNAL_DESTROY, signal);
	signals_used &= ~(1ull << (signal - signal_frame) / HW_SIGNAL_SIZE);
}

/* PDs and threads */

void child_setup(const struct hw_boot_info *info)
{
	uint64_t *to;
	const uint64_t *from = (const uint64_t *)(const void *)child_begin;

	core_pd = info->core_pd;
	core_thread = info->core_thread;
	shared_frame = frame_new();
	code_frame = frame_new();
	signal_frame = frame_new();
	to = window(code_frame);
	for (unsigned i = 0; i < HW_PAGE_SIZE / 8; i++)
		to[i] = from[i];
	HW(HW_SIGNAL_FRAME, signal_frame);
	timer_signal = signal_new(core_thread, BADGE_TIMER);
	HW(HW_CAP_GROW, core_pd, frame_new());
	idle = child_new(pd_new(), 0, child_puppet, 0);
	cap_set(idle.pd, 1, HW_CAP_SIGNAL, signal_new(core_thread, BADGE_IDLE), 0);
}

volatile struct slot *child_slot(unsigned slot)
{
	return (volatile struct slot *)window(shared_frame) + slot;
}

struct result pd_map_pages(uint64_t pd, uint64_t address, uint64_t frame, uint64_t pages,
			   uint64_t rights)
{
	struct result result;
	uint64_t done = 0;

	for (;;) {
		uint64_t offset = done * HW_PAGE_SIZE;

		result = HW(HW_MAP, pd, address + offset, frame + offset, pages - done, rights);
		done += result.rsi;
		if (result.rax == HW_ERR_NEED_TABLE)
			HW(HW_TABLE_ADD, pd, address + done * HW_PAGE_SIZE, frame_new());
		else if (result.rax != HW_ERR_AGAIN)
			break;
	}
	result.rsi = done;
	return result;
}

void pd_map(uint64_t pd, uint64_t address, uint64_t frame, uint64_t rights)
{
	struct result result = pd_map_pages(pd, address, frame, 1, rights);

	if (result.rax != HW_OK)
		EXPECT("support-map", result.rax == HW_OK, result.rax);
}

uint64_t pd_new(void)
{
	uint64_t pd = frame_new();
	uint64_t status = HW(HW_PD_CREATE, pd, frame_new()).rax;

	if (status != HW_OK)
		EXPECT("support-pd", status == HW_OK, status);
	pd_map(pd, (uint64_t)child_begin, code_frame, HW_RIGHT_READ | HW_RIGHT_EXECUTE);
	pd_map(pd, CHILD_SHARED, shared_frame, HW_RIGHT_READ | HW_RIGHT_WRITE);
	HW(HW_CAP_GROW, pd, frame_new());
	return pd;
}

void pd_free(uint64_t pd)
{
	struct result result;

	do {
		result = HW(HW_PD_DESTROY, pd);
		if (result.rsi && (result.rax == HW_OK || result.rax == HW_ERR_AGAIN))
			frame_free(result.rsi);
	} while (result.rax == HW_ERR_AGAIN);
	if (result.rax != HW_OK)
		EXPECT("support-pd-free", result.rax == HW_OK, result.rax);
}

struct child child_new(uint64_t pd, unsigned slot, void (*entry)(void), uint32_t priority)
{
	struct child child = { .pd = pd, .slot = slot };
	uint64_t utcb_address = CHILD_UTCBS + slot * HW_PAGE_SIZE;
	uint64_t stack = CHILD_STACKS + slot * HW_PAGE_SIZE;
	struct hw_thread_args *args = (struct hw_thread_args *)(void *)(utcb() + UTCB_ARGS);
	struct slot *words = (struct slot *)window(shared_frame) + slot;
	uint64_t status;

	child.thread = frame_new();
	child.utcb = frame_new();
	child.stack = frame_new();
	words->done = 0;
	pd_map(pd, stack, child.stack, HW_RIGHT_READ | HW_RIGHT_WRITE);
	*args = (struct hw_thread_args){
		.pd = pd,
		.thread_frame = child.thread,
		.utcb_frame = child.utcb,
		.utcb_address = utcb_address,
		.entry = (uint64_t)entry,
		.stack_pointer = stack + HW_PAGE_SIZE,
		.argument = CHILD_SHARED + slot * sizeof(struct slot),
		.priority = priority,
		.local_id = slot,
	};
	status = HW(HW_THREAD_CREATE, UTCB_ARGS).rax;
	if (status == HW_ERR_NEED_TABLE) {
		HW(HW_TABLE_ADD, pd, utcb_address, frame_new());
		status = HW(HW_THREAD_CREATE, UTCB_ARGS).rax;
	}
	if (status != HW_OK)
		EXPECT("support-thread", status == HW_OK, status);
	child.signal = signal_new(child.thread, BADGE_PUPPET);
	HW(HW_CAP_SET, core_pd, 64 + slot, HW_CAP_SIGNAL, child.signal, 0);
	return child;
}

uint64_t thread_free(uint64_t thread)
{
	uint64_t status;

	do
		status = HW(HW_THREAD_DESTROY, thread).rax;
	while (status == HW_ERR_AGAIN);
	return status;
}

void child_free(struct child *child)
{
	uint64_t status = thread_free(child->thread);

	if (status != HW_OK)
		EXPECT("support-thread-free", status == HW_OK, status);
	HW(HW_UNMAP, child->pd, CHILD_STACKS + child->slot * HW_PAGE_SIZE, 1);
	HW(HW_CAP_CLEAR, core_pd, 64 + child->slot);
	signal_free(child->signal);
	frame_free(child->thread);
	frame_free(child->utcb);
	frame_free(child->stack);
	child->thread = 0;
}

void child_tell(const struct child *child, uint64_t number, uint64_t rdi, uint64_t rsi,
		uint64_t rdx, uint64_t r10, uint64_t r8)
{
	volatile struct slot *slot = child_slot(child->slot);

	slot->number = number;
	slot->rdi = rdi;
	slot->rsi = rsi;
	slot->rdx = rdx;
	slot->r10 = r10;
	slot->r8 = r8;
	HW(HW_SIGNAL, 64 + child->slot);
}

struct hw_registers child_registers(const struct child *child)
{
	HW(HW_THREAD_REGISTERS, child->thread, UTCB_REGISTERS);
	return *(struct hw_registers *)(void *)(utcb() + UTCB_REGISTERS);
}

enum hw_thread_state child_state(const struct child *child)
{
	return (enum hw_thread_state)child_registers(child).state;
}

uint64_t thread_try(const struct hw_thread_args *args)
{
	*(struct hw_thread_args *)(void *)(utcb() + UTCB_ARGS) = *args;
	return HW(HW_THREAD_CREATE, UTCB_ARGS).rax;
}
