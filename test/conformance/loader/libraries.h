/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Two libraries, the outer one needs the inner one, and an executable that needs both. */
#pragma once

#define LOADER_API __attribute__((visibility("default")))

/* -- libinner.so -- */
LOADER_API int inner_value(void); /* 17 */
/* How far initialisation has come: the constructors note themselves, "io" then "ioe". */
LOADER_API void inner_note(char who);
LOADER_API const char *inner_notes(void);
/* Called by the last of all destructors. */
LOADER_API void inner_at_end(void (*function)(const char *notes));

/* -- libouter.so -- */
LOADER_API int outer_value(void); /* 18, by way of a table of pointers into the other library */
LOADER_API void *outer_address_of_inner(void);
