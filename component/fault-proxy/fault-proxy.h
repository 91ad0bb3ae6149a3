/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Services that are passed on, with faults put in by rules. */
#pragma once

#include <tenon/session.h>
#include <tenon/session_list.h>
#include <tenon/time.h>

enum { SIGNALS_MAX = 8 };

enum action {
	ACTION_DENY, /* the opening of a session */
	ACTION_ERROR,
	ACTION_DROP_REQUEST, /* capabilities */
	ACTION_DROP_REPLY,
	ACTION_DELAY,
	ACTION_GARBAGE,
	ACTION_STORM,
	ACTION_DISCONNECT,
	ACTION_DIE,
};

struct rule {
	struct rule *next;
	enum action action;
	/* when: */
	char label[TN_LABEL_MAX + 1]; /* "": any */
	uint64_t call;                /* only the n-th of a session; 0: any */
	uint64_t every;               /* only each n-th; 0: any */
	uint64_t chance;              /* percent */
	/* what: */
	tn_error error;
	uint64_t ns;     /* DELAY */
	uint64_t count;  /* STORM */
	uint64_t length; /* GARBAGE; UINT64_MAX: as long as the reply */
};

struct proxied {
	struct proxied *next;
	char name[TN_SERVICE_NAME_MAX + 1];
	struct rule *rules;
	uint64_t seed;
	struct tn_service service;
	struct tn_session_node *sessions;
};

struct session {
	struct tn_session_node node;
	struct tn_object object;
	struct proxied *proxied;
	char label[TN_LABEL_MAX + 1]; /* its last part */
	uint64_t calls;
	uint64_t random;
	struct tn_session upstream;
	tn_signal_cap signals[SIGNALS_MAX]; /* what the client has handed to the server */
};

/* What the rules say of one call. */
struct faults {
	tn_error error;
	bool drop_request, drop_reply, garbage, disconnect, die;
	uint64_t ns;
	uint64_t storm;
	uint64_t length;
};

/* With mistakes in the configuration the component ends. */
struct proxied *config_read(void);

/* Which rules hold for the call that the session has just counted. */
struct faults rules_for_call(struct session *session);
/* TN_OK: the session may be opened. */
tn_error rules_for_opening(struct session *session);
uint64_t session_random(struct session *session);

/* The dispatcher of all sessions. */
tn_error forward(const void *ops, void *self, struct tn_request *request);
/* The clock for delays. */
TN_MUST_USE tn_error forward_init(struct tn_entrypoint *entrypoint);
