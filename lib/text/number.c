/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/text.h>

enum number { NUMBER, NUMBER_TOO_LARGE, NO_NUMBER };

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

static bool is_hexadecimal(struct tn_text_slice text)
{
	return text.length >= 2 && text.at[0] == '0' && (text.at[1] == 'x' || text.at[1] == 'X');
}

static struct tn_text_slice behind(struct tn_text_slice text, size_t length)
{
	text.at += length;
	text.length -= length;
	return text;
}

/* What is no number is so however large: all digits are looked at. */
static enum number read_digits(struct tn_text_slice text, unsigned base, uint64_t *value)
{
	enum number result = text.length ? NUMBER : NO_NUMBER;
	*value = 0;
	for (size_t i = 0; i < text.length; i++) {
		unsigned digit = digit_value(text.at[i]);
		if (digit >= base)
			return NO_NUMBER;
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit, value))
			result = NUMBER_TOO_LARGE;
	}
	return result;
}

static enum number read_number(struct tn_text_slice text, uint64_t *value)
{
	if (is_hexadecimal(text))
		return read_digits(behind(text, 2), 16, value);
	return read_digits(text, 10, value);
}

static tn_error within(enum number result, uint64_t number, uint64_t min, uint64_t max,
		       uint64_t *value)
{
	if (result == NO_NUMBER)
		return TN_ERR_FORMAT;
	if (result == NUMBER_TOO_LARGE || number < min || number > max)
		return TN_ERR_ARGUMENT;
	*value = number;
	return TN_OK;
}

tn_error tn_text_parse_u64(struct tn_text_slice text, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t number;
	enum number result = read_number(text, &number);
	return within(result, number, min, max, value);
}

tn_error tn_text_parse_i64(struct tn_text_slice text, int64_t min, int64_t max, int64_t *value)
{
	bool negative = text.length && text.at[0] == '-';
	bool sign = negative || (text.length && text.at[0] == '+');
	uint64_t number, limit = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
	int64_t signed_number;
	enum number result = read_number(sign ? behind(text, 1) : text, &number);
	tn_error error = within(result, number, 0, limit, &number);
	if (error != TN_OK)
		return error;
	if (!negative)
		signed_number = (int64_t)number;
	else
		signed_number = number ? -(int64_t)(number - 1) - 1 : 0;
	if (signed_number < min || signed_number > max)
		return TN_ERR_ARGUMENT;
	*value = signed_number;
	return TN_OK;
}

/* Of a unit: the power of two that it stands for; 0 for what is none. */
static unsigned unit_shift(char unit)
{
	switch (unit) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	case 'T':
		return 40;
	default:
		return 0;
	}
}

tn_error tn_text_parse_size(struct tn_text_slice text, uint64_t min, uint64_t max, uint64_t *value)
{
	unsigned shift = 0;
	uint64_t number;
	enum number result;
	if (text.length && !is_hexadecimal(text))
		shift = unit_shift(text.at[text.length - 1]);
	if (shift)
		text.length--;
	result = read_number(text, &number);
	if (result == NUMBER && number > UINT64_MAX >> shift)
		result = NUMBER_TOO_LARGE;
	return within(result, number << shift, min, max, value);
}
