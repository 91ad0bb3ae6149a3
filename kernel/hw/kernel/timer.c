/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "timer.h"
#include "apic.h"
#include "cpu.h"
#include "panic.h"

__extension__ typedef unsigned __int128 wide;

enum { PIT_HZ = 1193182, PIT_CHANNEL_2 = 0x42, PIT_COMMAND = 0x43, PIT_GATE = 0x61 };
enum { MEASURE_HZ = 200, MEASURE_COUNT = PIT_HZ / MEASURE_HZ, MEASUREMENTS = 3 };
enum { POLL_PAUSE = 100 };

/* Ticks after which there is no interval timer: seconds, on any CPU. */
#define PATIENCE (1ull << 34)

/* Fixed-point factors: 32 bits of fraction. */
static uint64_t ns_per_tick, ticks_per_ns, timer_per_tick;
static uint64_t ticks_per_second, boot_tsc;

static uint64_t armed = UINT64_MAX;
static uint64_t deadline = UINT64_MAX;
static struct signal_reference deadline_signal;

struct measurement {
	uint64_t ticks, timer;
};

static uint64_t scale(uint64_t value, uint64_t factor)
{
	return (uint64_t)((wide)value * factor >> 32);
}

static uint64_t ratio(uint64_t numerator, uint64_t denominator)
{
	/* both are below 2^40: the quotient is split so that no 128-bit division is needed */
	uint64_t whole = numerator / denominator, rest = numerator % denominator;
	uint64_t fraction = 0;

	for (unsigned i = 0; i < 32; i++) {
		rest *= 2;
		fraction = fraction << 1 | (rest >= denominator);
		if (rest >= denominator)
			rest -= denominator;
	}
	return whole << 32 | fraction;
}

/*
 * Between two looks at the port the loop does something cheap: with QEMU's -icount, time passes by
 * instructions, and port accesses are slow ones.
 */
static void wait_for_pit(void)
{
	uint64_t start = cpu_tsc();

	while (!(cpu_in8(PIT_GATE) & 0x20)) {
		for (unsigned i = 0; i < POLL_PAUSE; i++)
			__asm__ volatile("");
		if (cpu_tsc() - start > PATIENCE)
			panic("no interval timer to measure the clock by");
	}
}

static struct measurement measure(void)
{
	uint8_t gate = (uint8_t)((cpu_in8(PIT_GATE) & ~2u) | 1u);
	struct measurement result;
	uint64_t start;

	cpu_out8(PIT_GATE, gate);
	cpu_out8(PIT_COMMAND, 0xb0); /* channel 2, both bytes, mode 0: high when done */
	cpu_out8(PIT_CHANNEL_2, MEASURE_COUNT & 0xff);
	apic_timer_start(UINT32_MAX);
	cpu_out8(PIT_CHANNEL_2, MEASURE_COUNT >> 8);
	start = cpu_tsc();
	wait_for_pit();
	result.ticks = cpu_tsc() - start;
	result.timer = UINT32_MAX - apic_timer_left();
	apic_timer_start(0);
	return result;
}

void timer_setup(void)
{
	struct measurement best = measure();

	/* Whatever disturbs a measurement makes it longer. */
	for (unsigned i = 1; i < MEASUREMENTS; i++) {
		struct measurement next = measure();

		if (next.ticks < best.ticks)
			best = next;
	}
	ticks_per_second = best.ticks * PIT_HZ / MEASURE_COUNT;
	ns_per_tick = ratio(1000000000, ticks_per_second);
	ticks_per_ns = ratio(ticks_per_second, 1000000000);
	timer_per_tick = ratio(best.timer, best.ticks);
	boot_tsc = cpu_tsc();
}

uint64_t timer_ticks_per_second(void)
{
	return ticks_per_second;
}

uint64_t timer_to_ns(uint64_t ticks)
{
	return scale(ticks, ns_per_tick);
}

uint64_t timer_now(void)
{
	return timer_to_ns(cpu_tsc() - boot_tsc);
}

void timer_want(uint64_t tsc)
{
	uint64_t now, count;

	if (tsc >= armed)
		return;
	armed = tsc;
	now = cpu_tsc();
	count = tsc > now ? scale(tsc - now, timer_per_tick) + 1 : 1;
	/* Too far for the counter: it fires early, and is set again. */
	apic_timer_start(count < UINT32_MAX ? (uint32_t)count : UINT32_MAX);
}

static uint64_t to_tsc(uint64_t ns)
{
	wide ticks = (wide)ns * ticks_per_ns >> 32;
	uint64_t limit = UINT64_MAX - 1 - boot_tsc;

	return boot_tsc + (ticks < limit ? (uint64_t)ticks + 1 : limit);
}

static void check_deadline(void)
{
	if (cpu_tsc() < deadline) {
		timer_want(deadline);
		return;
	}
	deadline = UINT64_MAX;
	signal_submit_reference(deadline_signal);
}

void timer_set_deadline(uint64_t at, struct signal_reference signal)
{
	deadline = at == UINT64_MAX ? UINT64_MAX : to_tsc(at);
	deadline_signal = signal;
	check_deadline();
}

void timer_interrupt(void)
{
	armed = UINT64_MAX;
	check_deadline();
}
