# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Runs a scenario on every kernel, and compares: hashes, what components say, how they end, what they cost.

It ends with 0 if the kernels agree, 1 if they do not. Costs that stand out are told, and are no disagreement. What may
differ is said by --may-differ, and by lines of the file SCENARIO.may-differ beside the scenario: expressions,
of which groups, or all that they match, are not compared.
"""

import datetime
import hashlib
import json
import pathlib
import re
import subprocess
import tempfile

from . import kdl
from .command import Problem, describe
from .compare import (CPU_FACTOR, CPU_LEAST, OPERATION_FACTOR, OPERATION_LEAST, RULES, Finding, Rule, amount, dear,
                      late, lines_of, more_memory, than_before, than_usual, transcripts)
from .correlate_page import write_page
from .measured import START, Observed
from .output import Progress, write_file
from .places import ROOT, find_build, find_scenario, in_tree, ports
from .run import NOT_RUN, seconds

AGREE, DIFFER = 0, 1
END = re.compile(r"^(\S+) (exited with value -?\d+|faulted|cannot be started)")


def arguments(parser):
    parser.add_argument("scenario", help="a name in scenario/, or a file")
    parser.add_argument("-o", "--output", metavar="FILE", default="",
                        help="the page; default: correlate/SCENARIO.html in the build directory, or, where Tenon is "
                             "installed, SCENARIO.html")
    parser.add_argument("--kernels", metavar="NAMES", default="", help="default: all that are built")
    parser.add_argument("--input", metavar="FILE", default="", help="the file that becomes ROM input")
    parser.add_argument("--may-differ", metavar="REGEX", action="append", default=[], dest="rules",
                        help="what may differ in a line; may be given more than once")
    parser.add_argument("--against", metavar="FILE", default="",
                        help="an earlier run: the .json beside its page; default: the last one that was well, "
                             "SCENARIO.good.json beside the page")
    parser.add_argument("--no-probe", action="store_true", help="do not measure calls, signals, sessions, memory")
    parser.add_argument("--timeout", metavar="SECONDS", type=seconds, default=120.0, help="for each run")
    parser.add_argument("--build", metavar="DIR", default="", help="where the system was built")


class Result:
    """All that text and page tell. `observed`: of the kernels that ran; `skipped`: (kernel, why)."""

    def __init__(self, name, text, observed, skipped, rules, before):
        self.name, self.observed, self.skipped, self.rules = name, observed, skipped, rules
        self.before = before
        self.made_of = made_of(observed)
        self.config = hashlib.sha256(text).hexdigest()
        self.when = datetime.datetime.now().astimezone().isoformat(" ", "seconds")
        self.revision = revision()
        self.kernels = [one.kernel for one in observed]
        self.verdicts = transcripts(observed, rules) if observed else []
        self.differing = [v for v in self.verdicts if not v.same]
        self.costs = {label: {one.kernel: one.cost(label) for one in observed} for label in self.labels()}
        self.executables = executables(observed)
        self.problems = self.run_problems() + [e.problem for e in self.executables if e.problem]
        self.findings = list(self.find())

    def labels(self):
        found = set().union(*(one.labels() for one in self.observed)) - {"core"} if self.observed else set()
        return sorted(found)

    def run_problems(self):
        found = [f"{one.kernel}: did not end within {one.timeout:g} seconds" for one in self.observed
                 if one.value is None]
        values = {one.kernel: one.value for one in self.observed if one.value is not None}
        if len(set(values.values())) > 1:
            found.append("exit values differ: " + ", ".join(f"{k} {v}" for k, v in values.items()))
        found += [f"{one.kernel}: ended with {one.value}: the kernel did not end by itself" for one in self.observed
                  if one.value == 126]
        return found

    @property
    def agree(self):
        return not self.differing and not self.problems

    def ends(self, kernel, label):
        """How a component has ended, as its parent says."""
        parent, _, child = label.rpartition(" -> ")
        said = [END.match(line) for v in self.verdicts if v.speaker == parent and v.about == label
                for line in v.full[kernel]]
        return [match[2] for match in said if match and match[1] == child]

    def rows(self, what):
        """label -> kernel -> a cost. None is 0: that is what core says where a kernel does not tell."""
        return {label: {k: cost[what] for k, cost in row.items() if cost.get(what)}
                for label, row in self.costs.items()}

    def operations(self):
        """name -> kernel -> cost."""
        names = dict.fromkeys(name for one in self.observed for name in one.operations)
        return {name: {one.kernel: one.operations[name] for one in self.observed if name in one.operations}
                for name in names}

    def unit(self, kernel):
        return next(one.way.unit for one in self.observed if one.kernel == kernel)

    def find(self):
        # The start is not among them: others may keep a machine busy, but no machine that counts instructions.
        operations = {name: row for name, row in self.operations().items() if name != START}
        for rows, factor, least, what in ((self.rows("cpu"), CPU_FACTOR, CPU_LEAST, "CPU time"),
                                          (operations, OPERATION_FACTOR, OPERATION_LEAST, "operation")):
            for kernel, name, why in dear(rows, factor, least):
                cost = amount(rows[name][kernel], self.unit(kernel))
                elsewhere = ", ".join(f"{k} {amount(v, self.unit(k))}" for k, v in rows[name].items() if k != kernel)
                yield Finding(kernel, name, f"{what}: {cost}, {why} ({elsewhere})")
        for label, row in self.rows("ram").items():
            yield from more_memory(label, row)
        yield from self.late()
        for one in self.observed:
            for name, cost in one.operations.items():
                yield from than_usual(one.kernel, one.way.unit, name, cost, one.way.usual.get(name))
            yield from self.than_before(one)

    def late(self):
        """By what components say themselves; of those who say nothing, by what is told of them; or by the end."""
        speak = {v.speaker for v in self.verdicts if not v.about and any(v.full.values()) and v.speaker != "core"}
        own = [v for v in self.verdicts if v.component in speak and not v.about]
        told = [v for v in self.verdicts if v.component not in speak and v.about]
        found = [finding for v in own + told for finding in late(v)]
        return found or [finding for v in self.verdicts if v.component == "core" for finding in late(v)]

    def than_before(self, one):
        before = self.before.get("kernels", {}).get(one.kernel, {})
        if before.get("unit") != one.way.unit or self.before.get("config") != self.config:
            return
        for label, row in self.rows("cpu").items():
            yield from than_before(one.kernel, one.way.unit, label, "CPU time", row.get(one.kernel),
                                   before["cpu"].get(label))
        for name, cost in one.operations.items():
            yield from than_before(one.kernel, one.way.unit, name, "operation", cost, before["operations"].get(name))

    def odd(self, verdict):
        """Who it is that differs, as far as that can be told: (kernel, why)."""
        said = {kernel: tuple(lines) for kernel, lines in verdict.lines.items()}
        for kernel, lines in said.items():
            others = {said[k] for k in said if k != kernel}
            if len(said) > 2 and len(others) == 1 and lines not in others:
                yield kernel, "all others say the same"
        if self.before.get("made-of") == self.made_of:
            for kernel, lines in said.items():
                was = self.before["kernels"].get(kernel, {}).get("said", {}).get(verdict.name)
                if was and was != digest(lines):
                    yield kernel, f"it said something else in the run of {self.before['when']}"

    def summary(self):
        """(AGREE, DIFFER or nothing to compare; the rest of the sentence)"""
        ran = ", ".join(self.kernels)
        if len(self.kernels) < 2:
            return "NOTHING TO COMPARE", f"{self.name} ran on {ran or 'no kernel'}"
        stands_out = {f"{f.component} on {f.kernel}": None for f in self.findings}
        costs = f"; costs stand out: {', '.join(stands_out)}" if stands_out else ""
        if self.agree:
            return "AGREE", f"{self.name} is the same on {ran}{costs}"
        odd = {v.name: " and ".join(dict.fromkeys(kernel for kernel, _ in self.odd(v))) for v in self.differing}
        where = [name + (f" on {kernel}" if kernel else "") for name, kernel in odd.items()]
        return "DIFFER", f"{self.name} on {ran}: {'; '.join(self.problems + where)}{costs}"

    def record(self):
        """For a later run to be compared with."""
        return {"scenario": self.name, "when": self.when, "revision": self.revision, "agree": self.agree,
                "made-of": self.made_of, "config": self.config, "kernels": {one.kernel: {
                    "unit": one.way.unit, "value": one.value, "operations": one.operations,
                    "said": {v.name: digest(v.lines[one.kernel]) for v in self.verdicts},
                    "cpu": {label: row[one.kernel] for label, row in self.rows("cpu").items() if one.kernel in row},
                    "ram": {label: row[one.kernel] for label, row in self.rows("ram").items() if one.kernel in row},
                    "first-line": one.first_line(), "ended": one.ended()} for one in self.observed}}


def digest(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def made_of(observed):
    """One number for all that is the same on each kernel: what was said before is compared only if it is that."""
    found = hashlib.sha256()
    for rom, file in sorted(observed[0].files.items()) if observed else []:
        if rom != "runtime" and pathlib.Path(file).is_file():
            found.update(rom.encode() + b"\0" + hashlib.sha256(pathlib.Path(file).read_bytes()).digest())
    return found.hexdigest()


def revision():
    done = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


class Executable:
    """A file, as it was put in the bundle of each kernel, and what loaders said that they have loaded."""

    def __init__(self, rom):
        self.rom, self.files, self.loaded = rom, {}, {}

    @property
    def problem(self):
        loaded = {h for seen in self.loaded.values() for h in seen}
        if len(set(self.files.values())) > 1:
            return f"{self.rom}: not the same file on each kernel"
        if loaded - set(self.files.values()):
            return f"{self.rom}: what was loaded is not the file of the bundle"
        return ""


def executables(observed):
    """Of components: what is an ELF file, but for the runtime, which is the kernel's own."""
    found = {}
    for one in observed:
        for rom, file in one.files.items():
            data = pathlib.Path(file).read_bytes() if rom != "runtime" and pathlib.Path(file).is_file() else b""
            if data[:4] == b"\x7fELF":
                found.setdefault(rom, Executable(rom)).files[one.kernel] = hashlib.sha256(data).hexdigest()
        for (label, name), told in one.hashes().items():
            child = label.split(" -> ")[-1]
            rom = one.names.get(child, name) if name == child else name
            if rom in found:
                found[rom].loaded.setdefault(one.kernel, set()).add(told)
    return [found[rom] for rom in sorted(found)]


