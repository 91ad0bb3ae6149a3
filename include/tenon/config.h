/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Configuration of a component: a static library that reads the one node `config` of a KDL document
 * and tells who wrote it of each mistake, by the ROM's name, line and column.
 *
 * A component reads all of its configuration, every mistake is logged, and if there was any it ends
 * with TN_CONFIG_EXIT: half a configuration is worse than none.
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
	const char *rom; /* its name, for messages */
	const char *text;
	size_t length;
	unsigned mistakes;
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
