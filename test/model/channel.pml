/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The channel of the linux port: sleep and wake, death, sequence.
 *
 * A client calls through capability A, then through B, of one server and over one channel. At any time
 * core may destroy A's object, or the server may die, which ends both. Each step names the code that
 * it stands for: call.c is kernel/linux/runtime/call.c, link.h kernel/linux/include/link.h, tables.c
 * kernel/linux/core/tables.c, generic runtime/call.c.
 *
 * Shown: each call ends (no state in which the client sleeps for ever); success means the reply
 * to this very request; a call is only called gone if its capability is dead, so that no abort that
 * comes late ends the next call. With HOSTILE the server writes what it likes into the channel and
 * wakes nobody: then each call still ends, at the latest when core ends the server.
 *
 * WITHOUT_... leaves one step out; tool/verify shows that each is missed.
 */

#define PROCESSORS 3
#define CLIENT 0
#define SERVER 1
#define CORE   2

#define LOCATIONS 9
#define ENTRY_A   0 /* the capability's entry: 1 dead */
#define ENTRY_B   1
#define CALLING   2 /* tn_thread_page.calling */
#define ABORTED   3 /* tn_thread_page.aborted */
#define REQUEST   4
#define REPLY     5
#define WAITING   6
#define DATA      7 /* the message buffer, which request and reply share */
#define ANSWER    10 /* to request n: n + ANSWER */

#define POLLING   8 /* the server looks without being rung */

#include "tso.h"

#define A 1
#define B 2
#define ENTRY(handle) (handle - 1)

bool event;	    /* the kernel's: the eventfd was written since epoll reported it */
bool asleep;	    /* the kernel's: the client sleeps on `reply` and `aborted` */
bool server_dead;
bool killed_a, killed_b; /* core has decided */
byte outcome;	    /* of a call */
#define GOOD 1
#define GONE 2

#ifdef WITHOUT_ABORT_NAME /* a flag instead of the capability */
#define ABORTS(handle) (aborting != 0)
#else
#define ABORTS(handle) (aborting == handle)
#endif

#ifdef WITHOUT_ABORT_WORD
#define SAME_ABORT true
#else
#define SAME_ABORT (mem[ABORTED] == aborting)
#endif

/* link_pending(): link.h; wait_reply(): call.c. */
inline wait_reply(handle, sequence, result)
{
	result = 0;
	do
	:: result != 0 -> break
	:: else ->
		LOAD(CLIENT, ABORTED, aborting);
		LOAD(CLIENT, REPLY, seen);
		if
		:: seen == sequence -> result = GOOD
		:: seen != sequence && ABORTS(handle) -> result = GONE
		:: else ->
#ifndef WITHOUT_WAITING
			STORE(CLIENT, WAITING, 1);
#endif
#ifndef WITHOUT_CLIENT_FENCE
			FENCE(CLIENT);
#endif
			/*
			 * futex_waitv: compares both words under the kernel's locks, then sleeps. The
			 * system call itself is no fence here, to be on the safe side; what is
			 * compared is memory.
			 */
			atomic {
				if
				:: mem[REPLY] == seen && SAME_ABORT -> asleep = true
				:: else
				fi
			};
			!asleep
		fi
	od
}

inline call(handle, sequence)
{
	outcome = 0;
	/* note(): generic, sequentially consistent. */
	STORE(CLIENT, CALLING, handle);
#ifndef WITHOUT_NOTE_FENCE
	FENCE(CLIENT);
#endif
	/* prepare(): call.c. */
	STORE(CLIENT, ABORTED, 0);
#ifndef WITHOUT_NOTE_FENCE
	FENCE(CLIENT);
#endif
	LOAD(CLIENT, ENTRY(handle), dead);
#ifdef WITHOUT_ENTRY_CHECK
	dead = 0;
#endif
	if
	:: dead -> outcome = GONE
	:: else
	fi;
	LOAD(CLIENT, REQUEST, pending);
	LOAD(CLIENT, REPLY, seen);
#ifdef WITHOUT_PENDING_WAIT
	seen = pending;
#endif
	if
	:: outcome == 0 && pending != seen ->
		wait_reply(handle, pending, waited);
		if
		:: waited == GONE -> outcome = GONE
		:: else
		fi
	:: else
	fi;
	if
	:: outcome == 0 ->
		/* send(): call.c; link.h says what comes first. */
#ifdef WITHOUT_DATA_FIRST
		STORE(CLIENT, REQUEST, sequence);
#endif
		STORE(CLIENT, DATA, sequence);
		STORE(CLIENT, WAITING, 0);
#ifndef WITHOUT_DATA_FIRST
		STORE(CLIENT, REQUEST, sequence);
#endif
#ifndef WITHOUT_POLL_FENCE_CLIENT
		FENCE(CLIENT);
#endif
		LOAD(CLIENT, POLLING, seen);
		if
		:: seen -> skip
		:: else ->
			/* ring(): the kernel takes its lock, hence everything before it is seen. */
			FENCE(CLIENT);
			event = true
		fi;
		wait_reply(handle, sequence, outcome)
	:: else
	fi;
	if
	:: outcome == GOOD ->
		LOAD(CLIENT, DATA, status);
#ifndef HOSTILE
		assert(status == sequence + ANSWER)
#endif
	:: else ->
		assert(handle != A || killed_a);
		assert(handle != B || killed_b)
	fi;
	/* tn_call_end(): generic. */
	STORE(CLIENT, CALLING, 0);
	FENCE(CLIENT)
}