# -- the text --

def aligned(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(f"{part:{width}}" for part, width in zip(row, widths)).rstrip() for row in rows]


def lines_text(result, verdict, kernel):
    ends = result.ends(kernel, verdict.speaker) if not verdict.about else []
    return lines_of(verdict.full[kernel]) + (f", {', '.join(ends)}" if ends else "")


def transcripts_text(result):
    rows = [["component", "", *result.kernels]]
    for v in result.verdicts:
        rows.append([v.name, "same" if v.same else "DIFFERS",
                     *(lines_text(result, v, kernel) for kernel in result.kernels)])
    yield from aligned(rows)


def difference_text(result, verdict):
    index = verdict.first_difference()
    for kernel, (first, other) in verdict.unsteady.items():
        yield f"{verdict.name} is not the same in two runs on {kernel}:"
        yield f"    {kernel}, one run: {first if first is not None else '(nothing more)'}"
        yield f"    {kernel}, another: {other if other is not None else '(nothing more)'}"
    if index is not None:
        yield f"{verdict.name} differs in line {index + 1}:"
        for kernel in result.kernels:
            line = verdict.line(kernel, index)
            yield f"    {kernel}: {line if line is not None else '(nothing more)'}"
    for kernel, why in result.odd(verdict):
        yield f"    it is {kernel} that differs: {why}"


