/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the files of this library share. */
#pragma once

#include <tenon/child.h>
#include <tenon/text.h>

/* What a session is about, as its client asked for it. */
struct session_request {
	char service[TN_SERVICE_NAME_MAX + 1];
	char interface[TN_SERVICE_NAME_MAX + 1];
	char asked[TN_LABEL_MAX + 1]; /* the label as the client gave it */
	char label[TN_LABEL_MAX + 1]; /* as the server sees it */
	uint32_t functions;
	uint64_t digest;
};

enum session_state {
	SESSION_OPENING,
	SESSION_READY,
	SESSION_UPGRADING,
	SESSION_CLOSING,
	SESSION_ENDED /* nothing is left of it at the server, the quota is back; not yet collected
		       */
};

struct tn_child_session {
	struct tn_tree_node by_id;     /* in family->sessions */
	struct tn_tree_node by_above;  /* ABOVE: in family->above */
	struct tn_list_node in_client; /* in client->opened or family->orphans */
	struct tn_list_node in_server; /* in server->served */
	struct tn_list_node in_queue;  /* in server->pending or ->unannounced, family->waiting */
	struct tn_family *family;
	struct tn_child *client; /* NULL: gone, or ABOVE */
	struct tn_child *server; /* NULL: at the parent, here, none yet, or gone */
	enum { CLIENT_CHILD, CLIENT_ENVIRONMENT, CLIENT_ABOVE } origin;
	struct tn_upstream upstream; /* at the parent */
	enum session_state state;
	bool at_parent;
	bool lost_server;  /* it ended before it saw the session, which waits for another one */
	bool fetched;      /* the server knows of the request under way */
	bool close_wanted; /* as soon as the server has answered that */
	bool owned;        /* `cap` is to be released */
	bool has_cap;      /* the client has shown that it got the capability */
	tn_error reason;   /* ENDED: why. READY: why the last upgrade failed */
	uint32_t id;
	uint32_t above_id;   /* ABOVE: the own parent's name for it */
	uint32_t above_asks; /* ABOVE: enum tn_request_kind that is to be answered */
	tn_handle cap;
	struct tn_quota donated; /* with the server */
	struct tn_quota offered; /* with this component, on its way to the server */
	struct tn_quota taken;   /* PD sessions: what the own parent has withdrawn for it */
	struct session_request request;
};

/* -- session.c -- */
/* Only those that the child may name: none of its environment. */
struct tn_child_session *session_of_client(const struct tn_child *client, uint32_t id);
struct tn_child_session *session_of_server(const struct tn_child *server, uint32_t id);
/* Makes a session, withdraws its price and `quota` from the client. */
TN_MUST_USE tn_error session_create(struct tn_child *client, struct tn_quota quota,
				    struct tn_child_session **session);
/* Without price or quota, of another origin; NULL: out of memory. */
struct tn_child_session *session_create_free(struct tn_family *family);
/* Sends it where `route` says. */
void session_direct(struct tn_child_session *session, const struct tn_route *route);
/* Looks what the own parent says, if it is there. */
void session_poll(struct tn_child_session *session);
TN_MUST_USE tn_error session_upgrade(struct tn_child_session *session, struct tn_quota quota);
/* In this and what follows: a session without client may be freed. */
void session_close(struct tn_child_session *session);
/* It is over: `donated` and `offered` are here again and go to the client, who is told. */
void session_end(struct tn_child_session *session, tn_error reason);
/* A PD session's quota returns to the client when it is told of the end, not before: it counts. */
void session_settle(struct tn_child_session *session);
/* Ended and collected, or nobody is left to collect it. */
void session_free(struct tn_child_session *session);
void session_client_gone(struct tn_child_session *session);
void session_server_gone(struct tn_child_session *session);
void session_tell_client(struct tn_child_session *session);

/* -- route.c -- */
/* Asks the policy, who answers by `route`. */
void route_ask(const struct tn_child_session *session, struct tn_route *route);

/* -- waits.c -- */
/* Logs a circle of children who wait for each other, if `session` has closed one. */
void waits_check(const struct tn_child_session *session);

/* -- service.c: the server's side -- */
struct tn_child_service *service_find(const struct tn_child *child, const char *name);
void service_ask(struct tn_child_session *session);
void services_free(struct tn_child *child);
tn_error child_announce(void *self, struct tn_request *request, const char *service,
			tn_signal_cap requests);
tn_error child_request_next(void *self, struct tn_request *request, uint32_t *kind, uint32_t *id,
			    char *service, char *label, uint64_t *ram, uint64_t *caps,
			    uint32_t *functions, uint64_t *digest, char *interface);
tn_error child_request_deliver(void *self, struct tn_request *request, uint32_t id, tn_any_cap cap);
tn_error child_request_deny(void *self, struct tn_request *request, uint32_t id, uint32_t reason);
tn_error child_request_done(void *self, struct tn_request *request, uint32_t id);

