# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Runs that core measures (a ROM `measure` in the bundle asks for it), and what a kernel's runs show.

How a kernel is measured is said by the section DEFAULT of kernel/<kernel>/bench/plan.ini: unit, environment,
rounds; see tool/bench. `usual` there says what the operations of the bench `probe` cost as a rule, in
instructions or ns: a name and a number a line. Where there is kernel/<kernel>/boot/memory, that tells what the kernel gives to each
process: memory PID, until that ends, "KIB NAME" a line.
"""

import collections
import configparser
import json
import os
import re
import statistics
import subprocess
import threading

from .command import Problem
from .log import LINE
from .places import ROOT
from .scenario import Bundle, Run

STAMP = re.compile(r"^@(\d+) ")
MEASURED = re.compile(r"^(?P<label>.*): measured (?P<told>\{.*\})$")
LOADED = re.compile(r"^loaded (?P<name>\S+) sha256 (?P<hash>[0-9a-f]{64})$")
BENCH = re.compile(r"^bench (\{.*\})$")
CANNOT_START, CANNOT_END = 127, 126
ROUNDS_MAX = 3
START = "start"  # among operations

Line = collections.namedtuple("Line", "ns label text")


class Way:
    """How a kernel is measured."""

    def __init__(self, kernel):
        plan = configparser.ConfigParser(interpolation=None, delimiters=("=",))
        plan.read(ROOT / "kernel" / kernel / "bench" / "plan.ini")
        told = plan.defaults()
        self.instructions = told.get("unit") == "instructions"
        self.environment_text = told.get("environment", "")
        self.environment = dict([self.environment_text.split("=", 1)] if self.environment_text else [])
        self.rounds = min(int(told.get("rounds", 1)), ROUNDS_MAX)
        self.usual = {name: float(cost) for name, cost in
                      (line.split() for line in told.get("usual", "").splitlines() if line)}

    @property
    def unit(self):
        return "instructions" if self.instructions else "ns"


class Memory:
    """What the kernel gives to each process meanwhile: the most that was seen, in KiB."""

    def __init__(self, kernel, process):
        self.most, self.program = {}, ROOT / "kernel" / kernel / "boot" / "memory"
        self.process = None
        if self.program.exists():
            self.process = subprocess.Popen([self.program, str(process)], stdout=subprocess.PIPE, text=True,
                                            stderr=subprocess.DEVNULL, errors="replace")
            self.thread = threading.Thread(target=self.read)
            self.thread.start()

    def read(self):
        for line in self.process.stdout:
            kib, _, name = line.rstrip("\n").partition(" ")
            self.most[name] = max(int(kib), self.most.get(name, 0))

    def end(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.thread.join()
        return self.most


class MeasuredRun(Run):
    """`told`: its lines. `costs`: label -> what core says of each PD of that label, at its end."""

    def __init__(self, bundle, memory=False, **options):
        self.told, self.costs, self.memory = [], collections.defaultdict(list), {}
        self.kernel, self.wants_memory = bundle.kernel, memory
        super().__init__(bundle, **options)

    def read(self):
        memory = Memory(self.kernel, self.process.pid) if self.wants_memory else None
        try:
            for line in self.process.stdout:
                self.take(line.decode(errors="replace").rstrip("\r\n"))
        finally:
            self.memory = memory.end() if memory else {}

    def take(self, line):
        stamp = STAMP.match(line)
        text = self.symbols.explain(line[stamp.end():] if stamp else line)
        match = LINE.match(text)
        if not match or not stamp:
            self.told.append(Line(None, None, text))
            return
        label, text = match["label"], match["text"]
        measured = MEASURED.match(text) if label == "core" else None
        if measured:
            self.costs[measured["label"]].append(json.loads(measured["told"]))
        else:
            self.told.append(Line(int(stamp[1]), label, text))


def why_not_started(run):
    """Where the kernel could not even be started: what it said. 127 is nobody else's value."""
    if run.value != CANNOT_START:
        return ""
    return run.told[-1].text if run.told else f"boot/run ended with {CANNOT_START}, and said nothing"


class Observed:
    """What is seen of one kernel, in several runs."""

    def __init__(self, build, kernel, path, given, hashing, timeout):
        """`hashing`: the scenario with `report-hash` in it."""
        self.build, self.kernel, self.way, self.timeout = build, kernel, Way(kernel), timeout
        self.runs, self.operations, self.probed = [], {}, ""
        module = {"measure": path}  # any file: its name is what counts
        with Bundle(build, kernel, path, {**given, **module, **hashing, "report-hash": path}) as bundle:
            self.files = dict(bundle.files)
            self.names = dict(bundle.children)
            self.hashed = self.run(bundle, memory=True)
        self.skipped = why_not_started(self.hashed)
        if self.skipped or self.hashed.value is None:
            return
        with Bundle(build, kernel, path, {**given, **module}) as bundle:
            self.runs = [self.run(bundle) for _ in range(self.way.rounds)]

    def run(self, bundle, **options):
        return MeasuredRun(bundle, timeout=self.timeout, environment=self.way.environment, **options)

    def probe(self):
        """Basic operations, between two components that do nothing else; on one CPU, where there are several.
        The least of its samples, as others may use the machine. The start: from core's first step to the first result."""
        path = ROOT / "test/bench/probe/probe.kdl"
        if not path.exists():
            self.probed = "the bench `probe` is in the source tree alone"
            return
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(before)})
        try:
            with Bundle(self.build, self.kernel, path, {"measure": path}) as bundle:
                run = self.run(bundle)
        except Problem as problem:
            self.probed = str(problem)
            return
        finally:
            os.sched_setaffinity(0, before)
        if run.value != 0:
            self.probed = f"the bench probe ended with {run.value}: {' | '.join(l.text for l in run.told[-3:])}"
        for line in run.told:
            if told := BENCH.match(line.text):
                self.operations.setdefault(START, line.ns)
                record = json.loads(told[1])
                self.operations[record["name"]] = record["min"]

    # -- of all runs --

    @property
    def value(self):
        """Of the first run that ended otherwise than the one before it, or of all."""
        values = [run.value for run in [self.hashed, *self.runs]]
        return next((v for v in values if v != values[0]), values[0])

    def hashes(self):
        """(label, file) -> what its loader says."""
        return {(line.label, match["name"]): match["hash"] for line in self.hashed.told if line.label
                for match in [LOADED.match(line.text)] if match}

    def labels(self):
        """Components: whoever core has measured, and whoever has spoken."""
        found = set()
        for run in [self.hashed, *self.runs]:
            found |= set(run.costs) | {line.label for line in run.told if line.label}
        return found

    def cost(self, label):
        """The least CPU time of all rounds, the most memory; {} if core has told nothing."""
        told = [run.costs[label] for run in self.runs if run.costs.get(label)]
        if not told:
            return {}
        return {"cpu": min(sum(pd["cpu"] for pd in pds) for pds in told),
                "ram": max(pd["ram"] for pds in told for pd in pds),
                "caps": max(pd["caps"] for pds in told for pd in pds),
                "begun": [pd["begun"] for pd in sorted(told[0], key=lambda pd: pd["begun"])],
                "ended": [pd["ended"] for pd in sorted(told[0], key=lambda pd: pd["begun"])]}

    def ended(self):
        """ns from core's start to init's end."""
        found = [pd["ended"] for run in self.runs for pd in run.costs.get("init", [])]
        return min(found) if found else None

    def first_line(self):
        found = [next((line.ns for line in run.told if line.label not in (None, "core", "init")), None)
                 for run in self.runs]
        return min([ns for ns in found if ns is not None], default=None)
