# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""The page of `tenon correlate`."""

from .compare import amount, lines_of
from .output import write_file
from .sheet import Cell, bar, page, spans, table, text

LINES_MAX = 400  # of one transcript


def kernel_rows(result):
    for one in result.observed:
        way = "counts instructions: a nanosecond of its clock is one" if one.way.instructions else "measures time"
        ended = "did not end" if one.value is None else f"exit value {one.value}"
        yield [one.kernel, ended, f"{1 + len(one.runs)} runs, {one.hashed.seconds:.1f} s the first",
               f"{way} ({one.way.environment_text})" if one.way.environment_text else way]
    for kernel, why in result.skipped:
        yield [kernel, "skipped", "", why]


def difference(result, verdict):
    """The first line that differs, in short."""
    index = verdict.first_difference()
    said = [f"{kernel} says <code>{text(line)}</code>" if line is not None else f"{kernel} says nothing more"
            for kernel in result.kernels if index is not None for line in [verdict.line(kernel, index)]]
    said += [f"two runs on {kernel} are not the same" for kernel in verdict.unsteady]
    said += [f"it is {kernel} that differs: {text(why)}" for kernel, why in result.odd(verdict)]
    return f'<p class="finding worse"><b>{text(verdict.name)}</b>: {"; ".join(said)}</p>'


def overview(result):
    word, rest = result.summary()
    good = result.agree and len(result.kernels) > 1
    yield f'<p class="verdict {"good" if good else "bad"}" role="status"><b>{word}</b>: {text(rest)}</p>'
    for verdict in result.differing:
        yield difference(result, verdict)
    for finding in result.findings:
        yield (f'<p class="finding"><b>stands out: {text(finding.kernel)}: {text(finding.component)}</b>: '
               f"{text(finding.text)}</p>")
    if not result.findings and result.observed:
        yield '<p class="faint">No cost stands out.</p>'
    yield f'<p class="faint">{text(result.when)}' + (f", of {text(result.revision)}" if result.revision else "") + \
        (f"; costs beside those of {text(result.before['when'])}" if result.before else "") + "</p>"
    yield table("Kernels", ["kernel", "end", "runs", "how"], list(kernel_rows(result)))


def line_cell(line, mark):
    return Cell(f'<code>{text(line)}</code>' if line is not None else '<span class="faint">(nothing more)</span>', mark)


def side_by_side(result, verdict):
    count = max(map(len, verdict.lines.values()))
    rows, bad = [], []
    for i in range(min(count, LINES_MAX)):
        seen = {kernel: verdict.lines[kernel][i] if i < len(verdict.lines[kernel]) else None
                for kernel in result.kernels}
        unlike = len(set(seen.values())) > 1
        if unlike:
            bad.append(i)
        rows.append([f"{i + 1} ≠ differs" if unlike else str(i + 1),
                     *(line_cell(verdict.line(kernel, i), "") for kernel in result.kernels)])
    more = f", the first {LINES_MAX} of {count} lines" if count > LINES_MAX else ""
    return table(f"What it says on each kernel{more}", ["line", *result.kernels], rows, bad)


def one_transcript(result, verdict):
    lines = verdict.full[result.kernels[0]]
    said = "\n".join(text(line) for line in lines[:LINES_MAX])
    return f"<pre>{said}</pre>" if lines else "<p>(nothing)</p>"


def transcripts(result):
    yield "<h2>What components say</h2>"
    rows, bad = [], []
    for i, v in enumerate(result.verdicts):
        if not v.same:
            bad.append(i)
        index = v.first_difference()
        state = "same" if v.same else f"DIFFERS in line {index + 1}" if index is not None else "DIFFERS between runs"
        ends = {k: result.ends(k, v.speaker) if not v.about else [] for k in result.kernels}
        rows.append([v.name, Cell(f'<b class="{"good" if v.same else "bad"}">{state}</b>'),
                     *(lines_of(v.full[k]) + (f", {', '.join(ends[k])}" if ends[k] else "")
                       for k in result.kernels)])
    yield table("Compared component by component; in what order they speak means nothing",
                ["component", "compared", *result.kernels], rows, bad)
    for v in result.verdicts:
        if v.same and not v.full[result.kernels[0]]:
            continue
        if v.same:
            yield (f"<details><summary>{text(v.name)}: the same, {lines_of(v.full[result.kernels[0]])}</summary>"
                   f"{one_transcript(result, v)}</details>")
            continue
        yield f'<details open class="differs"><summary><b class="bad">{text(v.name)}: DIFFERS</b></summary>'
        for kernel, (first, other) in v.unsteady.items():
            yield table(f"Not the same in two runs on {kernel}", ["run", "line"],
                        [["one", line_cell(first, "")], ["another", line_cell(other, "")]])
        if v.first_difference() is not None:
            yield side_by_side(result, v)
        yield "</details>"


