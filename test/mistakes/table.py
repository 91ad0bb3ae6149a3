# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Mistakes, what is said of each, and the page that holds it."""

import ctypes
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tool"), str(ROOT / "test/tool")]

import harness
from harness import Skip

PAGE = ROOT / "doc" / "mistakes.md"
HEAD = """# Mistakes, and what is said of them

Written by `make mistakes` from what a run has said; `make test` compares. Each row is the first line that was shown
of the mistake, without label and paths: `DIR` is a folder, `N` a number that may differ. Every one ends with an exit value
that is not 0, or, where init goes on without the child, with the child not started.
"""
NOISE = re.compile(r"loaded \S+ sha256|about to fault|WARNING|exited with value (?!127)")
MISTAKES = []
PATIENCE = 60


def mistake(area, what, kernel=""):
    """The function gives what was said. `kernel`: only where this one is."""
    def add(function):
        MISTAKES.append((area, what, kernel, function))
        return function
    return add


def first_line(text):
    lines = (line.strip() for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1bc", "", text).splitlines())
    return next((line for line in lines if line and not NOISE.search(line)), "")


SUPPLIED = []  # kernels that are not on the page


def clean(line):
    """As on any machine, on any kernel."""
    for kernel in SUPPLIED:
        line = line.replace(f", {kernel}", "")
    line = re.sub(r"^\[[^\]]*\] ", "", line)
    for folder in (harness.context.folder, harness.context.build, ROOT):
        line = line.replace(str(folder), "DIR")
    line = re.sub(r"(\.\./)+\S*tenon-case-[^/\s]+", "DIR", line)
    line = re.sub(r"DIR/run/tenon-\w+", "DIR", line)
    line = re.sub(r"tenon-case-\w+|tenon-\w{8}\b", "DIR", line)
    line = re.sub(r"0x[0-9a-f]{4,}", "0xN", line)
    line = re.sub(r"0xN, \w+ at [^)]*", "0xN", line)  # with debug information
    line = re.sub(r"\b(byte|file at byte|segment|relocation) \d+", r"\1 N", line)
    line = re.sub(r"(tcp:127\.0\.0\.1):\d+", r"\1:N", line)
    line = re.sub(r"\binit has ram=\d+ caps=\d+", "init has ram=N caps=N", line)
    return re.sub(r"init has (ram=)?\d{6,}", r"init has \1N", line)


def said(command, good=False, without=(), no=(), **options):
    """What the command says first. `without`: capabilities of root's that it must not have; `no`: system
    calls that fail."""
    def before():
        give_up(without)
        deny(no)
    options["env"] = {**os.environ, "LC_ALL": "C", **options.pop("environment", {})}
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        options["env"].pop(name, None)
    process = subprocess.Popen(list(map(str, command)), **{
        "cwd": harness.context.folder, "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE, "text": True, "errors": "replace", "preexec_fn": before,
        "start_new_session": True, **options})
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        raise AssertionError(f"does not end: {out} {err}")
    harness.expect(good or process.returncode != 0, "the exit value is 0:", out, err)
    harness.expect("Traceback" not in err, err)
    return err if err.strip() else out or ""


def tenon(*arguments, **options):
    build = [] if arguments[0] in ("log", "new") else ["--build", harness.context.build]
    return said([harness.TENON, arguments[0], *build, *arguments[1:]], **options)


def make(*arguments, **options):
    return said(["make", "-s", "--no-print-directory", f"BUILD={harness.context.build_given}", *arguments],
                cwd=ROOT, **options)


# -- a process that may less, or whose kernel can less --

libc = ctypes.CDLL(None, use_errno=True)
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 24, 38, 22, 2
DAC = (1, 2)  # to write and read what permissions do not allow


def give_up(capabilities):
    for number in capabilities:
        libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)  # who is not root has none


def deny(calls, error=38):
    """These system calls fail with ENOSYS, as on a kernel that is older or was built without."""
    if not calls:
        return
    code = struct.pack("<HBBI", 0x20, 0, 0, 0)
    for number in calls:
        code += struct.pack("<HBBI", 0x15, 0, 1, number) + struct.pack("<HBBI", 6, 0, 0, 0x50000 | error)
    code += struct.pack("<HBBI", 6, 0, 0, 0x7FFF0000)
    program = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("<HxxxxxxQ", len(code) // 8, ctypes.addressof(program))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.c_char_p(header), 0, 0):
        os._exit(99)


# -- the rows --

class Row:
    def __init__(self, area, what, where, message):
        self.area, self.what, self.where, self.message = area, what, where, message

    def key(self):
        return self.area, self.what, self.where

    def text(self):
        message = self.message.replace("|", "\\|").replace("`", "'")
        return f"| {self.what} | {self.where} | `{message}` |"


def play(given, number):
    """(area, what, where, message, why it was skipped or is wrong)"""
    area, what, kernel, function = MISTAKES[number]
    harness.context = given
    with tempfile.TemporaryDirectory(prefix="tenon-case-") as folder:
        given.folder = pathlib.Path(folder)
        try:
            message = clean(first_line(function()))
            return area, what, kernel or "tool", message, "" if message else "nothing was said"
        except Skip as why:
            return area, what, kernel or "tool", None, str(why)
        except Exception as why:  # the others are played
            return area, what, kernel or "tool", "", " ".join(str(why).split()) or type(why).__name__


def merge(rows):
    """What each kernel says alike is one row."""
    found = {}
    for row in rows:
        same = found.setdefault((row.area, row.what, row.message), row)
        if same is not row:
            same.where += f", {row.where}"
    return list(found.values())


def page(rows):
    text = HEAD
    for area in dict.fromkeys(row.area for row in rows):
        text += f"\n## {area}\n\n| what was done | where | what is said |\n| --- | --- | --- |\n"
        text += "".join(row.text() + "\n" for row in rows if row.area == area)
    return text
