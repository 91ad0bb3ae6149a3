/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Devices. Every case asks the feature table first: where the feature is there it has to work,
 * where it is absent the session has to be denied for that reason.
 */
#include "machine.h"

/* -- the real-time clock: ports and an interrupt that is an edge -- */

enum { RTC_INDEX, RTC_DATA };
enum { RTC_A = 10, RTC_B = 11, RTC_C = 12, RTC_D = 13, RATE_1024_HZ = 0x26, PERIODIC = 0x40 };
enum { TICKS = 8, QUIET_MS = 50, VALID = 0x80 };

static uint8_t rtc_read(tn_io_port_cap ports, uint8_t index)
{
	uint8_t value = 0;
	TN_EXPECT_ERROR(tn_io_port_out8(ports, RTC_INDEX, index), TN_OK);
	TN_EXPECT_ERROR(tn_io_port_in8(ports, RTC_DATA, &value), TN_OK);
	return value;
}

static void rtc_write(tn_io_port_cap ports, uint8_t index, uint8_t value)
{
	TN_EXPECT_ERROR(tn_io_port_out8(ports, RTC_INDEX, index), TN_OK);
	TN_EXPECT_ERROR(tn_io_port_out8(ports, RTC_DATA, value), TN_OK);
}

static void ports_of_the_clock(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	if (!open_device(TN_FEATURE_IO_PORT, "rtc", &session))
		return;
	tn_io_port_cap ports = { session.cap };
	TN_EXPECT_EQUAL(rtc_read(ports, RTC_D), VALID);
	uint8_t before = rtc_read(ports, RTC_A);
	rtc_write(ports, RTC_A, RATE_1024_HZ);
	TN_EXPECT_EQUAL(rtc_read(ports, RTC_A) & 0x7f, RATE_1024_HZ);
	rtc_write(ports, RTC_A, before & 0x7f);
	tn_session_close(&session);
}

static void no_port_beyond_the_session(struct tn_env *env)
{
	struct tn_session session;
	uint8_t byte;
	uint16_t word;
	uint32_t both;
	(void)env;
	if (!open_device(TN_FEATURE_IO_PORT, "rtc", &session))
		return;
	tn_io_port_cap ports = { session.cap };
	TN_EXPECT_ERROR(tn_io_port_in8(ports, 2, &byte), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_io_port_in8(ports, UINT16_MAX, &byte), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_io_port_in16(ports, 1, &word), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_io_port_in32(ports, 0, &both), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_io_port_out8(ports, 2, 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_io_port_out16(ports, 1, 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_io_port_out32(ports, 0, 0), TN_ERR_ARGUMENT);
	tn_session_close(&session);
}

/* What has come before does not count. */
static void rtc_periodic(tn_io_port_cap ports, bool on)
{
	uint8_t others = (uint8_t)(rtc_read(ports, RTC_B) & ~PERIODIC);
	rtc_write(ports, RTC_B, (uint8_t)(on ? others | PERIODIC : others));
	(void)rtc_read(ports, RTC_C);
}

static void interrupts_of_the_clock(struct tn_env *env)
{
	struct tn_session ports_session, irq_session;
	struct tn_signal tick = { .handler = NULL };
	bool has_ports = open_device(TN_FEATURE_IO_PORT, "rtc", &ports_session);
	bool has_irq = open_device(TN_FEATURE_IRQ, "rtc", &irq_session);
	if (!has_ports || !has_irq)
		return;
	tn_io_port_cap ports = { ports_session.cap };
	tn_irq_cap irq = { irq_session.cap };
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &tick));
	TN_EXPECT_ERROR(tn_irq_ack(irq), TN_ERR_NOT_FOUND);
	TN_REQUIRE_OK(tn_irq_watch(irq, tick.cap));
	rtc_write(ports, RTC_A, RATE_1024_HZ);
	rtc_periodic(ports, true);
	for (unsigned i = 0; i < TICKS; i++) {
		TN_EXPECT_ERROR(tn_irq_ack(irq), TN_OK);
		(void)rtc_read(ports, RTC_C); /* the next one is an edge again */
		tn_signal_wait(&tick);
	}
	/* Not acknowledged: the clock goes on, and nobody hears of it, until then. */
	for (unsigned i = 0; i < QUIET_MS; i += 10) {
		(void)rtc_read(ports, RTC_C);
		pause_ms(env, 10);
		TN_EXPECT(!tick.pending);
	}
	TN_EXPECT_ERROR(tn_irq_ack(irq), TN_OK);
	tn_signal_wait(&tick);
	/* Nor after the session's end, though the next one was waited for. */
	rtc_periodic(ports, false);
	for (unsigned i = 0; i < TICKS; i++) {
		TN_EXPECT_ERROR(tn_irq_ack(irq), TN_OK);
		pause_ms(env, 1);
		if (tick.pending)
			tn_signal_wait(&tick);
	}
	TN_EXPECT_ERROR(tn_irq_ack(irq), TN_OK);
	tn_session_close(&irq_session);
	rtc_periodic(ports, true);
	pause_ms(env, 10);
	TN_EXPECT(!tick.pending);
	rtc_periodic(ports, false);
	TN_REQUIRE(open_device(TN_FEATURE_IRQ, "rtc", &irq_session));
	irq.handle = irq_session.cap;
	TN_REQUIRE_OK(tn_irq_watch(irq, tick.cap));
	/* One whose signal is gone disturbs nobody. */
	tn_signal_destroy(&tick);
	TN_EXPECT_ERROR(tn_irq_ack(irq), TN_ERR_NOT_FOUND);
	tn_session_close(&irq_session);
	tn_session_close(&ports_session);
}

