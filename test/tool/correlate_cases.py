# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""tenon correlate: it sees which kernel and which component, in what is said and in what it costs; and its page."""

import html
import json
import os
import re
import shutil
import subprocess
import types

import harness
from harness import ROOT, case, expect, scenario, tenon
from tenonlib.compare import Verdict, amount, dear, late, than_usual
from tenonlib.correlate import Result
from tenonlib.measured import Way
from tenonlib.schema import PD_RAM

# What a port's runtime may get wrong: three numbers in a reply (Wc's counts) change on the way; a request of some
# size costs a port much (the demo's text).
SERVE = "return tn_error_number(error) < TN_ERROR_COUNT ? error : TN_ERR_PROTOCOL;"  # in serve_request()
WRONG = "if (request->length == 0 && request->reply_length == 24)\nrequest->reply[0] ^= 1;\n" + SERVE
SLOW = "if (request->length > 300 && request->length < 400)\n" \
       "for (volatile unsigned spun = 0; spun < 6000000; spun++)\n;\n" + SERVE

SLOWER = "for (volatile unsigned spun = 0; spun < 1000; spun++)\n;\n" + SERVE


def two_kernels():
    if len(harness.context.kernels) < 2:
        raise harness.Skip("there is one kernel: nothing to compare")
    return harness.context.kernels


def copy_build(target):
    """What runs, and what make looks at."""
    def left_out(folder, names):
        return {name for name in names if name in ("debug", "test.elf")}
    (target / harness.ARCH).mkdir(parents=True)
    for name in ("bin", "lib", "flags"):
        source = harness.context.build / harness.ARCH / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, target / harness.ARCH / name)
    for name in ("host", *harness.context.kernels):
        shutil.copytree(harness.context.build / name, target / name, ignore=left_out, symlinks=True)


def planted(kernel, text):
    """A build whose runtime for this kernel has the text in place of what serves requests: made in a copy of the
    tree, of which nothing is left."""
    tree = harness.context.folder / "tree"
    tree.mkdir()
    for path in ROOT.iterdir():
        if path.name not in ("runtime", ".git") and not path.name.startswith("build"):
            (tree / path.name).symlink_to(path)
    shutil.copytree(ROOT / "runtime", tree / "runtime")
    file = tree / "runtime/entrypoint.c"
    expect(file.read_text().count(SERVE) == 1, "the place to plant a bug at is not there")
    file.write_text(file.read_text().replace(SERVE, text))
    copy_build(tree / "build")
    runtime = f"build/{kernel}/ld-{kernel}.so"
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    # CURDIR: flags are those of the build that was copied, so that one file alone is compiled.
    done = subprocess.run(["make", "-s", "BUILD=build", f"CURDIR={ROOT}", f"CC={harness.context.cc}", runtime],
                          cwd=tree, capture_output=True, text=True, env=environment)
    expect(done.returncode == 0, done.stdout, done.stderr)
    expect((tree / runtime).read_bytes() != (harness.context.build / kernel / f"ld-{kernel}.so").read_bytes(),
           "the bug is not in the runtime")
    for name in harness.context.kernels:  # this make may not have been told where some kernel is
        (tree / "build" / name / "absent").unlink(missing_ok=True)
    return tree / "build"


def correlate(*arguments, build=None, **options):
    given = ["--build", build] if build else []
    return tenon("correlate", "-o", harness.context.folder / "page.html", *given, *arguments, **options)


def page_text():
    """Without what is written for the eye alone."""
    page = (harness.context.folder / "page.html").read_text()
    return html.unescape(re.sub(r"<[^>]*>", " ", page.partition("</style>")[2]))


def record():
    return json.loads((harness.context.folder / "page.json").read_text())


def that_tell_time():
    """Kernels that tell CPU time."""
    correlate("hello", "--no-probe")
    found = [kernel for kernel, told in record()["kernels"].items() if told["cpu"]]
    if not found:
        raise harness.Skip("no kernel tells CPU time")
    return found


