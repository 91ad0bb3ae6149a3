# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""What the public headers declare, and the comment of each declaration.

What there is, and where, comes from clang, which compiles all headers as one source; of macros, which
a compiler does not keep, from the #define lines. Comments are found by place:

    above a declaration, and of all that follow it without an empty line or another comment;
    behind it on the same line;
    on its own, before an empty line: a heading of what follows. The first one is the header's.

A function of an RPC interface has its comment above it in the list, or is named in backquotes by the
header's comment. What a comment calls private is nobody's business."""

import bisect
import json
import re
import subprocess

from tenonlib.command import Problem

# The stubs of an interface without their bodies.
PROLOGUE = """
#include <tenon/rpc.h>
#undef TN_RPC_CLIENT_
#undef TN_RPC_DISPATCH_
#undef TN_RPC_CASE_
#define TN_RPC_CLIENT_(I, name, ...) tn_error I##_##name(I##_cap on_ TN_EACH_(TN_PARAM_, __VA_ARGS__));
#define TN_RPC_DISPATCH_(I, name, ...)
#define TN_RPC_CASE_(I, name, ...)
"""

COMMENT = re.compile(r'(/\*.*?\*/|//[^\n]*)|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
DEFINE = re.compile(r"^#[ \t]*define[ \t]+(\w+)(\([^)]*\))?((?:[^\n]*\\\n)*[^\n]*)", re.M)
UNDEF = re.compile(r"^#[ \t]*undef[ \t]+(\w+)", re.M)
INTERFACE = re.compile(r"^TN_RPC_INTERFACE\((\w+), *(\w+)\)", re.M)
PRIVATE = re.compile(r"\bprivate\b|\bfields are for\b", re.I)


class Comment:
    def __init__(self, begin, end, text):
        self.begin, self.end, self.text = begin, end, text
        self.used = False


class Declaration:
    """kind: function, struct, enum, typedef, macro, interface, variable, opaque"""

    def __init__(self, kind, name, begin, end, text):
        self.kind, self.name, self.begin, self.end, self.text = kind, name, begin, end, text
        self.comment = ""   # of its own, or that of its group
        self.trailing = ""
        self.leads = True   # not part of the group of the one before
        self.members = []   # of a struct: (names, comment, whether private)
        self.functions = [] # of an interface

    @property
    def documented(self):
        return bool(self.comment or self.trailing)


class Function:
    """Of an RPC interface."""

    def __init__(self, name, parameters, comment):
        self.name, self.parameters, self.comment = name, parameters, comment


class Header:
    def __init__(self, path):
        self.path, self.name = path, path.name
        self.source = path.read_text()
        self.comments = [Comment(m.start(), m.end(), plain(m.group(1)))
                         for m in COMMENT.finditer(self.source) if m.group(1)]
        self.file_comment = ""
        self.headings = []      # (place, text)
        self.declarations = []
        self.mistakes = []

    def line_of(self, place):
        return self.source.count("\n", 0, place) + 1


def plain(comment):
    """A comment's text without its marks, as lines that keep their indentation."""
    if comment.startswith("//"):
        return comment[2:].strip()
    body = re.sub(r"^/\*\*?<?|\*/$", "", comment)
    lines = [re.sub(r"^[ \t]*\* ?", "", re.sub(r"[ \t]*\\$", "", line)).rstrip()
             for line in body.split("\n")]
    return "\n".join(lines).strip("\n").strip(" ") if len(lines) == 1 else "\n".join(
        [lines[0].strip()] + lines[1:]).strip("\n").rstrip()


# -- what the compiler says --

class Places:
    """clang names a file only where it is another one than before."""

    def __init__(self):
        self.file = None

    def visit(self, node, folder):
        if isinstance(node, list):
            for item in node:
                self.visit(item, folder)
        elif isinstance(node, dict):
            if "offset" in node:
                self.file = node.get("file", self.file)
                node["file"] = self.file
            for key, value in node.items():
                if key != "includedFrom" and isinstance(value, (dict, list)):
                    self.visit(value, folder)


def compile_headers(clang, include, names):
    source = PROLOGUE + "".join(f"#include <tenon/{name}>\n" for name in names)
    command = [clang, "-std=c17", "-ffreestanding", "-fsyntax-only", f"-I{include}", "-x", "c",
               "-Xclang", "-ast-dump=json", "-"]
    try:
        run = subprocess.run(command, input=source, capture_output=True, text=True)
    except FileNotFoundError:
        raise Problem(f"{clang} is not there: install the package clang, or name one by --clang")
    if run.returncode:
        errors = [line for line in run.stderr.splitlines() if "error:" in line]
        raise Problem(f"the headers do not compile: {(errors or [run.stderr])[0]}")
    tree = json.loads(run.stdout)
    Places().visit(tree, include)
    return tree["inner"]


def place(point, expanded=True):
    """(file, offset, end of the token): where it stands, or what it stands for was written."""
    if "expansionLoc" in point:
        point = point["expansionLoc"]
    return point.get("file"), point.get("offset"), point.get("offset", 0) + point.get("tokLen", 0)


