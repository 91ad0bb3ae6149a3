/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Children: what a component needs to be a parent. A static library; init is a layer above it.
 *
 * The parent makes a family, starts children in it, and decides by its policy who serves which
 * session. The library serves the parent interface (tenon/parent.h) to each child, keeps the
 * sessions, moves the quota, and clears away what a child leaves behind.
 *
 * Blocking: nothing here waits for a child, nor for a server. All runs on the family's entrypoint,
 * handlers and policy included. Requests to the family's own parent are made without waiting, too:
 * this library receives the component's session signal, so a component opens sessions of its own
 * (tenon/session.h) before it makes a family, from a parent that answers at once, or by
 * tn_family_open(). It receives session requests for what it announces by tn_family_announce(); a
 * component does that or announces services of its own (tenon/session.h), not both.
 *
 * Trust: children are not trusted. What a child sends is checked, what it makes the parent keep is
 * paid from the child's quota, and its end at any moment gives everything back. lib/child/README.md
 * has the table of sessions: what happens when a party dies or stays silent.
 *
 * Cost: no operation depends on how many children or sessions there are, but by a logarithm; except
 * where all of them are asked for.
 *
 * Errors: what cannot be paid is TN_ERR_OUT_OF_RAM or TN_ERR_OUT_OF_CAPS; what a child does wrong
 * is its own mistake, and told to it alone.
 *
 * @code{.c}
 * static struct tn_family example_family;
 * static struct tn_child example_child = { .name = "hello",
 *                                          .binary = "hello",
 *                                          .quota = { .ram = 1 << 20, .caps = 40 } };
 *
 * static void example_route(void *self, struct tn_child *client, const char *service,
 *                           const char *label, struct tn_route *route)
 * {
 *         (void)self, (void)service;
 *         route->target = TN_ROUTE_PARENT; // whatever it asks for
 *         if (tn_child_label(client, label, route->label) == TN_OK)
 *                 return;
 *         route->target = TN_ROUTE_DENY;
 *         route->reason = TN_ERR_TOO_LONG;
 * }
 *
 * static bool example_provides(void *self, struct tn_child *child, const char *service)
 * {
 *         (void)self, (void)child, (void)service;
 *         return false;
 * }
 *
 * static void example_ended(void *self, struct tn_child *child, const struct tn_child_end *end)
 * {
 *         (void)self, (void)child;
 *         tn_exit(end->cause == TN_CHILD_EXITED ? end->value : 1);
 * }
 *
 * void component_construct(struct tn_env *env)
 * {
 *         static const struct tn_family_policy policy = { .route = example_route,
 *                                                         .provides = example_provides,
 *                                                         .ended = example_ended };
 *         example_family.policy = &policy;
 *         if (tn_family_init(&example_family, env) != TN_OK)
 *                 tn_exit(1);
 *         tn_child_start(&example_family, &example_child);
 * }
 * @endcode
 */
#pragma once

#include <tenon/component.h>
#include <tenon/list.h>
#include <tenon/tree.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a session costs who opens it, beside what it donates; back at the session's end. */
#define TN_CHILD_SESSION_RAM  4096u
#define TN_CHILD_SESSION_CAPS 2u

/* Sessions that one child can have open. More: TN_ERR_LIMIT. A child that has children itself opens
 * some for each of them. */
#define TN_CHILD_SESSIONS_MAX 65536u

/* Sessions that the own parent can have open at this family. More are denied: TN_ERR_LIMIT. */
#define TN_FAMILY_SESSIONS_MAX 1024u

/* What a session of a child's environment donates where a child serves it; of the child's quota. */
#define TN_CHILD_ENVIRONMENT_RAM  16384u
#define TN_CHILD_ENVIRONMENT_CAPS 8u

/* Separates the parts of a label that each parent on the way has put before it. */
#define TN_LABEL_SEPARATOR " -> "

/* Stands for a child's name in labels of sessions that come from the own parent: where there are
 * such, no child should be called so. */
#define TN_LABEL_PARENT "parent"

struct tn_child;
/* A session as the library keeps it. Opaque. */
struct tn_child_session;

/* Where a session goes. */
struct tn_route {
	/* What to do with it. */
	enum {
		TN_ROUTE_DENY,
		TN_ROUTE_PARENT,
		TN_ROUTE_CHILD,
		TN_ROUTE_OWN,
		TN_ROUTE_WAIT /* nowhere yet: asked again by tn_family_retry() */
	} target;
	tn_error reason;         /* DENY: what the client is told */
	struct tn_child *server; /* CHILD: a living child of the same family; else: denied */
	tn_handle object;        /* OWN: an RPC object of this component, which keeps it */
	const struct tn_interface *interface; /* OWN: what the object speaks */
	char label[TN_LABEL_MAX + 1];         /* as the server sees it */
};

/* How a child has ended. */
struct tn_child_end {
	/* What ended it. */
	enum { TN_CHILD_NOT_STARTED, TN_CHILD_EXITED, TN_CHILD_FAULTED, TN_CHILD_KILLED } cause;
	tn_error error;        /* NOT_STARTED: why */
	int32_t value;         /* EXITED: what it told */
	struct tn_fault fault; /* FAULTED */
};

