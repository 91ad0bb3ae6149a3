/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Devices. Core holds one capability for all I/O ports, and one for each line in use; frames of
 * device memory it cuts from what the kernel has given, page by page, and keeps. */
#include <core/device/port_device.h>
#include <sel4_core.h>

enum { PORTS_LAST = 0xffff, FIRST_LEVEL_LINE = 16, LINES = 24 };

static uint64_t ports;

void device_init(void)
{
	struct kernel_call call = {
		.word = { 0, PORTS_LAST, boot_slot(), 64 },
		.words = 4,
		.caps = { core_root },
		.cap_count = 1,
	};
	ports = call.word[2];
	kernel_invoke(SEL4_CAP_PORTS, SEL4_ISSUE_PORTS, &call);
}

uint32_t port_in(uint16_t port, uint32_t size)
{
	uint64_t label = size == 1 ? SEL4_IN8 : size == 2 ? SEL4_IN16 : SEL4_IN32;
	struct sel4_message m = { ports, SEL4_INFO(label, 1), { port } };
	sel4_enter(SEL4_CALL, &m);
	return SEL4_INFO_LABEL(m.info) ? 0 : (uint32_t)m.word[0];
}

void port_out(uint16_t port, uint32_t size, uint32_t value)
{
	uint64_t label = size == 1 ? SEL4_OUT8 : size == 2 ? SEL4_OUT16 : SEL4_OUT32;
	kernel_do(ports, label, port, value);
}

uint32_t port_io_port_read(uint16_t port, uint32_t size)
{
	return port_in(port, size);
}

void port_io_port_write(uint16_t port, uint32_t size, uint32_t value)
{
	port_out(port, size, value);
}

/* What core and the kernel use themselves: first, count, and what for. */
static const struct {
	uint32_t first, count;
	const char *owner;
} owners[] = {
	{ 0x20, 2, "the interrupt controllers" },
	{ 0xa0, 2, "the interrupt controllers" },
	{ 0x40, 4, "core's clock" },
	{ 0x61, 1, "core's clock" },
	{ 0xf4, 4, "the end of the system" },
	{ 0x3f8, 8, "the console" },
};

