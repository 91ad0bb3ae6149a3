/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/format.h>

#include <stdbool.h>
#include <stdint.h>
#include <tenon/component.h>

/* Where characters go: what does not fit is counted, not stored. */
struct sink {
	char *buffer;
	size_t size, length;
};

/* What stands between '%' and the conversion's letter. */
struct conversion {
	bool zero;
	size_t width;
	size_t precision; /* SIZE_MAX: none */
	enum { SIZE_INT, SIZE_LONG, SIZE_LONG_LONG, SIZE_SIZE_T } size;
};

static void put(struct sink *sink, char c)
{
	if (sink->length + 1 < sink->size)
		sink->buffer[sink->length] = c;
	sink->length++;
}

static void pad(struct sink *sink, char c, size_t width, size_t used)
{
	for (; used < width; used++)
		put(sink, c);
}

static void put_string(struct sink *sink, const struct conversion *conversion, const char *text)
{
	size_t length = 0;
	if (!text)
		text = "(null)";
	while (length < conversion->precision && text[length])
		length++;
	pad(sink, ' ', conversion->width, length);
	for (size_t i = 0; i < length; i++)
		put(sink, text[i]);
}

static void put_number(struct sink *sink, const struct conversion *conversion, uint64_t value,
		       unsigned base, const char *prefix)
{
	char digits[24];
	size_t count = 0, prefix_length = 0;
	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (prefix[prefix_length])
		prefix_length++;
	if (!conversion->zero)
		pad(sink, ' ', conversion->width, count + prefix_length);
	for (size_t i = 0; i < prefix_length; i++)
		put(sink, prefix[i]);
	if (conversion->zero)
		pad(sink, '0', conversion->width, count + prefix_length);
	while (count)
		put(sink, digits[--count]);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *read_number(const char *format, size_t *number)
{
	*number = 0;
	for (; is_digit(*format); format++) {
		if (*number < 10000)
			*number = *number * 10 + (size_t)(*format - '0');
	}
	return format;
}

static const char *read_size(const char *format, struct conversion *conversion)
{
	if (*format == 'z') {
		conversion->size = SIZE_SIZE_T;
		return format + 1;
	}
	if (*format != 'l')
		return format;
	conversion->size = format[1] == 'l' ? SIZE_LONG_LONG : SIZE_LONG;
	return format + (format[1] == 'l' ? 2 : 1);
}

/* va_list may be an array type: by pointer only within a structure. */
struct arguments {
	va_list list;
};

static uint64_t next_unsigned(const struct conversion *conversion, struct arguments *arguments)
{
	switch (conversion->size) {
	case SIZE_LONG:
		return va_arg(arguments->list, unsigned long);
	case SIZE_LONG_LONG:
		return va_arg(arguments->list, unsigned long long);
	case SIZE_SIZE_T:
		return va_arg(arguments->list, size_t);
	default:
		return va_arg(arguments->list, unsigned);
	}
}

static int64_t next_signed(const struct conversion *conversion, struct arguments *arguments)
{
	switch (conversion->size) {
	case SIZE_LONG:
		return va_arg(arguments->list, long);
	case SIZE_LONG_LONG:
		return va_arg(arguments->list, long long);
	case SIZE_SIZE_T:
		return va_arg(arguments->list, ptrdiff_t);
	default:
		return va_arg(arguments->list, int);
	}
}

static void put_signed(struct sink *sink, const struct conversion *conversion, int64_t value)
{
	uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	put_number(sink, conversion, magnitude, 10, value < 0 ? "-" : "");
}

static const char *read_conversion(const char *format, struct conversion *conversion,
				   struct arguments *arguments)
{
	conversion->precision = SIZE_MAX;
	if (*format == '0')
		conversion->zero = true;
	format = read_number(format, &conversion->width);
	if (*format == '.' && format[1] == '*') {
		int precision = va_arg(arguments->list, int);
		conversion->precision = precision < 0 ? SIZE_MAX : (size_t)precision;
		format += 2;
	} else if (*format == '.') {
		format = read_number(format + 1, &conversion->precision);
	}
	return read_size(format, conversion);
}

/* False: no such conversion. */
static bool convert(struct sink *sink, char letter, const struct conversion *conversion,
		    struct arguments *arguments)
{
	switch (letter) {
	case 's':
		put_string(sink, conversion, va_arg(arguments->list, const char *));
		return true;
	case 'c':
		put(sink, (char)va_arg(arguments->list, int));
		return true;
	case 'd':
	case 'i':
		put_signed(sink, conversion, next_signed(conversion, arguments));
		return true;
	case 'u':
		put_number(sink, conversion, next_unsigned(conversion, arguments), 10, "");
		return true;
	case 'x':
		put_number(sink, conversion, next_unsigned(conversion, arguments), 16, "");
		return true;
	case 'p':
		put_number(sink, conversion, (uintptr_t)va_arg(arguments->list, void *), 16, "0x");
		return true;
	case '%':
		put(sink, '%');
		return true;
	default:
		return false;
	}
}

size_t tn_format_list(char *buffer, size_t size, const char *format, va_list list)
{
	struct sink sink = { buffer, size, 0 };
	struct arguments arguments;
	va_copy(arguments.list, list);
	while (*format) {
		if (*format != '%') {
			put(&sink, *format++);
			continue;
		}
		struct conversion conversion = { 0 };
		const char *letter = read_conversion(format + 1, &conversion, &arguments);
		if (convert(&sink, *letter, &conversion, &arguments))
			format = letter + 1;
		else
			put(&sink, *format++); /* shown as it stands: better than a wrong guess */
	}
	va_end(arguments.list);
	if (size)
		buffer[sink.length < size ? sink.length : size - 1] = 0;
	return sink.length;
}

size_t tn_format(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	size_t length = tn_format_list(buffer, size, format, arguments);
	va_end(arguments);
	return length;
}
