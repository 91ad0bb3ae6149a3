/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/capability.h>
#include <tenon/report.h>

static tn_error share(struct tn_reporter *reporter, size_t size)
{
	tn_report_cap report = { reporter->session.cap };
	uint64_t shared = 0;
	tn_error error = tn_report_dataspace(report, &shared, &reporter->shared);
	if (error != TN_OK)
		return error;
	if (shared < size)
		return TN_ERR_TOO_LONG;
	return tn_attach(reporter->shared, 0, TN_REPORT_ROUND(size), TN_RIGHT_READ | TN_RIGHT_WRITE,
			 &reporter->shared_at);
}

tn_error tn_reporter_open(struct tn_reporter *reporter, const char *name, size_t size)
{
	const struct tn_quota quota = { TN_REPORT_RAM(size), TN_REPORT_CAPS };
	__builtin_memset(reporter, 0, sizeof(*reporter));
	if (!size)
		return TN_ERR_ARGUMENT;
	reporter->size = size;
	reporter->buffer = tn_heap_alloc(size);
	if (!reporter->buffer)
		return TN_ERR_OUT_OF_RAM;
	tn_error error =
		tn_session_open("Report", name, quota, &tn_report_interface, &reporter->session);
	if (error == TN_OK)
		error = share(reporter, size);
	if (error != TN_OK)
		tn_reporter_close(reporter);
	return error;
}

tn_error tn_reporter_write(struct tn_reporter *reporter, const void *bytes, size_t length)
{
	tn_report_cap report = { reporter->session.cap };
	if (length > reporter->size)
		return TN_ERR_TOO_LONG;
	if (!reporter->shared_at)
		return TN_ERR_CAPABILITY;
	tn_error error = tn_guarded_copy(reporter->shared_at, bytes, length);
	return error == TN_OK ? tn_report_submit(report, length) : error;
}

tn_error tn_reporter_submit(struct tn_reporter *reporter, size_t length)
{
	return tn_reporter_write(reporter, reporter->buffer, length);
}

void tn_reporter_begin(struct tn_reporter *reporter, struct tn_kdl_writer *writer)
{
	tn_kdl_writer_init(writer, reporter->buffer, reporter->size);
}

tn_error tn_reporter_end(struct tn_reporter *reporter, struct tn_kdl_writer *writer)
{
	enum tn_kdl_status status = tn_kdl_write_end(writer);
	if (status == TN_KDL_FULL)
		return TN_ERR_TOO_LONG;
	return status == TN_KDL_OK ? tn_reporter_submit(reporter, writer->len) : TN_ERR_FORMAT;
}

void tn_reporter_close(struct tn_reporter *reporter)
{
	if (reporter->shared_at)
		(void)tn_detach(reporter->shared_at);
	tn_cap_release(reporter->shared.handle);
	tn_session_close(&reporter->session);
	tn_heap_free(reporter->buffer);
	__builtin_memset(reporter, 0, sizeof(*reporter));
}
