# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Running a scenario: what goes into its bundle, and the process that runs it.

Kernels are started by kernel/<name>/boot/run; nothing here knows one.
"""

import errno
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from . import kdl
from .command import Problem
from .places import ARCH, ROOT, find_kernel
from .symbols import Symbols


class Rom:
    """A ROM that a scenario needs: the file that its `rom` node names, or whose executable it is."""

    def __init__(self, name, node, file="", absent=False, child="", depth=0):
        self.name, self.node = name, node
        self.file, self.absent, self.child, self.depth = file, absent, child, depth


def binary_of(start):
    """The name of a child's executable, and where it stands."""
    node = start.child("binary")
    if node:
        return node.text(), node
    return start.property_text("binary", start.text()), start


def served_by_child(start, binary):
    """Whether a route says that another child has this executable."""
    route = start.child("route")
    return bool(route) and any(
        rule.text() == "ROM" and rule.property_text("label", "") == binary and rule.child("child")
        for rule in route.all("service"))


def needed_roms(document, depth=0):
    """As the nodes say. Mistakes of form are for who checks them to report. What a child has within
    its configuration may be a scenario as well."""
    found = []
    for node in document.all("start"):
        child, (binary, place) = node.text(), binary_of(node)
        if child and binary and not served_by_child(node, binary):
            found.append(Rom(binary, place, child=child, depth=depth))
        inner = node.child("config")
        if inner and binary == "init":
            found += needed_roms(inner, depth + 1)
    for node in document.all("rom"):
        absent = node.property("absent")
        if node.text():
            found.append(Rom(node.text(), node, file=node.property_text("file", ""),
                             absent=bool(absent and absent.value is True)))
    return found


def system_totals(scenario, document):
    """The system's totals as the node `system` says, as kernel/<name>/boot/run finds them in its
    environment."""
    found = {}
    for node in document.all("system"):
        for entry in node.arguments + node.properties:
            value = entry.number() if entry.name == "caps" else entry.size()
            if entry.name not in ("ram", "caps") or value is None or not 0 <= value < 10 ** 18:
                raise Problem(f"{scenario}:{entry.line}:{entry.column}: system takes ram=SIZE, a number or "
                              'a text such as "512M", and caps=NUMBER')
            found[f"SYSTEM_{entry.name.upper()}"] = str(value)
    return found


def rom_places(build, kernel, scenario, rom):
    """Where the file of a ROM is looked for."""
    built = [build / kernel / "bin", build / ARCH / "bin"]
    near = [scenario.parent, ROOT]
    return near + built if rom.file else built + near


def find_file(build, kernel, scenario, rom):
    name = rom.file or rom.name
    places = rom_places(build, kernel, scenario, rom)
    for place in places:
        if (place / name).is_file():
            return place / name
    raise Problem(f"{scenario}:{rom.node.line}:{rom.node.column}: ROM {rom.name}: no file {name} in " +
                  ", ".join(map(str, places)))


def run_folder(build):
    """A fresh folder below the build directory, or, where that is not ours, below TMPDIR. Its name
    goes through a boot loader's command line, which a comma or a blank would break."""
    for parent in (build / "run", pathlib.Path(tempfile.gettempdir())):
        if set(os.path.relpath(parent)) & set(", \t\n"):
            continue
        try:
            parent.mkdir(parents=True, exist_ok=True)
            return pathlib.Path(tempfile.mkdtemp(prefix="tenon-", dir=parent))
        except (PermissionError, FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            if error.errno != errno.EROFS:
                raise
    raise Problem(f"no place for the bundle: neither {build}/run nor TMPDIR "
                  f"({tempfile.gettempdir()}) can be written and has a name without comma and blank")


def what_is_wrong(path):
    """With the file of a ROM, or nothing."""
    if path.is_dir():
        return f"{path} is a folder: name a file"
    if not path.exists():
        return f"there is no file {path}; run make, or correct the name"
    if not os.access(path, os.R_OK):
        return f"{path}: no permission to read it: change its permissions, or choose another"
    return ""


def copy_file(file, place):
    try:
        with open(file, "rb") as source, open(place, "wb") as copy:
            shutil.copyfileobj(source, copy)
    except OSError as error:
        error.filename = error.filename or str(place.parent.parent)
        raise


class Bundle:
    """The ROMs of a run, in a directory of its own that goes away with it."""

    def __init__(self, build, kernel, scenario, given=None):
        self.build = pathlib.Path(build).absolute()
        self.kernel = find_kernel(self.build, kernel)
        self.scenario = scenario
        files = {
            "init": self.build / ARCH / "bin" / "init",
            "runtime": self.build / kernel / f"ld-{kernel}.so",
            "config": scenario,
        }
        given = given or {}
        document = kdl.read(self.build, scenario)
        self.totals = system_totals(scenario, document)
        needed = needed_roms(document)
        self.children = {rom.child: rom.name for rom in needed if rom.child and not rom.depth}
        absent = {rom.name for rom in needed if rom.absent}
        named = {rom.name: rom for rom in needed if rom.file}
        for rom in needed:
            wanted = rom.name in named or rom.name not in files
            if wanted and rom.name not in given and rom.name not in absent:
                files[rom.name] = find_file(self.build, kernel, scenario, named.get(rom.name, rom))
        files.update(given)
        for rom, file in files.items():
            wrong = what_is_wrong(pathlib.Path(file))
            if wrong:
                raise Problem(f"ROM {rom}: {wrong}")
        self.files = files

    def __enter__(self):
        self.directory = run_folder(self.build)
        try:
            self.fill()
        except BaseException:
            self.__exit__()
            raise
        return self

    def fill(self):
        """Links, with names that nothing trips over; a pipe's or device's content is copied."""
        self.build_link = self.directory / "build"
        self.build_link.symlink_to(self.build)
        self.arguments = []
        for number, (rom, file) in enumerate(self.files.items()):
            place = self.directory / f"rom{number}"
            file = pathlib.Path(file).absolute()
            if file.is_file():
                place.symlink_to(file)
            else:
                copy_file(file, place)
            self.arguments.append(f"{rom}={os.path.relpath(place)}")

    def __exit__(self, *_):
        shutil.rmtree(self.directory, ignore_errors=True)


class Run:
    """One run of a bundle. `lines` is what it printed, `value` its exit value, None: timeout. With
    keep=False nothing is kept of what is shown: a run may last. Nothing is read for `deaf` seconds. `user`: root
    becomes that one for it, with no group but the one of that number."""

    def __init__(self, bundle, show=False, keep=True, timeout=None, environment=None, deaf=0, user=None):
        self.lines = []
        self.show = show
        self.keep = keep
        self.seconds = 0.0
        self.value = None
        self.symbols = Symbols(bundle.files)
        script = ROOT / "kernel" / bundle.kernel / "boot" / "run"
        identity = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        start = time.monotonic()
        # A group of its own: whatever the kernel's side is made of, it ends as a whole.
        self.process = subprocess.Popen(
            [script, os.path.relpath(bundle.build_link)] + bundle.arguments,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **bundle.totals, **(environment or {})}, start_new_session=True, **identity)
        timer = threading.Timer(timeout, self.end) if timeout else None
        self.timed_out = False
        try:
            if timer:
                timer.start()
            time.sleep(deaf)
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
            if self.keep:
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
