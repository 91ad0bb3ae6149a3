/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Memory as x86 gives it (total store order: Intel SDM volume 3, section 8.2; AMD64 volume 2,
 * section 7.2): a processor's stores wait in a queue of its own, in order, and reach memory at any
 * later time; its loads see its own queue first. A fence, a locked instruction or a system call
 * waits until the queue is empty. PROCESSORS, LOCATIONS are defined by who includes this; BUFFER is
 * the queue's length.
 */

#define BUFFER 3

byte mem[LOCATIONS];

typedef queue
{
	byte count;
	byte address[BUFFER];
	byte value[BUFFER]
}
queue stores[PROCESSORS];

inline STORE(processor, location, what)
{
	d_step
	{
		stores[processor].count <
			BUFFER->stores[processor].address[stores[processor].count] = location;
		stores[processor].value[stores[processor].count] = what;
		stores[processor].count++
	}
}

inline LOAD(processor, location, to)
{
	d_step
	{
		to = mem[location];
		if
			::stores[processor].count > 0 &&
				stores[processor].address[0] == location->to =
				stores[processor].value[0] ::else fi;
		if
			::stores[processor].count > 1 &&
				stores[processor].address[1] == location->to =
				stores[processor].value[1] ::else fi;
		if
			::stores[processor].count > 2 &&
				stores[processor].address[2] == location->to =
				stores[processor].value[2] ::else fi
	}
}

inline FENCE(processor){ (stores[processor].count == 0) }

/* The queue of a processor drains when it likes. */
proctype drain(byte processor)
{
end:
	do
		::d_step
		{
			stores[processor].count > 0->mem[stores[processor].address[0]] =
				stores[processor].value[0];
			stores[processor].address[0] = stores[processor].address[1];
			stores[processor].value[0] = stores[processor].value[1];
			stores[processor].address[1] = stores[processor].address[2];
			stores[processor].value[1] = stores[processor].value[2];
			stores[processor].address[BUFFER - 1] = 0;
			stores[processor].value[BUFFER - 1] = 0;
			stores[processor].count--
		}
	od
}
