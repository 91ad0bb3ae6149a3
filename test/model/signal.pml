/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Signals over a channel of the linux port: two threads of one client submit one signal each, to one
 * receiver; their client may die, or give its capabilities back, at any moment. Each step names the
 * code that it stands for: link.h is kernel/linux/include/link.h, server.c
 * kernel/linux/runtime/server.c, links.c kernel/linux/core/links.c, cap.c core/cap.c.
 *
 * Shown: a submit that was made is heard, whoever lives; whether the two share a bit or not.
 * Not shown: the channel of core's own, over which it submits again, is taken to work.
 *
 * WITHOUT_... leaves one step out; tool/verify shows that each is missed.
 */

#define PROCESSORS 1
#define RECEIVER 0
#define LOCATIONS 1
#define TAKING 0 /* link.taking: bit + 1 */

#include "tso.h"

#define SUBMITS 2 /* of each thread */
#define NONE 0
#define SEVERAL 3
#define BIT(signal) (shared -> 0 : signal - 1)
#define MASK(bit) (1 << (bit))

bool shared;		/* both signals have the same bit */
byte bits;		/* link.signals: where to look */
byte which[2];		/* link.which: what is pending */
bool rung;		/* the kernel's: the eventfd was written since epoll reported it */
bool killed;		/* no thread of the client runs any more */
bool grant[3] = true;	/* the receiver's table, by signal */
bool due[3];		/* it was submitted, and not heard since */

/* tn_signal_submit(); link_signal(): link.h. */
proctype sender(byte signal)
{
	byte before, n;
	do
	:: n < SUBMITS && !killed ->
		n++;
		atomic { /* a locked instruction */
			if
			:: killed -> break
			:: else ->
#ifdef WITHOUT_SEVERAL
				which[BIT(signal)] = signal;
#else
				which[BIT(signal)] =
					(which[BIT(signal)] == NONE || which[BIT(signal)] == signal ->
						 signal : SEVERAL);
#endif
				due[signal] = true
			fi
		}
		atomic { /* a locked instruction */
			if
			:: killed -> break
			:: else ->
				before = bits & MASK(BIT(signal));
				bits = bits | MASK(BIT(signal))
			fi
		}
		atomic {
			if
			:: killed -> break
			:: before == 0 -> rung = true
			:: else
			fi
		}
	:: else -> break
	od
}

/* take_signal(): server.c. The handler runs after it. */
inline take_signal(signal)
{
	atomic {
		if
		:: grant[signal] -> due[signal] = false
		:: else
		fi
	}
}

proctype receiver()
{
	byte todo, place, told;
end:
	do
	:: atomic { rung -> rung = false } /* epoll_wait() */
		/* look_at(): server.c; a locked instruction */
#ifndef WITHOUT_BIT_FIRST
		atomic { FENCE(RECEIVER); todo = bits; bits = 0 }
#else
		todo = bits;
#endif
		place = 0;
		do
		:: place < 2 && (todo & MASK(place)) ->
			/* take_which(): server.c */
#ifndef WITHOUT_TAKING
			STORE(RECEIVER, TAKING, place + 1);
#endif
			atomic { /* a locked instruction */
#ifndef WITHOUT_TAKING_FENCE
				FENCE(RECEIVER);
#endif
				told = which[place];
				which[place] = NONE
			}
#ifdef WITHOUT_BIT_FIRST
			atomic { FENCE(RECEIVER); bits = bits & ~MASK(place) }
#endif
#ifdef WITHOUT_LOOKUP
			STORE(RECEIVER, TAKING, 0);
#endif
			/* next_signal(), next_of_several(): server.c */
			if
			:: told == SEVERAL ->
				if
				:: BIT(1) == place -> take_signal(1)
				:: else
				fi;
				if
				:: BIT(2) == place -> take_signal(2)
				:: else
				fi
			:: told == NONE
			:: else -> take_signal(told)
			fi;
			STORE(RECEIVER, TAKING, 0); /* forget_signal(): server.c */
			place++
		:: place < 2 && !(todo & MASK(place)) -> place++
		:: place == 2 -> break
		od
	od
}

/* The capabilities go: cap_kill(), cap.c. */
proctype core()
{
	byte signal = 1, found, taking;
	if
	:: killed = true
	:: signal = 3 /* nobody dies */
	fi;
	do
	:: signal <= 2 ->
		/* port_signal_pending(): links.c */
#ifdef WITHOUT_TAKING_LAST
		taking = mem[TAKING];
		found = which[BIT(signal)];
#else
		found = which[BIT(signal)];
		taking = mem[TAKING];
#endif
#ifndef WITHOUT_FORWARD
		atomic {
			if
			:: found == signal || found == SEVERAL || taking == BIT(signal) + 1
				-> due[signal] = false /* forward_submit() */
			:: else
			fi
		}
#endif
		grant[signal] = false; /* grant_remove() */
		signal++
	:: else -> break
	od
}

proctype judge()
{
	/* Nothing moves any more. */
	timeout ->
		assert(!due[1] && !due[2])
}

init
{
	if
	:: shared = true
	:: shared = false
	fi;
	atomic {
		run drain(RECEIVER);
		run sender(1);
		run sender(2);
		run receiver();
		run core();
		run judge()
	}
}
