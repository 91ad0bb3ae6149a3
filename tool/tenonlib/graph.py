# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Draws a scenario, or a state report of init, as SVG: components, and who serves whom.

Of a scenario the routes are drawn (dotted: whatever no other rule takes), of a report the sessions that
there are (dotted: not ready). Boxes within boxes are children of children.
"""

import collections
import pathlib
import subprocess

from . import kdl, schema
from .command import Problem
from .output import Progress, write_file
from .places import find_build, find_scenario, require
from .scenario import binary_of

STYLE = '''graph [rankdir=LR, fontname="sans-serif", fontsize=11, style=rounded, color="#888888"]
node [shape=box, style="rounded,filled", fillcolor="#f4f4f0", fontname="sans-serif", fontsize=11]
edge [fontname="sans-serif", fontsize=9]'''
UNITS = ((1 << 40, "T"), (1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K"))


def arguments(parser):
    parser.add_argument("source", help="a name in scenario/, a scenario file, a report, or - for "
                                       "standard input")
    parser.add_argument("-o", "--output", metavar="FILE", default="", help="default: SOURCE.svg; - for "
                                                                           "standard output")
    parser.add_argument("--dot", action="store_true", help="write what Graphviz reads, not SVG")
    parser.add_argument("--build", metavar="DIR", default="", help="where the system was built")


def quoted(text):
    text = "".join(c if c.isprintable() else " " for c in str(text))
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def size_text(value):
    for unit, name in UNITS:
        if value >= unit and value % unit == 0:
            return f"{value // unit}{name}"
    return str(value)


class Box:
    """A component. Its path of names is what it is called among all."""

    def __init__(self, path, lines, ended=False):
        self.path, self.lines, self.ended = path, lines, ended
        self.boxes, self.edges = [], collections.Counter()

    def inner(self, name):
        return next((box for box in self.boxes if box.path[-1] == name), None)

    def serve(self, client, server, text, dotted=False):
        self.edges[client, server, text, dotted] += 1


def name_of(box):
    return quoted(" -> ".join(box.path))


def label_of(box):
    return '"' + "\\n".join(quoted(line)[1:-1] for line in box.lines) + '"'


def draw_box(box, level):
    color = ', fillcolor="#e0c8c8"' if box.ended else ""
    yield f'{"    " * level}{name_of(box)} [label={label_of(box)}{color}]'


def draw_boxes(box, level, ends):
    """Boxes within boxes; one that has some in it is drawn beside them if it has sessions itself."""
    indent = "    " * level
    for inner in box.boxes:
        if not inner.boxes:
            yield from draw_box(inner, level)
            continue
        yield f"{indent}subgraph {quoted('cluster ' + ' -> '.join(inner.path))} {{"
        yield f"{indent}    label={label_of(inner)}"
        if inner in ends:
            yield f"{indent}    {name_of(inner)} [label={quoted(inner.path[-1])}]"
        yield from draw_boxes(inner, level + 1, ends)
        yield f"{indent}}}"


def all_edges(box):
    yield from box.edges.items()
    for inner in box.boxes:
        yield from all_edges(inner)


def draw_edges(edges):
    for (client, server, text, dotted), count in edges:
        style = ", style=dotted" if dotted else ""
        times = f" ({count} times)" if count > 1 else ""
        yield f"{name_of(client)} -> {name_of(server)} [label={quoted(text + times)}{style}]"


def draw(outside, title):
    edges = list(all_edges(outside))
    yield "digraph tenon {"
    yield STYLE
    yield from draw_boxes(outside, 0, {end for edge, _ in edges for end in edge[:2]})
    yield from draw_edges(edges)
    yield f"label={quoted(title)}"
    yield "}"


def whole():
    """(all there is, init, its parent)"""
    outside, init, parent = Box([], []), Box(["init"], ["init"]), Box(["parent"], ["parent"])
    outside.boxes += [init, parent]
    return outside, init, parent


# -- a scenario --

def quota_text(node, default):
    def read(name, otherwise):
        entry = node.property(name) or (default.property(name) if default else None)
        value = (entry.size() if name == "ram" else entry.number()) if entry else None
        return otherwise if value is None else value
    ram, caps = read("ram", schema.DEFAULT_RAM), read("caps", schema.DEFAULT_CAPS)
    return f"{size_text(ram)}, {caps} caps"


def start_lines(node, default):
    binary, _ = binary_of(node)
    program = [f"({binary})"] if binary != node.text() else []
    return [node.text(), *program, quota_text(node, default)]


def rule_text(rule, target):
    """Service, label, and what the target makes of it."""
    parts = ["any" if rule.name == "any-service" else rule.text(0, "?")]
    parts += [f"{e.name.removeprefix('label-')} {e.value}" for e in rule.properties
              if e.name.startswith("label")]
    renamed = target.property_text("label")
    return " ".join(parts) + (f" as {renamed}" if renamed else "")


def server_of(document, box, parent, rule, client):
    """(target node, box)"""
    if target := rule.child("parent"):
        return target, parent
    if target := rule.child("state"):
        return target, box
    if target := rule.child("child"):
        alias = next((a for a in document.all("alias") if a.text() == target.text()), None)
        return target, box.inner(alias.property_text("child") if alias else target.text())
    if target := rule.child("any-child"):
        able = [n.text() for n in document.all("start") if n.text() != client and rule.text() in
                [e.value for p in n.all("provides") for e in p.arguments]]
        return target, box.inner(able[0]) if able else None
    return None, None


def add_rules(document, box, parent, client, route):
    for rule in route.children if route else []:
        target, server = server_of(document, box, parent, rule, client.path[-1])
        if server:
            box.serve(client, server, rule_text(rule, target), rule.name == "any-service")


def from_scenario(document, box, parent):
    nodes = {node.text(): node for node in document.all("start") if node.text()}
    default = document.child("default")
    for name, node in nodes.items():
        box.boxes.append(Box([*box.path, name], start_lines(node, default)))
    for name, node in nodes.items():
        inner = box.inner(name)
        add_rules(document, box, parent, inner, node.child("route") or document.child("default-route"))
        if binary_of(node)[0] == "init" and node.child("config"):
            from_scenario(node.child("config"), inner, inner)
    add_rules(document, box, parent, parent, document.child("provides"))


# -- a report: what component/init/README.md says of it --

def account_text(node):
    if not node:
        return []
    used, limit = node.property("used"), node.property("limit")
    values = [entry.number() or 0 if entry else 0 for entry in (used, limit)]
    told = [f"{v >> 10}K" if node.name == "ram" else str(v) for v in values]
    return [f"{node.name}: {told[0]} of {told[1]}"]


def child_lines(node):
    name, binary = node.text(0, "?"), node.property_text("binary")
    lines = [name] + ([f"({binary})"] if binary not in (None, name) else [])
    lines += [e.value for e in node.properties if e.name == "state" and e.kind == "string"]
    restarts = node.property("restarts")
    if restarts and restarts.number():
        lines.append(f"restarts: {restarts.number()}")
    return lines + account_text(node.child("ram")) + account_text(node.child("caps"))


def from_report(node, box, parent):
    for child in node.all("child"):
        ended = child.property_text("state") == "ended"
        inner = Box([*box.path, child.text(0, "?")], child_lines(child), ended)
        box.boxes.append(inner)
        from_report(child, inner, inner)
    who = {"parent": parent, "init": box}
    for session in node.all("session"):
        ends = [session.property_text(end) for end in ("client", "server")]
        client, server = (box.inner(name) or who.get(name) for name in ends)
        label = session.property_text("label")
        if client and server:
            box.serve(client, server, session.text(0, "?") + (f" {label}" if label else ""),
                      session.property_text("state") not in (None, "ready", "open"))


def read_graph(build, source):
    document = kdl.read(build, source)
    outside, init, parent = whole()
    if document.all("start"):
        from_scenario(document, init, parent)
    else:
        from_report(document, init, parent)
        init.lines += account_text(document.child("ram")) + account_text(document.child("caps"))
    if not init.boxes:
        raise Problem(f"{source}: neither a scenario nor a report: there is no start and no child node "
                      "in it")
    if not any(parent in edge[:2] for edge in init.edges):
        outside.boxes.remove(parent)
    return outside


def run_dot(text):
    require("dot", "graphviz", "a graph")
    with Progress("drawing"):
        result = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True)
    if result.returncode:
        said = result.stderr.decode(errors="replace").strip().splitlines() or ["no reason told"]
        raise Problem(f"dot could not draw it: {said[-1]}")
    return result.stdout


def run(options):
    standard = options.source == "-"
    source = "-" if standard else find_scenario(options.source)
    suffix = "dot" if options.dot else "svg"
    default = "-" if standard else f"{pathlib.Path(source).stem}.{suffix}"
    root = read_graph(find_build(options.build), source)
    text = "\n".join(draw(root, "standard input" if standard else pathlib.Path(source).name)) + "\n"
    write_file(options.output or default, text.encode() if options.dot else run_dot(text))
    return 0
