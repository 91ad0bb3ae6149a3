/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Transfer, release and revocation of a capability, on every kernel.
 *
 * Two clients, the second of which may come to have the channel's place after the first has died, transfer an
 * object's capability to a server, send messages that announce it or do not, send messages that announce
 * what was never transferred, give up before they are answered, and die. The server takes what is announced, uses it, and gives it back,
 * now or later. Core may destroy the object at any time. Each step names the code that it stands
 * for: transfer.c, cap.c and pd_session.c are core's, capability.c and entrypoint.c the runtime's.
 *
 * Core's operations are atomic: core is one thread. The runtime works on the record beside it, one
 * instruction at a time; copying the handles is not one instruction. The record's memory order: the handles,
 * then the state, which x86 keeps without a barrier; what a weaker order would do is not shown here.
 *
 * Shown: what a server has taken is an entry of its own that exists until it gives it back; it came from the
 * client whose request it serves, and by the transfer that this very request announces; a use after the object's end fails; when all is given back
 * nothing is left.
 */

#define EMPTY 0
#define TRANSFERS 3

/* The record of the channel: struct tn_transfer of base/shared.h. */
byte state; /* EMPTY, or the number of the transfer */
byte origin;
byte record;

/* Core's table of the server: one entry, whose index is used again with the next generation. */
bool used, alive;
byte generation, delivered, returned;

/* Core's note of the last transfer; channel->sent of transfer.c. */
bool sent;
byte serial;	/* of all transfers */
byte marks;	/* of those over this channel */

/* The server's count: struct held of capability.c. */
byte held, seen, references;

byte from;	/* client that has the channel's place: 1, then 2 */
bool destroyed; /* the object */
bool finished;	/* the clients */

/* Messages under way: the client, and the mark of the transfer that it announces. */
chan messages = [2] of { byte, byte };

#ifdef WITHOUT_SERIAL
#define NUMBER MARKS /* "ready", every time */
#else
#define NUMBER (serial * MARKS + marks) /* next_number(): transfer.c */
#endif
#define MARKS 4
#define MARK(number) ((number) % MARKS)

/* cap_free(): cap.c. */
inline free_entry()
{
	assert(used);
	used = false;
	delivered = 0;
	returned = 0
}

/* cap_undeliver(): cap.c. */
inline undeliver()
{
	delivered--;
#ifdef WITHOUT_RETURN_NOTE
	if
	:: delivered == 0 -> free_entry()
	:: else
	fi
#else
	if
	:: delivered == returned -> free_entry()
	:: else
	fi
#endif
}

/* take_back(): transfer.c. */
inline take_back()
{
	if
	:: sent ->
		sent = false;
		if
		:: state == NUMBER ->
			state = EMPTY;
#ifndef WITHOUT_UNDO
			undeliver()
#endif
		:: else
		fi
	:: else
	fi
}

/* transfer_call(): transfer.c. */
inline transfer()
{
	atomic {
		take_back();
		if
		:: !destroyed ->
			if
			:: used && alive -> delivered++ /* the same object: the same entry */
			:: !used ->
				used = true;
				alive = true;
				generation++;
				delivered = 1
			fi;
			sent = true;
			serial++;
			marks++;
			record = generation;
			origin = from;
			state = NUMBER
		:: else
		fi
	}
}

proctype clients()
{
	byte transfers;
	from = 1;
	do
	:: transfers < TRANSFERS ->
		transfer();
		transfers++
	:: nfull(messages) -> messages!from,MARK(NUMBER)
	:: from == 1 ->
		/* It dies: transfer_undo(). Another one gets the channel's place. */
		atomic {
			take_back();
			from = 2;
			marks = 0
		}
	:: break
	od;
	atomic {
		take_back();
		finished = true
	}
}

/* object_destroy(): the entry is dead, and stays until it is released. */
proctype revoke()
{
	if
	:: atomic { destroyed = true; alive = false }
	:: skip
	fi
}

/* tn_cap_release(), give_back(): capability.c; release(): cap.c. */
inline release()
{
	d_step {
		references--;
		count = (references == 0 -> seen : 0)
	};
	if
	:: count > 0 ->
		atomic {
			assert(used && generation == held);
#ifdef WITHOUT_COUNT
			again = false;
#else
			again = (delivered != count);
#endif
			if
			:: again -> returned = count
			:: else -> free_entry()
			fi
		};
		if
		:: !again -> held = 0 /* cap_forget() */
		:: else
		fi
	:: else
	fi
}

/* A call through what is held. */
inline use()
{
	atomic {
		assert(used && generation == held);
		assert(!(destroyed && alive))
	}
}

/* serve_with_caps(), cap_take(), cap_received(): entrypoint.c, capability.c. */
proctype server()
{
	byte sender, mark, ready, copy, sent_by, count;
	bool took, again;
	do
	:: messages?sender,mark ->
		took = false;
		ready = state;
		if
#ifdef WITHOUT_MARK
		:: ready != EMPTY ->
#else
		:: ready != EMPTY && MARK(ready) == mark ->
#endif
			copy = record;
			sent_by = origin;
			if
#ifndef WITHOUT_ORIGIN
			:: sent_by != sender -> skip
#endif
			:: else ->
#ifdef WITHOUT_EXCHANGE
				took = true;
				state = EMPTY
#else
				d_step {
					if
					:: state == ready -> state = EMPTY; took = true
					:: else
					fi
				}
#endif
			fi
		:: else
		fi;
		if
		:: took ->
			assert(sent_by == sender);
			assert(MARK(ready) == mark);
			d_step {
				if
				:: held != copy ->
					held = copy;
					seen = 0;
					references = 0
				:: else
				fi;
				seen++;
				references++
			};
			use()
		:: else
		fi
	:: references > 0 -> release()
	:: finished && empty(messages) && references == 0 -> break
	od;
	assert(!used)
}

init
{
	atomic {
		run clients();
		run server();
		run revoke()
	}
}
