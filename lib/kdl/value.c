/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

const char *tn_kdl_status_text(enum tn_kdl_status status)
{
	static const char *const text[] = { "in order",     "absent",           "malformed",
					    "out of range", "buffer too small", "out of place" };
	unsigned i = (unsigned)status;
	return i < sizeof(text) / sizeof(text[0]) ? text[i] : "unknown status";
}

/* TN_KDL_OK if the value is there and of that kind. */
static enum tn_kdl_status expect(const struct tn_kdl_value *value, enum tn_kdl_kind kind)
{
	if (value->kind == TN_KDL_NONE || value->kind == TN_KDL_NULL)
		return TN_KDL_ABSENT;
	return value->kind == kind ? TN_KDL_OK : TN_KDL_MALFORMED;
}

/* The digits at *p, of which there has to be one; moves on behind them. */
static enum tn_kdl_status whole(const char **p, const char *end, unsigned radix, uint64_t *out)
{
	enum tn_kdl_status status = TN_KDL_MALFORMED;
	for (*out = 0; *p < end && (tn_kdl_digit(**p) < radix || **p == '_'); (*p)++) {
		uint64_t digit = tn_kdl_digit(**p);
		if (**p == '_')
			continue;
		status = status == TN_KDL_MALFORMED ? TN_KDL_OK : status;
		if (*out > (UINT64_MAX - digit) / radix)
			status = TN_KDL_RANGE;
		*out = *out * radix + digit;
	}
	return status;
}

static enum tn_kdl_status integer(const struct tn_kdl_value *value, bool *negative, uint64_t *out)
{
	enum tn_kdl_status status = expect(value, TN_KDL_NUMBER);
	if (status != TN_KDL_OK)
		return status;
	unsigned radix;
	const char *end = value->text.at + value->text.len;
	const char *p = tn_kdl_number(value->text.at, end, negative, &radix);
	status = whole(&p, end, radix, out);
	return p == end ? status : TN_KDL_MALFORMED;
}

/* "4M" */
static enum tn_kdl_status size_text(const struct tn_kdl_string *text, uint64_t *out)
{
	char buffer[40];
	size_t len;
	if (tn_kdl_string_copy(text, buffer, sizeof(buffer), &len) != TN_KDL_OK)
		return TN_KDL_MALFORMED;
	const char *p = buffer;
	enum tn_kdl_status status = whole(&p, buffer + len, 10, out);
	if (status == TN_KDL_MALFORMED || *p == '\0')
		return status;
	unsigned shift = *p == 'K' ? 10 : *p == 'M' ? 20 : *p == 'G' ? 30 : *p == 'T' ? 40 : 0;
	if (shift == 0 || p[1] != '\0')
		return TN_KDL_MALFORMED;
	if (*out > UINT64_MAX >> shift)
		return TN_KDL_RANGE;
	*out <<= shift;
	return status;
}

enum tn_kdl_status tn_kdl_as_bool(struct tn_kdl_value value, bool fallback, bool *out)
{
	enum tn_kdl_status status = expect(&value, TN_KDL_BOOL);
	*out = status == TN_KDL_OK ? value.truth : fallback;
	return status;
}

enum tn_kdl_status tn_kdl_as_i64(struct tn_kdl_value value, int64_t fallback, int64_t min,
				 int64_t max, int64_t *out)
{
	uint64_t n = 0;
	bool negative = false;
	enum tn_kdl_status status = integer(&value, &negative, &n);
	if (status == TN_KDL_OK && n > (uint64_t)INT64_MAX + negative)
		status = TN_KDL_RANGE;
	int64_t i = (int64_t)(negative ? 0 - n : n);
	if (status == TN_KDL_OK && (i < min || i > max))
		status = TN_KDL_RANGE;
	*out = status == TN_KDL_OK ? i : fallback;
	return status;
}

enum tn_kdl_status tn_kdl_as_size(struct tn_kdl_value value, uint64_t fallback, uint64_t min,
				  uint64_t max, uint64_t *out)
{
	uint64_t n = 0;
	bool negative = false;
	enum tn_kdl_status status = value.kind == TN_KDL_STRING ? size_text(&value.text, &n)
								: integer(&value, &negative, &n);
	if (status == TN_KDL_OK && (n < min || n > max || (negative && n != 0)))
		status = TN_KDL_RANGE;
	*out = status == TN_KDL_OK ? n : fallback;
	return status;
}

enum tn_kdl_status tn_kdl_as_string(struct tn_kdl_value value, const char *fallback, char *buffer,
				    size_t size)
{
	struct tn_kdl_string text = tn_kdl_string(fallback ? fallback : "");
	enum tn_kdl_status status = expect(&value, TN_KDL_STRING);
	if (status == TN_KDL_OK)
		status = tn_kdl_string_copy(&value.text, buffer, size, NULL);
	if (status != TN_KDL_OK)
		tn_kdl_string_copy(&text, buffer, size, NULL);
	return status;
}
