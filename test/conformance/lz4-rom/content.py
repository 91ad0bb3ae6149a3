#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""content.py PAGES: pages to standard output, each full of one word, which follows from its number.
content.h says the same in C."""

import struct
import sys

MASK = (1 << 64) - 1
for number in range(int(sys.argv[1])):
    word = (number + 1) * 0x9e3779b97f4a7c15 & MASK
    word = (word ^ word >> 29) * 0xbf58476d1ce4e5b9 & MASK
    sys.stdout.buffer.write(struct.pack("<Q", word) * 512)
