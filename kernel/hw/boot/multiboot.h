/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What a loader says of itself, by the version of the protocol. */
#pragma once

#define MULTIBOOT_LOADED  0x2badb002
#define MULTIBOOT2_LOADED 0x36d76289
