# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Functions and lines of core's fault reports, and of what a checked heap says.

Core names an address by ROM and offset in its file: "(crash+0x1139)". Where the file or its twin
with debug information says more, it is added: "(crash+0x1139, fault_write at crash.c:21)".
"""

import os
import pathlib
import re
import struct
import subprocess

REPORT = re.compile(r"^\[core\] .*: (fault|  (?:perhaps )?called from)\b|^\[[^]]*\] heap: ")
PLACE = re.compile(r"\((?P<rom>\S+)\+(?P<offset>0x[0-9a-f]+)\)")
LOAD, NOTE, BUILD_ID = 1, 4, 3


class Elf:
    """What is needed of an ELF file, or of its first page: where its bytes are mapped, and its build id."""

    def __init__(self, data):
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("no 64-bit ELF file")
        self.loads, self.build_id, self.notes = [], b"", []
        start, size, count = (struct.unpack_from("<Q", data, 32)[0],
                              *struct.unpack_from("<HH", data, 54))
        for i in range(count):
            kind, _, offset, address, _, length, _, _ = struct.unpack_from(
                "<IIQQQQQQ", data, start + i * size)
            if kind == LOAD:
                self.loads.append((offset, address, length))
            elif kind == NOTE:
                self.read_notes(data[offset:offset + length])

    @classmethod
    def read(cls, path):
        return cls(pathlib.Path(path).read_bytes())

    def read_notes(self, data):
        at = 0
        while at + 12 <= len(data):
            name, length, kind = struct.unpack_from("<III", data, at)
            first = at + 12 + (name + 3 & ~3)
            if kind == BUILD_ID and data[at + 12:at + 15] == b"GNU":
                self.build_id = data[first:first + length]
            at = first + (length + 3 & ~3)

    def address(self, offset):
        """Of a byte of the file, as its symbols count; None: not mapped."""
        for first, address, length in self.loads:
            if first & ~0xfff <= offset < first + length:
                return address + offset - first
        return None


def debug_file(path):
    """The twin that the build has kept debug information in, if it is of the same build."""
    path = pathlib.Path(path).resolve()
    for twin in (path.parent.parent / "debug" / f"{path.name}.debug",
                 path.parent / "debug" / f"{path.name}.debug"):
        try:
            if twin.is_file() and Elf.read(twin).build_id == Elf.read(path).build_id:
                return twin
        except (ValueError, struct.error, OSError):
            continue
    return path


def function_at(path, address, is_return=False):
    """"function at file.c:12 in caller at file.c:40", or nothing. The address is as the file counts."""
    try:
        # A call may be the last instruction of its function.
        result = subprocess.run(
            ["addr2line", "-f", "-i", "-e", debug_file(path), hex(address - is_return)],
            capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = result.stdout.splitlines()
    found = []
    for function, place in zip(lines[::2], lines[1::2]):
        place = os.path.normpath(place.partition(" (")[0])
        if function != "??":
            found.append(function + ("" if place.startswith("??") else f" at {place}"))
    return " in ".join(found)


def look_up(path, offset, is_return):
    """The same for a byte of the file."""
    try:
        address = Elf.read(path).address(offset)
    except (ValueError, struct.error, OSError):
        return ""
    return function_at(path, address, is_return) if address is not None else ""


class Symbols:
    """Of the files of one run: {ROM: path}."""

    def __init__(self, files):
        self.files = files

    def explain(self, line):
        """The line, with function names if it is part of a fault report."""
        report = REPORT.match(line)
        if not report:
            return line

        def place(match):
            path = self.files.get(match["rom"])
            text = path and look_up(path, int(match["offset"], 16), "called" in report[1])
            return f"({match['rom']}+{match['offset']}, {text})" if text else match[0]

        return PLACE.sub(place, line)
