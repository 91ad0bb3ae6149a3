/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Packet streams: bulk data between two components over memory that both share, in place, with a
 * signal only when the other side sleeps. A static library.
 *
 * A stream is a fixed set of packets of one size. At any moment each packet is at one side, which
 * alone uses its content, and which may send it to the other one. In the beginning all are at the
 * source. So whatever is sent comes back: the source sends a packet that it has filled, or that
 * the sink is to fill; the sink sends it back when it is done, in any order, which is the
 * acknowledgement. Nothing is ever full, as there is room for all packets each way: the source has
 * a packet, or it waits for one. What does not fit one packet goes in several.
 *
 * Cost: to send or to receive is some stores and loads, whatever the size; neither calls anybody.
 * tn_stream_wake() is a fence and a look at the peer's word, and calls the kernel only if the peer
 * has gone to sleep since. Who sends several packets wakes once.
 *
 * Blocking use: tn_stream_wait(). Event-driven: the signal's handler receives until TN_ERR_AGAIN,
 * then calls tn_stream_arm(), and goes on if that says TN_ERR_AGAIN, or nothing would come any
 * more. In the beginning both sides are armed for their first packet. A peer on another CPU can
 * make that last: who serves others, too, stops after some packets and submits its own signal.
 *
 * Memory: tn_stream_size() bytes, zeroed, attached writable by both. WHO OWNS IT CAN TAKE IT AWAY,
 * also by ending, and an access in place then is a fault of whoever makes it:
 *
 *   the memory is       this side                         the other side
 *   its own             in place                          guarded, or ends with its owner
 *   somebody else's     in place, as far as both          the same
 *                       rely on that component anyway
 *
 * So a server that must survive its clients owns the memory, paid by what the client donates
 * (tn_stream_service below does so); a client that wants to survive its server is guarded: the
 * library then touches shared memory by tn_guarded_copy() alone, the client does so by
 * tn_stream_put() and tn_stream_get(), and what was taken away is TN_ERR_FAULT. Without `guarded`
 * memory that is the peer's may also be managed (rm.h), and make this side wait for the peer.
 *
 * Trust: otherwise none. The peer may write anything anywhere in the memory at any time. Each side
 * keeps its own positions and knows which packets are where; what it reads from the peer it reads
 * once, checks, and then uses. What an honest peer never does (more packets than it has, one that
 * it has not, a length beyond the packet) ends the stream for this side: TN_ERR_PROTOCOL, from
 * everything from then on, and tn_stream_reason() tells what it was. What is in a packet may change
 * at any time, too, until the packet is back at the source: tn_stream_get() copies it once. A peer
 * that submits signals without end costs this side a look each time, as any holder of a signal can.
 * A peer that sends nothing is waited for.
 *
 * End of a peer: its packets stay where they are. What it sent before can still be received.
 * tn_stream_wake() says TN_ERR_GONE if a signal was needed and nobody is there. Nothing wakes who
 * sleeps then: a server hears of it by its `close`; a client that does not rely on its server lets
 * somebody else, such as a timeout, submit its signal, too: tn_stream_wait() returns TN_ERR_AGAIN
 * on each signal that brought nothing, and a call to the server tells whether it is there.
 *
 * Ownership: struct tn_stream is its side's, from init to the end; the memory and the signals are
 * the user's and stay until then. A stream is used by one thread at a time. Sizes are in bytes.
 *
 * @code{.c}
 * // Sends what `data` has, as many packets as it takes; waits where all packets are on their way.
 * static tn_error example_send_all(struct tn_stream *stream, const char *data, size_t length)
 * {
 *         struct tn_packet packet;
 *         tn_error error = TN_OK;
 *         while (length && error == TN_OK) {
 *                 size_t n = length < 4096 ? length : 4096;
 *                 while (tn_stream_receive(stream, &packet) == TN_OK)
 *                         tn_stream_free(stream, &packet); // what has come back
 *                 error = tn_stream_alloc(stream, &packet);
 *                 if (error == TN_ERR_AGAIN) {
 *                         error = tn_stream_wait(stream, 1);
 *                         if (error == TN_ERR_AGAIN) // a signal for nothing
 *                                 error = TN_OK;
 *                         continue;
 *                 }
 *                 if (error == TN_OK)
 *                         error = tn_stream_put(stream, &packet, 0, data, n);
 *                 packet.length = (uint32_t)n;
 *                 if (error == TN_OK)
 *                         error = tn_stream_send(stream, &packet);
 *                 data += n;
 *                 length -= n;
 *         }
 *         return error == TN_OK ? tn_stream_wake(stream) : error;
 * }
 *
 * // The other side, as the handler of its signal: counts the bytes, in place.
 * static uint64_t example_bytes;
 *
 * static void example_receive(void *argument)
 * {
 *         struct tn_stream *stream = argument;
 *         struct tn_packet packet;
 *         do {
 *                 while (tn_stream_receive(stream, &packet) == TN_OK) {
 *                         example_bytes += packet.length;
 *                         if (tn_stream_send(stream, &packet) != TN_OK)
 *                                 return;
 *                 }
 *                 (void)tn_stream_wake(stream);
 *         } while (tn_stream_arm(stream, 1) == TN_ERR_AGAIN);
 * }
 * @endcode
 */
