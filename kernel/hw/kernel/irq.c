/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "irq.h"
#include "apic.h"
#include "debugger.h"
#include "signal.h"

/*
 * A level is masked from its delivery to the acknowledgement. A first edge is not, as chips forget
 * edges while masked; a second one is noted, and masks: two interrupts an acknowledgement at most.
 */
struct line {
	struct signal_reference signal;
	bool delivered; /* and not acknowledged */
	bool again;     /* came since then */
};

static struct line lines[APIC_IRQ_MAX];

enum hw_status irq_bind(uint64_t irq, uint64_t name)
{
	const struct signal *signal = signal_find(name);

	if (!apic_irq_exists(irq))
		return HW_ERR_ARGUMENT;
	if (name && !signal)
		return HW_ERR_FRAME;
	if (debugger_owns((uint32_t)irq))
		return HW_ERR_OCCUPIED;

	apic_irq_mask((uint32_t)irq);
	lines[irq] = (struct line){
		.signal = { name, signal ? signal->serial : 0 },
		.delivered = true,
	};
	return HW_OK;
}

enum hw_status irq_acknowledge(uint64_t irq)
{
	struct line *line;

	if (!apic_irq_exists(irq))
		return HW_ERR_ARGUMENT;
	line = &lines[irq];
	if (!line->signal.name)
		return HW_ERR_FRAME;
	line->delivered = line->again;
	line->again = false;
	apic_irq_unmask((uint32_t)irq);
	if (line->delivered)
		signal_submit_reference(line->signal);
	return HW_OK;
}

void irq_raise(uint32_t irq)
{
	struct line *line = &lines[irq];

	if (debugger_owns(irq)) {
		debugger_interrupt();
		return;
	}
	if (line->delivered || !apic_irq_is_edge(irq))
		apic_irq_mask(irq);
	line->again = line->delivered;
	if (line->delivered)
		return;
	line->delivered = true;
	signal_submit_reference(line->signal);
}
