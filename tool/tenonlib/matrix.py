# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Executable, SHA-256, kernel, result: what the system tests of the last `make test` have shown.

An executable's result on a kernel is that of the tests whose bundle it was in; its SHA-256 is that of the file
which was put there. Results are kept by tool/test and told as they are, with the day they are of: what was built
anew since is marked, and nothing is run here.
"""

import collections
import datetime
import hashlib
import json
import os
import pathlib

from .command import Problem
from .output import write_file
from .places import ARCH, find_build, ports
from .sheet import Cell, page, table, text

PASSED, FAILED, SKIPPED = "passed", "FAILED", "skipped"
hashes = {}


def sha256(path):
    """A file is read once as long as it is the same."""
    path = os.path.realpath(path)
    status = os.stat(path)
    mark = (path, status.st_ino, status.st_size, status.st_mtime_ns)
    if mark not in hashes:
        hashes[mark] = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    return hashes[mark]


def is_executable(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def executables(bundle):
    """Path below the build directory -> SHA-256, of executables and libraries of components: what was built into a
    folder bin. The runtime is none, it is the kernel's own; nor are files that were damaged to be refused."""
    found = {}
    for file in bundle.files.values():
        path = pathlib.Path(os.path.normpath(pathlib.Path(file).absolute()))
        if path.parent.name == "bin" and path.is_relative_to(bundle.build) and is_executable(path):
            found[str(path.relative_to(bundle.build))] = sha256(path)
    return found


class Store:
    """The results of the run just done, or of none."""

    def __init__(self, build):
        self.path = pathlib.Path(build) / "matrix.json"

    def forget(self):
        self.path.unlink(missing_ok=True)

    def keep(self, kernels, one, results):
        tests = [{"name": r.name, "kernel": r.kernel, "executables": r.executables,
                  "result": FAILED if r.failed else PASSED if r.passed else SKIPPED,
                  "why": (r.failed or r.skipped or [("", "")])[0][1]} for r in results if r.kernel]
        told = {"when": datetime.datetime.now().astimezone().isoformat(" ", "seconds"), "one": one,
                "kernels": kernels, "tests": tests}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_file(self.path, (json.dumps(told, indent=1) + "\n").encode())

    def read(self):
        try:
            return json.loads(self.path.read_text())
        except FileNotFoundError:
            raise Problem(f"there are no results: {self.path} is written by make test, at its end") from None
        except ValueError:
            raise Problem(f"{self.path}: cannot be read: run make test again") from None


class Row:
    """An executable as one file. `tests`: kernel -> results."""

    def __init__(self, name, digest):
        self.name, self.digest, self.tests = name, digest, collections.defaultdict(list)
        self.since = ""  # what has become of the file after the tests

    def result(self, kernel):
        """(word, rest)"""
        tests = self.tests.get(kernel)
        if not tests:
            return "", "-"
        failed = [test for test in tests if test["result"] == FAILED]
        passed = [test for test in tests if test["result"] == PASSED]
        if failed:
            return FAILED, f"{len(failed)} of {len(tests)}: " + ", ".join(t["name"] for t in failed)
        if passed:
            skipped = len(tests) - len(passed)
            return PASSED, str(len(passed)) + (f", {skipped} skipped" if skipped else "")
        return SKIPPED, f"{len(tests)}: {tests[0]['why']}"


def what_became(build, path, digest):
    file = build / path
    if not file.is_file():
        return "the file is gone"
    return "" if sha256(file) == digest else "built anew since: these results are not of what is there now"


def rows_of(build, told):
    rows = {}
    for test in told["tests"]:
        for path, digest in test["executables"].items():
            row = rows.setdefault((path, digest), Row(path.removeprefix(f"{ARCH}/bin/"), digest))
            row.since = row.since or what_became(build, path, digest)
            row.tests[test["kernel"]].append(test)
    return [rows[key] for key in sorted(rows, key=lambda key: (not key[0].startswith(f"{ARCH}/"), key))]


