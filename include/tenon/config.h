/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Configuration of a component: a static library that reads the one node `config` of a KDL document
 * and tells who wrote it of each mistake, by the ROM's name, line and column.
 *
 * A component reads all of its configuration, every mistake is logged, and if there was any it ends
 * with TN_CONFIG_EXIT: half a configuration is worse than none.
 *
 * Nothing is allocated but the text, which stays, as do strings that point into it; all else is
 * copied to memory of the caller's. Reading waits for the server of the ROM. There are no errors
 * to handle: mistakes are told to the log and end the component.
 *
 * @code{.c}
 * // Of a configuration like: config workers=4 cache="64K"
 * static void example_config(uint64_t *workers, uint64_t *cache)
 * {
 *         struct tn_config config;
 *         struct tn_kdl_node node;
 *         struct tn_kdl_asked asked;
 *         tn_config_read(&config, "config", &node);
 *         tn_kdl_track(&node, &asked);
 *         *workers = tn_config_u64(&config, &node, "workers", 2, 1, 16);
 *         *cache = tn_config_size(&config, &node, "cache", 4096, 4096, 1 << 20);
 *         tn_config_unknown(&config, &node, "workers=, cache=");
 *         tn_config_end(&config);
 * }
 * @endcode
 */
#pragma once

#include <tenon/component.h>
#include <tenon/kdl.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Exit value of a component whose configuration is not right. */
#define TN_CONFIG_EXIT 2

/* Longer configurations are refused. */
#define TN_CONFIG_MAX ((size_t)1 << 20)

/* A configuration that is being read. */
struct tn_config {
	const char *rom;   /* its name, for messages */
	const char *text;  /* of the ROM */
	size_t length;     /* of it, in bytes */
	unsigned mistakes; /* so far */
};

/*
 * Reads ROM `rom` and finds its node `config`. When there is no such ROM, or it is not KDL, or has
 * no such node, or another one, that is logged and the component ends. The text stays for good.
 */
void tn_config_read(struct tn_config *config, const char *rom, struct tn_kdl_node *node);

/* Ends the component if there were mistakes, after saying how many. */
void tn_config_end(const struct tn_config *config);

/* Logs "ROM:LINE:COLUMN: ..." and counts. `at`: a place in the text. */
void tn_config_mistake(struct tn_config *config, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A mistake for everything of a tracked node (tn_kdl_track()) that nobody has asked for. */
void tn_config_unknown(struct tn_config *config, const struct tn_kdl_node *node, const char *known);

/* A string that must be there and not be empty, of at most `size` - 1 bytes: the argument of that
 * index, or the property. False: it was a mistake, and `to` is "". */
bool tn_config_argument(struct tn_config *config, const struct tn_kdl_node *node, size_t index,
			const char *what, char *to, size_t size);
bool tn_config_property(struct tn_config *config, const struct tn_kdl_node *node, const char *name,
			char *to, size_t size);

/* Numbers and sizes that may be absent; out of [min, max] is a mistake, and gives the fallback. */
uint64_t tn_config_u64(struct tn_config *config, const struct tn_kdl_node *node, const char *name,
		       uint64_t fallback, uint64_t min, uint64_t max);
uint64_t tn_config_size(struct tn_config *config, const struct tn_kdl_node *node, const char *name,
			uint64_t fallback, uint64_t min, uint64_t max);
bool tn_config_bool(struct tn_config *config, const struct tn_kdl_node *node, const char *name,
		    bool fallback);

/* Zeroed memory that stays; NULL: it was a mistake (too big for the component's quota). */
void *tn_config_alloc(struct tn_config *config, const char *at, size_t size);

#ifdef __cplusplus
}
#endif
