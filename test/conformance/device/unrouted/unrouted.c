/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A component that asks for devices and has no route that names them. */
#include <tenon/component.h>
#include <tenon/dma.h>
#include <tenon/io_mem.h>
#include <tenon/io_port.h>
#include <tenon/irq.h>

static int failed;

static void expect_none(const char *service, const char *label,
			const struct tn_interface *interface)
{
	struct tn_session session;
	tn_error error =
		tn_session_open(service, label, (struct tn_quota){ 0, 0 }, interface, &session);
	if (error == TN_ERR_NO_SERVICE)
		tn_transcript("ok no-%s", service);
	else
		tn_transcript("not ok no-%s: %s", service, tn_error_text(error));
	failed += error != TN_ERR_NO_SERVICE;
}

void component_construct(struct tn_env *env)
{
	(void)env;
	expect_none("IO_MEM", "0xf0000 0x1000", &tn_io_mem_interface);
	expect_none("IO_PORT", "0x70 2", &tn_io_port_interface);
	expect_none("IRQ", "8", &tn_irq_interface);
	expect_none("DMA", "", &tn_dma_interface);
	tn_exit(failed);
}