#pragma once

#include <tenon/memory.h>
#include <tenon/session.h>
#include <tenon/session_list.h>
#include <tenon/signal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Packets of a stream: a power of two. */
#define TN_STREAM_PACKETS_MIN 4u
#define TN_STREAM_PACKETS_MAX 32768u
/* Bytes of a packet: a multiple of TN_STREAM_ALIGNMENT. */
#define TN_STREAM_ALIGNMENT  64u
#define TN_STREAM_PACKET_MAX ((uint32_t)1 << 30)

/* How many packets of which size: both sides have to know the same. */
struct tn_stream_shape {
	uint32_t packets;     /* a power of two, see above */
	uint32_t packet_size; /* bytes */
};

/* Bytes of memory for a shape: what both sides write for each other, then the packets, from a page
 * boundary on. */
#define TN_STREAM_HEADER(packets) \
	((128 + 2 * 16 * (uint64_t)(packets) + TN_PAGE_SIZE - 1) / TN_PAGE_SIZE * TN_PAGE_SIZE)
#define TN_STREAM_SIZE(packets, packet_size) \
	(TN_STREAM_HEADER(packets) + (uint64_t)(packets) * (packet_size))

/* A packet that is at this side. A value: the user may copy it, and keep it until it is sent. */
struct tn_packet {
	unsigned char *content; /* packet_size bytes, aligned to TN_STREAM_ALIGNMENT, shared */
	uint32_t length;        /* of what is in it, as the sender says; within the packet */
	uint32_t slot;          /* which it is: below `packets`; the user leaves it alone */
	uint64_t value;         /* of the users: an operation, an offset, a result */
};

/* One side of a stream. Private. */
struct tn_stream {
	void *own;        /* where this side tells how much it has sent, and when to wake it */
	const void *peer; /* where the other side does */
	void *outgoing;   /* descriptors of what this side has sent */
	const void *incoming;
	unsigned char *content;
	struct tn_stream_shape shape;
	uint32_t sent;  /* packets, modulo 2^32 */
	uint32_t woken; /* of these, what the peer was woken for */
	uint32_t wake;  /* as last told to the peer */
	uint32_t received;
	uint32_t known;  /* how much the peer has sent, when this side looked last */
	uint32_t away;   /* packets at the other side, as this side knows */
	uint32_t free;   /* first of those that are here and nobody's */
	uint32_t *slots; /* where each is; next one of the free ones */
	bool guarded;
	struct tn_signal *signal;
	tn_signal_cap peer_signal;
	tn_error failed;
	const char *reason;
};

