# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""KDL documents, as the project's own reader sees them: kdl-json does the reading."""

import json
import re
import subprocess

from .command import Problem

UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


class Entry:
    """An argument (name is None) or a property of a node."""

    def __init__(self, read):
        self.line, self.column = read["line"], read["column"]
        self.kind, self.value, self.name = read["kind"], read["value"], read.get("name")

    def number(self):
        """A whole number, or None."""
        if self.kind != "number":
            return None
        text = self.value.replace("_", "").lower()
        match = re.fullmatch(r"([+-]?)(0x[0-9a-f]+|0o[0-7]+|0b[01]+|[0-9]+)", text)
        if not match:
            return None
        sign, digits = match.groups()
        plain = digits.lstrip("0") or "0"
        value = int(digits, 0) if digits[1:2] in ("x", "o", "b") else int(plain)
        return -value if sign == "-" else value

    def size(self):
        """Bytes: a whole number, or a string such as "1M"; or None."""
        if self.kind != "string":
            return self.number()
        match = re.fullmatch(r"([0-9]+)([KMGT]?)", self.value or "")
        return int(match[1]) << UNITS[match[2]] if match else None


class Node:
    def __init__(self, read):
        self.name, self.line, self.column = read["name"], read["line"], read["column"]
        entries = [Entry(entry) for entry in read["entries"]]
        self.arguments = [e for e in entries if e.name is None]
        self.properties = [e for e in entries if e.name is not None]
        self.children = [Node(child) for child in read["children"]]

    def all(self, name):
        return [child for child in self.children if child.name == name]

    def child(self, name):
        return next((child for child in self.children if child.name == name), None)

    def argument(self, index=0):
        return self.arguments[index] if index < len(self.arguments) else None

    def property(self, name):
        """Of several the last one holds."""
        return next((e for e in reversed(self.properties) if e.name == name), None)

    def text(self, index=0, default=None):
        """An argument that is a string."""
        entry = self.argument(index)
        return entry.value if entry and entry.kind == "string" else default

    def property_text(self, name, default=None):
        entry = self.property(name)
        return entry.value if entry and entry.kind == "string" else default


class Unreadable(Problem):
    """Not KDL, or no file."""


def read(build, path):
    """The document's root: a node without a name."""
    tool = build / "host" / "kdl-json"
    if not tool.exists():
        raise Problem(f"{tool} is not built: run make")
    result = subprocess.run([tool, path], capture_output=True, text=True, errors="replace")
    if result.returncode:
        raise Unreadable(result.stderr.strip())
    return Node({"name": None, "line": 1, "column": 1, "entries": [],
                 "children": json.loads(result.stdout)})
