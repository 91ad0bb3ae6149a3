# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Draws a scenario, or a state report of init, as SVG: components, and who serves whom.

Of a scenario the routes are drawn (dotted: whatever no other rule takes), of a report the sessions that
there are. Boxes within boxes are children of children.
"""

import pathlib
import subprocess

from . import kdl, schema
from .command import Problem
from .output import Progress, write_file
from .places import find_build, find_scenario, require

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
        self.boxes, self.edges = [], []

    def inner(self, name):
        return next((box for box in self.boxes if box.path[-1] == name), None)


def draw_box(box, level):
    indent = "    " * level
    name = " -> ".join(box.path)
    label = "\\n".join(quoted(line)[1:-1] for line in box.lines)
    color = ', fillcolor="#e0c8c8"' if box.ended else ""
    yield f'{indent}{quoted(name)} [label="{label}"{color}]'


def draw_inside(box, level):
    indent = "    " * level
    for inner in box.boxes:
        if inner.boxes:
            name = " -> ".join(inner.path)
            yield f"{indent}subgraph {quoted('cluster ' + name)} {{"
            yield from draw_box(inner, level + 1)
            yield from draw_inside(inner, level + 1)
            yield f"{indent}}}"
        else:
            yield from draw_box(inner, level)
    for client, server, text, dotted in box.edges:
        style = ", style=dotted" if dotted else ""
        ends = f"{quoted(' -> '.join(client.path))} -> {quoted(' -> '.join(server.path))}"
        yield f"{indent}{ends} [label={quoted(text)}{style}]"


def draw(root, title):
    yield "digraph tenon {"
    yield STYLE
    yield f"label={quoted(title)}"
    outside = Box([], [])
    outside.boxes.append(root)
    yield from draw_inside(outside, 0)
    yield "}"


# -- a scenario --

def start_lines(node):
    ram, caps = node.property("ram"), node.property("caps")
    ram = ram.size() if ram else schema.DEFAULT_RAM
    caps = caps.number() if caps else schema.DEFAULT_CAPS
    binary = node.child("binary")
    lines = [node.text()]
    if binary and binary.text() != node.text():
        lines.append(f"({binary.text()})")
    return lines + [f"{size_text(ram or 0)}, {caps} caps"]


def rule_text(rule):
    if rule.name == "any-service":
        return "any"
    # label, label-prefix and the like, and what the target renames to
    target = rule.child("parent") or rule.child("child")
    parts = [rule.text(0, "?")]
    parts += [f"{e.name.removeprefix('label-')} {e.value}" for e in rule.properties
              if e.name.startswith("label")]
    renamed = target.property_text("label") if target else None
    return " ".join(parts) + (f" as {renamed}" if renamed else "")


def add_rules(box, client, route):
    for rule in route.children if route else []:
        target = rule.child("child")
        server = box.inner(target.text()) if target else box
        if server and (rule.child("parent") or target):
            box.edges.append((client, server, rule_text(rule), rule.name == "any-service"))


def from_scenario(document, box):
    nodes = document.all("start")
    for node in nodes:
        if node.text():
            box.boxes.append(Box([*box.path, node.text()], start_lines(node)))
    for node in nodes:
        inner = box.inner(node.text())
        if inner:
            add_rules(box, inner, node.child("route") or document.child("default-route"))
            if config := node.child("config"):
                from_scenario(config, inner)


# -- a report --

def report_lines(node):
    """What is told of a child, a line each; sizes as one writes them."""
    lines = [node.text(0, "?")]
    for entry in node.properties:
        value = entry.value
        if entry.name.startswith("ram") and entry.size() is not None:
            value = size_text(entry.size())
        lines.append(f"{entry.name} {value}")
    return lines


def from_report(node, box):
    for child in node.all("child"):
        ended = child.property_text("state") not in (None, "alive", "running", "started")
        inner = Box([*box.path, child.text(0, "?")], report_lines(child), ended)
        box.boxes.append(inner)
    for child in node.all("child"):
        inner = box.inner(child.text(0, "?"))
        from_report(child, inner)
        for session in child.all("session"):
            add_session(box, inner, session)


def add_session(box, client, session):
    server = box.inner(session.property_text("server") or session.property_text("child"))
    label = session.property_text("label")
    text = session.text(0, "?") + (f" {label}" if label else "")
    box.edges.append((client, server or box, text, session.property_text("state") == "pending"))


def read_graph(build, source):
    document = kdl.read(build, source)
    root = Box(["init"], ["init"])
    if document.all("start"):
        from_scenario(document, root)
    else:
        report = document.child("report") or document.child("state") or document
        from_report(report, root)
    if not root.boxes:
        raise Problem(f"{source}: neither a scenario nor a report: there is no start and no child node "
                      "in it")
    return root


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