/* -- device memory -- */

enum { FIRMWARE_SIZE = 0x10000, FIRMWARE_DATE = 0xfff5 };

/* On every PC the date of the firmware is there, as 06/23/99. */
static void memory_of_the_firmware(struct tn_env *env)
{
	struct tn_session session;
	char date[8];
	(void)env;
	if (!open_device(TN_FEATURE_IO_MEM, "firmware", &session))
		return;
	const volatile char *at = attach_device(&session, TN_RIGHT_READ);
	TN_REQUIRE(at);
	for (unsigned i = 0; i < sizeof(date); i++)
		date[i] = at[FIRMWARE_DATE + i];
	TN_EXPECT(date[2] == '/' && date[5] == '/' && date[0] >= '0' && date[0] <= '1');
	tn_session_close(&session);
	/* It goes with the session. */
	const char *gone = (const char *)(uintptr_t)at;
	TN_EXPECT_ERROR(tn_guarded_copy(date, gone, sizeof(date)), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_detach(gone), TN_OK);
}

static void device_memory_is_no_other(struct tn_env *env)
{
	struct tn_session session;
	tn_dataspace_cap dataspace = { 0 };
	uint64_t size = 0;
	uint32_t rights = 0;
	void *address = NULL;
	(void)env;
	if (!open_device(TN_FEATURE_IO_MEM, "firmware", &session))
		return;
	TN_REQUIRE_OK(tn_io_mem_dataspace((tn_io_mem_cap){ session.cap }, &size, &dataspace));
	TN_EXPECT_EQUAL(size, FIRMWARE_SIZE);
	TN_EXPECT_ERROR(tn_dataspace_info(dataspace, &size, &rights), TN_OK);
	TN_EXPECT_EQUAL(rights, TN_RIGHT_READ | TN_RIGHT_WRITE);
	TN_EXPECT_ERROR(tn_attach(dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_EXECUTE, &address),
			TN_ERR_DENIED);
	TN_EXPECT_ERROR(tn_attach(dataspace, FIRMWARE_SIZE, 4096, TN_RIGHT_READ, &address),
			TN_ERR_ARGUMENT);
	tn_cap_release(dataspace.handle);
	tn_session_close(&session);
}

/* Not to be seen from here: that it is mapped, and that it works. */
static void write_combined_memory(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	if (!tn_feature(TN_FEATURE_CACHE_ATTRIBUTES, NULL) ||
	    !open_device(TN_FEATURE_IO_MEM, "0xa0000 0x10000 write-combined", &session))
		return;
	volatile unsigned char *at = attach_device(&session, TN_RIGHT_READ | TN_RIGHT_WRITE);
	TN_REQUIRE(at);
	TN_EXPECT_ERROR(tn_detach((const void *)(uintptr_t)at), TN_OK);
	tn_session_close(&session);
}

/* -- who may have what -- */

