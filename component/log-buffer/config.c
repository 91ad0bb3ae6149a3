/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "log-buffer.h"

#include <tenon/config.h>

/* The longest line fits each share. */
enum { LEAST_SHARE = sizeof(struct line) + TN_LABEL_MAX + TN_LOG_MAX };

#define MOST_SHARE ((uint64_t)16 << 20)

struct config config_read(void)
{
	struct tn_config config;
	struct tn_kdl_node node;
	struct tn_kdl_asked asked;
	struct config read;
	tn_config_read(&config, "config", &node);
	tn_kdl_track(&node, &asked);
	read.clients = tn_config_u64(&config, &node, "clients", 16, 1, 256);
	read.share = tn_config_size(&config, &node, "share", 8192, LEAST_SHARE, MOST_SHARE);
	read.sessions = tn_config_u64(&config, &node, "sessions", 8, 1, 64);
	read.forward = tn_config_bool(&config, &node, "forward", false);
	tn_config_unknown(&config, &node, "clients=, share=, sessions=, forward=");
	tn_config_end(&config);
	return read;
}
