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
from .scenario import binary_of, find_file, needed_roms

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

class Scenario:
    """What one init reads: all of a file, or a `config` node in it. `total`: what it can give away."""

    def __init__(self, mistakes, document, total):
        self.document, self.total = document, total
        self.children, self.names = {}, {}
        for node in document.all("start"):
            self.enter(mistakes, node, node.text(), node)
        self.children = dict(self.names)
        for node in document.all("alias"):
            of = node.property_text("child")
            if of and of not in self.children:
                mistakes.add(node, f"there is no child {of}: an alias stands for a start node")
            else:
                self.enter(mistakes, node, node.text(), self.children.get(of))
        default = document.child("default")
        self.default = {"ram": schema.DEFAULT_RAM, "caps": schema.DEFAULT_CAPS}
        for name in self.default if default else ():
            self.default[name] = self.quota(default, name)[1]

    def enter(self, mistakes, node, name, start):
        if name in self.names:
            there = self.names[name]
            mistakes.add(node, f"there is a child {name} already, in line {there.line}: rename one")
        elif name and start:
            self.names[name] = start

    def quota(self, node, name):
        """(where it stands, how much)"""
        entry = node.property(name)
        value = (entry.size() if name == "ram" else entry.number()) if entry else None
        return entry or node, self.default[name] if value is None else value

    def routes(self):
        """(the node, whose it is or None)"""
        for name in ("default-route", "provides"):
            for node in self.document.all(name):
                yield node, None
        for start in self.document.all("start"):
            for node in start.all("route"):
                yield node, start


def provided(node):
    return {entry.value for provides in node.all("provides") for entry in provides.arguments}


def check_child(mistakes, scenario, rule, target, client):
    name, service = target.text(), rule.text() if rule.name == "service" else None
    server = scenario.names.get(name)
    if not name:
        return
    if not server:
        mistakes.add(target, f"route to nowhere: there is no child {name}: add a start node, or route "
                             "to another")
    elif server is client:
        mistakes.add(target, f"route to nowhere: from {name} to itself: route to another")
    elif service and service not in provided(server):
        mistakes.add(target, f"route to nowhere: child {name} does not provide {service}: add "
                             f"provides \"{service}\" to its start node, or route to another")


def check_any_child(mistakes, scenario, rule, target, client):
    service = rule.text() if rule.name == "service" else None
    able = [name for name, node in scenario.children.items()
            if service in provided(node) and node is not client]
    if service and not able:
        mistakes.add(target, f"route to nowhere: no child provides {service}: add provides to one")
    elif len(able) > 1 and client:
        mistakes.add(target, f"more than one child provides {service}: name one of {', '.join(able)}")


def check_rules(mistakes, scenario, route, client):
    covered = None
    for rule in route.children:
        if target := rule.child("child"):
            check_child(mistakes, scenario, rule, target, client)
        if target := rule.child("any-child"):
            check_any_child(mistakes, scenario, rule, target, client)
        if (target := rule.child("state")) and rule.text() != "ROM":
            mistakes.add(target, "state is a ROM: write service \"ROM\" label=\"...\" { state }")
        if covered and rule.text() not in schema.DEVICES:
            mistakes.add(rule, f"never applies: any-service in line {covered.line} comes first: move it "
                               "up, or remove it")
        elif rule.name == "any-service" and not rule.properties and not rule.child("any-child"):
            covered = rule


def check_upward(mistakes, provides):
    """What is provided to the parent comes from a child."""
    for rule in provides.children:
        if rule.name != "service" or rule.child("parent") or rule.child("state"):
            mistakes.add(rule, "provides takes service \"name\" with { child \"name\" } or { any-child }: "
                               "name a service and who has it")


def check_references(mistakes, scenario):
    for node in scenario.document.all("provides"):
        check_upward(mistakes, node)
    for route, client in scenario.routes():
        check_rules(mistakes, scenario, route, client)
    for node in scenario.document.all("end"):
        name = node.property_text("on")
        if name and name not in scenario.names:
            mistakes.add(node, f"end on=\"{name}\": there is no child of that name: name one that is "
                               "started")


def check_sum(mistakes, scenario, name):
    taken = 0
    for child, node in scenario.children.items():
        at, value = scenario.quota(node, name)
        taken += value
        if taken > scenario.total[name]:
            mistakes.add(at, f"quotas do not add up: with {child} the children have {name}={taken}, and "
                             f"init has {scenario.total[name]} in all: give less")
            return