static void wrong_labels(struct tn_env *env)
{
	static const char *const memory[] = { "",
					      "x",
					      "0xf0000",
					      "0xf0000 0",
					      "0xf0000 4097",
					      "0xf0001 4096",
					      "0xfffffffffffff000 0x2000",
					      "0xf0000 0x1000 cached",
					      "0xf0000  0x1000",
					      "0xf0000 0x1000 write-combined twice",
					      "-1 4096",
					      "0x10000000000000000 4096",
					      "0xf0000 0x1000 " };
	static const char *const ports[] = { "",
					     "0x70",
					     "0x70 0",
					     "0x10000 1",
					     "0xffff 2",
					     "0x70 2 3",
					     "0x70 18446744073709551615" };
	static const char *const lines[] = { "", "eight", "8 9", "8 ", " 8" };
	(void)env;
	for (unsigned i = 0; i < sizeof(memory) / sizeof(memory[0]); i++)
		expect_answer(TN_FEATURE_IO_MEM, memory[i], TN_ERR_ARGUMENT);
	for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		expect_answer(TN_FEATURE_IO_PORT, ports[i], TN_ERR_ARGUMENT);
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		expect_answer(TN_FEATURE_IRQ, lines[i], TN_ERR_ARGUMENT);
	expect_answer(TN_FEATURE_IRQ, "5000", TN_ERR_NOT_FOUND);
	expect_answer(TN_FEATURE_IRQ, "18446744073709551615", TN_ERR_NOT_FOUND);
}

/* RAM at 1 MiB and around all of it; where interrupts are sent to; their old controllers. */
static void not_what_the_system_needs(struct tn_env *env)
{
	(void)env;
	expect_answer(TN_FEATURE_IO_MEM, "0x100000 0x1000", TN_ERR_CONFLICT);
	expect_answer(TN_FEATURE_IO_MEM, "0 0x8000000000000", TN_ERR_CONFLICT);
	expect_answer(TN_FEATURE_IO_MEM, "0xff000 0x2000", TN_ERR_CONFLICT);
	expect_answer(TN_FEATURE_IO_MEM, "0xfee00000 0x1000", TN_ERR_CONFLICT);
	expect_answer(TN_FEATURE_IO_MEM, "0xfec00000 0x1000", TN_ERR_CONFLICT);
	expect_answer(TN_FEATURE_IO_PORT, "0x20 2", TN_ERR_CONFLICT);
	expect_answer(TN_FEATURE_IO_PORT, "0 65536", TN_ERR_CONFLICT);
	expect_answer(TN_FEATURE_IO_PORT, "0xa1 1", TN_ERR_CONFLICT);
}

static void hold(struct tn_env *env)
{
	struct tn_session memory, ports, line;
	bool open = open_device(TN_FEATURE_IO_MEM, "0xf0000 0x10000", &memory);
	open = open_device(TN_FEATURE_IO_PORT, "0x70 2", &ports) && open;
	open = open_device(TN_FEATURE_IRQ, "8", &line) && open;
	(void)env;
	tn_actor_post(open ? "holds" : "lacks");
}

/* What one has, no other gets, until its end. */
static void no_two_have_the_same(struct tn_env *env)
{
	bool all = tn_feature(TN_FEATURE_IO_MEM, NULL) && tn_feature(TN_FEATURE_IO_PORT, NULL) &&
		   tn_feature(TN_FEATURE_IRQ, NULL);
	(void)env;
	tn_actor_start("holder");
	tn_actor_await(all ? "holds" : "lacks");
	expect_answer(TN_FEATURE_IO_MEM, "0xff000 0x1000", TN_ERR_CONFLICT);
	expect_answer(TN_FEATURE_IO_MEM, "0xe0000 0x11000", TN_ERR_CONFLICT);
	expect_answer(TN_FEATURE_IO_MEM, "0xe0000 0x10000", TN_OK);
	expect_answer(TN_FEATURE_IO_PORT, "0x71 1", TN_ERR_CONFLICT);
	expect_answer(TN_FEATURE_IO_PORT, "0x72 1", TN_OK);
	expect_answer(TN_FEATURE_IRQ, "8", TN_ERR_BUSY);
	tn_actor_kill("holder");
	expect_answer(TN_FEATURE_IO_MEM, "0xff000 0x1000", TN_OK);
	expect_answer(TN_FEATURE_IO_PORT, "0x71 1", TN_OK);
	expect_answer(TN_FEATURE_IRQ, "8", TN_OK);
}

/* -- memory for devices -- */

enum { CAP = 320, DATASPACE = 4096, PIECES = 64, PIECE = 1 << 20 };