/* What the parent decides. None of these may block. Those that may be NULL say so. */
struct tn_family_policy {
	/* Called when `client` asks for a session; again by tn_family_retry() and _reroute(). */
	void (*route)(void *self, struct tn_child *client, const char *service, const char *label,
		      struct tn_route *route);
	/* Whether the child may announce the service. */
	bool (*provides)(void *self, struct tn_child *child, const char *service);
	/* The child is gone; nothing refers to its memory any more, it may be reused. */
	void (*ended)(void *self, struct tn_child *child, const struct tn_child_end *end);

	/* Who serves a part of the child's environment: "LOG", "CPU", or "ROM" with its executable.
	 * The route leads to the parent already. NULL: it stays so. */
	void (*route_environment)(void *self, struct tn_child *client, const char *service,
				  const char *label, struct tn_route *route);
	/* Who serves a session that the own parent asks for, of a service that was announced to it.
	 * The label begins with TN_LABEL_PARENT. NULL: nobody. */
	void (*route_above)(void *self, const char *service, const char *label,
			    struct tn_route *route);
	/* Sessions or states of children are no longer what they were. May be NULL. */
	void (*changed)(void *self);
	/*
	 * The child asks for more quota. To be answered by tn_child_grant(), here or at any time
	 * later; the child waits or goes on, as it likes. NULL: denied.
	 */
	void (*resource_request)(void *self, struct tn_child *child, struct tn_quota wanted);
	/* The child has answered a yield request; `back` is what is here again. May be NULL. */
	void (*yielded)(void *self, struct tn_child *child, struct tn_quota back);
};

/* A session of this component at its own parent that is opened without waiting. Private. */
struct tn_upstream {
	enum tn_upstream_state {
		TN_UPSTREAM_NONE,
		TN_UPSTREAM_WAITING,
		TN_UPSTREAM_READY,
		TN_UPSTREAM_ENDED
	} state;
	uint32_t id;
	bool closing;
	bool counts; /* of a PD */
	tn_error reason;
	tn_handle cap;
	struct tn_quota back;        /* what came back with its end */
	struct tn_list_node waiting; /* in family->upstreams */
	void (*progress)(void *owner);
	void *owner;
};

/* A service that a child has announced. Private. */
struct tn_child_service {
	struct tn_child_service *next;
	tn_signal_cap requests;
	char name[TN_SERVICE_NAME_MAX + 1];
};

/* All children of one parent. The memory is the parent's. */
struct tn_family {
	const struct tn_family_policy *policy; /* stays */
	void *self;                            /* handed to the policy */
	uint32_t flags;                        /* TN_ENV_... for each child */
	/* private: */
	struct tn_env *env;
	struct tn_list children;
	struct tn_list to_advance;
	struct tn_list orphans;   /* sessions whose client is gone, but not yet their server */
	struct tn_list waiting;   /* sessions that have no server yet */
	struct tn_list upstreams; /* that wait for the own parent */
	struct tn_tree sessions;  /* all, by id */
	struct tn_tree above;     /* those that the own parent has opened, by its id */
	uint32_t above_count;
	struct tn_signal progress; /* of sessions at the own parent */
	struct tn_signal work;     /* children to be advanced */
	struct tn_signal requests; /* of the own parent */
	uint32_t next_id;
	uint32_t search; /* number of the last search for circles */
};

/* One child. The memory is the parent's, until the policy's `ended` was called. */
struct tn_child {
	const char *name;      /* stays; part of labels */
	const char *binary;    /* stays; label of the ROM session with the executable */
	struct tn_quota quota; /* all that the child starts with */
	bool restricted;       /* to these from its start on: */
	uint32_t priority;     /* at most */
	uint64_t cpus;         /* as bits */
	bool permit_execute;   /* of what it writes, see tn_pd.permit_execute */
	/* private: */
	struct tn_family *family;
	struct tn_list_node in_family, in_advance;
	enum {
		TN_CHILD_STARTING,
		TN_CHILD_RUNNING,
		TN_CHILD_ENDING, /* to be ended by the next handling of `work` */
		TN_CHILD_CLOSING /* its PD is being closed at the own parent */
	} state;
	struct tn_child_end end;
	struct tn_upstream pd;
	struct tn_child_session *log, *rom, *cpu; /* the environment */
	struct tn_object object;                  /* of interface tn_parent, for this child */
	struct tn_signal watch;                   /* of the PD's state */
	tn_signal_cap progress;                   /* the child's, for sessions that it opens */
	struct tn_child_service *services;
	struct tn_list opened;      /* sessions as client, the environment included */
	struct tn_list served;      /* as server */
	struct tn_list pending;     /* of these, what it has to fetch */
	struct tn_list unannounced; /* of these, those of services that it has not announced */
	uint32_t opened_count;
	struct tn_quota returned; /* came back with its PD, not yet given to its clients */
	bool served_object, served_watch;
	uint32_t searched; /* by which search for circles, and from where */
	struct tn_child *searched_from;
	tn_signal_cap notices[TN_NOTICE_COUNT]; /* the child's, for what it listens to */
	enum tn_resource_state resource;
	tn_signal_cap decided;        /* the child's, until it has collected the decision */
	struct tn_quota requested;    /* PENDING: what it asks for; DECIDED: what it got */
	struct tn_quota yield_wanted; /* what it is asked to give back */
	uint32_t beats_unanswered;
};

