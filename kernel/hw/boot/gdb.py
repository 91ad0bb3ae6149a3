# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""gdb on the hw kernel, through QEMU's stub. Every component has the same addresses, so that what stops
in one must look at the page table (cr3) too: breakpoints that are set in a component's range get
that condition by themselves, for the component that was named.

    tenon-hw SOCKET BUILD [COMPONENT]   connects, and goes on until component_construct() of the
                                        component, or without one until core's start
"""

import gdb

from __main__ import RUNTIME, add_all, run_to

USER = range(RUNTIME, 0x700000000000)  # LAYOUT_RUNTIME to LAYOUT_ATTACH_END
page_table = None


def matches(label, wanted):
    return label == wanted or label.rpartition("> ")[2] == wanted


class Start(gdb.Breakpoint):
    """Core lets a thread begin: the first one of the component?"""

    def __init__(self, component):
        super().__init__("port_thread_start", gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent = True
        self.component = component

    def stop(self):
        thread = gdb.parse_and_eval("thread")
        return (int(thread["index"]) == 0 and
                matches(thread["pd"]["label"].string(), self.component))


def in_component(breakpoint):
    for location in breakpoint.locations if hasattr(breakpoint, "locations") else []:
        if location.address not in USER:
            return False
    return True


def add_condition(breakpoint):
    """Core's and the kernel's functions have no need of it."""
    if page_table is None or breakpoint.condition or not breakpoint.location:
        return
    if in_component(breakpoint):
        breakpoint.condition = f"$cr3 == {page_table:#x}"


def start(socket, build, component):
    global page_table
    gdb.execute("set suppress-cli-notifications on")
    gdb.execute(f"target remote {socket}", to_string=True)
    gdb.execute(f"add-symbol-file {build}/hw/core", to_string=True)
    gdb.execute(f"add-symbol-file {build}/hw/debug/ld-hw.so.debug -o {RUNTIME:#x}", to_string=True)
    hardware = {"type": gdb.BP_HARDWARE_BREAKPOINT}
    if not component:
        gdb.execute("set suppress-cli-notifications off")
        gdb.execute("thbreak core_main", to_string=True)
        gdb.execute("continue")
        return
    wait = Start(component)
    try:
        gdb.execute("continue", to_string=True)
    except gdb.error:  # QEMU has gone
        raise gdb.GdbError(f"tenon: the scenario has ended, and no component {component} was started")
    wait.delete()
    run_to("thread_setup", **hardware)
    page_table = int(gdb.parse_and_eval("pd->page_table"))
    gdb.events.breakpoint_created.connect(add_condition)
    if not run_to("linker_loaded", condition=f"$cr3 == {page_table:#x}", **hardware):
        raise gdb.GdbError("tenon: the component has ended before its executable was loaded")
    add_all(known=(RUNTIME,))
    gdb.execute("set suppress-cli-notifications off")
    gdb.execute("thbreak component_construct", to_string=True)
    gdb.execute("continue")


class TenonHw(gdb.Command):
    """tenon-hw SOCKET BUILD [COMPONENT]: connects to QEMU."""

    def __init__(self):
        super().__init__("tenon-hw", gdb.COMMAND_RUNNING)

    def invoke(self, text, from_tty):
        socket, build, component = (text.split(maxsplit=2) + ["", ""])[:3]
        start(socket, build, component)


TenonHw()
