/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Report sessions: a component tells its state to whoever is meant to know, usually as KDL; and a
 * static library to report with.
 *
 * Exchange: the client opens a "Report" session, whose label is the report's name, asks for the
 * buffer that it shares with the server, and again and again writes to it and submits. The server
 * copies what was submitted before it replies. Served by report-rom and by parents.
 *
 * The client donates TN_REPORT_RAM(size) and TN_REPORT_CAPS for a buffer of `size` bytes: the size
 * follows from the donation, and the server tells it. A server may accept less than what fits the
 * buffer, by its configuration: TN_ERR_TOO_LONG at submit.
 *
 * Trust: the server takes what is in the buffer at the moment when it copies, and nothing else of
 * the client. The client trusts the server with the content; a buffer that goes away is met by
 * guarded copies.
 *
 * Ownership: the reporter is its user's, from open to close; the buffer is the reporter's.
 *
 * @code{.c}
 * // Reports: load percent=12
 * static tn_error example_report(struct tn_reporter *reporter, unsigned percent)
 * {
 *         struct tn_kdl_writer writer;
 *         tn_reporter_begin(reporter, &writer);
 *         tn_kdl_write_node(&writer, "load");
 *         tn_kdl_write_u64(&writer, "percent", percent);
 *         return tn_reporter_end(reporter, &writer);
 * }
 * @endcode
 */
#pragma once

#include <tenon/kdl.h>
#include <tenon/memory.h>
#include <tenon/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* For the buffer, its attachment, and the session itself. */
#define TN_REPORT_OVERHEAD (24u * 1024u)
/* Whole pages. */
#define TN_REPORT_ROUND(size) \
	(((uint64_t)(size) + TN_PAGE_SIZE - 1) & ~(uint64_t)(TN_PAGE_SIZE - 1))
/* What a client donates for a buffer of `size` bytes. */
#define TN_REPORT_RAM(size) \
	(TN_REPORT_ROUND(size) + TN_REPORT_ROUND(size) / 64 + TN_REPORT_OVERHEAD)
/* And in capabilities. */
#define TN_REPORT_CAPS 4u

#define TN_REPORT(RPC, I)                                                           \
	/* The buffer that both share: its size in bytes. Always the same one. */   \
	RPC(I, dataspace, Out(uint64_t, size), OutCap(tn_dataspace_cap, dataspace)) \
	/* The first `length` bytes are the report now. */                          \
	RPC(I, submit, In(uint64_t, length))

TN_RPC_INTERFACE(tn_report, TN_REPORT)

/* One report. Zeroed: not open. */
struct tn_reporter {
	char *buffer; /* private memory to compose in, `size` bytes */
	size_t size;  /* of it, as asked for */
	/* private: */
	struct tn_session session;
	tn_dataspace_cap shared;
	void *shared_at;
};

/*
 * For reports of up to `size` bytes, paid twice: the buffer to compose in, and what is donated.
 * Blocks as every opening of a session. Errors: those of tn_session_open() and tn_attach().
 */
TN_MUST_USE tn_error tn_reporter_open(struct tn_reporter *reporter, const char *name, size_t size);

/*
 * Submits the first `length` bytes of the buffer; waits for the server's answer. TN_ERR_TOO_LONG:
 * beyond the buffer, or more than the server takes; TN_ERR_GONE, TN_ERR_FAULT: the server, or what
 * it shared, is no longer there (close, and open again).
 */
TN_MUST_USE tn_error tn_reporter_submit(struct tn_reporter *reporter, size_t length);

/* The same for bytes that are elsewhere. */
TN_MUST_USE tn_error tn_reporter_write(struct tn_reporter *reporter, const void *bytes,
				       size_t length);

/* A KDL report: begin, write nodes (tenon/kdl.h), end. TN_ERR_TOO_LONG: it did not fit the buffer;
 * TN_ERR_FORMAT: the calls made no document. Then nothing is submitted. */
void tn_reporter_begin(struct tn_reporter *reporter, struct tn_kdl_writer *writer);
TN_MUST_USE tn_error tn_reporter_end(struct tn_reporter *reporter, struct tn_kdl_writer *writer);

/* What was reported last stays with the server, as it is configured. */
void tn_reporter_close(struct tn_reporter *reporter);

#ifdef __cplusplus
}
#endif