/* Makes a family: policy, self and flags are set. Errors: out of RAM or caps. */
TN_MUST_USE tn_error tn_family_init(struct tn_family *family, struct tn_env *env);

/*
 * Starts a child: name, binary and quota are set, the rest is zero. Paid from the own quota. What
 * fails is told by the policy's `ended` with TN_CHILD_NOT_STARTED, not before this has returned.
 */
void tn_child_start(struct tn_family *family, struct tn_child *child);

/* Ends a child from outside. `ended` follows. */
void tn_child_kill(struct tn_child *child);

/* -- quota of a running child: none of these waits for it -- */

/*
 * Moves own quota to the child. If the child has asked for some, this is the answer, however much
 * it is; nothing denies. An error (TN_ERR_OUT_OF_RAM, _CAPS; TN_ERR_GONE: the child has ended):
 * nothing was moved, and the child's request is still to be answered.
 */
TN_MUST_USE tn_error tn_child_grant(struct tn_child *child, struct tn_quota quota);

/*
 * Asks the child to give quota back, in place of an earlier such request; nothing takes it back.
 * The policy's `yielded` follows, or, as the child may not listen, nothing ever.
 */
void tn_child_yield(struct tn_child *child, struct tn_quota quota);

/*
 * Takes quota back without asking: as much of it as the child does not use, and beyond what its
 * clients have donated, as that must be there when they close. Returns what was taken.
 */
struct tn_quota tn_child_reclaim(struct tn_child *child, struct tn_quota quota);

/* What the child has and uses of its quota. */
TN_MUST_USE tn_error tn_child_accounts(const struct tn_child *child, struct tn_accounts *accounts);

/* How many of its threads wait for a pager (rm.h); 0: none, or it does not run. */
uint32_t tn_child_waiting(const struct tn_child *child);

/* -- whether it lives -- */

/* Asks; a child that listens answers when its entrypoint comes to it. */
void tn_child_heartbeat(struct tn_child *child);
/* How often it was asked since its last answer. A child that never listens answers never. */
uint32_t tn_child_beats_unanswered(const struct tn_child *child);

/* Whether the child has announced the service. */
bool tn_child_announced(const struct tn_child *child, const char *service);

/* The label of a client's session: its name, and behind the separator what it gave, if anything.
 * TN_ERR_TOO_LONG if it does not fit. */
TN_MUST_USE tn_error tn_child_label(const struct tn_child *child, const char *label,
				    char composed[TN_LABEL_MAX + 1]);

/* Asks the policy again for the sessions that wait (TN_ROUTE_WAIT). */
void tn_family_retry(struct tn_family *family);

/*
 * Asks the policy again for all sessions. Those that would go elsewhere now, or under another
 * label, are closed: their clients find them gone and may open them again. Environments stay.
 */
void tn_family_reroute(struct tn_family *family);

/* Announces a service to the own parent; requests are routed by route_above. Errors: those of the
 * parent, such as TN_ERR_DENIED. */
TN_MUST_USE tn_error tn_family_announce(struct tn_family *family, const char *service);

/* A session as the parent sees it. The texts are valid until the next request is served. */
struct tn_session_info {
	uint32_t id;                   /* in: that of the one before */
	const struct tn_child *client; /* NULL: the parent's, or gone */
	const struct tn_child *server; /* NULL: not a child */
	/* Who serves it. */
	enum { TN_SESSION_NOWHERE, TN_SESSION_PARENT, TN_SESSION_CHILD, TN_SESSION_OWN } at;
	bool from_parent;            /* the own parent has asked for it */
	bool environment;            /* part of a child's environment */
	const char *state;           /* "opening", "ready", "upgrading", "closing", "ended" */
	const char *service, *label; /* label: as the server sees it */
	struct tn_quota donated;     /* with upgrades */
};

/* The session after info->id, from 0. False: there is no more. */
bool tn_family_next_session(const struct tn_family *family, struct tn_session_info *info);

/* A session of this component itself, opened without waiting; for its whole life. */
struct tn_own_session {
	/* It is there, or was denied with an error. May be called by tn_family_open(). */
	void (*opened)(struct tn_own_session *session, tn_error error);
	tn_handle cap;               /* once it is there */
	struct tn_upstream upstream; /* private, zeroed */
};

/* Opens it: `opened` is set, the rest zero. The arguments are those of tn_session_open(); texts are
 * copied. Paid like any session. */
void tn_family_open(struct tn_family *family, struct tn_own_session *session, const char *service,
		    const char *label, struct tn_quota quota, const struct tn_interface *interface);

#ifdef __cplusplus
}
#endif
