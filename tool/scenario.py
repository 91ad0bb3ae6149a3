# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Running a scenario: what goes into its bundle, and the process that runs it.

Kernels are started by kernel/<name>/boot/run; nothing here knows one.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from symbols import Symbols

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Problem(Exception):
    """What went wrong, where, and what to do: for the person who called."""


def find_scenario(name):
    for path in (ROOT / "scenario" / f"{name}.kdl", pathlib.Path(name)):
        if path.is_file():
            return path
    known = ", ".join(sorted(p.stem for p in (ROOT / "scenario").glob("*.kdl")))
    raise Problem(f"no scenario {name}: neither scenario/{name}.kdl nor a file; known: {known}")


def needed_roms(build, scenario):
    """[(ROM, file or "", child or "")] as the scenario's nodes say."""
    tool = build / "host" / "scenario-roms"
    if not tool.exists():
        raise Problem(f"{tool} is not built: run make")
    result = subprocess.run([tool, scenario], capture_output=True, text=True)
    if result.returncode:
        raise Problem(result.stderr.strip())
    return [tuple(line.split("\t")) for line in result.stdout.splitlines()]


def find_file(build, kernel, scenario, rom, file):
    name = file or rom
    places = [build / kernel / "bin", build / "x86_64" / "bin", scenario.parent, ROOT]
    if file:
        places = [scenario.parent, ROOT] + places
    for place in places:
        if (place / name).is_file():
            return place / name
    if kernel == "":
        raise Problem("no kernel port is built: there is no kernel/<name>/port.mk")
    raise Problem(f"{scenario}: ROM {rom}: no file {name} in " + ", ".join(map(str, places)))


def end_cleanly():
    """Being told to end is an exception like Ctrl-C: processes and files are cleared away."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))


class Bundle:
    """The ROMs of a run, in a directory of its own that goes away with it."""

    def __init__(self, build, kernel, scenario, given=None):
        self.build = pathlib.Path(build).absolute()
        self.kernel = kernel
        self.scenario = scenario
        if not (ROOT / "kernel" / kernel / "boot" / "run").exists():
            known = ", ".join(sorted(p.parent.name for p in ROOT.glob("kernel/*/port.mk")))
            raise Problem(f"no kernel {kernel}: there is no kernel/{kernel}/boot/run; known: {known}")
        files = {
            "init": self.build / "x86_64" / "bin" / "init",
            "runtime": self.build / kernel / f"ld-{kernel}.so",
            "config": scenario,
        }
        self.children = {}
        given = given or {}
        needed = needed_roms(self.build, scenario)
        absent = {rom for rom, file, _ in needed if file == "-"}
        named = {rom: file for rom, file, _ in needed if file}
        for rom, _, child in needed:
            if child:
                self.children[child] = rom
            if rom not in given and rom not in absent and (rom in named or rom not in files):
                files[rom] = find_file(self.build, kernel, scenario, rom, named.get(rom))
        for rom, file in given.items():
            files[rom] = file
        for rom, file in files.items():
            if not pathlib.Path(file).exists() or pathlib.Path(file).is_dir():
                raise Problem(f"ROM {rom}: there is no file {file}; run make, or correct the name")
        self.files = files

    def __enter__(self):
        (self.build / "run").mkdir(parents=True, exist_ok=True)
        self.directory = pathlib.Path(tempfile.mkdtemp(dir=self.build / "run"))
        self.arguments = []
        for number, (rom, file) in enumerate(self.files.items()):
            # Names without anything that a boot loader's command line would trip over.
            place = self.directory / f"rom{number}"
            file = pathlib.Path(file).absolute()
            if file.is_file():
                place.symlink_to(file)
            else:
                with open(file, "rb") as source, open(place, "wb") as copy:
                    shutil.copyfileobj(source, copy)
            self.arguments.append(f"{rom}={os.path.relpath(place)}")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory, ignore_errors=True)


class Run:
    """One run of a bundle. `lines` is what it printed, `value` its exit value, None: timeout."""

    def __init__(self, bundle, show=False, timeout=None, environment=None):
        self.lines = []
        self.show = show
        self.seconds = 0.0
        self.value = None
        self.symbols = Symbols(bundle.files)
        script = ROOT / "kernel" / bundle.kernel / "boot" / "run"
        start = time.monotonic()
        # A group of its own: whatever the kernel's side is made of, it ends as a whole.
        self.process = subprocess.Popen(
            [script, os.path.relpath(bundle.build)] + bundle.arguments,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})}, start_new_session=True)
        timer = threading.Timer(timeout, self.end) if timeout else None
        self.timed_out = False
        try:
            if timer:
                timer.start()
            self.read()
            self.value = self.process.wait()
        finally:
            if timer:
                timer.cancel()
            self.kill()
        self.seconds = time.monotonic() - start
        if self.timed_out:
            self.value = None

    def read(self):
        for line in self.process.stdout:
            text = self.symbols.explain(line.decode(errors="replace").rstrip("\r\n"))
            self.lines.append(text)
            if self.show:
                print(text, flush=True)

    def end(self):
        self.timed_out = True
        self.kill()

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.process.wait()