KINDS = {"FunctionDecl": "function", "RecordDecl": "struct", "EnumDecl": "enum",
         "TypedefDecl": "typedef", "VarDecl": "variable"}


def field_groups(node):
    """Fields by where their declaration begins: those of one line have one comment."""
    groups = {}
    for field in node.get("inner", []):
        if field["kind"] == "FieldDecl":
            _, begin, _ = place(field["range"]["begin"])
            _, _, end = place(field["range"]["end"])
            names, _ = groups.get(begin, ([], 0))
            groups[begin] = (names + [field.get("name", "")], end)
    return [(begin, end, names) for begin, (names, end) in sorted(groups.items())]


def statement_end(source, end, body):
    """Behind the semicolon; of a function with a body, before that."""
    stop = re.compile(r"[;{]" if body else r";").search(source, end)
    return (stop.end() - (stop.group() == "{")) if stop else end


# -- comments --

class Finder:
    """The comments of one header, by place."""

    def __init__(self, header):
        self.source, self.comments = header.source, header.comments
        self.begins = [c.begin for c in self.comments]
        self.ends = [c.end for c in self.comments]

    def above(self, begin):
        index = bisect.bisect_right(self.ends, begin) - 1
        if index < 0:
            return None
        comment = self.comments[index]
        line = self.source.rfind("\n", 0, comment.begin) + 1
        alone = not self.source[line:comment.begin].strip()
        between = self.source[comment.end:begin]
        return comment if alone and not between.strip() and between.count("\n") == 1 else None

    def behind(self, end):
        index = bisect.bisect_left(self.begins, end)
        if index == len(self.comments):
            return None
        comment = self.comments[index]
        between = self.source[end:comment.begin]
        return comment if not between.strip(" \t;,") and "\n" not in between else None

    def adjacent(self, end, begin):
        """Whether nothing but the end of a line is between the two, comments behind aside."""
        comment = self.behind(end)
        between = self.source[comment.end if comment else end:begin]
        return not between.strip(" \t;,\n") and between.count("\n") == 1


def attach(finder, items):
    """items: (begin, end) in order. Yields (comment above or of the group, behind, leads)."""
    group, last_end = None, None
    for begin, end in items:
        above, behind = finder.above(begin), finder.behind(end)
        leads = True
        if above:
            group = above
        elif last_end is None or not finder.adjacent(last_end, begin):
            group = None
        else:
            leads = group is None
        for comment in (above, behind):
            if comment:
                comment.used = True
        last_end = end
        yield group, behind, leads


def struct_members(header, finder, declaration, groups):
    private_all = bool(PRIVATE.search(declaration.comment)) and not re.search(
        r"the rest is private", declaration.comment)
    attached = list(attach(finder, [(b, statement_end(header.source, e, False))
                                    for b, e, _ in groups]))
    from_here = [c.begin for c in header.comments
                 if declaration.begin < c.begin < declaration.end and
                 re.search(r"\bprivate( from here)?:|\bprivate from here|^private$", c.text, re.I)]
    for (begin, end, names), (above, behind, _) in zip(groups, attached):
        texts = [c.text for c in (above, behind) if c]
        private = private_all or any(PRIVATE.search(t) for t in texts) or any(
            p < begin and not on_line_of_code(header.source, p) or "from here" in
            header.source[p:p + 60] and p < begin for p in from_here)
        declaration.members.append((names, " ".join(texts), private))


def on_line_of_code(source, at):
    return bool(source[source.rfind("\n", 0, at) + 1:at].strip())


# -- interfaces --

def arguments(text, begin):
    """Of a call whose opening parenthesis is at `begin`: (list, place behind it)."""
    depth, parts, last = 0, [], begin + 1
    for at in range(begin, len(text)):
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if depth == 0:
                return parts + [text[last:at]], at + 1
        elif text[at] == "," and depth == 1:
            parts.append(text[last:at])
            last = at + 1
    return parts, len(text)


def one_line(text):
    return re.sub(r"\s+", " ", re.sub(r"\\\n", " ", text)).strip()


def list_functions(body):
    """Of an interface's list: the functions with what the comments above them say."""
    found, comment = [], ""
    token = re.compile(r"/\*.*?\*/|\bRPC\s*\(", re.S)
    at = 0
    while match := token.search(body, at):
        at = match.end()
        if match.group().startswith("/*"):
            comment = (comment + " " + one_line(plain(match.group()))).strip()
            continue
        parts, at = arguments(body, at - 1)
        found.append(Function(one_line(parts[1]), [one_line(p) for p in parts[2:]], comment))
        comment = ""
    return found


def mentioned(text):
    """Names in backquotes."""
    return set(re.findall(r"`(\w+)`", text))


# -- all of it --

def macros(header):
    undefined = {m.group(1) for m in UNDEF.finditer(header.source)}
    for match in DEFINE.finditer(header.source):
        name = match.group(1)
        if name.endswith("_") or name in undefined:
            continue
        parameters = match.group(2) or ""
        text = match.group(0)
        comment = COMMENT.search(text) if "\\\n" not in text else None
        end = match.end()
        if comment and comment.group(1):
            end = match.start() + len(text[:comment.start()].rstrip())
        yield Declaration("macro", name + parameters, match.start(), end,
                          header.source[match.start():end])