def executables_text(result):
    rows = [["executable", "SHA-256 of the file", *result.kernels]]
    for e in result.executables:
        main = next(iter(e.files.values()))
        marks = []
        for kernel in result.kernels:
            told, file = e.loaded.get(kernel), e.files.get(kernel)
            marks.append("-" if not file else "OTHER FILE" if file != main else "not told" if not told else
                         "loaded" if told == {main} else "LOADED ANOTHER")
        rows.append([e.rom, main, *marks])
    yield from aligned(rows)


def costs_text(result):
    def row(name, values, unit=None):
        return [name, *(amount(values[k], unit or result.unit(k)) if values.get(k) is not None else "-"
                        for k in result.kernels)]
    first = {one.kernel: one.first_line() for one in result.observed}
    ended = {one.kernel: one.ended() for one in result.observed}
    rows = [["cost", *result.kernels], row("start to first line", first, "ns"), row("start to end", ended, "ns")]
    rows += [row(f"{label}: CPU", values) for label, values in result.rows("cpu").items()]
    rows += [row(f"{label}: RAM", values, "bytes") for label, values in result.rows("ram").items()]
    rows += [row(name, values) for name, values in result.operations().items()]
    yield from aligned(rows)


def rules_text(result):
    for rule in result.rules:
        if rule.covered:
            counts = ", ".join(f"{kernel} {len(covered)}" for kernel, covered in rule.covered.items())
            yield f"not compared: {rule.why}: {counts}"


