# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Mistakes at the command line, with files and in the environment of the tools."""

import os
import subprocess

import harness
from harness import ROOT, TENON, path_without, scenario
from table import DAC, make, mistake, said, tenon

AREAS = ["Running", "Files, disks and terminals", "Images, graphs and debugging", "make"]
RUN, FILES, TOOLS, MAKE = AREAS

HELLO = 'end on="hello"\nstart "hello"\n'


def folder(name="folder", mode=0o755):
    path = harness.context.folder / name
    path.mkdir()
    path.chmod(mode)
    return path


# What was done, and the words behind `tenon`.
SIMPLE = [
    (RUN, "an unknown command", ["frobnicate"]),
    (RUN, "an unknown option", ["run", "hello", "--frobnicate"]),
    (RUN, "no scenario is named", ["run"]),
    (RUN, "an unknown scenario", ["run", "helo"]),
    (RUN, "an unknown kernel", ["run", "hello", "--kernel", "nokernel"]),
    (RUN, "--timeout is no number", ["run", "hello", "--timeout", "soon"]),
    (RUN, "--timeout is less than nothing", ["run", "hello", "--timeout", "-1"]),
    (FILES, "the input is not there", ["run", "demo", "--input", "/not/there"]),
    (FILES, "the input is a folder", ["run", "demo", "--input", "/usr"]),
    (FILES, "a log that is not there", ["log", "/not/there"]),
    (FILES, "a log that is a folder", ["log", "/usr"]),
    (FILES, "an image into a folder that is not there", ["image", "hello", "-o", "/not/there/x.iso"]),
    (FILES, "a picture with the name of a folder", ["graph", "demo", "-o", "/usr"]),
    (FILES, "a picture onto a full disk", ["graph", "demo", "-o", "/dev/full"]),
    (TOOLS, "an image for a kernel that has none", ["image", "hello", "--kernel", "linux"]),
    (TOOLS, "a new component with a bad name", ["new", "Upper"]),
    (TOOLS, "a new component whose name is taken", ["new", "timer"]),
    (TOOLS, "a new component in a folder that is not there", ["new", "mine", "--dir", "/not/there"]),
]

for area, what, words in SIMPLE:
    mistake(area, what)(lambda words=words: tenon(*words))


@mistake(RUN, "the scenario is not KDL")
def not_kdl():
    return tenon("run", scenario('start "hello" {\n'))


@mistake(RUN, "a ROM that no file is found for")
def no_rom():
    return tenon("run", scenario('start "lost"\n'))


@mistake(RUN, "a ROM's file that is not there")
def no_rom_file():
    return tenon("run", scenario('start "hello"\nrom "data" file="not/there"\n'))


@mistake(RUN, "nothing is built")
def not_built():
    return said([TENON, "run", "--build", folder(), "hello"])


@mistake(RUN, "it does not end in time")
def too_slow():
    done = subprocess.run([TENON, "run", "--build", harness.context.build, "--timeout", "1",
                           scenario('start "hello"\n')], capture_output=True, text=True)
    harness.expect(done.returncode == 124, done)
    return done.stderr


@mistake(RUN, "the build folder is a file")
def build_is_file():
    return said([TENON, "run", "--build", "/etc/passwd", "hello"])


@mistake(RUN, "PATH is empty")
def no_path():
    python = subprocess.run(["sh", "-c", "command -v python3"], capture_output=True, text=True).stdout.strip()
    return said([python, TENON, "run", "--build", harness.context.build, "hello", "--kernel", "hw"],
                environment={"PATH": "/nowhere"})


@mistake(FILES, "the input may not be read")
def secret_input():
    path = harness.context.folder / "secret"
    path.write_text("x")
    path.chmod(0)
    return tenon("run", "demo", "--input", path, without=DAC)


@mistake(FILES, "the scenario may not be read")
def secret_scenario():
    path = scenario(HELLO)
    path.chmod(0)
    return tenon("run", path, without=DAC)


@mistake(FILES, "the input is a loop of links")
def loop():
    path = harness.context.folder / "loop"
    path.symlink_to(path)
    return tenon("run", "demo", "--input", path)


@mistake(FILES, "the disk is full")
def full_disk():
    big = harness.context.folder / "big"
    big.write_bytes(bytes(1 << 21))
    return harness.on_full_disk(
        "sh", "-c", f'cp -rs {harness.context.build}/. "$FULL" 2>/dev/null; '
        f'cat {big} | {TENON} run --build "$FULL" --input /dev/stdin demo').err


