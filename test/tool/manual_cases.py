# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Help, the manual page, and completion: they say the same, and what is true."""

import re
import shutil
import subprocess

import harness
from harness import ROOT, TENON, case, expect, tenon
from tenonlib.main import COMMANDS

PAGE = ROOT / "tool" / "tenon.1"


def help_of(*command):
    done = subprocess.run([TENON, *command, "--help"], capture_output=True, text=True)
    expect(done.returncode == 0 and not done.stderr, done.stderr)
    return done.stdout


@case
def help_everywhere():
    expect(all(command in help_of() for command in COMMANDS))
    for command in COMMANDS:
        expect(f"usage: tenon {command}" in help_of(command), command)


@case
def command_line_makes_no_sense():
    for line in ([], ["frobnicate"], ["run"], ["run", "--what"], ["list", "nothing"], ["graph"]):
        done = subprocess.run([TENON, *line], capture_output=True, text=True)
        expect(done.returncode == 2 and done.stderr.endswith(" --help\n") and
               "Traceback" not in done.stderr, line, done.stderr)


@case
def page_is_well_formed():
    if not shutil.which("mandoc"):
        raise harness.Skip("mandoc is not installed")
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", PAGE], capture_output=True, text=True)
    expect(done.returncode == 0, done.stdout)


@case
def page_has_all_options():
    page = PAGE.read_text().replace("\\-", "-")
    for command in COMMANDS:
        expect(f".It Cm {command}\n" in page, command, "is not in tenon.1")
        options = set(re.findall(r"--([a-z]+)", help_of(command))) - {"help", "output"}
        missing = [o for o in options if f"Fl -{o}" not in page]
        expect(not missing, command, "has options that tenon.1 has not:", missing)


@case
def page_has_all_exit_values():
    page = PAGE.read_text()
    for value in (0, 1, 2, 124, 125, 126, 127, 129, 130, 141, 143):
        expect(re.search(rf"\b{value}\b", page), value, "is not in tenon.1")


def complete(*words):
    """What bash would offer for the last one."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_tenon "$1" "${@: -1}" "${@: -2:1}"; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", ROOT / "tool/tenon.bash", TENON, *words],
                          capture_output=True, text=True, cwd=harness.context.folder)
    expect(not done.stderr, done.stderr)
    return done.stdout.split()


@case
def completion():
    expect(sorted(complete("")) == sorted([*COMMANDS, "--help", "--version"]), complete(""))
    expect(complete("ima") == ["image"])
    expect("demo" in complete("run", "d") and "hello" not in complete("run", "d"))
    expect("--timeout" in complete("run", "--t"), complete("run", "--t"))
    expect(set(complete("run", "--kernel", "")) >= set(harness.context.kernels))
    expect(complete("list", "k") == ["kernels"])
    (harness.context.folder / "mine.kdl").touch()
    expect("mine.kdl" in complete("check", "mi"))


@case
def make_help_has_all_targets():
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True)
    for target in ("run", "correlate", "matrix", "demo", "test", "image", "graph", "check-scenario", "install"):
        expect(re.search(rf"^make {target} ", done.stdout, re.M), target, "is not in make help")
