/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Reading a ROM that may change: a static library over ROM sessions (tenon/rom.h).
 *
 * The content is a private copy, made at once: consistent, the same until the next update succeeds,
 * and out of the server's reach, who can only make an update fail.
 *
 * Blocking: opening waits for the parent, as every session; an update for the server's answer.
 * Costs: TN_ROM_RAM and TN_ROM_CAPS donated, a signal, and the copy on the heap (twice while an
 * update is under way).
 *
 * @code{.c}
 * #include <tenon/component.h>
 *
 * static struct tn_rom_client example_rom;
 *
 * static void example_changed(void *argument)
 * {
 *         (void)argument;
 *         if (tn_rom_client_update(&example_rom) == TN_OK)
 *                 tn_log("it is %s", example_rom.content);
 * }
 *
 * static tn_error example_follow(struct tn_env *env)
 * {
 *         tn_error error = tn_rom_client_open(&example_rom, "state", 4096,
 *                                             tn_env_entrypoint(env), example_changed, NULL);
 *         if (error == TN_OK)
 *                 example_changed(NULL); // what there is already
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/rom.h>
#include <tenon/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A ROM that is read, and its content. The memory is the caller's. Zeroed: not open. */
struct tn_rom_client {
	char *content;            /* with a NUL behind it; NULL before the first update */
	size_t size;              /* in bytes, without that NUL */
	struct tn_signal changed; /* for tn_signal_wait() */
	/* private: */
	size_t max;
	struct tn_session session;
};

/*
 * `max` bounds the size that is accepted. `handler` runs at `entrypoint` after each new version; it
 * may be NULL for who only waits for client->changed. No entrypoint: nobody wants to know. Nothing
 * is read yet. Errors: those of tn_session_open(), and of a signal.
 */
TN_MUST_USE tn_error tn_rom_client_open(struct tn_rom_client *client, const char *label, size_t max,
					struct tn_entrypoint *entrypoint,
					void (*handler)(void *argument), void *argument);

/*
 * Takes the current version. On any error the content stays as it was. TN_ERR_AGAIN: there is no
 * version yet; TN_ERR_TOO_LONG: it is longer than `max`; TN_ERR_FAULT: versions went away while
 * they were copied, several times in turn; TN_ERR_PROTOCOL: what the server says is not true;
 * TN_ERR_GONE; out of RAM or capabilities.
 */
TN_MUST_USE tn_error tn_rom_client_update(struct tn_rom_client *client);

/* Closes; the content goes, too. Of one that was never opened (zeroed): nothing. */
void tn_rom_client_close(struct tn_rom_client *client);

/* Opens, takes the current version, closes. The copy, with a NUL behind it, is the caller's, for
 * tn_heap_free(). */
TN_MUST_USE tn_error tn_rom_read(const char *label, size_t max, char **content, size_t *size);

#ifdef __cplusplus
}
#endif