/* How a side begins. */
struct tn_stream_config {
	void *memory; /* TN_STREAM_SIZE(); aligned to a page, and zeroed before either side begins
		       */
	struct tn_stream_shape shape; /* the same for both sides */
	bool source;                  /* all packets are here at first, else at the other side */
	bool guarded;                 /* the memory may go away, see above */
	struct tn_signal *signal;     /* that the peer submits; NULL: this side never waits */
	tn_signal_cap peer_signal;    /* to submit; 0: the peer never sleeps */
};

/* Whether the shape keeps to the limits above. */
bool tn_stream_shape_valid(struct tn_stream_shape shape);

/*
 * Begins. Takes 4 bytes of the heap for each packet. Errors: TN_ERR_ARGUMENT (shape, alignment),
 * TN_ERR_OUT_OF_RAM.
 */
TN_MUST_USE tn_error tn_stream_init(struct tn_stream *stream,
				    const struct tn_stream_config *config);

/* Gives back what init took. The peer is not told. Zeroed: nothing. */
void tn_stream_fini(struct tn_stream *stream);

/* -- packets; none of these waits -- */

/* One of the packets that are here and in nobody's hands. TN_ERR_AGAIN: there is none. Length and
 * value are 0. */
TN_MUST_USE tn_error tn_stream_alloc(struct tn_stream *stream, struct tn_packet *packet);

/* The user is done with the packet; it stays here, for tn_stream_alloc(). */
void tn_stream_free(struct tn_stream *stream, const struct tn_packet *packet);

/*
 * Sends length, value and content to the other side, which sees it if it looks, and is only told by
 * tn_stream_wake(). Errors: TN_ERR_ARGUMENT (the packet is not in this side's hands, or the length
 * exceeds it), TN_ERR_FAULT, or why the stream has ended.
 */
TN_MUST_USE tn_error tn_stream_send(struct tn_stream *stream, const struct tn_packet *packet);

/* The next packet that the other side has sent. TN_ERR_AGAIN: there is none; TN_ERR_PROTOCOL,
 * TN_ERR_FAULT: the stream has ended. */
TN_MUST_USE tn_error tn_stream_receive(struct tn_stream *stream, struct tn_packet *packet);

/* Copies into or out of a packet that is here, at an offset: guarded where the stream is. Errors:
 * TN_ERR_ARGUMENT (beyond the packet), TN_ERR_FAULT. */
TN_MUST_USE tn_error tn_stream_put(struct tn_stream *stream, const struct tn_packet *packet,
				   size_t offset, const void *from, size_t size);
TN_MUST_USE tn_error tn_stream_get(struct tn_stream *stream, const struct tn_packet *packet,
				   size_t offset, void *to, size_t size);

/* -- sleeping and waking -- */

/* Wakes the peer if it sleeps and wants what was sent since the last call. Errors: TN_ERR_GONE (it
 * has ended; not always noticed), TN_ERR_CAPABILITY, TN_ERR_FAULT, or why the stream has ended,
 * which the next operation says, too. */
tn_error tn_stream_wake(struct tn_stream *stream);

/*
 * The signal is to be submitted as soon as `count` packets can be received: one at least, all at
 * most, or TN_ERR_ARGUMENT. TN_ERR_AGAIN: they can be received now, and no signal is promised.
 * Others as tn_stream_receive().
 */
TN_MUST_USE tn_error tn_stream_arm(struct tn_stream *stream, uint32_t count);

/*
 * Wakes the peer, then sleeps until `count` packets can be received, as tn_stream_arm() says, by
 * tn_signal_wait(): on the signal's own thread. TN_ERR_AGAIN: there was a signal and less than
 * that: look whether to wait again. To wait for several at once saves wake-ups. Errors as
 * tn_stream_wake() and tn_stream_arm(); TN_ERR_ARGUMENT without a signal, or for more packets than
 * are at the other side.
 */
TN_MUST_USE tn_error tn_stream_wait(struct tn_stream *stream, uint32_t count);

/* What the peer did that ended the stream, for the log; NULL: it has not ended. */
const char *tn_stream_reason(const struct tn_stream *stream);

/* -- a stream as a session: the server owns the memory, the client donates it -- */

