/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The structures of generic core: who owns what, who pays for it, and who must hear of its end. */
#pragma once

#include <core/port.h>
#include <tenon/parent.h>
#include <tenon/cpu.h>
#include <tenon/list.h>
#include <tenon/time.h>
#include <tenon/tree.h>

/* Quota of a PD. What is used is part of the limit, and the sum over all kinds of use. */
struct account {
	uint64_t ram_limit, ram_used;
	uint64_t caps_limit, caps_used;
	uint64_t ram_most, caps_most; /* that were in use at a time */
	struct tn_usage by_kind[TN_USAGE_COUNT];
};

enum object_kind {
	OBJECT_RPC,    /* of a component's entrypoint */
	OBJECT_SIGNAL, /* of a component's entrypoint */
	/* core's own: */
	OBJECT_PARENT, /* init's parent */
	OBJECT_PD,
	OBJECT_DATASPACE,
	OBJECT_ROM,
	OBJECT_LOG,
	OBJECT_TIME,
	OBJECT_CPU,
	OBJECT_RM,
	OBJECT_REGION_MAP,
	OBJECT_IO_MEM,
	OBJECT_IO_PORT,
	OBJECT_IRQ,
	OBJECT_DMA,
	OBJECT_TRACE,
};

/* Whatever a capability can name. Lives until destroyed by its owner or with its payer. */
struct object {
	enum object_kind kind;
	struct pd *payer;                  /* whose account holds its price */
	struct tn_list_node in_payer;      /* pd->objects */
	struct tn_list caps;               /* every struct cap that names it */
	struct thread *entrypoint;         /* RPC, SIGNAL: the thread that serves it */
	uint32_t key;                      /* RPC, SIGNAL: the server's name for it */
	tn_handle forward;                 /* SIGNAL: core's own capability, see cap_kill() */
	struct tn_list_node in_entrypoint; /* thread->objects */
	bool ending;                       /* out of reach; what is left is swept in steps */
	uint32_t awaited_by; /* session of init, who is told of its end and frees it; 0: none */
	struct tn_list_node in_work; /* see work.h */
	struct port_object port;
};

/* One entry of a PD's capability space. */
struct cap {
	struct object *object; /* NULL: dead, stays until released */
	struct pd *holder;
	struct pd *payer;        /* whose account pays; the entry dies when the payer goes */
	struct channel *channel; /* to the object's entrypoint; NULL for core's objects */
	tn_handle handle;
	uint32_t delivered; /* how often the holder got it */
	uint32_t returned;  /* count of a release that came while one more was on its way; or 0 */
	struct tn_tree_node in_holder; /* pd->caps, while it is alive */
	bool used;
	bool is_makers; /* of who made the object: an identity, or a dataspace */
	struct tn_list_node in_object, in_payer, in_channel;
	struct port_cap port;
};

/* The last transfer of capabilities into a record. */
struct sent {
	uint32_t number; /* as it stands in the record until it is taken */
	struct tn_handles handles;
};

/* A client PD and a server's entrypoint. */
struct channel {
	struct pd *client, *server;
	struct thread *entrypoint; /* of the server */
	struct pd *payer;
	uint32_t id;         /* index among all channels of the server PD */
	uint32_t identity;   /* index and generation, as requests carry it */
	struct tn_list caps; /* that go through it; dead ones, which are included, come last */
	bool ending;         /* nothing new goes through it; what is left is swept in steps */
	uint32_t sent_by;    /* index of the client's thread that `sent` is of */
	struct tn_list_node in_client, in_server, in_payer, in_entrypoint;
	struct tn_tree_node by_entrypoint; /* client->channels, unless it ends */
	struct tn_list_node in_idle; /* no capability left, to be ended by channel_release() */
	struct sent sent; /* the last transfer to the server, to be undone if never taken */
	struct port_channel port;
};

/*
 * What is where: an address space, or what a managed dataspace shows. Ranges of one tree never
 * overlap; reserved ones are only passed over where a place is looked for.
 */
struct region_map {
	struct object object;
	struct pd *pd;               /* whose address space it is; NULL: managed */
	struct dataspace *dataspace; /* managed: what others attach */
	uint64_t first, end;         /* where "anywhere" is */
	uint64_t full;               /* nothing is free in [first, full) */
	struct tn_tree regions, reserved;
	/* Managed: */
	tn_handle signal; /* core's capability to the one that tells of faults */
	/* Threads whose faults the creator has to resolve: those that it was told of, and not. */
	struct tn_list waiting, untold;
	uint64_t mark;   /* of the last walk that came here */
	uint32_t height; /* what that walk found */
	uint32_t nested; /* pieces that are managed dataspaces */
	/* What is taken away from it, see revoke.c: */
	struct tn_list_node in_queue;
	uint64_t low, high;
	bool taken_destroyed; /* all of it is destroyed next */
	bool taken_nested;    /* a managed dataspace, for whose faults threads may be waiting */
};

