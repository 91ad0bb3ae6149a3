# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Whether components have said the same on each kernel, line by line; and what costs more than elsewhere.

The order between components means nothing; what one component says has an order. A parent, and core, speak of
others as they come: what they say of one component is compared by itself. Nothing is left out unless a rule says
so, and each rule that was used is told, with what it has covered.
"""

import collections
import math
import re
import statistics

from .measured import LOADED

COVERED = "…"
# Expression, why, whether the whole line is left out: the runtime is another file on each kernel.
RULES = [(r"^.*: {3}(?:perhaps )?called from 0x[0-9a-f]+ \(runtime\+.*$", "callers in the runtime, which is another "
          "file on each kernel: lines left out", True),
         (r"0x[0-9a-f]+ \(runtime\+0x[0-9a-f]+[^)]*\)", "places in the runtime", False)]

# How many times as dear as elsewhere stands out: against what this kernel's other costs let expect, and as it is, an
# instruction taken for a nanosecond.
CPU_FACTOR, OPERATION_FACTOR, ABSOLUTE_FACTOR, RELATIVE_LEAST = 8, 12, 20, 4
CPU_LEAST, OPERATION_LEAST = 1_000_000, 20_000  # what is less is nothing to speak of: starting differs
LATE_FACTOR, LATE_NS, RAM_FACTOR = 4, 200_000_000, 1.1
EARLIER_FACTOR = {"instructions": 1.3, "ns": 4}
USUAL_FACTOR = {"instructions": 2, "ns": 10}  # of times: whatever machine it is


class Rule:
    """What may differ. `covered`: kernel -> what it was there."""

    def __init__(self, expression, why, line=False):
        self.pattern, self.why, self.line = re.compile(expression), why, line
        self.covered = collections.defaultdict(list)

    def apply(self, kernel, text):
        """With what may differ covered: groups, if the rule has some, else all that it matches. None: the line
        is left out."""
        def cover(match):
            spans = [match.span(i) for i in range(1, match.re.groups + 1)] or [match.span()]
            said, at = match[0], match.start()
            for start, end in sorted((s for s in spans if s[0] >= 0), reverse=True):
                self.covered[kernel].append(match.string[start:end])
                said = said[:start - at] + COVERED + said[end - at:]
            return said
        if self.line and self.pattern.search(text):
            self.covered[kernel].append(text)
            return None
        return self.pattern.sub(cover, text)


class Verdict:
    """Of what one component says, or what another one says of it. Of each kernel `lines`, covered; `full`: as
    they were; `times`: of each line, ns since core's start, the median of the measured rounds."""

    def __init__(self, speaker, about, kernels):
        self.speaker, self.about = speaker, about
        self.lines = {kernel: [] for kernel in kernels}
        self.full = {kernel: [] for kernel in kernels}
        self.times = {kernel: [] for kernel in kernels}
        self.unsteady = {}  # kernel -> (the first run's line, another run's line)

    @property
    def name(self):
        return f"{self.speaker}, of {self.about}" if self.about else self.speaker

    @property
    def component(self):
        return self.about or self.speaker

    @property
    def same(self):
        return not self.unsteady and len({tuple(lines) for lines in self.lines.values()}) <= 1

    def first_difference(self):
        """The index of a line, or None."""
        lists = list(self.lines.values())
        for i in range(max(map(len, lists), default=0)):
            if len({lines[i] if i < len(lines) else None for lines in lists}) > 1:
                return i
        return None

    def line(self, kernel, index):
        lines = self.full[kernel]
        return lines[index] if index < len(lines) else None


def about(label, text, labels):
    """Of which component this is told: core puts its label first, parents its name."""
    if label == "core":
        head = text.split(": ")[0].rstrip(":")
        return head if head in labels else ""
    child = f"{label} -> {text.split(' ')[0]}"
    return child if child in labels else ""


def parts(run, labels):
    """(speaker, about) -> lines. What loaders say of hashes is compared elsewhere."""
    found = collections.defaultdict(list)
    for line in run.told:
        if line.label and not LOADED.match(line.text):
            found[line.label, about(line.label, line.text, labels)].append(line)
    return found


def order(key):
    return [key[1] or key[0], key[1] != "", key[0]]


def first_unlike(ours, theirs):
    for i in range(max(len(ours), len(theirs))):
        pair = [lines[i] if i < len(lines) else None for lines in (ours, theirs)]
        if pair[0] != pair[1]:
            return tuple(pair)
    return None


def cover(rules, kernel, lines):
    """(texts as they are compared, lines that these are)"""
    texts, kept = [], []
    for line in lines:
        text = line.text
        for rule in rules:
            text = rule.apply(kernel, text) if text is not None else None
        if text is not None:
            texts.append(text)
            kept.append(line)
    return texts, kept


def add_runs(verdict, kernel, runs, rules):
    """What is said is that of the first run, with which the others have to agree."""
    covered = [cover(rules if i == 0 else [Rule(r.pattern, r.why, r.line) for r in rules], kernel, lines)
               for i, lines in enumerate(runs)]
    verdict.lines[kernel], kept = covered[0]
    verdict.full[kernel] = [line.text for line in kept]
    verdict.times[kernel] = [statistics.median(times) for times in
                             zip(*([line.ns for line in lines] for _, lines in covered[1:]))]
    unlike = next(filter(None, (first_unlike(covered[0][0], texts) for texts, _ in covered[1:])), None)
    if unlike:
        verdict.unsteady[kernel] = unlike


