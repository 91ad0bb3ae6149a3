/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A packet stream: lib/stream/stream.c over memory as x86 gives it. The source sends PASSED packets
 * by way of the PACKETS that there are, and waits for them to come back; the sink sends them back,
 * in any order. Each step names the function that it stands for.
 *
 * Shown: both come to their end (nobody sleeps for ever); what is in a packet is what was put there
 * for this turn; a packet that is received was away, and no descriptor is read twice or never. With
 * HOSTILE the sink writes what it likes into the words that it can reach, and submits what it
 * likes: the source takes nothing but packets that are away. (Both sides run the same code.)
 *
 * WITHOUT_... leaves one step out; tool/verify shows that each is missed. Positions do not wrap
 * here; test/unit/stream.c has that.
 */

#if defined(WITHOUT_SLOT_CHECK) || defined(WITHOUT_THERE_CHECK)
#define HOSTILE
#endif

#define PROCESSORS 2
#define SOURCE 0
#define SINK   1

#define PACKETS 2
#if defined(QUICK) || defined(HOSTILE)
#define PASSED 2
#else
#define PASSED 3
#endif
#define SCRIBBLES 3

#define LOCATIONS 10
#define SENT(side)    (side)     /* struct side */
#define WAKE(side)    (2 + side)
#define DESCRIPTOR(side, position) (4 + 2 * (side) + (position) % PACKETS) /* 1 + slot */
#define CONTENT(slot) (8 + slot)
#define BACK 10 /* added to what is in a packet by the sink */

#include "tso.h"

bool pending[2]; /* the kernel's: the signal was submitted */
bool over;	 /* a hostile sink has done what it wanted */

typedef side
{
	byte sent, woken, received, known, away;
	bool there[PACKETS];
	bool ended; /* the stream, for this side */
}
side sides[2];

/* tn_stream_send(). What is private to a side goes with the load or store before it. */
inline send(me, slot, what)
{
	assert(!sides[me].there[slot]);
#ifdef WITHOUT_DESCRIPTOR_FIRST
	STORE(me, SENT(me), sides[me].sent + 1);
#endif
#ifndef WITHOUT_CONTENT_FIRST
	STORE(me, CONTENT(slot), what);
#endif
	STORE(me, DESCRIPTOR(me, sides[me].sent), slot + 1);
#ifndef WITHOUT_DESCRIPTOR_FIRST
	STORE(me, SENT(me), sides[me].sent + 1);
#endif
#ifdef WITHOUT_CONTENT_FIRST
	STORE(me, CONTENT(slot), what);
#endif
	d_step {
		sides[me].there[slot] = true;
		sides[me].away++;
		sides[me].sent++
	}
}

/* tn_stream_wake(). The system call is a fence, too, but comes too late. */
inline wake(me)
{
#ifndef WITHOUT_SENDER_FENCE
	FENCE(me);
#endif
	atomic {
		LOAD(me, WAKE(1 - me), wanted);
		if
#ifdef WITHOUT_WINDOW /* as if it were called for each packet */
		:: wanted == sides[me].sent - 1 && sides[me].woken != sides[me].sent ->
#else
		:: wanted >= sides[me].woken && wanted < sides[me].sent ->
#endif
			wanted = 1
		:: else -> wanted = 0
		fi;
		sides[me].woken = sides[me].sent
	};
	if
	:: wanted ->
		atomic {
			FENCE(me);
#ifndef WITHOUT_SUBMIT
			pending[1 - me] = true;
#endif
			wanted = 0
		}
	:: else
	fi
}

/* look(). That it checks only finds earlier what check_received() would find. */
inline look(me)
{
	LOAD(me, SENT(1 - me), seen);
	if
	:: seen < sides[me].received || seen - sides[me].received > sides[me].away ->
		sides[me].ended = true
	:: else -> sides[me].known = seen
	fi
}

/* check_received(). */
inline check(me)
{
	if
#ifndef WITHOUT_SLOT_CHECK
	:: slot >= PACKETS -> sides[me].ended = true
#endif
#ifndef WITHOUT_THERE_CHECK
	:: slot < PACKETS && !sides[me].there[slot] -> sides[me].ended = true
#endif
	:: else
	fi
}

/* tn_stream_receive(); `slot` is PACKETS: there is none. */
inline receive(me)
{
	atomic {
		slot = PACKETS;
		if
		:: sides[me].known == sides[me].received -> look(me)
		:: else
		fi;
		seen = 0
	};
	if
	:: !sides[me].ended && sides[me].known != sides[me].received ->
		atomic {
			LOAD(me, DESCRIPTOR(1 - me, sides[me].received), slot);
			slot--;
#ifdef HOSTILE
			check(me);
#endif
			if
			:: !sides[me].ended ->
				assert(slot < PACKETS);
				assert(sides[me].away > 0);
				assert(sides[me].there[slot]);
				sides[me].received++;
				sides[me].away--;
				sides[me].there[slot] = false
			:: else -> slot = PACKETS
			fi
		}
	:: else
	fi
}

