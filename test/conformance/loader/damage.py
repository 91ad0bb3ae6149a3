#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Makes an executable that the loader must refuse out of a good one: damage.py KIND GOOD OUT"""

import struct
import sys

PT_LOAD, PT_DYNAMIC, PT_NOTE, PT_TLS, PT_GNU_STACK = 1, 2, 4, 7, 0x6474E551
DT_STRTAB, DT_RELA, DT_DEBUG, DT_TEXTREL = 5, 7, 21, 22
PF_X, PF_W = 1, 2


class Elf:
    def __init__(self, data):
        self.data = bytearray(data)
        phoff, = struct.unpack_from("<Q", data, 32)
        phnum, = struct.unpack_from("<H", data, 56)
        self.headers = [phoff + 56 * i for i in range(phnum)]

    def put(self, layout, at, value):
        struct.pack_into(layout, self.data, at, value)

    def get(self, layout, at):
        return struct.unpack_from(layout, self.data, at)[0]

    def header(self, kind, flags=0):
        for at in self.headers:
            if self.get("<I", at) == kind and self.get("<I", at + 4) & flags == flags:
                return at
        raise SystemExit(f"damage.py: no program header of type {kind}")

    def offset(self, address):
        for at in self.headers:
            if self.get("<I", at) != PT_LOAD:
                continue
            offset, vaddr = self.get("<Q", at + 8), self.get("<Q", at + 16)
            if vaddr <= address < vaddr + self.get("<Q", at + 32):
                return address - vaddr + offset
        raise SystemExit(f"damage.py: no byte of the file is at address {address:#x}")

    def dynamic(self, tag):
        at = self.get("<Q", self.header(PT_DYNAMIC) + 8)
        while self.get("<Q", at) != tag:
            if not self.get("<Q", at):
                raise SystemExit(f"damage.py: no dynamic entry {tag}")
            at += 16
        return at

    def rename(self, old, new):
        start = self.offset(self.get("<Q", self.dynamic(DT_STRTAB) + 8))
        at = self.data.index(b"\0" + old + b"\0", start) + 1
        self.data[at:at + len(old)] = new

    def note(self):
        return self.data.index(b"\6\0\0\0\4\0\0\0\1\0\0\0Tenon\0")

    def first_relocation(self):
        return self.offset(self.get("<Q", self.dynamic(DT_RELA) + 8))


def scattered(elf, seed):
    """Bytes of headers and tables, changed at random but always the same."""
    state = seed
    for _ in range(12):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        elf.data[64 + (state >> 33) % 4000] ^= 1 << (state >> 60) % 8


def damage(kind, elf):
    if kind == "tiny":
        elf.data = elf.data[:1]
    elif kind == "text":
        elf.data = bytearray(b"#!/bin/sh\necho this is no executable\n" * 100)
    elif kind == "short":
        elf.data = elf.data[:100]
    elif kind == "truncated":
        elf.data = elf.data[:4096 + 100]
    elif kind == "machine":
        elf.put("<H", 18, 183)
    elif kind == "class":
        elf.data[4] = 1
    elif kind == "fixed":
        elf.put("<H", 16, 2)
    elif kind == "tls":
        elf.put("<I", elf.header(PT_GNU_STACK), PT_TLS)
    elif kind == "textrel":
        elf.put("<Q", elf.dynamic(DT_DEBUG), DT_TEXTREL)
    elif kind == "wx":
        elf.put("<I", elf.header(PT_LOAD, PF_W) + 4, 7)
    elif kind == "huge":
        elf.put("<Q", elf.header(PT_LOAD, PF_W) + 40, 1 << 60)
    elif kind == "note":
        elf.data[elf.note() + 12] = ord("t")
    elif kind == "level":
        elf.put("<I", elf.note() + 20, 999)
    elif kind == "dynamic":
        elf.put("<I", elf.header(PT_DYNAMIC), 0)
    elif kind == "strings":
        elf.put("<Q", elf.dynamic(DT_STRTAB) + 8, 1 << 40)
    elif kind == "copy":
        elf.put("<I", elf.first_relocation() + 8, 5)
    elif kind == "outside":
        elf.put("<Q", elf.first_relocation(), 0x10)
    elif kind == "behind":
        data = elf.header(PT_LOAD, PF_W)
        end = elf.get("<Q", data + 16) + elf.get("<Q", data + 40)
        elf.put("<Q", elf.first_relocation(), (end + 4095 & ~4095) - 4)
    elif kind == "symbol":
        elf.rename(b"inner_value", b"inner_valve")
    elif kind == "library":
        elf.rename(b"libouter.so", b"libother.so")
    elif kind.startswith("random"):
        scattered(elf, int(kind[6:]))
    else:
        raise SystemExit(f"damage.py: unknown kind {kind}")


def main():
    kind, good, out = sys.argv[1:]
    with open(good, "rb") as file:
        elf = Elf(file.read())
    damage(kind, elf)
    with open(out, "wb") as file:
        file.write(elf.data)


main()
