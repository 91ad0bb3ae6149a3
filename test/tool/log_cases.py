# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""tenon log: which lines pass, and how they look."""

import os
import re
import subprocess

import harness
from harness import TENON, case, expect, read_terminal, tenon, terminal, wait_for

LOG = """SeaBIOS (version 1)
[init -> timer] one
[init -> timer -> inner] two
[init -> timer2] three
[init] timer exited with value 0
[core] init ended with value 0
"""


def passes(arguments, *numbers):
    lines = LOG.splitlines()
    wanted = "".join(f"{lines[n]}\n" for n in numbers)
    done = tenon("log", *arguments, text=LOG).expect(0)
    expect(done.out == wanted, arguments, "gives", done.out)


@case
def everything_by_default():
    passes([], 0, 1, 2, 3, 4, 5)


@case
def one_label():
    passes(["--label", "init"], 4)
    passes(["--label", "init -> timer"], 1)


@case
def pattern():
    passes(["--label", "init -> timer*"], 1, 2, 3)
    passes(["--label", "init -> timer?"], 3)


@case
def component_and_its_children():
    passes(["--under", "init -> timer"], 1, 2)


@case
def several_and_without():
    passes(["--label", "core", "--label", "init"], 4, 5)
    passes(["--under", "init", "--not", "*inner"], 1, 3, 4)


@case
def brackets_mean_nothing():
    passes(["--label", "[ic]*"])


@case
def from_a_file():
    path = harness.context.folder / "log"
    path.write_text(LOG)
    expect(len(tenon("log", path, "--label", "core").out.splitlines()) == 1)
    tenon("log", "/not/there").expect(1, "/not/there: No such file or directory: correct the name")
    tenon("log", harness.context.folder).expect(1, "Is a directory")


@case
def times():
    done = tenon("log", "--time", text=LOG)
    expect(all(re.match(r" +\d+\.\d{3} ", line) for line in done.out.splitlines()), done.out)


@case
def no_colors_in_a_pipe():
    expect("\033" not in tenon("log", text=LOG).out)
    expect("\033" in tenon("log", "--color", "always", text=LOG).out)


def on_terminal(environment):
    path = harness.context.folder / "log"
    path.write_text(LOG)
    with terminal(TENON, "log", path, env=environment) as (process, ours):
        said = read_terminal(ours)
        expect(process.wait(20) == 0, said)
    return said


@case
def colors_on_a_terminal():
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    expect("\033[" in on_terminal(environment))
    expect("\033[" not in on_terminal({**environment, "NO_COLOR": "1"}))


@case
def control_characters_never_pass():
    done = tenon("log", text="[init -> x] a\033[2Jb\x07\x9bc\n")
    expect(done.out == "[init -> x] a[2Jbc\n", repr(done.out))


@case
def each_line_as_it_comes():
    process = subprocess.Popen([TENON, "log", "--label", "init"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    process.stdin.write(b"[init] now\n")
    process.stdin.flush()
    expect(process.stdout.readline() == b"[init] now\n")
    process.stdin.close()
    expect(process.wait(20) == 0)


@case
def reader_goes_away():
    process = subprocess.Popen([TENON, "log"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdout.close()
    try:
        for _ in range(1000):
            process.stdin.write(b"[init] x\n")
            process.stdin.flush()
    except BrokenPipeError:
        pass
    expect(wait_for(lambda: process.poll() is not None), "goes on")
    expect(process.returncode == 141 and not process.stderr.read(), process.returncode)


@case
def noise():
    done = subprocess.run([TENON, "log", "--color", "always"], input=bytes(range(256)) * 20,
                          capture_output=True)
    expect(done.returncode == 0 and not done.stderr, done.stderr)


@case
def what_a_run_says():
    run = subprocess.Popen([TENON, "run", "--build", harness.context.build, "hello"],
                           stdout=subprocess.PIPE)
    done = tenon("log", "--label", "init -> *", stdin=run.stdout)
    expect(run.wait(20) == 0 and done.out == "[init -> hello] hello from any kernel\n", done.out)
