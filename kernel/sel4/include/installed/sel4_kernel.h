/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Numbers that depend on how the kernel was configured, from its installed headers, SEL4=folder.
 * What cannot work is refused when core is compiled.
 */
#pragma once

/* Each of them needs those before it. */
#include <sel4/types.h>

#include <sel4/bootinfo_types.h>
#include <sel4/objecttype.h>
#include <sel4/sel4_arch/types_gen.h>
#include <sel4/syscall.h>

#include <sel4/invocation.h>

#include <sel4/sel4_arch/invocation.h>

#include <sel4/arch/invocation.h>

#if defined(CONFIG_KERNEL_MCS) || !defined(CONFIG_ARCH_X86_64) || CONFIG_MAX_NUM_NODES != 1 || \
	!defined(CONFIG_IRQ_IOAPIC) || !defined(CONFIG_SYSCALL)
#error "SEL4= names a kernel with another configuration than kernel/sel4/README.md asks for"
#endif

enum {
	SEL4_RETYPE = UntypedRetype,
	SEL4_READ_REGISTERS = TCBReadRegisters,
	SEL4_WRITE_REGISTERS = TCBWriteRegisters,
	SEL4_CONFIGURE = TCBConfigure,
	SEL4_SET_PRIORITY = TCBSetPriority,
	SEL4_SCHED_PARAMS = TCBSetSchedParams,
	SEL4_SET_SPACE = TCBSetSpace,
	SEL4_SUSPEND = TCBSuspend,
	SEL4_RESUME = TCBResume,
	SEL4_BIND_NOTIFICATION = TCBBindNotification,
	SEL4_REVOKE = CNodeRevoke,
	SEL4_DELETE = CNodeDelete,
	SEL4_CANCEL_BADGED = CNodeCancelBadgedSends,
	SEL4_COPY = CNodeCopy,
	SEL4_MINT = CNodeMint,
	SEL4_IRQ_ACK = IRQAckIRQ,
	SEL4_IRQ_SET_NOTIFICATION = IRQSetIRQHandler,
	SEL4_PDPT_MAP = X86PDPTMap,
	SEL4_DIRECTORY_MAP = X86PageDirectoryMap,
	SEL4_TABLE_MAP = X86PageTableMap,
	SEL4_PAGE_MAP = X86PageMap,
	SEL4_MAKE_ASID_POOL = X86ASIDControlMakePool,
	SEL4_ASSIGN_ASID = X86ASIDPoolAssign,
	SEL4_ISSUE_PORTS = X86IOPortControlIssue,
	SEL4_IN8 = X86IOPortIn8,
	SEL4_IN16 = X86IOPortIn16,
	SEL4_IN32 = X86IOPortIn32,
	SEL4_OUT8 = X86IOPortOut8,
	SEL4_OUT16 = X86IOPortOut16,
	SEL4_OUT32 = X86IOPortOut32,
	SEL4_GET_IOAPIC = X86IRQIssueIRQHandlerIOAPIC,
};

enum {
	SEL4_TYPE_UNTYPED = seL4_UntypedObject,
	SEL4_TYPE_THREAD = seL4_TCBObject,
	SEL4_TYPE_ENDPOINT = seL4_EndpointObject,
	SEL4_TYPE_NOTIFICATION = seL4_NotificationObject,
	SEL4_TYPE_CNODE = seL4_CapTableObject,
	SEL4_TYPE_PDPT = seL4_X86_PDPTObject,
	SEL4_TYPE_PML4 = seL4_X64_PML4Object,
	SEL4_TYPE_FRAME = seL4_X86_4K,
	SEL4_TYPE_TABLE = seL4_X86_PageTableObject,
	SEL4_TYPE_DIRECTORY = seL4_X86_PageDirectoryObject,
};

enum {
	SEL4_FAULT_CAP = seL4_Fault_CapFault,
	SEL4_FAULT_SYSCALL = seL4_Fault_UnknownSyscall,
	SEL4_FAULT_EXCEPTION = seL4_Fault_UserException,
	SEL4_FAULT_MEMORY = seL4_Fault_VMFault,
};

enum {
	SEL4_THREAD_SIZE_BITS = seL4_TCBBits,
	SEL4_UNTYPEDS_MAX = CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS,
};

#include <boot_info.h>

_Static_assert(
	sizeof(struct sel4_boot_info) == sizeof(seL4_BootInfo) &&
		offsetof(struct sel4_boot_info, ipc_buffer) == offsetof(seL4_BootInfo, ipcBuffer) &&
		offsetof(struct sel4_boot_info, image) ==
			offsetof(seL4_BootInfo, userImageFrames) &&
		offsetof(struct sel4_boot_info, root_size_bits) ==
			offsetof(seL4_BootInfo, initThreadCNodeSizeBits) &&
		offsetof(struct sel4_boot_info, untyped) == offsetof(seL4_BootInfo, untyped) &&
		offsetof(struct sel4_boot_info, untypeds) == offsetof(seL4_BootInfo, untypedList) &&
		sizeof(struct sel4_untyped) == sizeof(seL4_UntypedDesc),
	"the kernel's boot information has changed: known/ and installed/ must follow");
_Static_assert(seL4_SysCall == -1 && seL4_SysReplyRecv == -2 && seL4_SysSend == -3 &&
		       seL4_SysNBRecv == -8,
	       "sel4_abi.h has other numbers than the kernel");
_Static_assert(seL4_MsgMaxLength == 120 && seL4_IPCBufferSizeBits == 10, "sel4_abi.h");
