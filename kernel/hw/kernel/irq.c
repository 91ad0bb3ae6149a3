/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "irq.h"
#include "apic.h"
#include "debugger.h"
#include "signal.h"

static struct signal_reference bound[APIC_IRQ_MAX];

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
	bound[irq] = (struct signal_reference){ name, signal ? signal->serial : 0 };
	return HW_OK;
}

enum hw_status irq_acknowledge(uint64_t irq)
{
	if (!apic_irq_exists(irq))
		return HW_ERR_ARGUMENT;
	if (!bound[irq].name)
		return HW_ERR_FRAME;
	apic_irq_unmask((uint32_t)irq);
	return HW_OK;
}

void irq_raise(uint32_t irq)
{
	if (debugger_owns(irq)) {
		debugger_interrupt();
		return;
	}
	apic_irq_mask(irq);
	signal_submit_reference(bound[irq]);
}
