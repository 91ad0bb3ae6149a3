# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""tenon new, and the installed SDK: what it makes is built, run and tested, here and outside."""

import os
import shutil
import subprocess

import harness
from harness import ROOT, alone, case, expect, tenon

NAME = "tool-sample"


def make(*arguments, folder=ROOT, environment=None):
    clean = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(["make", "-s", "--no-print-directory", *map(str, arguments)], cwd=folder,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**clean, **(environment or {})}, timeout=300)


def remove_sample():
    for folder in ("component", "test/conformance"):
        shutil.rmtree(ROOT / folder / NAME, ignore_errors=True)
    (ROOT / "scenario" / f"{NAME}.kdl").unlink(missing_ok=True)
    for built in harness.context.build.glob(f"x86_64/*/*{NAME}*"):
        built.unlink()
    for folder in ("component", "test/conformance"):
        shutil.rmtree(harness.context.build / "x86_64/obj" / folder / NAME, ignore_errors=True)


@alone
def in_the_tree():
    remove_sample()
    try:
        told = tenon("new", NAME).expect(0, f"make run SCENARIO={NAME}").out
        for place in (f"component/{NAME}/{NAME}.c", f"test/conformance/{NAME}/test.kdl"):
            expect(place in told and (ROOT / place).is_file(), place)
        built = make(f"BUILD={harness.context.build_given}", "components")
        expect(built.returncode == 0, built.stdout)
        tenon("check", NAME).expect(0)
        for kernel in harness.context.kernels:
            tenon("run", NAME, "--kernel", kernel).expect(0, f"[init -> {NAME}] {NAME} is here")
            tenon("run", ROOT / "test/conformance" / NAME / "test.kdl", "--kernel", kernel).expect(
                0, f"ok {NAME}.runs-and-ends")
        tenon("new", NAME).expect(1, "is there already")
    finally:
        remove_sample()


def install():
    """An SDK in the case's folder: (its command, the environment to build with)."""
    prefix = harness.context.folder / "sdk"
    done = make("install", f"BUILD={harness.context.build_given}", f"PREFIX={prefix}")
    expect(done.returncode == 0, done.stdout)
    return prefix / "bin" / "tenon", {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}


def all_files(folder):
    return sorted((p, p.lstat().st_mtime_ns) for p in folder.rglob("*") if not p.is_dir())


@case
def with_an_installed_sdk():
    program, environment = install()
    before = all_files(program.parents[1])
    tenon("new", "greeter", program=program).expect(0, "make -C greeter run")
    folder = harness.context.folder / "greeter"
    for kernel in harness.context.kernels:
        done = make("run", f"KERNEL={kernel}", folder=folder, environment=environment)
        expect(done.returncode == 0 and "greeter is here" in done.stdout, done.stdout)
    done = make("test", folder=folder, environment=environment)
    found = done.stdout.count("ok greeter.runs-and-ends")
    expect(done.returncode == 0 and found == len(harness.context.kernels), done.stdout)
    tenon("graph", folder / "greeter.kdl", program=program).expect(0)
    tenon("run", "demo", program=program).expect(0, "timer signal")
    expect(tenon("list", "kernels", program=program).out.split() == harness.context.kernels)
    tenon("new", "timer", program=program).expect(1, "a component of this name came with Tenon")
    expect(all_files(program.parents[1]) == before, "the tool writes into its installation")


@case
def a_test_that_fails_is_seen():
    program, environment = install()
    tenon("new", "greeter", program=program).expect(0)
    source = harness.context.folder / "greeter" / "greeter.c"
    source.write_text(source.read_text().replace("tn_exit(0)", "tn_exit(3)"))
    done = make("test", folder=source.parent, environment=environment)
    expect(done.returncode != 0 and "not ok greeter.runs-and-ends" in done.stdout, done.stdout)


@case
def sdk_is_not_found():
    tenon("new", "greeter", "--dir", ".").expect(0)
    done = make("all", folder=harness.context.folder / "greeter", environment={"PKG_CONFIG_PATH": ""})
    expect(done.returncode and "set PKG_CONFIG_PATH" in done.stdout, done.stdout)


@case
def bad_names():
    for name in ("", "Upper", "1st", "a--b", "a_b", "../x", "a b", "x" * 43):
        tenon("new", "--", name).expect(1, "name")
    for name in ("init", "core", "test-x"):
        tenon("new", name).expect(1, "the name is taken")
    expect(not list(harness.context.folder.iterdir()))


@case
def names_of_what_is_there():
    tenon("new", "timer").expect(1, "component/timer", "is there already")
    tenon("new", "mine", "--dir", ".").expect(0)
    tenon("new", "mine", "--dir", ".").expect(1, "is there already")


@case
def folder_cannot_be_written():
    tenon("new", "mine", "--dir", "/not/there").expect(1, "there is no such folder")
    tenon("new", "mine", "--dir", "/proc").expect(1, "/proc/mine: ")


@case
def disk_is_full():
    done = harness.on_full_disk("sh", "-c", f"head -c 1m /dev/zero >full/filler; {harness.TENON} new mine "
                                "--dir full", size="16k")
    done.expect(1, "No space left on device: make room")
    expect("\nmine" not in "\n" + done.err.partition("make room")[2], "a part is left:", done.err)