def check_quotas(mistakes, scenario):
    for child, node in scenario.children.items():
        at, ram = scenario.quota(node, "ram")
        if schema.PAGE_SIZE <= ram < schema.PD_RAM:
            mistakes.add(at, f"ram={ram} does not pay for {child} itself, which costs {schema.PD_RAM}: "
                             "give more")
        for name in scenario.total:
            most = node.property(f"{name}-max")
            value = (most.size() if name == "ram" else most.number()) if most else None
            if value is not None and value < scenario.quota(node, name)[1]:
                mistakes.add(most, f"{name}-max= is less than {name}=: give more")
    for name in scenario.total:
        check_sum(mistakes, scenario, name)


def check_endings(mistakes, scenario):
    for node in [n for start in scenario.document.all("start") for n in start.children]:
        if node.name not in ("exit", "fault"):
            continue
        if node.text() != "restart" and node.properties:
            mistakes.add(node.properties[0], f"{node.name}: only \"restart\" has delays: remove it")
        delay, most = node.property("delay-ms"), node.property("delay-max-ms")
        if delay and most and (delay.number() or 0) > (most.number() or 0):
            mistakes.add(most, "delay-max-ms= is less than delay-ms=: give more")
        if delay and delay.number() == 0 and not node.property("limit"):
            mistakes.add(delay, "delay-ms=0: nothing would end a crash loop: add limit=")


def check_start(mistakes, start):
    if start.text() == "parent":
        mistakes.add(start, "parent is no name for a child: labels of sessions from the parent begin with "
                            "it: rename it")
    if start.property("binary") and start.child("binary"):
        mistakes.add(start.child("binary"), "binary is given twice: remove one")
    if start.child("config") and start.child("config-rom"):
        mistakes.add(start.child("config-rom"), "config and config-rom exclude each other: remove one")


def check_document(mistakes, document, total):
    """All that one init looks at; and those within."""
    check_form(mistakes, document, schema.DOCUMENT)
    scenario = Scenario(mistakes, document, total)
    check_references(mistakes, scenario)
    check_quotas(mistakes, scenario)
    check_endings(mistakes, scenario)
    scenarios = [scenario]
    for start in document.all("start"):
        check_start(mistakes, start)
        if start.child("config") and binary_of(start)[0] == "init":
            inner = {name: scenario.quota(start, name)[1] for name in total}
            scenarios += check_document(mistakes, start.child("config"), inner)
    return scenarios


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


def renamed_roms(scenario):
    """(target node, label) of routes that ask the parent for a ROM by another name."""
    for route, _ in scenario.routes():
        for rule in route.children:
            target = rule.child("parent")
            label = target.property_text("label") if target else None
            if rule.text() == "ROM" and label:
                yield target, label.rpartition(" -> ")[2]


def check_rom_labels(mistakes, scenarios, needed):
    """In the outermost scenario, whose parent is core: it has what is in the bundle, and no more."""
    known = ALWAYS_THERE | {rom.name for rom in needed}
    for target, label in renamed_roms(scenarios[0]):
        if label not in known:
            mistakes.add(target, f"route to nowhere: no ROM {label} is in the bundle: add "
                                 f"rom \"{label}\" file=\"...\"")
    if any("ROM" in provided(start) for start in scenarios[0].children.values()):
        return  # another one may serve it
    for start in scenarios[0].children.values():
        node = start.child("config-rom")
        if node and node.text() not in known:
            mistakes.add(node, f"no ROM {node.text()} is in the bundle: add rom \"{node.text()}\" "
                               "file=\"...\"")


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
    for rom in {rom.name: rom for rom in reversed(needed) if rom.child}.values():  # once, where first
        if rom.name in files:
            check_executable(mistakes, rom, files, level, symbols)


def system_totals(document):
    """What the outermost init can give away."""
    total = {"ram": schema.TOTAL_RAM, "caps": schema.TOTAL_CAPS}
    for entry in [e for node in document.all("system") for e in node.properties]:
        value = entry.number() if entry.name == "caps" else entry.size()
        if entry.name in total and value is not None:
            total[entry.name] = value
    return total


def check(build, kernel, scenario, given=()):
    """The lines to tell."""
    mistakes = Mistakes(scenario)
    try:
        document = kdl.read(build, scenario)
    except kdl.Unreadable as problem:
        return [f"{problem}: correct it"]
    scenarios = check_document(mistakes, document, system_totals(document))
    needed = needed_roms(document)
    files = check_roms(mistakes, build, kernel, scenario, needed, given)
    check_rom_labels(mistakes, scenarios, needed)
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