@case
def kernels_agree():
    kernels = two_kernels()
    done = correlate("demo", "--kernels", " ".join(kernels)).expect(
        0, f"AGREE: demo is the same on {', '.join(kernels)}", "start to first line", "init -> client: CPU",
        "init -> client: RAM", "rpc.null", "not compared: callers in the runtime")
    row = next(line.split() for line in done.out.splitlines() if line.startswith("demo-client "))
    expect(len(row[1]) == 64 and row[2:] == ["loaded"] * len(kernels), row)
    for kernel in kernels:
        told = record()["kernels"][kernel]
        expect(told["operations"]["rpc.null"] > 0 and told["first-line"] < told["ended"], told)
        expect(all(cpu <= told["ended"] * os.cpu_count() for cpu in told["cpu"].values()), "more than there was:", told)
        expect(PD_RAM <= told["ram"]["init -> client"] <= 4 << 20, "not within its quota:", told["ram"])
        expect(set(Way(kernel).usual) <= set(told["operations"]), "plan.ini tells what is not measured:", kernel)


@case
def bug_in_one_kernel():
    kernel = two_kernels()[0]
    done = correlate("demo", "--no-probe", build=planted(kernel, WRONG)).expect(1)
    last = done.out.splitlines()[-1]
    expect(last.startswith("DIFFER: demo on ") and "init -> client" in last and "sha256" not in last, last)
    said = done.out[done.out.index("init -> client differs in line 2"):]
    expect(f"    {kernel}: wc 4 61 334\n" in said, said)
    for other in harness.context.kernels:
        expect(other == kernel or f"    {other}: wc 5 61 334\n" in said, said)
    page = page_text()
    expect("DIFFER : demo on " in page and "init -> client: DIFFERS" in page and "2 ≠ differs" in page, page)
    expect("wc 4 61 334" in page and "wc 5 61 334" in page, page)


@case
def slow_in_one_kernel():
    two_kernels()
    kernel = that_tell_time()[-1]
    done = correlate("demo", "--no-probe", build=planted(kernel, SLOW)).expect(0)
    # On a busy machine lines may come late, too.
    told = [line for line in done.out.splitlines() if line.startswith("stands out:") and "CPU time" in line]
    expect(any(line.startswith(f"stands out: {kernel}: init -> wc: CPU time") for line in told), done.out)
    expect(all(line.startswith(f"stands out: {kernel}:") for line in told), told)
    expect(not any("timer" in line for line in told), told)
    expect(f"stands out: {kernel}: init -> wc : CPU time" in page_text(), page_text())


@case
def calls_are_slow_in_one_kernel():
    """All of them, so that none stands out among the others: the usual costs tell."""
    kernel = next((k for k in two_kernels() if Way(k).instructions and Way(k).usual), None)
    if not kernel:
        raise harness.Skip("no kernel whose instructions are counted")
    path = scenario('end on="hello"\nstart "hello"\n')
    done = correlate(path, build=planted(kernel, SLOWER)).expect(0)
    expect(f"stands out: {kernel}: rpc.null: operation: " in done.out and "times what is usual there" in done.out, done.out)
    expect(f"stands out: {kernel}: rpc.null : operation" in page_text(), page_text())


@case
def what_may_differ_is_said():
    two_kernels()
    path = scenario('end on="hello"\nstart "hello"\n', "mine.kdl")
    (harness.context.folder / "mine.may-differ").write_text("# nothing\nfrom (any) kernel\n")
    correlate(path, "--no-probe").expect(0, "not compared: mine.may-differ: from (any) kernel")
    expect("mine.may-differ: from (any) kernel" in page_text(), page_text())
    correlate(path, "--no-probe", "--may-differ", "(").expect(125, "--may-differ: (: missing )")


@case
def nothing_to_compare():
    kernel = harness.context.kernels[0]
    done = correlate("hello", "--no-probe", "--kernels", kernel).expect(125, "NOTHING TO COMPARE: hello ran on " + kernel)
    for other in harness.context.kernels[1:]:
        expect(f"skipped {other}: not asked for by --kernels" in done.out, done.out)
    correlate("hello", "--kernels", "nokernel").expect(125, "no kernel nokernel: known: ")
    correlate("nowhere").expect(125, "no scenario nowhere")
    tenon("correlate", "hello", "--no-probe", "-o", "/not/there/x.html").expect(125, "there is no folder /not/there")
    tenon("correlate", "hello", "--no-probe", "-o", "/dev/full").expect(125, "/dev/full: ", "name a file x.html")