proctype client()
{
	byte aborting, seen, dead, pending, waited, status;
	call(A, 1);
	call(B, 2)
}

/* link_take(), link_reply(): link.h. */
inline look()
{
	LOAD(SERVER, REQUEST, request);
	LOAD(SERVER, REPLY, reply);
	if
	:: request != reply ->
#ifndef HOSTILE
		LOAD(SERVER, DATA, data);
		assert(data == request);
#endif
		STORE(SERVER, DATA, request + ANSWER);
		STORE(SERVER, REPLY, request);
#ifndef WITHOUT_SERVER_FENCE
		FENCE(SERVER);
#endif
		LOAD(SERVER, WAITING, waiting);
#ifndef WITHOUT_WAKE
		if
		:: waiting -> asleep = false /* futex_wake */
		:: else
		fi
#endif
	:: else
	fi
}

/* port_wait(), poll_hot(), cool_down(): server.c. It stops polling whenever it likes. */
proctype server()
{
	byte request, reply, waiting, data, nonsense;
	bool polling;
end:	do
	:: event && !server_dead ->
		event = false;
		look()
	:: !server_dead && !polling && request ->
		/* warm_up(): after a request that it has served. */
		STORE(SERVER, POLLING, 1);
		polling = true;
		look()
	:: !server_dead && polling ->
		/* cool_down(); only now it may sleep. */
		STORE(SERVER, POLLING, 0);
#ifndef WITHOUT_POLL_FENCE_SERVER
		FENCE(SERVER);
#endif
		polling = false;
#ifndef WITHOUT_LAST_LOOK
		look();
#endif
		request = 0
#ifdef HOSTILE
	:: !server_dead && nonsense < 1 -> nonsense++;
		if
		:: STORE(SERVER, REPLY, 1)
		:: STORE(SERVER, REPLY, 2)
		:: STORE(SERVER, WAITING, 0)
		:: STORE(SERVER, REQUEST, 2)
		:: STORE(SERVER, POLLING, 1)
		fi
#endif
	:: server_dead -> break
	od
}

/* cap_kill(): core/cap.c; port_cap_remove(), port_thread_abort(): tables.c. */
inline kill_entry(handle)
{
	STORE(CORE, ENTRY(handle), 1);
#ifndef WITHOUT_CORE_FENCE
	FENCE(CORE);
#endif
	LOAD(CORE, CALLING, calling);
	if
	:: calling == handle ->
#ifndef WITHOUT_ABORT
		STORE(CORE, ABORTED, calling);
		FENCE(CORE);
		asleep = false /* futex_wake on `aborted` */
#endif
	:: else
	fi
}

proctype core()
{
	byte calling;
	if
	:: killed_a = true; kill_entry(A)
	:: skip
	fi;
#ifdef HOSTILE
	server_dead = true; /* sooner or later its parent ends it */
#endif
	if
	:: server_dead = true;
		killed_a = true;
		killed_b = true;
		kill_entry(A);
		kill_entry(B)
	:: !server_dead -> skip
	fi
}

/* A signal through the same channel: the server looks at it once more. */
proctype signal()
{
	event = true
}

init
{
	atomic {
		run drain(CLIENT);
		run drain(SERVER);
		run drain(CORE);
		run client();
		run server();
		run core();
#if !defined(HOSTILE) && !defined(QUICK)
		run signal() /* a hostile server looks as often as it likes */
#endif
	}
}
