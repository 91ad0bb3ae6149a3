/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Core's start, its event loop, console and time. */
#include <core/services.h>
#include <fault.h>
#include <hw_core.h>

const struct hw_boot_info *hw_boot;

enum { BADGE_DEADLINE = 1, HANDLE_BYTES = sizeof(tn_handle) };

/*
 * Core runs before everybody else: between two steps of its own work it lets the others run as long
 * as the step took, and not less than this.
 */
enum { PAUSE_NS = 20000 };
/* The serial port has taken that many bytes more by then; and who reads it is given up after. */
enum { OUTPUT_NS = 1000000, FLUSH_NS = 1000000000 };

static uint64_t deadline_signal;
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

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void program(void)
{
	hw_call2(HW_DEADLINE, earlier(deadline, earlier(next_step, next_output)), deadline_signal);
}

size_t port_console_write(const char *text, size_t length)
{
	size_t done = 0, taken = 1;
	while (taken && done < length) {
		size_t n = length - done < HW_CONSOLE_MAX ? length - done : HW_CONSOLE_MAX;
		__builtin_memcpy((void *)HW_CORE_UTCB, text + done, n);
		taken = hw_call2(HW_CONSOLE_WRITE, 0, n).rsi;
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

/* The boot loader's line: words of the form name=number. */
uint64_t port_option(const char *name, uint64_t otherwise)
{
	const char *p = hw_boot->options;
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

uint64_t port_time(void)
{
	return hw_call2(HW_TIME, 0, 0).rsi;
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

/*
 * Only here does core work for itself: its UTCB is free for use, as no reply is in it. What comes
 * early, by what clocks are rounded, comes again.
 */
static void expired(void)
{
	uint64_t now = port_time();
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
	program();
}

/* For the bench. Before the end, so that telling it costs nothing that it tells of. */
static void report_first_output(void)
{
	struct port_module module;
	if (first_output && rom_module("report-first-output", &module))
		core_log("first output %llu ticks after the kernel's first instruction",
			 (unsigned long long)(first_output - hw_boot->kernel_entry_tsc));
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

void port_exit(int value)
{
	report_first_output();
	flush();
	for (;;)
		hw_call2(HW_SHUTDOWN, (uint64_t)value & 127, 0);
}

/* Handles to and from core follow the data of the message. */
static bool split_caps(struct tn_request *request)
{
	uint32_t bytes = request->cap_count * HANDLE_BYTES;
	if (request->cap_count > TN_MESSAGE_CAPS_MAX || bytes > request->length)
		return false;
	request->length -= bytes;
	__builtin_memcpy(request->caps, request->data + request->length, bytes);
	return true;
}

static uint64_t error_tag(tn_error status)
{
	return hw_tag(tn_error_number(status), 0, 0, 0);
}

static uint64_t reply_tag(struct tn_request *request, tn_error status)
{
	if (status != TN_OK)
		return error_tag(status);
	uint32_t bytes = request->reply_cap_count * HANDLE_BYTES;
	if (request->reply_length + bytes > HW_MESSAGE_MAX)
		return error_tag(TN_ERR_TOO_LONG);
	__builtin_memcpy(request->reply + request->reply_length, request->reply_caps, bytes);
	return hw_tag(tn_error_number(TN_OK), request->reply_length + bytes,
		      request->reply_cap_count, 0);
}

static uint64_t serve(uint64_t badge, uint64_t tag)
{
	struct pd *client;
	struct tn_request request = {
		.data = (const unsigned char *)HW_CORE_UTCB,
		.reply = (unsigned char *)HW_CORE_UTCB,
		.length = HW_TAG_LENGTH(tag),
		.opcode = HW_TAG_OPCODE(tag),
		.cap_count = (uint8_t)HW_TAG_CAPS(tag),
		.thread = HW_TAG_THREAD(tag),
	};
	if (!split_caps(&request))
		return error_tag(TN_ERR_PROTOCOL);
	if (!pd_find((uint32_t)(badge >> 32), &client) || !client)
		return error_tag(TN_ERR_GONE);
	return reply_tag(&request, core_request(client, (tn_handle)badge, &request));
}

void port_run(void)
{
	uint64_t flags = 0, tag = 0, instruction;
	for (;;) {
		struct hw_result event = hw_wait(flags, tag, &instruction);
		flags = 0;
		if (event.status == HW_EVENT_REQUEST) {
			tag = serve(event.rdi, event.rsi);
			flags = HW_WAIT_REPLY;
		} else if (event.status == HW_EVENT_FAULT) {
			fault_handle(event.rdi, (uint32_t)event.rsi, (uint32_t)(event.rsi >> 32),
				     event.rdx, instruction);
		} else if (event.status == HW_EVENT_SIGNAL && event.rdi == BADGE_DEADLINE) {
			expired();
		}
		plan_step();
	}
}

TN_NO_RETURN void core_main(const struct hw_boot_info *boot);

void core_main(const struct hw_boot_info *boot)
{
	hw_boot = boot;
	frames_init();
	modules_init();
	deadline_signal = signal_create(boot->core_thread, BADGE_DEADLINE);
	hw_call2(HW_FAULT_HANDLER, boot->core_thread, 0);
	core_start();
	port_run();
}
