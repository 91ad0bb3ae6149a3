# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Cases, and the command tenon as somebody who types would start it."""

import contextlib
import itertools
import multiprocessing
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARCH = "x86_64"
sys.path.insert(0, str(ROOT / "tool"))
TENON = ROOT / "tool" / "tenon"
CASES = []


class Skip(Exception):
    """A reason why a case cannot be played here."""


class Context:
    """What cases are told: the build directory, the kernels, the compiler, a folder of their own."""

    def __init__(self, build, kernels, cc):
        self.build, self.kernels, self.cc = pathlib.Path(build).absolute(), kernels, cc
        self.build_given = build  # as make has it: flags that hold it decide what is built anew
        self.folder = None


context = None


def case(function):
    CASES.append(function)
    return function


def case_name(function):
    module = function.__module__.removesuffix("_cases")
    return f"tool.{module}.{function.__name__}".replace("_", "-")


def alone(function):
    """A case that changes what others look at."""
    function.alone = True
    return case(function)


def play(number):
    """The verdict's line."""
    function = CASES[number]
    name = case_name(function)
    with tempfile.TemporaryDirectory(prefix="tenon-case-") as folder:
        context.folder = pathlib.Path(folder)
        try:
            function()
            return f"ok {name}"
        except Skip as why:
            return f"skip {name}: {why}"
        except Exception as why:  # whatever it is, the other cases are played
            text = " | ".join(str(why).strip().splitlines()) or type(why).__name__
            return f"not ok {name}: {text}"


def play_all(given, one):
    """As many at a time as there are CPUs, each in a process; then those that have to be alone. True: none
    has failed."""
    global context
    context = given
    chosen = [n for n, function in enumerate(CASES) if one in case_name(function)]
    together = [n for n in chosen if not hasattr(CASES[n], "alone")]
    failed = False
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        lines = itertools.chain(pool.imap(play, together),
                                map(play, (n for n in chosen if n not in together)))
        for line in lines:
            print(line, flush=True)
            failed |= line.startswith("not ok")
    return not failed


def expect(condition, *what):
    if not condition:
        raise AssertionError(" ".join(map(str, what)) or "it does not hold")


class Done:
    def __init__(self, process):
        self.value = process.returncode
        self.out, self.err = process.stdout or "", process.stderr or ""

    def expect(self, value, *parts):
        """The exit value, parts of what was said, and no Python."""
        said = self.out + self.err
        expect(self.value == value, f"exit value {self.value}, not {value}:", said)
        for part in parts:
            expect(part in said, f"not said: {part}; but:", said)
        expect("Traceback" not in said, said)
        return self


def tenon(*arguments, program=TENON, text="", environment=None, **options):
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("cwd", context.folder)
    options.setdefault("timeout", 120)
    if "stdin" not in options:
        options["input"] = text
    build = [] if arguments[0] in ("log", "new") or program is not TENON else ["--build", context.build]
    return Done(subprocess.run([program, arguments[0], *build, *arguments[1:]],
                               stderr=subprocess.PIPE, text=True, errors="replace",
                               env={**os.environ, **(environment or {})}, **options))


def scenario(text, name="given.kdl"):
    path = context.folder / name
    path.write_text(text)
    return path


def path_without(*programs):
    """A PATH on which all programs are but these."""
    folder = context.folder / "path"
    folder.mkdir()
    for place in os.environ["PATH"].split(":"):
        for program in pathlib.Path(place).glob("*"):
            link = folder / program.name
            if program.name not in programs and not link.is_symlink():
                link.symlink_to(program)
    return {"PATH": str(folder)}


def on_full_disk(*command, size="1m"):
    """The command, with a full disk on the folder `full` of the case; needs a mount namespace."""
    full = context.folder / "full"
    full.mkdir(exist_ok=True)
    if not shutil.which("unshare") or subprocess.run(
            ["unshare", "-rm", "mount", "-t", "tmpfs", "none", full], capture_output=True).returncode:
        raise Skip("no mount namespace here")
    script = 'mount -t tmpfs -o size=$0 none "$1" && shift && "$@"; v=$?; ls -A "$FULL" >&2; exit $v'
    return Done(subprocess.run(["unshare", "-rm", "sh", "-c", script, size, full, *command], text=True,
                               capture_output=True, cwd=context.folder, timeout=120,
                               env={**os.environ, "FULL": str(full)}))


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@contextlib.contextmanager
def terminal(*command, **options):
    """(process, the terminal's other side)"""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs,
                               start_new_session=True, cwd=context.folder, **options)
    os.close(theirs)
    try:
        yield process, ours
    finally:
        with contextlib.suppress(OSError):
            os.close(ours)
        if process.poll() is None:
            process.kill()
            process.wait()


def read_terminal(ours):
    """All that comes until the other side is closed."""
    said = b""
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 4096):
            said += piece
    return said.decode(errors="replace")


def run_folders(path):
    """The folders of runs of this scenario."""
    found = context.build.glob("run/*/rom*")
    return [f.parent for f in found if f.is_symlink() and f.readlink() == path]
