/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Core's start, its event loop, console and time. The kernel has no clock for others: core drives
 * the PC's interval timer. Source of its registers, and of the serial port's: their data sheets. */
#include <core/services.h>
#include <sel4_core.h>

/*
 * Core runs before everybody else: between two steps of its own work it lets the others run as long
 * as the step took, and not less than this.
 */
enum { PAUSE_NS = 20000 };
/* The serial port has taken that many bytes more by then; and who reads it is given up after. */
enum { OUTPUT_NS = 1000000, FLUSH_NS = 1000000000 };

enum { SERIAL = 0x3f8, SERIAL_STATUS = SERIAL + 5, SERIAL_EMPTY = 0x20, SERIAL_FIFO = 16 };
enum { TIMER = 0x40, TIMER_COMMAND = 0x43, TIMER_ONE_SHOT = 0x30, TIMER_HZ = 1193182 };
enum { TIMER_LINE = 2, TIMER_MAX = 0xffff }; /* its line at the I/O APIC */
enum { EXIT_PORT = 0xf4 };
enum { NS_PER_S = 1000000000 };

uint64_t core_endpoint, core_bell;

static uint64_t timer_handler;
static uint64_t tsc_mhz = 1000, tsc_start;
static uint64_t programmed = UINT64_MAX;  /* what the timer was set to */
static uint64_t deadline = UINT64_MAX;    /* what generic core wants */
static uint64_t next_step = UINT64_MAX;   /* of core's own work */
static uint64_t pause = PAUSE_NS;         /* before it */
static uint64_t next_output = UINT64_MAX; /* the console is tried again */
static uint64_t first_output;             /* when the first line was out; 0: not yet */