const char *port_io_port_owner(uint32_t first, uint32_t count)
{
	for (unsigned i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		if (first < owners[i].first + owners[i].count && owners[i].first < first + count)
			return owners[i].owner;
	return NULL;
}

/* Untyped memory of devices, as it was cut so far. */
struct device_piece {
	uint64_t base, untyped;
	uint32_t bits;
};
enum { PIECES_MAX = 2048 };
static struct device_piece pieces[PIECES_MAX];
static uint32_t piece_count;
static struct {
	uint64_t physical, frame;
} device_frames[PIECES_MAX];
static uint32_t frame_count;

static void find_pieces(void)
{
	for (uint64_t i = 0; !frame_count && i < boot_info->untyped.end - boot_info->untyped.start;
	     i++) {
		const struct sel4_untyped *u = &boot_info->untypeds[i];
		if (u->is_device && u->size_bits >= SEL4_PAGE_SHIFT && piece_count < PIECES_MAX)
			pieces[piece_count++] =
				(struct device_piece){ u->base, boot_info->untyped.start + i,
						       u->size_bits };
	}
}

static struct device_piece *piece_at(uint64_t physical)
{
	if (!piece_count)
		find_pieces();
	for (uint32_t i = 0; i < piece_count; i++)
		if (physical >= pieces[i].base &&
		    physical - pieces[i].base < 1ull << pieces[i].bits)
			return &pieces[i];
	return NULL;
}

static uint64_t make(uint64_t untyped, int type, uint64_t bits)
{
	const struct slot root = { SEL4_CAP_ROOT, 0, 0 };
	uint64_t slot = boot_slot();
	return slot && !kernel_retype(untyped, (uint64_t)type, bits, &root, slot, 1) ? slot : 0;
}

/* Halves the piece until the page is one by itself. */
static uint64_t cut(struct device_piece *piece, uint64_t physical)
{
	while (piece && piece->bits > SEL4_PAGE_SHIFT) {
		uint32_t bits = piece->bits - 1;
		uint64_t low = piece_count < PIECES_MAX
				       ? make(piece->untyped, SEL4_TYPE_UNTYPED, bits)
				       : 0;
		uint64_t high = low ? make(piece->untyped, SEL4_TYPE_UNTYPED, bits) : 0;
		if (!high)
			return 0;
		pieces[piece_count++] =
			(struct device_piece){ piece->base + (1ull << bits), high, bits };
		piece->untyped = low;
		piece->bits = bits;
		piece = piece_at(physical);
	}
	return piece ? make(piece->untyped, SEL4_TYPE_FRAME, 0) : 0;
}

uint64_t device_frame(uint64_t physical)
{
	for (uint32_t i = 0; i < frame_count; i++)
		if (device_frames[i].physical == physical)
			return device_frames[i].frame;
	uint64_t frame = frame_count < PIECES_MAX ? cut(piece_at(physical), physical) : 0;
	if (!frame)
		return 0;
	device_frames[frame_count].physical = physical;
	device_frames[frame_count++].frame = frame;
	return frame;
}

/* What the kernel does not give is its own, or RAM. */
const char *port_io_mem_owner(uint64_t base, uint64_t size)
{
	uint64_t end = base + size;
	for (uint64_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++) {
		const struct sel4_untyped *u = &boot_info->untypeds[i];
		if (!u->is_device && base < u->base + (1ull << u->size_bits) && u->base < end)
			return "RAM";
	}
	for (uint64_t at = base & ~(uint64_t)(SEL4_PAGE_SIZE - 1); at < end;) {
		const struct device_piece *piece = piece_at(at);
		if (!piece)
			return at < 1ull << 28 ? "RAM" : "the interrupt controllers";
		at = piece->base + (1ull << piece->bits);
	}
	return NULL;
}

void port_io_mem(struct port_memory *memory, uint64_t base, uint64_t pages, bool write_combined)
{
	/* Indices of the kernel's page attribute table. */
	enum { UNCACHED = 3, WRITE_COMBINED = 4 };
	*memory = (struct port_memory){
		.kind = MEMORY_DEVICE,
		.first = base,
		.pages = pages,
		.zeroed = pages, /* never: it is a device's */
		.attributes = write_combined ? WRITE_COMBINED : UNCACHED,
	};
}

/* All of it is adjacent, and core uses no page above 4 GiB. */
tn_error port_dma_create(struct port_memory *memory, uint64_t pages, uint64_t *bus_address)
{
	tn_error error = port_memory_create(memory, pages);
	while (error == TN_OK && !port_memory_prepare(memory))
		; /* before the device is told where it is */
	*bus_address = memory->first * SEL4_PAGE_SIZE;
	return error;
}

/* -- interrupts: each line in use rings core's bell, and core submits the driver's signal -- */

/*
 * A level stays masked until the driver acknowledges. An edge that comes while its line is masked
 * is lost, so such lines are never left masked: core notes what comes before the acknowledgement.
 */
static struct line {
	uint64_t handler; /* of the kernel; kept once it was taken */
	struct object *signal;
	bool armed;  /* the next interrupt is for the driver */
	bool missed; /* there was one that was not */
} lines[LINES];

uint64_t irq_take(uint32_t line, bool level, uint64_t bell_bit)
{
	uint64_t handler = boot_slot(), bell = boot_slot();
	struct kernel_call call = {
		.word = { handler, 64, 0, line, level, 0, line },
		.words = 7,
		.caps = { core_root },
		.cap_count = 1,
	};
	if (!handler || !bell || kernel_invoke(SEL4_CAP_IRQ, SEL4_GET_IOAPIC, &call))
		return 0;
	kernel_mint(slot_at(bell), slot_at(core_bell), RIGHT_SEND,
		    1ull << BELL_MARK | 1ull << bell_bit);
	struct kernel_call set = { .caps = { bell }, .cap_count = 1 };
	if (kernel_invoke(handler, SEL4_IRQ_SET_NOTIFICATION, &set))
		return 0;
	/* From the first call on the kernel takes interrupts. One that has come before it knew whom
	 * to tell has masked the line, and nobody would acknowledge it. */
	kernel_do(handler, SEL4_IRQ_ACK, 0, 0);
	return handler;
}

const char *port_irq_owner(uint32_t line)
{
	return line == 2 ? "core's clock" : NULL;
}

bool port_irq_exists(uint64_t line)
{
	return line < LINES;
}

tn_error port_irq_bind(uint32_t line, struct object *signal)
{
	if (line >= LINES)
		return TN_ERR_LIMIT;
	if (!lines[line].handler)
		lines[line].handler =
			irq_take(line, line >= FIRST_LEVEL_LINE, BELL_FIRST_LINE + line);
	lines[line].signal = signal;
	lines[line].armed = false;
	return lines[line].handler ? TN_OK : TN_ERR_LIMIT;
}

static void submit(struct line *line)
{
	line->armed = line->missed = false;
	if (line->signal)
		signal_submit(line->signal);
}

void port_irq_ack(uint32_t number)
{
	struct line *line = &lines[number];
	if (line->missed) {
		submit(line);
		return;
	}
	line->armed = true;
	kernel_do(line->handler, SEL4_IRQ_ACK, 0, 0);
}

void port_irq_unbind(uint32_t number)
{
	if (number < LINES)
		lines[number].signal = NULL;
}

void device_signal_gone(const struct object *signal)
{
	for (uint32_t i = 0; i < LINES; i++)
		if (lines[i].signal == signal)
			lines[i].signal = NULL;
}

void device_interrupt(uint32_t bell)
{
	uint32_t number = bell - BELL_FIRST_LINE;
	struct line *line = &lines[number < LINES ? number : 0];
	if (number < FIRST_LEVEL_LINE)
		kernel_do(line->handler, SEL4_IRQ_ACK, 0, 0);
	if (line->armed)
		submit(line);
	else
		line->missed = true;
}