@mistake(FILES, "the log goes onto a full disk")
def full_log():
    with open("/dev/full", "w") as full:
        return tenon("run", scenario(HELLO), stdout=full)


@mistake(FILES, "a picture without permission")
def picture_without_permission():
    return tenon("graph", "demo", "-o", folder(mode=0o555) / "x.svg", without=DAC)


@mistake(FILES, "a new component without permission")
def new_without_permission():
    return tenon("new", "mine", "--dir", folder(mode=0o555), without=DAC)


def ends_quietly(process, value):
    """There is nobody left to tell: the exit value says it."""
    harness.expect(process.wait(20) == value, process.returncode)
    return f"(nothing: nobody reads it; exit value {value})"


@mistake(FILES, "who reads the log goes away")
def closed_pipe():
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen([TENON, "run", "--build", harness.context.build, scenario('start "hello"\n')],
                               stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    return ends_quietly(process, 141)


@mistake(FILES, "the terminal is closed")
def closed_terminal():
    path = scenario('start "hello"\n')
    with harness.terminal("setsid", "--ctty", TENON, "run", "--build", harness.context.build, path) as (
            process, ours):
        harness.expect(harness.wait_for(lambda: harness.run_folders(path)), "did not start")
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), ours)
        process.wait(20)
        return "(nothing: nobody reads it; all of it ends)"


for program, command, what in (("dot", ["graph", "demo"], "a picture without graphviz"),
                               ("grub-mkrescue", ["image", "hello"], "an image without GRUB"),
                               ("xorriso", ["image", "hello"], "an image without xorriso")):
    mistake(TOOLS, what)(lambda program=program, command=command: tenon(
        *command, environment=path_without(program)))


@mistake(TOOLS, "an image of more ROMs than the kernel takes")
def many_roms():
    text = "".join(f'rom "r{n}" file="given.kdl"\n' for n in range(45))
    return tenon("image", scenario(HELLO + text))


@mistake(TOOLS, "an image with a blank in a ROM's name")
def blank_in_name():
    return tenon("image", scenario(HELLO + 'rom "a b" file="given.kdl"\n'))


@mistake(TOOLS, "a picture of what is no scenario")
def no_picture():
    return tenon("graph", scenario("nothing\n"))


def debug(tool, component, kernel="linux", **options):
    return said([ROOT / "tool/debug", "--build", harness.context.build, "--kernel", kernel, "--component", component,
                 tool, "hello", "--", "--batch"], **options)


@mistake(TOOLS, "gdb is not installed")
def no_gdb():
    return debug("gdb", "hello", environment=path_without("gdb"))


@mistake(TOOLS, "strace is not installed")
def no_strace():
    return debug("strace", "hello", environment=path_without("strace"))


@mistake(TOOLS, "no component to debug is named", "linux")
def no_component():
    return debug("gdb", "")


@mistake(TOOLS, "the component to debug is never started", "linux")
def no_such_component():
    out = debug("gdb", "nobody")
    return out


@mistake(TOOLS, "the kernel debugger, where there is none", "linux")
def no_kdb():
    return debug("kdb", "hello")


MAKES = [
    ("an unknown test", ["test", "ONE=nothing"]),
    ("an unknown kernel", ["run", "SCENARIO=hello", "KERNEL=nokernel"]),
    ("an unknown scenario", ["run", "SCENARIO=helo"]),
    ("the input is not there", ["demo", "INPUT=/not/there"]),
    ("the input is a folder", ["demo", "INPUT=/usr"]),
    ("an unknown target", ["frobnicate"]),
    ("a tool that is not there", ["graph", "PYTHON=no-such-python"]),
    ("PREFIX cannot be written", ["install", "PREFIX=/proc/tenon"]),
    ("PREFIX is a file", ["install", "PREFIX=/etc/passwd"]),
    ("PREFIX is not absolute", ["install", "PREFIX=here"]),
]

for what, words in MAKES:
    mistake(MAKE, what)(lambda words=words: make(*words))


@mistake(MAKE, "a compiler that is not there")
def no_compiler():
    return make("all", "CC=no-such-cc", f"BUILD={harness.context.folder}/build")
