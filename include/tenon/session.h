/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Sessions: how a client comes to a server.
 *
 * The client asks its parent for a service by name; the parent alone decides who answers and under
 * which label the server sees the client. The client donates quota to the server with the session,
 * may add to it later, and gets it back at close. doc/architecture.md has the table of what
 * happens when a party dies or stays silent at each step.
 *
 * Ownership: struct tn_session is its client's, struct tn_service its server's; a capability in
 * them lives as long as the session. RAM is in bytes. Errors are those of tn_session_open().
 *
 * @code{.c}
 * #include <tenon/timer.h>
 *
 * // A client. A server announces a struct tn_service, whose `open` makes an object (rpc.h).
 * static tn_error example_now(uint64_t *us)
 * {
 *         const struct tn_quota quota = { .ram = TN_TIMER_RAM, .caps = TN_TIMER_CAPS };
 *         struct tn_session session;
 *         tn_error error = tn_session_open("Timer", "", quota, &timer_interface, &session);
 *         if (error != TN_OK)
 *                 return error;
 *         error = timer_now((timer_cap){ session.cap }, us);
 *         tn_session_close(&session);
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/rpc.h>

/* An open session, on the client's side. */
struct tn_session {
	tn_handle cap; /* the session object; owned by the session */
	uint32_t id;   /* the parent's name for it */
};

struct tn_session_request;

/* RAM and capabilities that move from one account to another. */
struct tn_quota {
	uint64_t ram;  /* bytes */
	uint64_t caps; /* capabilities */
};

/*
 * Opens a session. Blocks until the parent says ready or denied; meanwhile the calling entrypoint
 * serves nothing, and other threads of the component that open, upgrade or close sessions wait
 * for their turn. `interface` is what the client was compiled with; the label is the last part of
 * what the server sees, at most TN_LABEL_MAX bytes, may be "". Errors: TN_ERR_NO_SERVICE,
 * TN_ERR_DENIED (or the server's reason), TN_ERR_MISMATCH (digests differ; the log names both
 * sides), TN_ERR_OUT_OF_RAM or _CAPS (quota not at hand), TN_ERR_TOO_LONG.
 */
TN_EXTERN TN_MUST_USE tn_error tn_session_open(const char *service, const char *label,
					       struct tn_quota quota,
					       const struct tn_interface *interface,
					       struct tn_session *session);

/* The same for who stands between a client and a server: with the interface of the client's
 * `request`. */
TN_EXTERN TN_MUST_USE tn_error tn_session_open_for(const struct tn_session_request *request,
						   const char *service, const char *label,
						   struct tn_quota quota,
						   struct tn_session *session);

/* Donates more. Blocks like opening. The server sees its `upgrade` operation called. */
TN_EXTERN TN_MUST_USE tn_error tn_session_upgrade(struct tn_session *session,
						  struct tn_quota quota);

/* Closes, takes the donated quota back, releases session->cap. Blocks until the server did it. */
TN_EXTERN void tn_session_close(struct tn_session *session);

/* -- the server's side -- */

/* What a server is told of a session that is to be opened. */
struct tn_session_request {
	uint32_t id;           /* unique among the server's sessions */
	const char *label;     /* as the parent rewrote it: authority follows from it */
	struct tn_quota quota; /* what came with it */
	/* What the client was compiled with: of use to who accepts any interface. */
	const char *interface;
	uint32_t functions;
	uint64_t digest;
};

/* A service that a component provides. The memory must stay. Called at the main entrypoint. */
struct tn_service {
	const char *name;                     /* at most TN_SERVICE_NAME_MAX bytes */
	const struct tn_interface *interface; /* NULL: any, for who only passes requests on */
	void *self;                           /* handed to the functions below */
	/* Makes the session's object and gives its handle (borrowed). An error denies. */
	tn_error (*open)(void *self, const struct tn_session_request *request, tn_handle *object);
	/* More quota came; may be NULL. */
	void (*upgrade)(void *self, uint32_t id, struct tn_quota quota);
	/* The session ends (client closed it or died): give up all that was made for it. */
	void (*close)(void *self, uint32_t id);
	struct tn_service *next; /* the runtime's */
};

/* Makes the service known to the parent. Errors: TN_ERR_ARGUMENT (name), out of RAM or caps. */
TN_EXTERN TN_MUST_USE tn_error tn_service_announce(struct tn_service *service);
