# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""What gdb does not know of Tenon: where a component's files are loaded.

The list is the runtime's own, `modules` of runtime/linker.c; which file a module is, its build id
says, so that names of ROMs do not matter. Files are those of the run, in TENON_ROMS.

    tenon attach PROCESS    goes on until component_construct() of a process that waits for it
    tenon modules           what is loaded, and where
"""

import json
import os
import pathlib
import struct
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tenonlib.symbols import Elf, debug_file

RUNTIME = 0x10000000  # LAYOUT_RUNTIME of arch/x86_64/layout.h
PAGE = 4096


def files_by_build_id():
    """Copies have the same: the one with debug information counts."""
    found = {}
    for path in json.loads(os.environ.get("TENON_ROMS", "{}")).values():
        try:
            build_id = Elf.read(path).build_id
        except (ValueError, struct.error, OSError):
            continue  # no executable
        if build_id and (build_id not in found or str(debug_file(path)) != path):
            found[build_id] = path
    return found


FILES = files_by_build_id()


def file_at(address):
    """The file whose first page is mapped there, or None."""
    try:
        page = gdb.selected_inferior().read_memory(address, PAGE).tobytes()
        return FILES.get(Elf(page).build_id)
    except (gdb.MemoryError, ValueError, struct.error):
        return None


def add_symbols(address):
    """Of the file that is mapped there: debug information if there is, else its symbols."""
    path = file_at(address)
    if path:
        gdb.execute(f"add-symbol-file {debug_file(path)} -o {address:#x}", to_string=True)
    return path


def modules():
    """(name, address) of each, the executable first, the runtime last."""
    module = gdb.parse_and_eval("'runtime/linker.c'::modules")
    while module:
        yield module["name"].string(), int(module["first"])
        module = module["next"]


def run_to(place, condition=None, **how):
    """True: it is there."""
    breakpoint = gdb.Breakpoint(place, internal=True, temporary=True, **how)
    breakpoint.silent = True
    breakpoint.condition = condition
    gdb.execute("continue", to_string=True)
    return not breakpoint.is_valid() or breakpoint.hit_count > 0


def add_all(known=()):
    for name, address in modules():
        if address not in known and not add_symbols(address):
            print(f"tenon: no symbols of {name} at {address:#x}: it is not among the ROMs of this run")


class FaultBreakpoint(gdb.Breakpoint):
    """Where the runtime reports a fault: that of the component is some frames up. The signals themselves
    say little, as the runtime catches those that it expects."""

    def __init__(self):
        super().__init__("fault_report", internal=True)

    def stop(self):
        print("tenon: the component has faulted; bt shows where")
        return True


def attach(process):
    gdb.execute("set suppress-cli-notifications on")
    gdb.execute(f"attach {process}", to_string=True)
    gdb.execute("handle SIGSEGV SIGBUS SIGILL SIGFPE SIGSYS nostop noprint pass", to_string=True)
    gdb.execute("handle SIGSTOP nostop noprint nopass", to_string=True)  # it is stopped already
    if not add_symbols(RUNTIME):
        raise gdb.GdbError("tenon: no runtime where it should be")
    FaultBreakpoint()
    if not run_to("linker_loaded"):
        raise gdb.GdbError("tenon: the component has ended before its executable was loaded")
    gdb.execute("handle SIGSTOP stop print pass", to_string=True)
    add_all(known=(RUNTIME,))
    gdb.execute("set suppress-cli-notifications off")
    gdb.execute("tbreak component_construct", to_string=True)
    gdb.execute("continue")


class Tenon(gdb.Command):
    """tenon attach PROCESS: goes on until component_construct() of a process that waits for it.
tenon modules: what is loaded, and where."""

    def __init__(self):
        super().__init__("tenon", gdb.COMMAND_RUNNING)

    def invoke(self, text, from_tty):
        words = text.split()
        if len(words) == 2 and words[0] == "attach":
            attach(int(words[1]))
        elif words == ["modules"]:
            for name, address in modules():
                print(f"{address:#x} {name}: {file_at(address) or 'unknown file'}")
        else:
            raise gdb.GdbError(self.__doc__)


gdb.execute("set confirm off")
gdb.execute("set breakpoint pending off")
Tenon()
