/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The PD session of core: the memory, the capabilities and the accounts of one protection domain.
 *
 * Exchange: the parent of a component opens a "PD" session for it and hands it over as part of its
 * environment; whoever holds the capability can act for that PD. Components use the functions of
 * memory.h, capability.h and session.h, which are made of these. Price: PRICE_PD of the price
 * table, plus what is allocated. No operation waits for anybody.
 *
 * Capabilities in messages to core are looked up in the caller's own capability space and need no
 * transfer; handles that core returns are valid in it at once.
 *
 * `alloc`, `attach` and `detach` are tn_dataspace_alloc(), tn_attach() and tn_detach().
 * `signal_create` makes a signal as `object_create` does an object; `object_destroy` ends either.
 * `transfer_reply` is `transfer_call` for what goes with a reply. `accounts` tells limits and use;
 * `state`, whether the PD runs (enum tn_pd_state) and its fault.
 *
 * Ownership: what is allocated is the PD's, and goes with it. RAM is in bytes, sizes are whole
 * pages. Errors: TN_ERR_OUT_OF_RAM, TN_ERR_OUT_OF_CAPS (the PD's quota); for the rest see
 * memory.h.
 *
 * @code{.c}
 * #include <tenon/component.h>
 *
 * static void example_accounts(struct tn_env *env)
 * {
 *         struct tn_accounts accounts;
 *         tn_error error = tn_pd_accounts(tn_env_pd(env), &accounts);
 *         if (error == TN_OK)
 *                 tn_log("%lu of %lu KiB are used", accounts.ram_used / 1024,
 *                        accounts.ram_limit / 1024);
 * }
 * @endcode
 */
#pragma once

#include <tenon/memory.h>
#include <tenon/region_map.h>
#include <tenon/rpc.h>

/* Accounts of a PD, in bytes and in numbers of capabilities. */
struct tn_accounts {
	uint64_t ram_limit, ram_used;   /* bytes */
	uint64_t caps_limit, caps_used; /* capabilities */
};

/*
 * What quota is used for. The first two are no use, but what has moved the limit since the PD's
 * birth: limit = received - given. From DOMAIN on the kinds make up exactly what is used.
 */
enum tn_usage_kind {
	TN_USAGE_GIVEN,    /* moved to other PDs: servers, by way of the parent, and children */
	TN_USAGE_RECEIVED, /* from other PDs; the first is what the parent gave at birth */
	TN_USAGE_DOMAIN,   /* the PD itself with its first thread */
	TN_USAGE_CAPABILITY,
	TN_USAGE_OBJECT, /* RPC objects and signals */
	TN_USAGE_CHANNEL,
	TN_USAGE_DATASPACE,
	TN_USAGE_REGION,  /* attachments, with their page tables; those of stacks included */
	TN_USAGE_THREAD,  /* beyond the first */
	TN_USAGE_SESSION, /* of core's services */
	TN_USAGE_COUNT
};

/* How much of the quota one kind makes up. */
struct tn_usage {
	uint64_t ram;   /* bytes */
	uint64_t caps;  /* capabilities */
	uint64_t count; /* things of this kind; of GIVEN and RECEIVED: transfers */
};

/* State of a PD, for its parent. */
enum tn_pd_state { TN_PD_NEW, TN_PD_RUNNING, TN_PD_FAULTED, TN_PD_DEAD };

/* What a thread did that ends its component. */
enum tn_fault_kind {
	TN_FAULT_NONE,
	TN_FAULT_READ,  /* load from an address that nothing is attached to */
	TN_FAULT_WRITE, /* store to such, or to read-only memory */
	TN_FAULT_EXECUTE,
	TN_FAULT_INSTRUCTION, /* undefined or privileged instruction */
	TN_FAULT_ARITHMETIC,  /* division by zero, floating point */
	TN_FAULT_BREAKPOINT,
	TN_FAULT_KERNEL_ENTRY, /* a system call that the sandbox does not allow */
	TN_FAULT_OTHER,
	TN_FAULT_STACK, /* the stack has overflowed: access to its guard */
	TN_FAULT_UNMAP, /* memory that was taken away was not given up in time */
	TN_FAULT_KIND_COUNT
};

/* A fault: what, where. */
struct tn_fault {
	uint64_t address;     /* the data address, if the kind has one */
	uint64_t instruction; /* instruction pointer */
	uint32_t kind;        /* enum tn_fault_kind */
	uint32_t reserved;    /* 0 */
};

/* Capabilities that are given back together, each as by release. */
struct tn_releases {
	uint32_t count; /* at most TN_MESSAGE_CAPS_MAX */
	struct {
		tn_handle handle;
		uint32_t count;       /* so many times it was received */
	} entry[TN_MESSAGE_CAPS_MAX]; /* the first `count` */
};

/* What became of each: enum tn_error_number, and what the port closes. */
struct tn_released {
	uint32_t error[TN_MESSAGE_CAPS_MAX];         /* of each, as tn_pd.release would give */
	uint32_t close_channel[TN_MESSAGE_CAPS_MAX]; /* of each; 0: nothing to close */
};

#define TN_PD(RPC, I)                                                                              \
	RPC(I, alloc, In(uint64_t, size), OutCap(tn_dataspace_cap, dataspace))                     \
	/* As long as it is attached in this PD: detaches one piece and tells which; then frees */ \
	/* the dataspace, with size 0. TN_ERR_AGAIN: not all of it yet; to be called again. Out */ \
	/* of reach and back in the accounts when it returns TN_OK. */                             \
	RPC(I, free, InCap(tn_dataspace_cap, dataspace), Out(uint64_t, detached_at),               \
	    Out(uint64_t, detached_size))                                                          \
	/* TN_ERR_AGAIN: the memory is not zeroed yet; to be called again. A large piece may be */ \
	/* accessible in part, see settle. */                                                      \
	RPC(I, attach, InCap(tn_dataspace_cap, dataspace), In(uint64_t, address),                  \
	    In(uint64_t, offset), In(uint64_t, size), In(uint32_t, rights),                        \
	    Out(uint64_t, attached_at), Out(uint64_t, attached_size))                              \
	/* TN_ERR_AGAIN: not all of it yet; to be called again. */                                 \
	RPC(I, detach, In(uint64_t, address), Out(uint64_t, detached_at),                          \
	    Out(uint64_t, detached_size))                                                          \
	/* An identity for an RPC object, or a signal, of the PD's entrypoint: the key comes */    \
	/* back with each request, unforgeable. */                                                 \
	RPC(I, object_create, In(uint32_t, entrypoint), In(uint32_t, key),                         \
	    OutCap(tn_any_cap, cap))                                                               \
	RPC(I, signal_create, In(uint32_t, entrypoint), In(uint32_t, key),                         \
	    OutCap(tn_signal_cap, cap))                                                            \
	/* Nobody uses the object from now on. TN_ERR_AGAIN: some hold it yet; to be called again. \
	 */                                                                                        \
	RPC(I, object_destroy, InCap(tn_any_cap, cap))                                             \
	/* Capability transfer; see "Transfer" in doc/architecture.md. TN_ERR_BUSY: another */     \
	/* thread of the caller has one under way over the same channel. The message that */       \
	/* announces them has to carry the mark. */                                                \
	RPC(I, transfer_call, In(tn_handle, destination), In(struct tn_handles, caps),             \
	    Out(uint8_t, mark))                                                                    \
	RPC(I, transfer_reply, In(uint64_t, channel), In(uint32_t, thread),                        \
	    In(struct tn_handles, caps), Out(uint8_t, mark))                                       \
	/* Gives a capability back that was received `count` times; TN_ERR_AGAIN and no effect if  \
	 */                                                                                        \
	/* core has delivered it more often (one is on its way). close_channel: what the port */   \
	/* closes. */                                                                              \
	RPC(I, release, In(tn_handle, handle), In(uint32_t, count), Out(uint32_t, close_channel))  \
	RPC(I, accounts, Out(struct tn_accounts, accounts))                                        \
	/* Moves unused quota from this PD to another. */                                          \
	RPC(I, transfer_quota, InCap(tn_any_cap, to_pd), In(uint64_t, ram), In(uint64_t, caps))    \
	/* For the parent: the object that becomes the child's parent capability, then go. The */  \
	/* label is the one that fault reports and transcripts show. */                            \
	RPC(I, start, InCap(tn_any_cap, parent))                                                   \
	/* For the parent; TN_ERR_DENIED for the PD itself. */                                     \
	RPC(I, watch, InCap(tn_signal_cap, state_changed))                                         \
	RPC(I, state, Out(uint32_t, state), Out(struct tn_fault, fault))                           \
	/* See tn_dataspace_seal(). */                                                             \
	RPC(I, seal, InCap(tn_dataspace_cap, dataspace))                                           \
	/* Of one kind, enum tn_usage_kind; TN_ERR_ARGUMENT: there is no such. */                  \
	RPC(I, usage, In(uint32_t, kind), Out(struct tn_usage, usage))                             \
	/* Makes more of what is attached there accessible; TN_ERR_AGAIN: not all of it yet. */    \
	RPC(I, settle, In(uint64_t, address))                                                      \
	/* The PD's region map: what is attached there is accessible at the first touch. */        \
	RPC(I, address_space, OutCap(tn_region_map_cap, map))                                      \
	/* How many of its threads wait for the creators of managed dataspaces. */                 \
	RPC(I, waiting, Out(uint32_t, threads))                                                    \
	/* For the parent, before start: RAM may be attached as executable, and as writable and */ \
	/* executable at once. TN_ERR_DENIED: the caller's own PD may not either. */               \
	RPC(I, permit_execute)                                                                     \
	/* `release` for several capabilities at once. */                                          \
	RPC(I, release_all, In(struct tn_releases, releases), Out(struct tn_released, released))

TN_RPC_INTERFACE(tn_pd, TN_PD)