def transcripts(observed, rules):
    """A verdict for each speaker."""
    labels = set().union(*(one.labels() for one in observed))
    kernels = [one.kernel for one in observed]
    verdicts = {(label, ""): Verdict(label, "", kernels) for label in labels}  # also of who says nothing
    for one in observed:
        runs = [parts(run, labels) for run in [one.hashed, *one.runs]]
        for key in set().union(*runs):
            verdict = verdicts.setdefault(key, Verdict(*key, kernels))
            add_runs(verdict, one.kernel, [run.get(key, []) for run in runs], rules)
    return [verdicts[key] for key in sorted(verdicts, key=order)]


# -- what costs more than elsewhere --

class Finding:
    """A cost that stands out: of which kernel and component."""

    def __init__(self, kernel, component, text):
        self.kernel, self.component, self.text = kernel, component, text

    def __str__(self):
        return f"{self.kernel}: {self.component}: {self.text}"


def lines_of(lines):
    return f"{len(lines)} line{'' if len(lines) == 1 else 's'}"


def amount(value, unit):
    """For people: three digits."""
    if unit == "instructions":
        steps = ((1e9, " G"), (1e6, " M"), (1e3, " k"), (1, " "))
        word = "instructions"
    elif unit == "bytes":
        steps = ((1 << 30, " Gi"), (1 << 20, " Mi"), (1 << 10, " Ki"), (1, " "))
        word = "B"
    else:
        steps, word = ((1e9, " "), (1e6, " m"), (1e3, " µ"), (1, " n")), "s"
    size, prefix = next((s for s in steps if value >= s[0]), steps[-1])
    digits = value / size
    shown = f"{digits:.0f}" if digits >= 100 or digits == int(digits) else f"{digits:.1f}" if digits >= 10 \
        else f"{digits:.2f}"
    return f"{shown}{prefix} {word}" if len(word) > 2 and prefix.strip() else f"{shown}{prefix}{word}"


def dear(rows, factor, least):
    """rows: name -> kernel -> cost. (kernel, name, text) of what stands out."""
    kernels = sorted({kernel for row in rows.values() for kernel in row})
    logs = {name: {k: math.log(row[k]) for k in kernels} for name, row in rows.items()
            if all(row.get(k) for k in kernels)}
    if len(kernels) < 2:
        return
    usual = {k: statistics.median(row[k] for row in logs.values()) for k in kernels} if logs else {}
    for name, row in logs.items():
        for kernel in kernels:
            others = [k for k in kernels if k != kernel]
            plain = row[kernel] - statistics.median(row[k] for k in others)
            beside = plain - usual[kernel] + statistics.median(usual[k] for k in others)
            if rows[name][kernel] < least:
                continue
            if plain >= math.log(ABSOLUTE_FACTOR):
                yield kernel, name, f"{math.exp(plain):.0f} times what it is elsewhere"
            elif beside >= math.log(factor) and plain >= math.log(RELATIVE_LEAST):
                yield kernel, name, (f"{math.exp(beside):.0f} times what this kernel's other costs and those elsewhere "
                                     "let expect")


def gaps(times):
    return [b - a for a, b in zip([0, *times], times)]


def late(verdict):
    """Where a component takes long on one kernel between two lines that it says everywhere."""
    rows = {kernel: gaps(times) for kernel, times in verdict.times.items() if times}
    if len(rows) < 2 or not verdict.same:
        return
    for index in range(min(map(len, rows.values()))):
        for kernel, row in rows.items():
            others = statistics.median(other[index] for k, other in rows.items() if k != kernel)
            if row[index] > LATE_FACTOR * max(others, 1) and row[index] - others > LATE_NS:
                since = "its line before" if index else "the start"
                yield Finding(kernel, verdict.component,
                              f'"{verdict.full[kernel][index]}" comes {amount(row[index], "ns")} after {since}; '
                              f'elsewhere {amount(others, "ns")}')


def more_memory(component, row):
    """The accounts have the same prices on every kernel."""
    if len(row) < 2:
        return
    least = min(row.values())
    for kernel, ram in row.items():
        if ram > least * RAM_FACTOR:
            yield Finding(kernel, component, f"takes {amount(ram, 'bytes')} of RAM; elsewhere "
                                             f"{amount(least, 'bytes')}")


def than_usual(kernel, unit, name, now, usual):
    if usual and now >= USUAL_FACTOR[unit] * usual:
        yield Finding(kernel, name, f"operation: {amount(now, unit)}, {now / usual:.0f} times what is usual there "
                                    f"({amount(usual, unit)})")


def than_before(kernel, unit, name, what, now, before):
    if now and before and now >= EARLIER_FACTOR[unit] * before:
        return [Finding(kernel, name, f"{what}: {amount(now, unit)}, {now / before:.1f} times what it was before "
                                      f"({amount(before, unit)})")]
    return []
