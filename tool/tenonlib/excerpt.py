# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""What of some C sources is needed for some names: a source that stands alone.

Made for sources as clang-format leaves them: whatever stands in the first column begins something, a line
that is only "}", or ends with ";" in the first column's thing, ends it.
"""

import re

NAME = re.compile(r"[A-Za-z_]\w*")
FUNCTION = re.compile(r"^(?:[\w\s*]*?\b|)(\w+)\(")
MACRO = re.compile(r"(TN_RPC_INTERFACE|OPS)\([\w, ]*\)")
VARIABLE = re.compile(r"(\w+)(?:\[[^\]]*\])*\s*(?:=|;|\{$)")


class Piece:
    """One thing of a source, with the comment above it."""

    def __init__(self, lines):
        self.text = "\n".join(lines)
        self.code = re.sub(r"/\*.*?\*/", "", self.text, flags=re.S).strip()
        self.prefix = ""
        self.provides = set(self.names())
        self.uses = set(NAME.findall(re.sub(r'"(?:\\.|[^"\\])*"', "", self.code))) - self.provides

    def names(self):
        code = self.code
        head = code.split("{")[0]
        if code.startswith("#define"):
            return [NAME.findall(code)[1]]
        if code.startswith("TN_RPC_INTERFACE("):
            self.prefix = NAME.findall(code)[1] + "_"
            return []
        if code.startswith("OP("):
            return ["op_" + NAME.findall(code)[1]]
        if code.startswith("enum"):
            body = re.sub(r"=[^,}]*", "", code[code.index("{"):])
            return NAME.findall(body)
        found = re.match(r"struct (\w+) \{", code)
        if found:
            return ["struct " + found.group(1), found.group(1)] + re.findall(
                r"struct (\w+) \{", code)
        call = FUNCTION.match(head.split("=")[0])
        if call and "(*" not in head.split("=")[0]:
            return [call.group(1)]
        if code.startswith("static struct {") or code.startswith("extern"):
            return [NAME.findall(code)[-1]]
        return VARIABLE.findall(head.split("=")[0] + "=")[-1:]


def pieces(text):
    """A source in pieces; includes and the licence are none."""
    lines, current, body = text.splitlines(), [], False
    for line in lines:
        if line.startswith(("#include", "#pragma", "/* SPDX")):
            continue
        if not line and not body:
            current = []  # a comment that stands alone is about the file
            continue
        current.append(line)
        comment = line.startswith(("/*", " *")) and not body
        if comment:
            continue
        body = True
        define = current_code(current).startswith("#define")
        if define and line.endswith("\\"):
            continue
        if define or line == "}" or (line.startswith("}") and line.endswith(";")) or (
                not line.startswith((" ", "\t")) and line.endswith((";", ")")) and "{" not in
                current_code(current).replace("{ ", "").replace(" }", "") and is_whole(current)):
            yield Piece(current)
            current, body = [], False
        elif line.endswith(";") and is_whole(current):
            yield Piece(current)
            current, body = [], False


def current_code(lines):
    return "\n".join(line for line in lines if not line.startswith(("/*", " *")))


def is_whole(lines):
    code = current_code(lines)
    whole = all(code.count(a) == code.count(b) for a, b in ("()", "{}", "[]"))
    return whole and (code.endswith(";") or MACRO.fullmatch(code) is not None)


def includes(text):
    return re.findall(r"^#include (<[^>]+>)", text, flags=re.M)


def excerpt(sources, wanted, without=()):
    """The pieces of these texts that lead to the wanted names, in their order."""
    everything = [p for text in sources for p in pieces(text)]
    everything = [p for p in everything if not p.code.startswith(tuple(without))]
    chosen, open_names = set(), list(wanted)
    seen = set(open_names)
    while open_names:
        name = open_names.pop()
        for number, piece in enumerate(everything):
            if number in chosen or not (name in piece.provides or
                                        (piece.prefix and name.startswith(piece.prefix))):
                continue
            chosen.add(number)
            for used in piece.uses - seen:
                seen.add(used)
                open_names.append(used)
    return [p.text for n, p in enumerate(everything) if n in chosen]
