# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""make differ: a difference is found, shortened, and printed as a test that tells the kernels apart."""

import re
import shutil
import subprocess

import harness
from harness import ROOT, Done, Skip, case, expect

SOURCES = ROOT / "test/conformance/differ"
PLANTED = """{
\tif (tn_feature(TN_FEATURE_IO_PORT, NULL) && world.memory_used[0])
\t\tsay("planted ");
"""


def compiled(folder, name):
    """An executable of the sources in this folder, made as the tree's."""
    build, program = harness.context.build / "x86_64", folder / name
    libraries = sorted(map(str, (build / "lib").glob("libtenon-*.a")))
    flags = (build / "flags").read_text().split()[1:]
    made = subprocess.run(
        [harness.context.cc, *flags, f"-I{ROOT}/include", "-fPIE", "-pie", *sorted(folder.glob("*.c")),
         "-Wl,--dynamic-linker=ld-tenon.so,-e,component_construct",
         "-Wl,--export-dynamic-symbol=component_construct", "-o", program, build / "lib/crt-note.o",
         "-Wl,--start-group", *libraries, "-Wl,--end-group", build / "lib/libtenon.so"],
        text=True, capture_output=True)
    expect(made.returncode == 0, made.stderr)
    return program


def differ(kernels, *arguments):
    return Done(subprocess.run([ROOT / "tool/differ", "--build", harness.context.build, "--kernels",
                                " ".join(kernels), *map(str, arguments)],
                               text=True, capture_output=True, timeout=300))


def planted():
    """The executable and its sources, with a step that says something else on some kernels."""
    folder = harness.context.folder / "planted"
    shutil.copytree(SOURCES, folder)
    source = folder / "op_memory.c"
    before = "OP(memory_attach)\n{\n"
    expect(before in source.read_text())
    source.write_text(source.read_text().replace("#include \"world.h\"", "#include \"world.h\"\n"
                                                 "#include <tenon/feature.h>", 1)
                      .replace(before, before[:-2] + PLANTED))
    return folder, compiled(folder, "test-differ")


def with_feature(kernel):
    """As doc/features.md has it."""
    lines = (ROOT / "doc/features.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines
            if line.startswith("|")]
    row = next(r for r in rows if r[0] == "`IO_PORT`")
    return row[rows[0].index(kernel)].startswith("**yes")


@case
def every_function_is_driven_or_has_a_reason():
    differ([], "--coverage").expect(0, "functions are called by steps")


@case
def a_difference_is_found_and_shortened():
    has = {k: with_feature(k) for k in harness.context.kernels}
    without, having = ([k for k in has if has[k] == there] for there in (False, True))
    if not without or not having:
        raise Skip("no two kernels that differ in a feature")
    kernels = [without[0], having[0]]
    folder, program = planted()
    done = differ(kernels, "--binary", program, "--sources", folder, "--seeds", 6, "--steps", 80,
                  "--output", harness.context.folder)
    done.expect(1, "of 80 steps differ", "memory_attach", "planted", "as a test")
    steps = int(re.search(r"(\d+) of 80 steps differ", done.out).group(1))
    expect(steps <= 4, f"{steps} steps are left")
    test = next(harness.context.folder.glob("differ-*"))
    compiled(test, f"test-{test.name}")
    for kernel, value in zip(kernels, (0, 1)):
        harness.tenon("run", "--kernel", kernel, test / "test.kdl").expect(value)