static uint64_t time_stamp(void)
{
	uint32_t low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

uint64_t port_time(void)
{
	uint64_t ticks = time_stamp() - tsc_start;
	return ticks / tsc_mhz * 1000 + ticks % tsc_mhz * 1000 / tsc_mhz;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What is later than the timer can count is looked at again when it has counted. */
static void program(void)
{
	uint64_t next = earlier(earlier(deadline, turn_next()), earlier(next_step, next_output));
	uint64_t now;
	if (next == UINT64_MAX || next >= programmed)
		return;
	now = port_time();
	uint64_t wait = next > now ? next - now : 0, ticks = TIMER_MAX;
	if (wait < (uint64_t)TIMER_MAX * NS_PER_S / TIMER_HZ)
		ticks = wait * TIMER_HZ / NS_PER_S + 1;
	programmed = next;
	port_out(TIMER_COMMAND, 1, TIMER_ONE_SHOT);
	port_out(TIMER, 1, (uint32_t)ticks & 0xff);
	port_out(TIMER, 1, (uint32_t)ticks >> 8);
}

static size_t write_some(const char *text, size_t length)
{
	size_t n = length < SERIAL_FIFO ? length : SERIAL_FIFO;
	if (!(port_in(SERIAL_STATUS, 1) & SERIAL_EMPTY))
		return 0;
	for (size_t i = 0; i < n; i++)
		port_out(SERIAL, 1, (unsigned char)text[i]);
	return n;
}

/* A line ends as a terminal wants it; what is cut before its second half is tried again. */
size_t port_console_write(const char *text, size_t length)
{
	size_t done = 0, taken = 1;
	while (taken && done < length) {
		taken = write_some(text + done, length - done);
		done += taken;
	}
	if (!first_output)
		first_output = time_stamp();
	if (done < length && next_output == UINT64_MAX) {
		next_output = port_time() + OUTPUT_NS;
		program();
	}
	return done;
}

/* "name=number" within the options; what does not begin with a digit is no number. */
uint64_t port_option(const char *name, uint64_t otherwise)
{
	const char *p = modules_options();
	uint64_t value = otherwise;
	while (*p) {
		size_t n = 0;
		while (*p == ' ')
			p++;
		while (name[n] && p[n] == name[n])
			n++;
		if (!name[n] && p[n] == '=')
			for (value = 0, p += n + 1; *p >= '0' && *p <= '9'; p++)
				value = value * 10 + (uint64_t)(*p - '0');
		while (*p && *p != ' ')
			p++;
	}
	return value;
}

void port_deadline(uint64_t ns)
{
	deadline = ns;
	program();
}

static void plan_step(void)
{
	if (next_step != UINT64_MAX || !core_work_pending())
		return;
	next_step = port_time() + pause;
	program();
}

/* What comes early, by what clocks are rounded, comes again. */
static void expired(void)
{
	uint64_t now = port_time();
	programmed = UINT64_MAX;
	kernel_do(timer_handler, SEL4_IRQ_ACK, 0, 0);
	if (deadline <= now)
		core_deadline();
	if (next_step <= now) {
		core_work();
		uint64_t taken = port_time() - now;
		pause = taken > PAUSE_NS ? taken : PAUSE_NS;
		next_step = UINT64_MAX;
	}
	if (next_output <= now) {
		next_output = UINT64_MAX;
		core_console_ready();
	}
	turn_expired(now);
	program();
}

/* For the bench. Before the end, so that telling it costs nothing that it tells of. */
static void report_first_output(void)
{
	struct port_module module;
	if (first_output && rom_module("report-first-output", &module))
		core_log("first output %llu ticks after core's first instruction",
			 (unsigned long long)(first_output - tsc_start));
}

static void flush(void)
{
	uint64_t end = port_time() + FLUSH_NS;
	for (size_t left; (left = core_console_left()) && port_time() < end;) {
		core_console_ready();
		if (core_console_left() < left)
			end = port_time() + FLUSH_NS;
	}
}

/* QEMU's isa-debug-exit makes 2 * value + 1 of it; boot/run knows. */
void port_exit(int value)
{
	report_first_output();
	flush();
	for (;;)
		port_out(EXIT_PORT, 1, (uint32_t)(127 - (value & 127)));
}

static void rung(uint64_t bells)
{
	for (uint32_t i = BELL_FIRST_LINE; i < BELL_MARK; i++)
		if (bells >> i & 1)
			device_interrupt(i);
	if (bells >> BELL_TIMER & 1)
		expired();
}

static bool serve(struct sel4_message *m)
{
	uint64_t badge = m->cap, start = time_stamp();
	bool reply = message_serve(m);
	if (turn_book(badge, time_stamp() - start, tsc_mhz))
		program();
	return reply;
}

/* No other badge has the mark: what is in a message says nothing of where it comes from. */
void port_run(void)
{
	struct sel4_message m = { .cap = 0 };
	bool reply = false;
	for (;;) {
		m.cap = core_endpoint;
		sel4_enter(reply ? SEL4_REPLY_RECEIVE : SEL4_RECEIVE, &m);
		reply = false;
		if (m.cap >> BELL_MARK & 1)
			rung(m.cap);
		else
			reply = serve(&m);
		plan_step();
	}
}

static void find_clock(const struct sel4_boot_info *info)
{
	const char *p = (const char *)info + SEL4_PAGE_SIZE, *end = p + info->extra_length;
	while (end - p >= (long)sizeof(struct sel4_boot_extra)) {
		const struct sel4_boot_extra *extra = (const void *)p;
		if (extra->id == SEL4_EXTRA_TSC_MHZ)
			tsc_mhz = *(const uint32_t *)(const void *)(extra + 1);
		if (extra->length < sizeof(*extra))
			break;
		p += extra->length;
	}
}

static void make_endpoint(void)
{
	struct kernel_call bind = { .cap_count = 1 };
	core_endpoint = boot_object(SEL4_TYPE_ENDPOINT, 0);
	core_bell = boot_object(SEL4_TYPE_NOTIFICATION, 0);
	bind.caps[0] = core_bell;
	kernel_invoke(SEL4_CAP_THREAD, SEL4_BIND_NOTIFICATION, &bind);
}

TN_NO_RETURN void core_main(const struct sel4_boot_info *info);

void core_main(const struct sel4_boot_info *info)
{
	tsc_start = time_stamp();
	find_clock(info);
	boot_init(info);
	make_endpoint();
	device_init();
	timer_handler = irq_take(TIMER_LINE, false, BELL_TIMER);
	pages_init();
	modules_init();
	core_start();
	port_run();
}
