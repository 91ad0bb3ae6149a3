/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Serving ROMs that may change: a static library for servers of ROM sessions (tenon/rom.h).
 *
 * The server publishes versions of a source; the library hands the current one to the source's
 * readers and tells them of new ones. Each version is a sealed dataspace: a reader cannot change
 * it. The one before the current one stays, for who is copying it; older ones are gone.
 *
 * All of it runs at the service's entrypoint and waits for nobody. What is published is paid by the
 * server; a session by its client's donation (TN_ROM_RAM, TN_ROM_CAPS), or it is denied.
 *
 * Ownership: sources and service are the server's and stay; content is copied. Errors:
 * TN_ERR_OUT_OF_RAM, TN_ERR_OUT_OF_CAPS; a session that is not paid for is denied with them.
 *
 * @code{.c}
 * static struct tn_rom_source example_source;
 *
 * static struct tn_rom_source *example_find(void *self, const char *label)
 * {
 *         (void)self, (void)label;
 *         return &example_source; // whoever asks
 * }
 *
 * // The entrypoint that serves it is the component's main one.
 * static tn_error example_serve(struct tn_entrypoint *entrypoint)
 * {
 *         static struct tn_rom_service service = { .find = example_find };
 *         service.entrypoint = entrypoint;
 *         tn_rom_source_init(&example_source);
 *         tn_error error = tn_rom_source_publish(&example_source, "first", 5);
 *         return error == TN_OK ? tn_rom_service_announce(&service) : error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/list.h>
#include <tenon/rom.h>
#include <tenon/session.h>
#include <tenon/session_list.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One ROM. The memory is the server's, for as long as the service is there. Zeroed: no version. */
struct tn_rom_source {
	bool fetched; /* somebody got the current version */
	/* private: */
	struct tn_list readers;
	tn_dataspace_cap version;
	tn_dataspace_cap previous; /* somebody may be copying it */
	uint64_t size;
};

/* A ROM service. The server sets what is before the line, and zeroes the rest. */
struct tn_rom_service {
	struct tn_entrypoint *entrypoint; /* the component's main one */
	void *self;                       /* handed to the functions below */
	/* Which ROM a client with this label reads; NULL: denied with TN_ERR_NOT_FOUND. */
	struct tn_rom_source *(*find)(void *self, const char *label);
	/* A reader asks: the server may publish before the answer. May be NULL. */
	void (*asked)(void *self, struct tn_rom_source *source);
	/* A reader is about to get the current version, which must not go now. May be NULL. */
	void (*fetched)(void *self, struct tn_rom_source *source);
	/* private: */
	struct tn_service service;
	struct tn_session_node *sessions;
};

/* Before anything else with a source. */
void tn_rom_source_init(struct tn_rom_source *source);

/* A new version, copied from `content`; readers are told. On an error the old one stays: out of RAM
 * or capabilities. */
TN_MUST_USE tn_error tn_rom_source_publish(struct tn_rom_source *source, const void *content,
					   size_t size);

/*
 * The version is this dataspace, the server's own, which the library only hands out: a managed one
 * (tenon/rm.h) that the server fills as it is read. Handle 0: there is none any more. Not together
 * with tn_rom_source_publish().
 */
void tn_rom_source_show(struct tn_rom_source *source, tn_dataspace_cap dataspace, uint64_t size);

/* Tells readers of a new version that is only made when one asks for it. */
void tn_rom_source_tell(const struct tn_rom_source *source);

/* As tn_service_announce(), with the name "ROM". */
TN_MUST_USE tn_error tn_rom_service_announce(struct tn_rom_service *service);

/* The part of a label that the client itself has chosen: what is behind the last separator. */
const char *tn_label_last(const char *label);

#ifdef __cplusplus
}
#endif