def interfaces(header, found, prototypes):
    lists = {d.name.partition("(")[0]: d for d in found if d.kind == "macro"}
    for match in INTERFACE.finditer(header.source):
        name, list_name = match.groups()
        source = lists.get(list_name)
        if not source:
            header.mistakes.append(f"{name}: its list {list_name} is not in this header")
            continue
        source.kind, source.list_name, source.name = "interface", list_name, name
        source.functions = list_functions(source.text)
        for function in source.functions:
            function.prototype = prototypes.pop(f"{name}_{function.name}", None)
            if function.prototype is None:
                header.mistakes.append(f"{name}.{function.name}: the compiler does not know it")


def read_headers(include, clang="clang", pattern="*.h"):
    paths = sorted((include / "tenon").glob(pattern))
    headers = {str(p): Header(p) for p in paths}
    found = {path: {} for path in headers}
    prototypes = {}
    for node in compile_headers(clang, include, [p.name for p in paths]):
        file, begin, _ = place(node["range"]["begin"])
        if node["kind"] not in KINDS or file not in headers:
            continue
        header, kind, name = headers[file], KINDS[node["kind"]], node.get("name", "")
        if header.source.startswith("TN_RPC_INTERFACE", begin):
            if kind == "function" and node["type"]["qualType"].startswith("tn_error (") and any(
                    p.get("name") == "on_" for p in node.get("inner", [])[:1]):
                prototypes[name] = [(p["type"]["qualType"], p.get("name", ""))
                                    for p in node["inner"] if p["kind"] == "ParmVarDecl"]
            continue
        _, _, end = place(node["range"]["end"])
        body = kind == "function" and any(
            c["kind"] == "CompoundStmt" for c in node.get("inner", []))
        if kind == "function" and body:
            _, end, _ = place(next(c for c in node["inner"] if c["kind"] == "CompoundStmt")
                              ["range"]["begin"])
        else:
            end = statement_end(header.source, end, False)
        if kind in ("struct", "enum"):
            if kind == "struct" and not node.get("completeDefinition"):
                kind = "opaque"
            name = f"{node.get('tagUsed', 'enum')} {name}".strip()
        if name.endswith("_") or name.startswith("__"):
            continue
        declaration = Declaration(kind, name, begin, end, header.source[begin:end].rstrip())
        declaration.fields = field_groups(node) if kind == "struct" else []
        declaration.body_end = place(node["range"]["end"])[2]
        if kind == "struct" and not node.get("name"):
            declaration.kind = "anonymous"
        # `typedef struct x {} x;` is one declaration, of two nodes.
        previous = found[file].get(begin)
        if previous and previous.kind in ("struct", "enum") and kind == "typedef":
            previous.typedef, previous.end = name, end
            previous.text = header.source[begin:end]
            continue
        if previous is None and kind == "typedef":
            outer = [d for d in found[file].values() if d.kind in ("struct", "enum", "anonymous")
                     and begin < d.begin < end]
            for inner in outer:
                declaration.fields = declaration.fields or inner.fields
                del found[file][inner.begin]
            declaration.kind = outer[0].kind if outer else "typedef"
            if declaration.kind == "anonymous":
                declaration.kind = "struct"
        found[file][begin] = declaration
    for path, header in headers.items():
        complete(header, found[path], prototypes)
    if prototypes:
        raise Problem(f"functions of interfaces that no list has: {', '.join(sorted(prototypes))}")
    return list(headers.values())


def complete(header, found, prototypes):
    """Comments to declarations; the header's own; headings."""
    own = list(macros(header))
    spans = [(d.begin, d.end) for d in own]
    all_of_it = sorted([d for d in found.values() if d.kind != "anonymous" and not
                        any(b < d.begin < e for b, e in spans)] + own, key=lambda d: d.begin)
    finder = Finder(header)
    marks = sorted([(d.begin, max(d.end, getattr(d, "body_end", 0) if d.kind == "function" else 0),
                     d) for d in all_of_it], key=lambda m: m[0])
    for (_, _, declaration), (above, behind, leads) in zip(
            marks, attach(finder, [m[:2] for m in marks])):
        declaration.comment = above.text if above else ""
        declaration.trailing = behind.text if behind else ""
        declaration.leads = leads
        declaration.group = above
    header.declarations = all_of_it
    interfaces(header, all_of_it, prototypes)
    for declaration in all_of_it:
        if declaration.kind == "struct":
            struct_members(header, finder, declaration, declaration.fields)
    inside = [(m[0], m[1]) for m in marks]
    for comment in header.comments:
        if comment.used or comment.text.startswith("SPDX-"):
            continue
        if any(b <= comment.begin < e for b, e in inside):
            continue
        if not header.file_comment and not any(b < comment.begin for b, _ in inside):
            header.file_comment = comment.text
        else:
            header.headings.append((comment.begin, comment.text))