/* tn_stream_wait(), tn_stream_arm(). */
inline wait(me, count)
{
#ifndef WITHOUT_WAKE_FIRST
	wake(me);
#endif
#ifndef WITHOUT_ARM
	STORE(me, WAKE(me), sides[me].received + count - 1);
#endif
#ifndef WITHOUT_SLEEPER_FENCE
	FENCE(me);
#endif
	atomic {
#ifdef WITHOUT_LAST_LOOK
		seen = sides[me].received;
#else
		look(me);
#endif
		asleep = !sides[me].ended && seen - sides[me].received < count;
		seen = 0
	};
	if
	:: !asleep
	/* tn_signal_wait(). */
	:: asleep && pending[me] -> atomic { pending[me] = false; asleep = false }
#ifdef HOSTILE
	/* It waits, until its parent ends it. */
	:: asleep && over -> atomic { sides[me].ended = true; asleep = false }
#endif
	fi
}

proctype source()
{
	byte wanted, seen, slot, made, what, back, enough;
	bool asleep;
	do
	:: sides[SOURCE].ended || back == PASSED -> break
	:: !sides[SOURCE].ended && made < PASSED && !sides[SOURCE].there[0] ->
		made++;
		send(SOURCE, 0, made);
		if
		:: wake(SOURCE)
		:: skip
		fi
	:: !sides[SOURCE].ended && made < PASSED && !sides[SOURCE].there[1] ->
		made++;
		send(SOURCE, 1, made);
		if
		:: wake(SOURCE)
		:: skip
		fi
	:: !sides[SOURCE].ended && sides[SOURCE].away > 0 ->
		receive(SOURCE);
		if
		:: slot < PACKETS ->
			back++;
#ifndef HOSTILE
			atomic {
				LOAD(SOURCE, CONTENT(slot), what);
				assert(what > BACK && what <= BACK + PASSED);
				what = 0
			}
#endif
		:: slot == PACKETS && !sides[SOURCE].ended ->
			if
			:: enough = 1
			:: enough = sides[SOURCE].away
			fi;
			wait(SOURCE, enough)
		:: else
		fi;
		d_step { slot = 0; enough = 0 }
	od
}

#ifndef HOSTILE

/* Sends back what it has in its hands before it sleeps: the other one may wait for it. */
proctype sink()
{
	byte wanted, seen, slot, what, handled;
	byte content[PACKETS]; /* in hand: what was found; 0: not in hand */
	bool asleep;
	do
	:: handled == PASSED && !content[0] && !content[1] -> break
	:: content[0] -> send(SINK, 0, content[0] + BACK); content[0] = 0
	:: content[1] -> send(SINK, 1, content[1] + BACK); content[1] = 0
	:: handled < PASSED && sides[SINK].away > 0 ->
		receive(SINK);
		if
		:: slot < PACKETS ->
			atomic {
				LOAD(SINK, CONTENT(slot), what);
				handled++;
				assert(what == handled);
				content[slot] = what;
				what = 0
			}
		:: slot == PACKETS && !content[0] && !content[1] -> wait(SINK, 1)
		:: else
		fi;
		slot = 0
	od;
	wake(SINK)
}

#else

proctype sink()
{
	byte times;
	do
	:: times < SCRIBBLES ->
		times++;
		if
		:: STORE(SINK, SENT(SINK), 1)
		:: STORE(SINK, SENT(SINK), 2)
		:: STORE(SINK, SENT(SINK), 3)
		:: STORE(SINK, SENT(SINK), 255)
		:: STORE(SINK, WAKE(SINK), 1)
		:: STORE(SINK, DESCRIPTOR(SINK, 0), 1)
		:: STORE(SINK, DESCRIPTOR(SINK, 0), 2)
		:: STORE(SINK, DESCRIPTOR(SINK, 0), 3)
		:: STORE(SINK, DESCRIPTOR(SINK, 1), 1)
		:: STORE(SINK, DESCRIPTOR(SINK, 1), 200)
		:: pending[SOURCE] = true
		fi
	:: break
	od;
	over = true
}

#endif

init
{
	atomic {
		sides[SINK].away = PACKETS;
		sides[SINK].there[0] = true;
		sides[SINK].there[1] = true;
		run drain(SOURCE);
		run drain(SINK);
		run source();
		run sink()
	}
}