def not_compared(result):
    used = [rule for rule in result.rules if rule.covered]
    loose = {one.kernel: [line.text for line in one.hashed.told if line.label is None] for one in result.observed}
    yield "<h2>Not compared</h2><ul>"
    yield ("<li>Lines of loaders that tell a hash: they are the next table. Times and costs: below. Core's own CPU "
           "time is not told.</li>")
    for rule in used:
        yield f"<li>{text(rule.why)}<ul>"
        for kernel, covered in rule.covered.items():
            yield (f"<li><details><summary>{text(kernel)}: {len(covered)} times</summary><pre>" +
                   "\n".join(text(c) for c in covered[:LINES_MAX]) + "</pre></details></li>")
        yield "</ul></li>"
    for kernel, lines in loose.items():
        if lines:
            yield (f"<li><details><summary>{text(kernel)}: {len(lines)} lines that are no component's</summary><pre>" +
                   "\n".join(text(line) for line in lines[:LINES_MAX]) + "</pre></details></li>")
    yield "</ul>"


def executables(result):
    yield "<h2>Executables</h2>"
    rows, bad = [], []
    for i, e in enumerate(result.executables):
        if e.problem:
            bad.append(i)
        cells = []
        for kernel in result.kernels:
            file, told = e.files.get(kernel), e.loaded.get(kernel)
            main = next(iter(e.files.values()))
            state = "not in the bundle" if not file else "OTHER FILE" if file != main else \
                "in the bundle; its loader has not told" if not told else "loaded" if told == {main} else \
                "LOADED ANOTHER: " + ", ".join(sorted(told - {main}))
            cells.append(state)
        rows.append([e.rom, Cell(f"<code>{next(iter(e.files.values()))}</code>"), *cells])
    yield table("SHA-256 of the file in the bundle, and whether each kernel's loader has said the same of what it "
                "loaded", ["executable", "SHA-256", *result.kernels], rows, bad)


def struck(result, kernel, name):
    return "warn" if any(f.kernel == kernel and f.component == name for f in result.findings) else ""


def bars(result, caption, first, rows, unit=None):
    """Kernels with the same unit share a scale."""
    most = {}
    for values in rows.values():
        for kernel, value in values.items():
            scale = unit or result.unit(kernel)
            most[scale] = max(value, most.get(scale, 0))
    body = [[name, *(bar(values[k], most[unit or result.unit(k)], amount(values[k], unit or result.unit(k)),
                         struck(result, k, name)) if k in values else "not told" for k in result.kernels)]
            for name, values in rows.items()]
    return table(caption, [first, *result.kernels], body)


def times(result):
    ended = {one.kernel: one.ended() or 0 for one in result.observed}
    most = max((cost["ended"][-1] for row in result.costs.values() for cost in row.values() if cost), default=0)
    first = {one.kernel: one.first_line() for one in result.observed}
    yield "<h2>Time</h2>"
    yield bars(result, "From core's first step, by the kernel's own clock", "until", {
        "a component's first line": {k: v for k, v in first.items() if v is not None},
        "init's end": {k: v for k, v in ended.items() if v}}, "ns")
    rows = []
    for label, row in result.costs.items():
        cells = []
        for one in result.observed:
            cost = row[one.kernel]
            if not cost:
                cells.append("not told")
                continue
            ticks = [line.ns for line in one.runs[0].told if line.label == label]
            begun, end = cost["begun"][0], cost["ended"][-1]
            cells.append(spans(list(zip(cost["begun"], cost["ended"])), ticks, most,
                               f"{amount(begun, 'ns')} to {amount(end, 'ns')}"))
        rows.append([label, *cells])
    yield table(f"Each component from its start to its end, and a mark where it said something; each bar is from 0 to "
                f"{amount(most, 'ns')}", ["component", *result.kernels], rows)


def costs(result):
    yield from times(result)
    yield "<h2>CPU time</h2>"
    yield bars(result, "What each component has computed, without the kernel's and core's part where the kernel tells "
                       "them apart; the least of all rounds", "component", result.rows("cpu"))
    if result.operations():
        yield "<h2>Operations</h2>"
        yield bars(result, "A call and others between two components that do nothing else, on one CPU: the least of 40 samples",
                   "operation", result.operations())
    for one in result.observed:
        if one.probed:
            yield f"<p>Operations on {text(one.kernel)} are not measured: {text(one.probed)}</p>"
    yield "<h2>Memory</h2>"
    yield bars(result, "RAM by core's accounts: the most that each component has used of its quota",
               "component", result.rows("ram"), "bytes")
    for one in result.observed:
        if one.hashed.memory:
            rows = {name: {one.kernel: kib << 10} for name, kib in sorted(one.hashed.memory.items())}
            most = max(value[one.kernel] for value in rows.values())
            yield table(f"What {one.kernel} gives to each process, shared pages divided by who shares them: the most "
                        "that was seen", ["process", one.kernel],
                        [[name, bar(v[one.kernel], most, amount(v[one.kernel], "bytes"))] for name, v in rows.items()])


def write_page(result, path):
    parts = [*overview(result)]
    if result.observed:
        parts += [*transcripts(result), *not_compared(result), *executables(result), *costs(result)]
    write_file(path, page(f"{result.name}: the same on every kernel?", *parts))
