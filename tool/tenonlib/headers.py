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
        self.last = end     # with the body, if it has one
        self.fields = []    # of a struct, by place
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
    return "\n".join([lines[0].strip()] + lines[1:]).strip("\n").rstrip()


# -- what the compiler says --

class Places:
    """clang names a file only where it is another one than before."""

    def __init__(self):
        self.file = None

    def visit(self, node):
        if isinstance(node, list):
            for item in node:
                self.visit(item)
        elif isinstance(node, dict):
            if "offset" in node:
                self.file = node.get("file", self.file)
                node["file"] = self.file
            for key, value in node.items():
                if key != "includedFrom" and isinstance(value, (dict, list)):
                    self.visit(value)


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
    Places().visit(tree)
    return tree["inner"]


def place(point):
    """(file, offset, end of the token), of a macro where it is used."""
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


def statement_end(source, end):
    """Behind the semicolon."""
    at = source.find(";", end)
    return at + 1 if at >= 0 else end


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


def struct_members(header, finder, declaration):
    everything = PRIVATE.search(declaration.comment)
    begins = [c.begin for c in header.comments if declaration.begin < c.begin < declaration.end and
              c.text.lower().startswith("private") and not on_line_of_code(header.source, c.begin)]
    rest = False
    spans = [(begin, statement_end(header.source, end)) for begin, end, _ in declaration.fields]
    for (begin, _, names), (above, behind, _) in zip(declaration.fields, attach(finder, spans)):
        texts = [c.text for c in (above, behind) if c]
        rest = rest or any(b < begin for b in begins) or any("private from here" in t for t in texts)
        private = everything or rest or any(PRIVATE.search(t) for t in texts)
        declaration.members.append((names, " ".join(texts), bool(private)))


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


def interfaces(header, found, stubs):
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
            function.prototype = stubs.pop(f"{name}_{function.name}", None)
            if function.prototype is None:
                header.mistakes.append(f"{name}.{function.name}: the compiler does not know it")


def is_stub(node):
    """A client's function of an interface, as PROLOGUE makes it."""
    first = node.get("inner", [{}])[0]
    return node["kind"] == "FunctionDecl" and first.get("name") == "on_"


def parameters(node):
    return [(p["type"]["qualType"], p.get("name", "")) for p in node["inner"]
            if p["kind"] == "ParmVarDecl"]


def declared(node, source, begin):
    """The declaration that a node of the compiler's is."""
    kind, name = KINDS[node["kind"]], node.get("name", "")
    last = place(node["range"]["end"])[2]
    end = statement_end(source, last)
    body = [c for c in node.get("inner", []) if c["kind"] == "CompoundStmt"]
    if kind == "function" and body:
        end = place(body[0]["range"]["begin"])[1]
    if kind == "struct" and not node.get("completeDefinition"):
        kind = "opaque"
    if node["kind"] in ("RecordDecl", "EnumDecl"):
        name = f"{node.get('tagUsed', 'enum')} {name}".strip()
    declaration = Declaration(kind, name, begin, end, source[begin:end].rstrip())
    declaration.fields = field_groups(node) if kind == "struct" else []
    declaration.last = max(last, end)
    return declaration


def add(found, declaration):
    """`typedef struct x { ... } x;` is one declaration of two nodes: the typedef has the name."""
    inner = [d for d in found.values() if declaration.begin < d.begin < declaration.end]
    if declaration.kind == "typedef" and inner:
        declaration.kind, declaration.fields = inner[0].kind, inner[0].fields
        for d in inner:
            del found[d.begin]
    found[declaration.begin] = declaration


def read_headers(include, clang="clang", pattern="*.h"):
    paths = sorted((include / "tenon").glob(pattern))
    headers = {str(p): Header(p) for p in paths}
    found = {path: {} for path in headers}
    stubs = {}
    for node in compile_headers(clang, include, [p.name for p in paths]):
        file, begin, _ = place(node["range"]["begin"])
        if node["kind"] not in KINDS or file not in headers:
            continue
        source, name = headers[file].source, node.get("name", "")
        if is_stub(node):
            stubs[name] = parameters(node)
        elif not (source.startswith("TN_RPC_INTERFACE", begin) or name.endswith("_") or
                  name.startswith("__")):
            add(found[file], declared(node, source, begin))
    for path, header in headers.items():
        complete(header, found[path], stubs)
    if stubs:
        raise Problem(f"functions of interfaces that no list has: {', '.join(sorted(stubs))}")
    return list(headers.values())


def complete(header, found, stubs):
    """Comments to declarations; the header's own; headings."""
    own = list(macros(header))
    outside = [d for d in found.values() if not any(m.begin < d.begin < m.end for m in own)]
    all_of_it = sorted(outside + own, key=lambda d: d.begin)
    finder = Finder(header)
    marks = [(d.begin, d.last) for d in all_of_it]
    for declaration, (above, behind, leads) in zip(all_of_it, attach(finder, marks)):
        declaration.comment = above.text if above else ""
        declaration.trailing = behind.text if behind else ""
        declaration.leads = leads
    header.declarations = all_of_it
    interfaces(header, all_of_it, stubs)
    for declaration in all_of_it:
        if declaration.kind == "struct":
            struct_members(header, finder, declaration)
    for comment in header.comments:
        if (comment.used or comment.text.startswith("SPDX-") or
                any(begin <= comment.begin < end for begin, end in marks)):
            continue
        if not header.file_comment and not any(begin < comment.begin for begin, _ in marks):
            header.file_comment = comment.text
        else:
            header.headings.append((comment.begin, comment.text))