def why_missing(build, told):
    """(kernel, why it has no results)"""
    for kernel, why in ports(build):
        if kernel not in told["kernels"]:
            yield kernel, why or "not asked for: KERNELS=" + " ".join(told["kernels"])


def cells(row, kernels, missing):
    found = [row.result(kernel) for kernel in kernels]
    return found + [("", SKIPPED) for _ in missing]


def totals(rows, kernels):
    several = [row for row in rows if len(row.tests) > 1]
    good = [row for row in several if len(row.tests) == len(kernels) and
            all(row.result(kernel)[0] == PASSED for kernel in kernels)]
    stale = sum(bool(row.since) for row in rows)
    return (f"{len(rows)} executables; {len(good)} with one SHA-256 have passed on all of {', '.join(kernels)}; "
            f"{sum(any(row.result(k)[0] == FAILED for k in kernels) for row in rows)} in a test that failed" +
            (f"; {stale} built anew since" if stale else ""))


def about(told):
    part = f", test {told['one']} alone" if told["one"] else ""
    return f"results of make test of {told['when']}{part}"


def aligned(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(f"{part:{width}}" for part, width in zip(row, widths)).rstrip() for row in rows]


def tell(rows, kernels, missing, told):
    names = [kernel for kernel, _ in missing]
    lines = [["executable", "SHA-256", *kernels, *names]]
    for row in rows:
        results = [" ".join(filter(None, part)) for part in cells(row, kernels, missing)]
        lines.append([row.name, row.digest, *results])
        if row.since:
            lines[-1][-1] += f"  STALE: {row.since}"
    print(*aligned(lines), "", sep="\n")
    for kernel, why in missing:
        print(f"skipped {kernel}: {why}")
    print(f"{totals(rows, kernels)} ({about(told)})")


def write_page(path, rows, kernels, missing, told):
    failed = [f"{row.name} on {kernel}: {row.result(kernel)[1]}" for row in rows for kernel in kernels
              if row.result(kernel)[0] == FAILED]
    mark = "bad" if failed or any(row.since for row in rows) else "good"
    parts = [f'<p class="verdict {mark}" role="status">{text(totals(rows, kernels))}</p>',
             f'<p class="faint">{text(about(told))}</p>']
    parts += [f'<p class="finding worse"><b>{FAILED}</b>: {text(line)}</p>' for line in failed]
    parts += [f'<p class="finding"><b>skipped: {text(kernel)}</b>: {text(why)}</p>' for kernel, why in missing]
    names = [kernel for kernel, _ in missing]
    body, bad = [], []
    for i, row in enumerate(rows):
        results = []
        for word, rest in cells(row, kernels, missing):
            word_html = f'<b class="{"bad" if word == FAILED else "good" if word == PASSED else ""}">{word}</b> '
            results.append(Cell((word_html if word else "") + text(rest), "bad" if word == FAILED else ""))
        since = f'<br><b class="bad">STALE: {text(row.since)}</b>' if row.since else ""
        if row.since:
            bad.append(i)
        body.append([row.name, Cell(f"<code>{row.digest}</code>{since}"), *results])
    parts.append(table("Each executable by the SHA-256 of the file that was in the bundles, and how many system tests "
                       "it was in; a dash: in none on that kernel", ["executable", "SHA-256", *kernels, *names], body, bad))
    write_file(path, page("One executable, many kernels", *parts))


def arguments(parser):
    parser.add_argument("-o", "--output", metavar="FILE", default="", help="the page; default: matrix.html in the "
                                                                           "build directory")
    parser.add_argument("--build", metavar="DIR", default="", help="where the system was built")


def run(options):
    build = find_build(options.build)
    told = Store(build).read()
    rows, missing = rows_of(build, told), list(why_missing(build, told))
    page_path = pathlib.Path(options.output or build / "matrix.html")
    write_page(page_path, rows, told["kernels"], missing, told)
    tell(rows, told["kernels"], missing, told)
    print(f"page: {page_path}")
    return 0