@case
def kernel_that_is_not_there():
    build = harness.context.folder / "other"
    build.mkdir()
    for path in harness.context.build.iterdir():
        if path.name not in ("run", harness.context.kernels[-1]):
            (build / path.name).symlink_to(path)
    kernel = harness.context.kernels[-1]
    expect(f"skipped {kernel}: not built: run make" in correlate("hello", "--no-probe", build=build).out)
    (build / kernel).mkdir()
    (build / kernel / "absent").write_text("it needs WHERE=, a folder\n")
    expect(f"skipped {kernel}: it needs WHERE=, a folder" in correlate("hello", "--no-probe", build=build).out)
    expect("it needs WHERE=, a folder" in page_text(), page_text())


@case
def scenario_without_end():
    two_kernels()
    correlate(scenario('start "hello"\n'), "--no-probe", "--timeout", "2").expect(1, "did not end within 2 seconds")


@case
def earlier_costs():
    two_kernels()
    kernels, path = that_tell_time(), scenario('end on="hello"\nstart "hello"\n')
    correlate(path, "--no-probe")
    old = record()
    for kernel in kernels:
        old["kernels"][kernel]["cpu"]["init"] /= 100
    (harness.context.folder / "old.json").write_text(json.dumps(old))
    done = correlate(path, "--no-probe", "--against", "old.json")
    for kernel in kernels:
        expect(f"stands out: {kernel}: init: CPU time" in done.out and "times what it was before" in done.out, done.out)
    correlate(path, "--no-probe", "--against", path).expect(125, "not what correlate has written")


@case
def who_it_is_that_differs():
    kernel = two_kernels()[-1]
    correlate("demo", "--no-probe").expect(0)
    before = (harness.context.folder / "page.json").read_bytes()
    good = harness.context.folder / "page.good.json"
    good.write_bytes(before)  # as it is where no cost stands out
    done = correlate("demo", "--no-probe", build=planted(kernel, WRONG)).expect(1)
    expect(good.read_bytes() == before, "a run that went wrong is compared with later")
    expect(f"    it is {kernel} that differs: it said something else in the run of" in done.out, done.out)
    expect(f": init -> client on {kernel}" in done.out.splitlines()[-1], done.out)


@case
def one_against_all_others():
    verdict = Verdict("init -> c", "", ["a", "b", "c"])
    nothing = types.SimpleNamespace(before={}, made_of="")
    verdict.lines.update(a=["one"], b=["other"], c=["one"])
    expect(list(Result.odd(nothing, verdict)) == [("b", "all others say the same")])
    verdict.lines.update(c=["a third"])
    expect(not list(Result.odd(nothing, verdict)), "three that differ: nobody knows")


@case
def what_stands_out():
    usual = {f"row {i}": {"a": 5e6, "b": 10e6} for i in range(5)}
    expect(not list(dear(usual, 8, 1)))
    found = list(dear({**usual, "odd": {"a": 5e6, "b": 90e6}}, 8, 1))
    expect([f[:2] for f in found] == [("b", "odd")], found)
    found = list(dear({name: {"a": row["a"], "b": row["b"] * 30} for name, row in usual.items()}, 8, 1))
    expect({f[0] for f in found} == {"b"} and len(found) == 5, "all of a kernel's costs:", found)
    three = {"x": {"a": 1e6, "b": 30e6, "c": 1.2e6}}
    expect([f[:2] for f in dear(three, 8, 1)] == [("b", "x")])
    expect(not list(than_usual("a", "instructions", "rpc.null", 1000, 770)) and
           not list(than_usual("a", "ns", "rpc.null", 20000, 3000)) and
           not list(than_usual("a", "ns", "rpc.null", 20000, None)))
    found = list(than_usual("a", "instructions", "rpc.null", 30800, 770))
    expect([str(f) for f in found] == ["a: rpc.null: operation: 30.8 k instructions, 40 times what is usual there "
                                       "(770 instructions)"], found)
    expect(amount(1234, "ns") == "1.23 µs" and amount(2.5e6, "instructions") == "2.50 M instructions")


@case
def late_lines():
    verdict = Verdict("init -> c", "", ["a", "b"])
    for kernel in "ab":
        verdict.lines[kernel] = verdict.full[kernel] = ["one", "two"]
    verdict.times = {"a": [1e6, 2e6], "b": [1e6, 3e9]}
    found = list(late(verdict))
    expect([(f.kernel, f.component) for f in found] == [("b", "init -> c")] and '"two"' in found[0].text, found)