static struct tn_accounts accounts(struct tn_env *env)
{
	struct tn_accounts now = { 0, 0, 0, 0 };
	TN_EXPECT_ERROR(tn_pd_accounts(tn_env_pd(env), &now), TN_OK);
	return now;
}

static void price_of_dma_memory(struct tn_env *env)
{
	struct tn_session session;
	tn_dma_dataspace_cap memory = { 0 };
	uint64_t address = 0;
	if (!open_device(TN_FEATURE_DMA, "", &session))
		return;
	tn_dma_cap dma = { session.cap };
	struct tn_accounts before = accounts(env), after;
	TN_REQUIRE_OK(tn_dma_alloc(dma, tn_env_pd(env), 3 * TN_PAGE_SIZE - 1, &memory, &address));
	after = accounts(env);
	TN_EXPECT_EQUAL(after.ram_used - before.ram_used, DATASPACE + 3 * TN_PAGE_SIZE + CAP);
	TN_EXPECT_EQUAL(after.caps_used - before.caps_used, 1);
	tn_dataspace_free(tn_dma_dataspace(memory));
	after = accounts(env);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_ERROR(tn_dma_alloc(dma, tn_env_pd(env), 0, &memory, &address), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_dma_alloc(dma, tn_env_pd(env), UINT64_MAX, &memory, &address),
			TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_dma_alloc(dma, (tn_pd_cap){ session.cap }, 4096, &memory, &address),
			TN_ERR_CAPABILITY);
	tn_session_close(&session);
}

static void dma_memory_runs_out(struct tn_env *env)
{
	static tn_dma_dataspace_cap memory[PIECES];
	struct tn_session session;
	uint64_t address = 0;
	unsigned n = 0;
	tn_error error = TN_OK;
	if (!open_device(TN_FEATURE_DMA, "", &session))
		return;
	tn_dma_cap dma = { session.cap };
	struct tn_accounts before = accounts(env), after;
	while (n < PIECES && error == TN_OK) {
		error = tn_dma_alloc(dma, tn_env_pd(env), PIECE, &memory[n], &address);
		n += error == TN_OK;
	}
	TN_EXPECT_ERROR(error, TN_ERR_OUT_OF_RAM);
	while (n > 0)
		tn_dataspace_free(tn_dma_dataspace(memory[--n]));
	after = accounts(env);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	tn_session_close(&session);
}

/* Where ordinary memory lies is nobody's business. */
static void no_address_of_other_memory(struct tn_env *env)
{
	struct tn_session session;
	tn_dataspace_cap dataspace = { 0 };
	uint64_t address = 0;
	(void)env;
	if (!open_device(TN_FEATURE_DMA, "", &session))
		return;
	tn_dma_cap dma = { session.cap };
	TN_REQUIRE_OK(tn_dataspace_alloc(4096, &dataspace));
	TN_EXPECT_ERROR(tn_dma_address(dma, (tn_dma_dataspace_cap){ dataspace.handle }, &address),
			TN_ERR_ARGUMENT);
	TN_EXPECT_EQUAL(address, 0);
	TN_EXPECT_ERROR(tn_dma_address(dma, (tn_dma_dataspace_cap){ session.cap }, &address),
			TN_ERR_CAPABILITY);
	tn_dataspace_free(dataspace);
	tn_session_close(&session);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "ports-of-the-clock", ports_of_the_clock },
		{ "no-port-beyond-the-session", no_port_beyond_the_session },
		{ "interrupts-of-the-clock", interrupts_of_the_clock },
		{ "memory-of-the-firmware", memory_of_the_firmware },
		{ "device-memory-is-no-other", device_memory_is_no_other },
		{ "write-combined-memory", write_combined_memory },
		{ "wrong-labels", wrong_labels },
		{ "not-what-the-system-needs", not_what_the_system_needs },
		{ "no-two-have-the-same", no_two_have_the_same },
		{ "price-of-dma-memory", price_of_dma_memory },
		{ "dma-memory-runs-out", dma_memory_runs_out },
		{ "no-address-of-other-memory", no_address_of_other_memory },
		{ "a-pci-device-interrupts", edu_computes },
		{ "a-pci-device-transfers", edu_transfers },
		{ "a-pci-device-is-let-go", edu_close },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "holder", hold }, { NULL, NULL } };
	tn_test_main(env, "test-device", cases, roles);
}