/* -- client.c: the client's side -- */
tn_error child_environment(void *self, struct tn_request *request, uint32_t *flags, char *name,
			   tn_pd_cap *pd, tn_log_cap *log, tn_rom_cap *binary, tn_cpu_cap *cpu);
tn_error child_session_signal(void *self, struct tn_request *request, tn_signal_cap progress);
tn_error child_session_open(void *self, struct tn_request *request, const char *service,
			    const char *label, uint64_t ram, uint64_t caps, uint32_t functions,
			    uint64_t digest, const char *interface, uint32_t *id);
tn_error child_session_collect(void *self, struct tn_request *request, uint32_t id, uint32_t *state,
			       uint32_t *reason, tn_any_cap *cap);
tn_error child_session_upgrade(void *self, struct tn_request *request, uint32_t id, uint64_t ram,
			       uint64_t caps);
tn_error child_session_close(void *self, struct tn_request *request, uint32_t id);
tn_error child_exit(void *self, struct tn_request *request, int32_t value);

/* -- notice.c: what parent and child want of each other -- */
tn_error child_notify(void *self, struct tn_request *request, uint32_t notice,
		      tn_signal_cap signal);
tn_error child_resource_request(void *self, struct tn_request *request, uint64_t ram, uint64_t caps,
				tn_signal_cap decided);
tn_error child_resource_collect(void *self, struct tn_request *request, uint32_t *state,
				uint64_t *ram, uint64_t *caps);
tn_error child_yield_request(void *self, struct tn_request *request, uint64_t *ram, uint64_t *caps);
tn_error child_yield_done(void *self, struct tn_request *request, uint64_t ram, uint64_t caps);
tn_error child_heartbeat(void *self, struct tn_request *request);
void notices_free(struct tn_child *child);

/* -- child.c -- */
/* Goes on with birth or burial. The child may be gone afterwards. */
void child_advance(struct tn_child *child);
/* Has that done by the next handling of `work`, not below the caller's feet. */
void child_wake(struct tn_child *child);

/* -- environment.c: what a child starts with -- */
TN_MUST_USE tn_error environment_open(struct tn_child *child);
/* TN_ERR_AGAIN: not all of it is there yet. */
TN_MUST_USE tn_error environment_ready(const struct tn_child *child);

/* -- family.c -- */
/* What tn_family_next_session() shows is no longer the same. */
void family_changed(struct tn_family *family);

/* -- above.c: sessions that the own parent asks for -- */
void above_init(struct tn_family *family);
/* Answers what the parent has asked of the session, if it is settled. It may be freed. */
void above_progress(struct tn_child_session *session);

/* -- upstream.c: sessions at the own parent -- */
void upstream_open(struct tn_family *family, struct tn_upstream *upstream,
		   const struct session_request *request, struct tn_quota quota);
void upstream_poll(struct tn_family *family, struct tn_upstream *upstream);
void upstream_upgrade(struct tn_family *family, struct tn_upstream *upstream,
		      struct tn_quota quota);
/* Until `state` is ENDED it is on its way. */
void upstream_close(struct tn_family *family, struct tn_upstream *upstream);
/* Polls all that wait, and tells their owners. */
void upstream_poll_all(struct tn_family *family);

/* -- quota.c: between the own PD and a child's -- */
TN_MUST_USE tn_error quota_withdraw(struct tn_child *child, struct tn_quota quota);
TN_MUST_USE tn_error quota_give(struct tn_child *child, struct tn_quota quota);
/* The same, for quota that is the child's anyway: where the child is dying, it stays here. */
void quota_return(struct tn_child *child, struct tn_quota quota);
/* The limits of the own PD, zero if they cannot be read; and what of `a` is more than `b`. */
struct tn_quota quota_own(const struct tn_family *family);
struct tn_quota quota_sum(struct tn_quota a, struct tn_quota b);
struct tn_quota quota_difference(struct tn_quota a, struct tn_quota b);
struct tn_quota quota_least(struct tn_quota a, struct tn_quota b);
/* Takes `quota` out of `*from`, or as much as there is. */
struct tn_quota quota_take(struct tn_quota *from, struct tn_quota quota);
/* Takes back as much of `quota` as the server has free; what is missing is logged. */
struct tn_quota quota_reclaim(struct tn_child *server, struct tn_quota quota);

static inline struct tn_child_session *session_in_server(struct tn_list_node *node)
{
	return TN_CONTAINER_OF(node, struct tn_child_session, in_server);
}

static inline struct tn_child_session *session_in_client(struct tn_list_node *node)
{
	return TN_CONTAINER_OF(node, struct tn_child_session, in_client);
}

static inline struct tn_child_session *session_in_queue(struct tn_list_node *node)
{
	return TN_CONTAINER_OF(node, struct tn_child_session, in_queue);
}

static inline struct tn_child_session *session_by_id(struct tn_tree_node *node)
{
	return TN_CONTAINER_OF(node, struct tn_child_session, by_id);
}

static inline bool child_alive(const struct tn_child *child)
{
	return child->state == TN_CHILD_STARTING || child->state == TN_CHILD_RUNNING;
}
