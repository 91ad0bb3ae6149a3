# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""make matrix, and what CI prints: the results of the run just done, of the files that were run, and no others."""

import hashlib
import html
import re
import subprocess
import sys

import harness
from harness import ROOT, case, expect
from tenonlib.matrix import Store


def linked_build():
    """The build under another name, which other results cannot get into."""
    build = harness.context.folder / "linked"
    build.mkdir()
    for path in harness.context.build.iterdir():
        if path.name not in ("run", "matrix.json"):
            (build / path.name).symlink_to(path)
    return build


def tool(name, build, *arguments):
    return harness.Done(subprocess.run([sys.executable, ROOT / "tool" / name, "--build", build, *arguments],
                                       capture_output=True, text=True, cwd=harness.context.folder, timeout=120))


def page_text(build):
    page = (build / "matrix.html").read_text()
    return html.unescape(re.sub(r"<[^>]*>", " ", page.partition("</style>")[2]))


class Result:
    def __init__(self, name, kernel, executables, passed=(), failed=(), skipped=()):
        self.name, self.kernel, self.executables = name, kernel, executables
        self.passed, self.failed, self.skipped = passed, failed, skipped


def made_up(*results, kernels=("one", "two")):
    build = harness.context.folder / "build"
    (build / "x86_64/bin").mkdir(parents=True)
    (build / "x86_64/bin/thing").write_bytes(b"thing")
    Store(build).keep(list(kernels), "", list(results))
    return build


THING = {"x86_64/bin/thing": hashlib.sha256(b"thing").hexdigest()}


@case
def of_a_run():
    build, kernels = linked_build(), harness.context.kernels
    tool("test", build, "--kernels", " ".join(kernels), "--one", "trace").expect(0, "passed, 0 failed, 0 skipped\n")
    done = tool("matrix", build).expect(0, "test trace alone")
    digest = hashlib.sha256((build / "x86_64/bin/test-trace").read_bytes()).hexdigest()
    row = next(line for line in done.out.splitlines() if line.startswith("test-trace "))
    passed = ["test-trace", digest] + ["passed", "1"] * len(kernels)
    expect([word for word in row.split() if word != "skipped"] == passed, row)  # kernels that are not here
    expect(f"2 with one SHA-256 have passed on all of {', '.join(kernels)}" in done.out or len(kernels) == 1, done.out)
    expect(digest in page_text(build), page_text(build))


@case
def failed_and_skipped_tests():
    build = made_up(Result("one.a", "one", THING, passed=["x"]),
                    Result("two.a", "two", THING, passed=["x"], failed=[("y", "why")]),
                    Result("two.b", "two", THING, skipped=[("z", "not here")]), Result("host", "", {}, passed=["h"]))
    done = tool("matrix", build).expect(0, "0 with one SHA-256 have passed on all of one, two; 1 in a test that failed")
    row = next(line for line in done.out.splitlines() if line.startswith("thing "))
    expect("  passed 1  FAILED 1 of 2: two.a" in row, row)
    expect("FAILED : thing on two: 1 of 2: two.a" in page_text(build), page_text(build))


@case
def all_cases_skipped():
    build = made_up(Result("one.a", "one", THING, skipped=[("z", "no such device")]))
    tool("matrix", build).expect(0, "skipped 1: no such device  -")


@case
def kernels_that_were_not_there():
    build = made_up(Result("one.a", "one", THING, passed=["x"]), kernels=["one"])
    kernel = harness.context.kernels[0]
    tool("matrix", build).expect(0, f"skipped {kernel}: not built: run make")
    (build / kernel).mkdir()
    (build / kernel / "absent").write_text("it needs WHERE=\n")
    tool("matrix", build).expect(0, f"skipped {kernel}: it needs WHERE=")
    expect(f"skipped: {kernel} : it needs WHERE=" in page_text(build), page_text(build))


@case
def two_files_of_one_name():
    other = {"x86_64/bin/thing": hashlib.sha256(b"other").hexdigest()}
    build = made_up(Result("one.a", "one", THING, passed=["x"]), Result("two.a", "two", other, passed=["x"]))
    done = tool("matrix", build).expect(0, "2 executables; 0 with one SHA-256 have passed on all")
    expect(len([line for line in done.out.splitlines() if line.startswith("thing ")]) == 2, done.out)


@case
def stale_results():
    build = made_up(Result("one.a", "one", THING, passed=["x"]))
    (build / "x86_64/bin/thing").write_bytes(b"thing, built anew")
    tool("matrix", build).expect(0, "STALE: built anew since", "1 built anew since")
    expect("STALE: built anew since" in page_text(build), page_text(build))
    (build / "x86_64/bin/thing").unlink()
    tool("matrix", build).expect(0, "STALE: the file is gone")


@case
def no_results():
    build = made_up(Result("one.a", "one", THING, passed=["x"]))
    Store(build).forget()
    tool("matrix", build).expect(1, "there are no results", "make test")
    recipe = re.search(r"^test:.*\n\t(.*)", (ROOT / "Makefile").read_text(), re.M)[1]
    expect(recipe == "@rm -f $(BUILD)/matrix.json", "make test does not begin by forgetting:", recipe)


@case
def end_of_ci():
    folder = harness.context.folder
    (folder / ".ci").mkdir()
    (folder / ".ci/run").write_bytes((ROOT / ".ci/run").read_bytes())
    for status in (0, 2):
        (folder / "Makefile").write_text(
            f"test:\n\t@echo '7 passed, {status} failed, 0 skipped'; exit {status}\nmatrix:\n\t@echo table; exit 1\n")
        done = subprocess.run(["bash", folder / ".ci/run"], capture_output=True, text=True)
        lines = done.stdout.splitlines()
        expect(done.returncode == status and lines == [f"7 passed, {status} failed, 0 skipped", "table"], done)
