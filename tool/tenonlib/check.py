# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Checks a scenario without running it: its form, its routes, its quotas, its ROMs, its executables.

Each mistake is one line: file, line, column, what is wrong, what to do. The exit value is 1 if there is any.
"""

import re
import struct
import subprocess
import sys

from . import elf, kdl, schema
from .command import FAILED, Problem
from .form import Mistakes, check_form
from .places import find_build, find_kernel, find_scenario, require
from .scenario import find_file, needed_roms

MOST_TOLD = 5  # of one executable
# What every bundle has, and what comes from the command line.
ALWAYS_THERE = {"init", "runtime", "config", "input"}

# What to do about an executable, by what is wrong with it.
ADVICE = (
    ("thread-local", "make the variable static or give each thread a context"),
    ("segment register", "no thread-local storage, and -fno-stack-protector"),
    ("IRELATIV|indirect function", "choose the function at run time, without ifunc"),
    ("text relocations", "compile with -fPIE, link with -Wl,-z,text"),
    ("R_X86_64_COPY", "compile with -fPIE; libraries export functions only"),
    ("kernel entry", "call the API instead: a component does not enter a kernel by itself"),
    ("above the base level", "compile with -march=x86-64 -mno-avx"),
    ("ABI note", "link lib/tenon/crt-note.o into it"),
    ("ABI level", "build it again with this version's headers and libraries"),
    ("writable and executable|executable stack", "link with -Wl,-z,separate-code,-z,noexecstack"),
)


def arguments(parser):
    parser.add_argument("scenario", nargs="+", help="a name in scenario/, or a file")
    parser.add_argument("--kernel", default="", help="whose programs may stand in for the common ones")
    parser.add_argument("--input", metavar="FILE", default="", help="the file that becomes ROM input")
    parser.add_argument("--build", metavar="DIR", default="", help="where the system was built")


# -- children, routes, quotas --

def children_by_name(mistakes, document):
    found = {}
    for node in document.all("start"):
        name = node.text()
        if name in found:
            mistakes.add(node, f"there is a child {name} already, in line {found[name].line}: rename one")
        elif name:
            found[name] = node
    return found


def provided(node):
    return {entry.value for provides in node.all("provides") for entry in provides.arguments}


def check_target(mistakes, rule, children):
    target = rule.child("child")
    name = target.text() if target else None
    if not name:
        return
    if name not in children:
        mistakes.add(target, f"route to nowhere: there is no child {name}: add a start node, or route "
                             "to another")
        return
    service = rule.text()
    if rule.name == "service" and service and service not in provided(children[name]):
        mistakes.add(target, f"route to nowhere: child {name} does not provide {service}: add "
                             f"provides \"{service}\" to its start node, or route to another")


def check_rules(mistakes, route, children):
    covered = None
    for rule in route.children:
        check_target(mistakes, rule, children)
        if covered:
            mistakes.add(rule, f"never applies: any-service in line {covered.line} comes first: move it "
                               "up, or remove it")
        elif rule.name == "any-service" and not rule.properties:
            covered = rule


def routes(document):
    for node in document.all("default-route"):
        yield node
    for start in document.all("start"):
        yield from start.all("route")


def check_references(mistakes, document, children):
    for route in routes(document):
        check_rules(mistakes, route, children)
    for node in document.all("end"):
        name = node.property_text("on")
        if name and name not in children:
            mistakes.add(node, f"end on=\"{name}\": there is no child of that name: name one that is "
                               "started")


def quota_of(node, name, default):
    entry = node.property(name)
    value = (entry.size() if name == "ram" else entry.number()) if entry else default
    return (entry or node), (default if value is None else value)


def check_sum(mistakes, children, name, default, total):
    taken = 0
    for child, node in children.items():
        at, value = quota_of(node, name, default)
        taken += value
        if taken > total:
            mistakes.add(at, f"quotas do not add up: with {child} the children have {name}={taken}, and "
                             f"init has {total} in all: give less")
            return


def check_quotas(mistakes, children):
    for child, node in children.items():
        at, ram = quota_of(node, "ram", schema.DEFAULT_RAM)
        if 4096 <= ram < schema.PD_RAM:
            mistakes.add(at, f"ram={ram} does not pay for {child} itself, which costs {schema.PD_RAM}: "
                             "give more")
    check_sum(mistakes, children, "ram", schema.DEFAULT_RAM, schema.TOTAL_RAM)
    check_sum(mistakes, children, "caps", schema.DEFAULT_CAPS, schema.TOTAL_CAPS)


# -- ROMs and executables --

def check_roms(mistakes, build, kernel, scenario, needed, given):
    """ROM -> file, of those that are there."""
    files = {}
    by_file = {rom.name: rom for rom in needed if rom.file}
    left_out = {rom.name for rom in needed if rom.absent} | set(given)
    for rom in needed:
        if rom.name in left_out or rom.name in files:
            continue
        try:
            files[rom.name] = find_file(build, kernel, scenario, by_file.get(rom.name, rom))
        except Problem:
            mistakes.add(rom.node, f"ROM {rom.name}: there is no file {rom.file or rom.name}: build it, "
                                   "or name the right one in a rom node")
    return files


def check_rom_labels(mistakes, document, needed):
    """ROMs that routes rename to."""
    known = ALWAYS_THERE | {rom.name for rom in needed}
    for route in routes(document):
        for rule in route.children:
            target = rule.child("parent")
            label = target.property_text("label") if target else None
            if rule.text() == "ROM" and label and label.rpartition(" -> ")[2] not in known:
                mistakes.add(target, f"route to nowhere: no ROM {label} is in the bundle: add "
                                     f"rom \"{label}\" file=\"...\"")


def advise(wrong):
    found = (advice for pattern, advice in ADVICE if re.search(pattern, wrong))
    return next(found, "build it as pkg-config --cflags --libs tenon says")


def with_libraries(name, files):
    """(library names, those that are not in the bundle), as the loader takes them."""
    order, missing, waiting = [], [], [name]
    while waiting:
        for library in elf.needed_libraries(files[waiting.pop(0)]):
            if library not in files:
                missing.append(library)
            elif library not in order:
                order.append(library)
                waiting.append(library)
    return order, missing


def wrong_with_file(name, file, level):
    why = elf.not_a_component(file)
    if why:
        return [why]
    try:
        return elf.check_elf(file, level) + elf.check_instructions(file, elf.DECLARED.get(name, set()))
    except (subprocess.CalledProcessError, struct.error):
        return ["is damaged: readelf and objdump cannot read it"]


def wrong_with_symbols(name, files, libraries, symbols):
    there = set(symbols).union(*(elf.exported(files[library]) for library in libraries))
    absent = set().union(*(elf.wanted(files[part]) for part in [name, *libraries])) - there
    return [f"uses the unknown symbol {symbol}" for symbol in sorted(absent)]


def wrong_with_links(mistakes, rom, files, level, symbols):
    """What the executable and its libraries want of each other."""
    libraries, missing = with_libraries(rom.name, files)
    for library in missing:
        mistakes.add(rom.node, f"ROM {rom.name}: needs {library}, which is not in the bundle: add "
                               f"rom \"{library}\"")
    wrong = [f"its library {library} {why}" for library in libraries
             for why in wrong_with_file(library, files[library], level)]
    if "component_construct" not in elf.exported(files[rom.name]):
        wrong.append("does not define component_construct()")
    return wrong + ([] if missing else wrong_with_symbols(rom.name, files, libraries, symbols))


def check_executable(mistakes, rom, files, level, symbols):
    file = files[rom.name]
    wrong = wrong_with_file(rom.name, file, level)
    try:
        if not elf.not_a_component(file):
            wrong += wrong_with_links(mistakes, rom, files, level, symbols)
    except (subprocess.CalledProcessError, struct.error):
        wrong += [] if wrong else ["is damaged: readelf cannot read it"]
    for why in wrong[:MOST_TOLD]:
        mistakes.add(rom.node, f"ROM {rom.name} ({file}): {why}: {advise(why)}")
    if len(wrong) > MOST_TOLD:
        mistakes.add(rom.node, f"ROM {rom.name} ({file}): and {len(wrong) - MOST_TOLD} mistakes more")


def check_executables(mistakes, needed, files):
    for tool in ("readelf", "objdump"):
        require(tool, "binutils", "tenon check")
    level, symbols = elf.abi_level_of_tree(), elf.listed_symbols()[0]
    for rom in needed:
        if rom.child and rom.name in files:
            check_executable(mistakes, rom, files, level, symbols)


def check(build, kernel, scenario, given=()):
    """The lines to tell."""
    mistakes = Mistakes(scenario)
    try:
        document = kdl.read(build, scenario)
    except kdl.Unreadable as problem:
        return [f"{problem}: correct it"]
    check_form(mistakes, document, schema.DOCUMENT)
    children = children_by_name(mistakes, document)
    check_references(mistakes, document, children)
    check_quotas(mistakes, children)
    needed = needed_roms(document)
    files = check_roms(mistakes, build, kernel, scenario, needed, given)
    check_rom_labels(mistakes, document, needed)
    check_executables(mistakes, needed, files)
    return mistakes.lines()


def run(options):
    build = find_build(options.build)
    kernel = find_kernel(build, options.kernel)
    given = {"input"} if options.input else set()
    failed = False
    for name in options.scenario:
        for line in check(build, kernel, find_scenario(name), given):
            print(line, file=sys.stderr)
            failed = True
    return FAILED if failed else 0
