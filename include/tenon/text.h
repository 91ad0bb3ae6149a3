/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/**
 * @file
 * @brief Strings: bounded copies, comparison, elements of paths and labels, numbers.
 *
 * A static library: no allocation, no state, nothing blocks. Text is bytes that end with a NUL, or
 * a slice of such bytes; no character set is assumed, and the order is that of unsigned bytes.
 *
 * Ownership: a slice points into the text that it was taken from and is valid for as long as that.
 * Sizes of buffers are in bytes and include the NUL; lengths do not. No pointer may be NULL unless
 * said so. Text that a peer can change has to be copied before it gets here.
 *
 * @code{.c}
 * // The last element of a session's label, and a size that stands behind it.
 * static tn_error example_text(const char *label, const char *size, uint64_t *bytes)
 * {
 *         char name[16];
 *         struct tn_text_slice last = tn_text_last_element(label, " -> ");
 *         tn_error error = tn_text_slice_copy(name, sizeof(name), last);
 *         if (error != TN_OK)
 *                 return error;
 *         if (!tn_text_equal(name, "disk"))
 *                 return TN_ERR_NOT_FOUND;
 *         return tn_text_parse_size(tn_text_slice(size), 0, 1 << 20, bytes);
 * }
 * @endcode
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tenon/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @brief A part of a text. Not terminated: print it with `%.*s`. */
struct tn_text_slice {
	const char *at; /* its first byte */
	size_t length;  /* in bytes */
};

/** @brief Length in bytes. */
static inline size_t tn_text_length(const char *text)
{
	size_t length = 0;
	while (text[length])
		length++;
	return length;
}

/** @brief Length in bytes, or @p max if there is no NUL among the first @p max bytes. */
static inline size_t tn_text_length_max(const char *text, size_t max)
{
	size_t length = 0;
	while (length < max && text[length])
		length++;
	return length;
}

/** @brief Whether both are the same bytes. */
static inline bool tn_text_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/** @brief Less than 0, 0, or more than 0, as @p a stands before, at, or behind @p b. */
static inline int tn_text_compare(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

/** @brief Whether @p text begins with @p prefix. The empty one begins every text. */
static inline bool tn_text_starts_with(const char *text, const char *prefix)
{
	while (*prefix && *prefix == *text) {
		prefix++;
		text++;
	}
	return !*prefix;
}

/** @brief Whether @p text ends with @p suffix. */
bool tn_text_ends_with(const char *text, const char *suffix);

/**
 * @brief Copies all of @p from, or nothing.
 *
 * @param to    of @p size bytes; does not overlap @p from
 * @return TN_ERR_TOO_LONG: it does not fit, and @p to is empty (if @p size is not 0)
 */
TN_MUST_USE tn_error tn_text_copy(char *to, size_t size, const char *from);

/** @brief Puts all of @p from behind the text in @p to, or leaves that as it is:
 * TN_ERR_TOO_LONG. */
TN_MUST_USE tn_error tn_text_append(char *to, size_t size, const char *from);

/**
 * @brief Copies what fits; always terminated, unless @p size is 0.
 *
 * For what only people read: a name that was cut may be another's name.
 * @return whether all of it did fit
 */
static inline bool tn_text_copy_cut(char *to, size_t size, const char *from)
{
	size_t n = 0;
	if (!size)
		return false;
	for (; n + 1 < size && from[n]; n++)
		to[n] = from[n];
	to[n] = 0;
	return !from[n];
}

/** @name Slices
 * @{ */

/** @brief The whole text as a slice. */
static inline struct tn_text_slice tn_text_slice(const char *text)
{
	struct tn_text_slice slice = { text, tn_text_length(text) };
	return slice;
}

/** @brief Whether the slice is these bytes. */
bool tn_text_slice_is(struct tn_text_slice slice, const char *text);

/** @brief Like tn_text_copy(). A NUL within the slice is TN_ERR_FORMAT. */
TN_MUST_USE tn_error tn_text_slice_copy(char *to, size_t size, struct tn_text_slice slice);

/** @} */

/** @name Elements
 *
 * A text with n separators has n + 1 elements, which may be empty: the empty text is one, too. A
 * separator is itself a text, such as "/" or " -> ", and not empty.
 * @{ */

/**
 * @brief The next element.
 *
 * @param rest    in: the text; out: what follows the element, NULL after the last one
 * @return false, and an empty element, if *rest is NULL: there is no more
 */
bool tn_text_next_element(const char **rest, const char *separator, struct tn_text_slice *element);

/** @brief The last element: all of the text if no separator is in it. */
struct tn_text_slice tn_text_last_element(const char *text, const char *separator);

/** @brief Whether the elements of @p text begin with all those of @p path: "a/b" is below "a" and
 * "a/b", not below "a/bc" or "b". Everything is below the empty path. */
bool tn_text_is_below(const char *text, const char *path, const char *separator);

/** @} */

/** @name Numbers
 *
 * The whole slice has to be the number, without space around it.
 * TN_ERR_FORMAT: it is none; TN_ERR_ARGUMENT: it is not in [min, max]. In both cases *value is left
 * alone.
 * @{ */

/** @brief Decimal digits, or `0x` and hexadecimal ones. */
TN_MUST_USE tn_error tn_text_parse_u64(struct tn_text_slice text, uint64_t min, uint64_t max,
				       uint64_t *value);

/** @brief As above, behind `-` or `+` if need be. */
TN_MUST_USE tn_error tn_text_parse_i64(struct tn_text_slice text, int64_t min, int64_t max,
				       int64_t *value);

/** @brief Bytes: a number as above; a decimal one may have K, M, G or T behind it, for 1024 to the
 * power of 1 to 4. */
TN_MUST_USE tn_error tn_text_parse_size(struct tn_text_slice text, uint64_t min, uint64_t max,
					uint64_t *value);

/** @} */

#ifdef __cplusplus
}
#endif