def tell(result, page):
    parts = [transcripts_text(result), executables_text(result), costs_text(result), rules_text(result)] \
        if result.observed else []
    for part in parts:
        lines = list(part)
        if lines:
            print(*lines, "", sep="\n")
    for verdict in result.differing:
        print(*difference_text(result, verdict), "", sep="\n")
    for kernel, why in result.skipped:
        print(f"skipped {kernel}: {why}")
    for one in result.observed:
        if one.probed:
            print(f"operations on {one.kernel} are not measured: {one.probed}")
    for finding in result.findings:
        print(f"stands out: {finding}")
    print(f"page: {page}")
    print(*result.summary(), sep=": ")


# -- the runs --

def rules_of(path, given):
    found = [Rule(*rule) for rule in RULES]
    beside = path.with_suffix(".may-differ")
    lines = beside.read_text().splitlines() if beside.is_file() else []
    for where, expression in [(beside.name, line) for line in lines if line and not line.startswith("#")] + \
            [("--may-differ", expression) for expression in given]:
        try:
            found.append(Rule(expression, f"{where}: {expression}"))
        except re.error as error:
            raise Problem(f"{where}: {expression}: {error}")
    return found


def with_hashes(build, path, folder):
    """The scenario's text, which asks all loaders for hashes, as its ROM config."""
    document = kdl.read(build, path)
    if document.child("report-hash") or any(node.text() == "config" for node in document.all("rom")):
        return {}
    copy = pathlib.Path(folder) / "config.kdl"
    copy.write_bytes(path.read_bytes() + b"\nreport-hash #true\n")
    return {"config": copy}


def choose(build, names):
    """(kernels to run on, [(kernel, why not)])"""
    known = dict(ports(build))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Problem(f"no kernel {unknown[0]}: known: {', '.join(known)}")
    skipped = [(kernel, why or "not asked for by --kernels") for kernel, why in known.items()
               if why or (names and kernel not in names)]
    return [kernel for kernel in known if kernel not in dict(skipped)], skipped


def observe(options, build, path, kernels):
    given = {"input": options.input} if options.input else {}
    observed, skipped = [], []
    with tempfile.TemporaryDirectory(prefix="tenon-") as folder:
        hashing = with_hashes(build, path, folder)
        for kernel in kernels:
            with Progress(f"running on {kernel}"):
                one = Observed(build, kernel, path, given, hashing, options.timeout)
                if one.skipped:
                    skipped.append((kernel, one.skipped))
                    continue
                observed.append(one)
                if not options.no_probe:
                    one.probe()
    return observed, skipped


def read_before(path, needed):
    if not path.is_file() and not needed:
        return {}
    try:
        read = json.loads(path.read_text())
        return read if isinstance(read["kernels"], dict) else {}
    except (ValueError, KeyError, TypeError):
        raise Problem(f"{path}: not what correlate has written: name another")


def run(options):
    try:
        return correlate(options)
    except Problem as problem:
        problem.value = NOT_RUN  # 1 says that kernels do not agree
        raise
    except OSError as error:
        raise Problem(describe(error), NOT_RUN)


def correlate(options):
    build, path = find_build(options.build), find_scenario(options.scenario)
    kernels, skipped = choose(build, options.kernels.split())
    rules = rules_of(path, options.rules)
    page = pathlib.Path(options.output or f"{path.stem}.html")
    if not options.output and in_tree():
        page = build / "correlate" / page
        page.parent.mkdir(parents=True, exist_ok=True)
    if page.suffix != ".html":
        raise Problem(f"{page}: what is kept for later runs stands beside the page, by its name: name a file x.html")
    good = page.with_suffix(".good.json")
    before = read_before(pathlib.Path(options.against) if options.against else good, bool(options.against))
    observed, failed = observe(options, build, path, kernels)
    result = Result(path.stem, path.read_bytes(), observed, skipped + failed, rules, before)
    write_page(result, page)
    record = (json.dumps(result.record(), indent=1) + "\n").encode()
    write_file(page.with_suffix(".json"), record)
    if result.agree and not result.findings and len(observed) > 1:
        write_file(good, record)
    tell(result, page)
    if len(observed) < 2:
        return NOT_RUN
    return AGREE if result.agree else DIFFER