/* A piece of a dataspace in a region map. */
struct region {
	struct region_map *map;
	uint64_t address, size, offset;
	uint32_t rights;
	bool arriving;  /* attached, but not all of it is accessible yet */
	bool unmapping; /* detached, but not all of it is inaccessible yet */
	bool leaving;   /* detached, but the runtime has still to confirm, or unmapping */
	uint64_t job;   /* of a piece that is taken away; 0: it is not */
	struct tn_list_node in_jobs;
	bool taken_destroyed;
	uint64_t passed; /* bytes that are unmapped, of a managed dataspace that ends */
	uint64_t price;
	struct dataspace
		*dataspace; /* NULL: core's own (runtime, stack), or the dataspace is gone */
	struct port_memory *memory; /* NULL: a managed dataspace, or the memory is gone */
	struct tn_tree_node in_map;
	struct tn_list_node in_dataspace;
	struct port_region port;
};

struct dataspace {
	struct object object;
	uint64_t size;
	uint32_t rights;
	const char *name; /* of the ROM module, or "" */
	struct tn_list regions;
	struct region_map *map;     /* managed: what is there; memory is NULL */
	struct port_memory *memory; /* own_memory, or a module's, or a device's */
	struct port_memory own_memory;
	bool memory_gone;     /* of one that ends */
	bool has_bus_address; /* devices reach it */
	uint64_t bus_address;
};

/* What the threads of a PD may have at most. */
struct cpu_limits {
	uint32_t priority;
	uint64_t cpus;
};

struct thread {
	struct pd *pd;
	uint32_t index;
	struct tn_list_node in_pd;
	uint64_t id; /* never used again */
	char name[TN_THREAD_NAME_MAX + 1];
	uint32_t priority; /* within pd->limits, like the next */
	uint64_t cpus;
	uint64_t stack_size;
	struct port_memory stack;
	bool has_stack, started, ending;
	struct tn_list objects;  /* that it serves */
	struct tn_list channels; /* to it */
	/* A fault that the creator of a managed dataspace has to resolve. */
	struct region_map *waits_in; /* NULL: none */
	struct tn_list_node in_waiting;
	struct tn_fault waits_for;
	uint64_t waits_at; /* offset in the managed dataspace */
	uint64_t serial;   /* its name for pagers */
	/* The last transfer with a reply to it, to be undone if never taken. */
	struct sent sent;
	struct channel *sent_over;
	struct port_thread port;
};

struct pd {
	struct object object;
	struct account account;
	char label[TN_LABEL_MAX + 1];
	uint32_t number; /* index in core's table of PDs */
	enum tn_pd_state state;
	struct tn_fault fault;
	tn_handle watch;          /* core's capability to the signal for changes of state */
	struct tn_list objects;   /* paid by this PD; child PDs too */
	struct tn_list paid_caps; /* entries of any PD that this one pays */
	struct region_map space;  /* its address space */
	bool may_execute;         /* what it writes */
	struct tn_list client_channels, server_channels;
	struct cap ***cap_groups; /* two levels of tables, then chunks of entries; see cap.c */
	uint32_t cap_count;       /* entries that exist */
	struct tn_list free_caps; /* of them, those not in use */
	struct tn_tree caps;      /* live entries, by object */
	struct tn_tree channels;  /* as client, by entrypoint */
	uint32_t cap_swept;       /* of a PD that ends: entries below are gone */
	struct tn_list paid_channels;
	struct channel ***channel_pages; /* by channel->id; see channel.c */
	uint32_t channel_hint;           /* no free index below */
	uint32_t channel_serial;         /* generations */
	struct cpu_limits limits;
	struct thread thread;   /* the first one */
	struct tn_list threads; /* it and all others, by index */
	uint32_t thread_count;
	struct port_memory runtime_data; /* in the flat price */
	bool has_runtime_data;
	bool port_ended; /* port_pd_destroy() has done its part */
	struct {
		uint64_t begun;  /* ns since core's start */
		uint64_t cpu_ns; /* of threads that have ended */
	} measured;
	struct port_pd port;
};

/*
 * Nobody may use the object any more, though some still have capabilities that name it: it ends, or
 * its payer does.
 */
static inline bool object_gone(const struct object *object)
{
	return object->ending || object->payer->state == TN_PD_DEAD;
}

/* The caller of the operation that core is carrying out. */
struct pd *core_caller(void);

/* Core itself, as holder of capabilities to signals of others. */
extern struct pd core_pd;
