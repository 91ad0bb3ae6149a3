# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Mistakes of form: a document against the table of schema.py."""

import difflib


class Mistakes:
    """Of one file, told in the order of their places."""

    def __init__(self, path):
        self.path = path
        self.found = []

    def add(self, at, text):
        self.found.append((at.line, at.column, text))

    def lines(self):
        ordered = sorted(dict.fromkeys(self.found), key=lambda found: found[:2])
        return [f"{self.path}:{line}:{column}: {text}" for line, column, text in ordered]


def unknown(what, name, known):
    near = difflib.get_close_matches(name or "", known, 1)
    if near:
        return f"unknown {what} {name}: did you mean {near[0]}?"
    return f"unknown {what} {name}: " + (f"known here: {', '.join(known)}" if known else
                                         "nothing is known here: remove it")


def check_arguments(mistakes, node, form):
    for index, entry in enumerate(node.arguments):
        kind = form.arguments[index] if index < len(form.arguments) else form.rest
        if not kind:
            mistakes.add(entry, f"{node.name}: one argument too many: remove it")
        elif why := kind.mistake(entry):
            mistakes.add(entry, f"{node.name}: {why}")
    for kind in form.arguments[len(node.arguments):]:
        if not form.optional:
            mistakes.add(node, f"{node.name}: {kind.what} is missing: give it as a string in quotes")


def check_properties(mistakes, node, form):
    for entry in node.properties:
        kind = form.properties.get(entry.name)
        if not kind:
            mistakes.add(entry, unknown("property", entry.name, list(form.properties)))
        elif why := kind.mistake(entry):
            mistakes.add(entry, f"{entry.name}={' ' if why.startswith('must') else ': '}{why}")
    given = [entry for entry in node.properties if entry.name in form.at_most_one]
    if len({entry.name for entry in given}) > 1:
        mistakes.add(given[1], f"{node.name}: only one of {', '.join(form.at_most_one)}: remove the others")
    for name in form.required:
        if not node.property(name):
            mistakes.add(node, f"{node.name}: {name}= is missing: add it")


def check_children(mistakes, node, form):
    seen = {}
    for child in node.children:
        if child.name not in form.children:
            mistakes.add(child, unknown("node", child.name, list(form.children)))
            continue
        first = seen.setdefault(child.name, child)
        if first is not child and not form.children[child.name].often:
            mistakes.add(child, f"{child.name} stands here twice, first in line {first.line}: remove one")
        check_form(mistakes, child, form.children[child.name])
    if form.one_of and sum(child.name in form.one_of for child in node.children) != 1:
        mistakes.add(node, f"{node.name}: needs exactly one of {', '.join(form.one_of)} in {{ }}")


def check_form(mistakes, node, form):
    if form.opaque:
        return
    check_arguments(mistakes, node, form)
    check_properties(mistakes, node, form)
    check_children(mistakes, node, form)
