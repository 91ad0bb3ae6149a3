/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The interface between a component and its parent: the one capability that a component is born
 * with. Components use session.h; a component that starts children serves this one.
 *
 * A parent never waits for a child: requests are recorded, announced by signal, and fetched.
 *
 * A client's session: `session_open`, then `session_collect` until it is ready; `session_upgrade`
 * donates more. A server's: `request_next` gives the next thing to do (enum tn_request_kind),
 * which is answered by `request_deliver` (the session's capability) or `request_deny` (with a
 * tn_error), or `request_done`.
 *
 * Ownership: capabilities that the environment gives are the component's for its whole life. RAM
 * is in bytes. Errors: TN_ERR_ARGUMENT (such as an id that names no session), TN_ERR_DENIED (a
 * service that is not the component's to announce), TN_ERR_LIMIT (sessions), and those of paying.
 *
 * @code{.c}
 * #include <tenon/component.h>
 *
 * // What tn_exit() begins with; everything else has nicer functions in session.h and quota.h.
 * static tn_error example_say_goodbye(struct tn_env *env)
 * {
 *         return tn_parent_exit(tn_env_parent(env), 0);
 * }
 * @endcode
 */
#pragma once

#include <tenon/cpu.h>
#include <tenon/log.h>
#include <tenon/pd.h>
#include <tenon/rom.h>

/* State of a session, told to the client that collects it. */
enum tn_session_state { TN_SESSION_PENDING, TN_SESSION_READY, TN_SESSION_DENIED };

/* What a server is asked to do with a session. */
enum tn_request_kind { TN_REQUEST_NONE, TN_REQUEST_OPEN, TN_REQUEST_UPGRADE, TN_REQUEST_CLOSE };

/* What a parent can tell a component that listens, each by a signal of its own. */
enum tn_notice {
	TN_NOTICE_YIELD,     /* the parent wants quota back: yield_request */
	TN_NOTICE_HEARTBEAT, /* the parent asks whether the component lives: heartbeat */
	TN_NOTICE_COUNT
};

/* State of the resource request, of which a component has at most one. */
enum tn_resource_state { TN_RESOURCE_NONE, TN_RESOURCE_PENDING, TN_RESOURCE_DECIDED };

/* Flags of the environment. */
#define TN_ENV_REPORT_HASH 1u /* the loader logs name and SHA-256 of each file it loads */

#define TN_PARENT(RPC, I)                                                                          \
	/* What the component starts with. The binary is a ROM session on its executable. */       \
	RPC(I, environment, Out(uint32_t, flags), OutString(name, TN_LABEL_MAX),                   \
	    OutCap(tn_pd_cap, pd), OutCap(tn_log_cap, log), OutCap(tn_rom_cap, binary),            \
	    OutCap(tn_cpu_cap, cpu))                                                               \
	/* Client: ask for a session. Never blocks; the session signal tells of progress. */       \
	RPC(I, session_signal, InCap(tn_signal_cap, progress))                                     \
	RPC(I, session_open, InString(service, TN_SERVICE_NAME_MAX),                               \
	    InString(label, TN_LABEL_MAX), In(uint64_t, ram), In(uint64_t, caps),                  \
	    In(uint32_t, functions), In(uint64_t, digest), InString(interface, 31u),               \
	    Out(uint32_t, id))                                                                     \
	/* PENDING: wait for the signal. READY gives the capability, once. DENIED: reason. */      \
	RPC(I, session_collect, In(uint32_t, id), Out(uint32_t, state), Out(uint32_t, reason),     \
	    OutCap(tn_any_cap, session))                                                           \
	RPC(I, session_upgrade, In(uint32_t, id), In(uint64_t, ram), In(uint64_t, caps))           \
	/* After it the id is forgotten once session_collect has said DENIED with reason TN_OK. */ \
	RPC(I, session_close, In(uint32_t, id))                                                    \
	/* Server: provide a service; requests are told by signal, fetched one by one. */          \
	RPC(I, announce, InString(service, TN_SERVICE_NAME_MAX), InCap(tn_signal_cap, requests))   \
	RPC(I, request_next, Out(uint32_t, kind), Out(uint32_t, id),                               \
	    OutString(service, TN_SERVICE_NAME_MAX), OutString(label, TN_LABEL_MAX),               \
	    Out(uint64_t, ram), Out(uint64_t, caps), Out(uint32_t, functions),                     \
	    Out(uint64_t, digest), OutString(interface, 31u))                                      \
	RPC(I, request_deliver, In(uint32_t, id), InCap(tn_any_cap, session))                      \
	RPC(I, request_deny, In(uint32_t, id), In(uint32_t, reason))                               \
	/* An upgrade or a close was carried out. */                                               \
	RPC(I, request_done, In(uint32_t, id))                                                     \
	/* The component has ended, with this value; the parent may destroy it at once. */         \
	RPC(I, exit, In(int32_t, value))                                                           \
	/* Registers the signal of one notice (enum tn_notice), in place of an earlier one; no */  \
	/* capability: the component no longer listens. */                                         \
	RPC(I, notify, In(uint32_t, notice), InCap(tn_signal_cap, signal))                         \
	/* Asks for more quota. Never blocks: the signal tells of the decision. TN_ERR_BUSY: */    \
	/* one is under way. */                                                                    \
	RPC(I, resource_request, In(uint64_t, ram), In(uint64_t, caps),                            \
	    InCap(tn_signal_cap, decided))                                                         \
	/* DECIDED: what was granted, which is in the component's PD already; nothing is a */      \
	/* denial. Told once, NONE from then on. */                                                \
	RPC(I, resource_collect, Out(uint32_t, state), Out(uint64_t, ram), Out(uint64_t, caps))    \
	/* How much the parent wants back; zero: nothing (more). */                                \
	RPC(I, yield_request, Out(uint64_t, ram), Out(uint64_t, caps))                             \
	/* The answer: so much is unused now. The parent takes it, as far as it has asked. */      \
	RPC(I, yield_done, In(uint64_t, ram), In(uint64_t, caps))                                  \
	/* The answer to HEARTBEAT. */                                                             \
	RPC(I, heartbeat)

TN_RPC_INTERFACE(tn_parent, TN_PARENT)