#define TN_STREAM_SESSION(RPC, I)                                                                 \
	/* Once: the client gives the signal that wakes it, and gets the shape, the memory and */ \
	/* the signal that wakes the server. TN_ERR_CONFLICT: it was done before. */              \
	RPC(I, connect, InCap(tn_signal_cap, client), Out(struct tn_stream_shape, shape),         \
	    OutCap(tn_dataspace_cap, memory), OutCap(tn_signal_cap, server))                      \
	/* Tells that the server is there. */                                                     \
	RPC(I, ping)

TN_RPC_INTERFACE(tn_stream_session, TN_STREAM_SESSION)

/* What a client donates for a stream of this shape: memory, attachment, the server's objects. */
#define TN_STREAM_RAM(packets, packet_size)                                                 \
	(TN_STREAM_SIZE(packets, packet_size) + TN_STREAM_SIZE(packets, packet_size) / 64 + \
	 8 * (uint64_t)(packets) + 32768u)
#define TN_STREAM_CAPS 8u

struct tn_stream_service;

/* A client, as the server sees it; kept by the library. */
struct tn_stream_peer {
	struct tn_session_node node; /* private */
	struct tn_stream stream;     /* usable in `ready` */
	void *user;                  /* the server's own */
	/* private: */
	struct tn_stream_service *service;
	struct tn_object object;
	struct tn_signal signal;
	tn_dataspace_cap memory;
	void *at;
	tn_signal_cap client;
};

/* A service of streams. The server sets what is before the line, and zeroes the rest. */
struct tn_stream_service {
	struct tn_entrypoint *entrypoint; /* the component's main one; all is called there */
	const char *name;                 /* of the service */
	struct tn_stream_shape shape;     /* of each stream */
	bool source;                      /* the server has the packets at first */
	/* Something has arrived, or the client is there. To receive as many packets as a stream has
	 * at most, so that other clients get their turn; called again while there are more. The
	 * library arms the stream afterwards. */
	void (*ready)(struct tn_stream_peer *peer);
	/* A client comes (an error denies it) and goes, with or without having connected. May be
	 * NULL. */
	tn_error (*opened)(struct tn_stream_peer *peer, const char *label);
	void (*closed)(struct tn_stream_peer *peer);
	void *self; /* the server's own */
	/* private: */
	struct tn_service service;
	struct tn_session_node *sessions;
};

/* As tn_service_announce(). Clients have to donate TN_STREAM_RAM and TN_STREAM_CAPS. */
TN_MUST_USE tn_error tn_stream_service_announce(struct tn_stream_service *service);

/* The client's side of such a session. Zeroed: not open. */
struct tn_stream_client {
	struct tn_stream stream; /* usable while it is open */
	/* Runs at the entrypoint, for event-driven use: once when the stream is open, then as the
	 * signal comes. NULL: the stream is waited for. The user sets both before opening. */
	void (*handler)(void *argument);
	void *argument;
	/* private: */
	struct tn_signal signal;
	struct tn_session session;
	tn_dataspace_cap memory;
	tn_signal_cap server;
	void *at;
	uint32_t is_open;
};

/* Which stream a client opens. */
struct tn_stream_wish {
	const char *service, *label;  /* of the session */
	struct tn_stream_shape shape; /* as the service's interface says: what is donated for it */
	bool source;                  /* this side has the packets at first */
	bool guarded;                 /* survives its server, see above */
};

/*
 * Opens a session and begins. Blocks as every opening of a session. Errors: those of
 * tn_session_open(), tn_attach() and tn_stream_init(); TN_ERR_MISMATCH: the server's streams are of
 * another shape.
 */
TN_MUST_USE tn_error tn_stream_client_open(struct tn_stream_client *client,
					   struct tn_entrypoint *entrypoint,
					   const struct tn_stream_wish *wish);

/* TN_OK: the server answers; TN_ERR_GONE: it has ended. Waits for its answer. */
TN_MUST_USE tn_error tn_stream_client_ping(const struct tn_stream_client *client);

/* What is under way is lost. */
void tn_stream_client_close(struct tn_stream_client *client);

#ifdef __cplusplus
}
#endif
