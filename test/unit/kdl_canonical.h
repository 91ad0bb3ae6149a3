/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A whole document in canonical form: its events, written. For the suite and for fuzzing. */
#pragma once

#include "tenon/kdl.h"

static void kdl_canonicalise(struct tn_kdl_writer *w, const char *text, size_t len)
{
	struct tn_kdl_reader reader;
	struct tn_kdl_item item;
	enum tn_kdl_event event;
	tn_kdl_reader_init(&reader, text, len);
	while ((event = tn_kdl_read(&reader, &item)) > TN_KDL_END) {
		if (event == TN_KDL_NODE)
			tn_kdl_write_typed_node(w, &item.type, &item.name);
		else if (event == TN_KDL_ARGUMENT || event == TN_KDL_PROPERTY)
			tn_kdl_write_value(w, event == TN_KDL_PROPERTY ? &item.name : NULL,
					   &item.value);
		else if (event == TN_KDL_CHILDREN)
			tn_kdl_write_open(w);
		else if (event == TN_KDL_CHILDREN_END)
			tn_kdl_write_close(w);
	}
	if (event == TN_KDL_ERROR && w->status == TN_KDL_OK)
		w->status = TN_KDL_MALFORMED;
	tn_kdl_write_end(w);
}
