# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Makes a bootable ISO image of a scenario, for a CD or a USB stick, BIOS and UEFI.

The log goes to the first serial port, at 115200 baud.
"""

import os
import signal
import subprocess

from .command import Problem
from .output import Progress, write_file
from .places import ROOT, find_build, find_scenario, known_kernels
from .scenario import Bundle


def arguments(parser):
    parser.add_argument("scenario", help="a name in scenario/, or a file")
    parser.add_argument("-o", "--output", metavar="FILE", default="", help="default: SCENARIO.iso")
    parser.add_argument("--kernel", default="", help="default: the first that has images")
    parser.add_argument("--input", metavar="FILE", default="", help="the file that becomes ROM input")
    parser.add_argument("--build", metavar="DIR", default="", help="where the system was built")


def image_script(kernel):
    return ROOT / "kernel" / kernel / "boot" / "image"


def choose_kernel(build, name):
    able = [kernel for kernel in known_kernels(build) if image_script(kernel).exists()]
    if not able:
        raise Problem("no kernel that is built can be put on an image: there is no "
                      "kernel/<name>/boot/image")
    if name and name not in able:
        raise Problem(f"the kernel {name} has no images: there is no kernel/{name}/boot/image; "
                      f"it is there for: {', '.join(able)}")
    return name or able[0]


def end_group(process):
    """Whatever it has started ends with it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run_script(command, totals):
    """What it says when it fails, or nothing."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace",
                               env={**os.environ, **totals}, start_new_session=True)
    try:
        said, _ = process.communicate()
    finally:
        end_group(process)
    return (said.strip() or f"status {process.returncode}") if process.returncode else ""


def explain(said, folder):
    if "No space left" in said:
        return f"{folder}: No space left on device: make room there, or set TMPDIR and --build"
    return said.splitlines()[-1]


def make(bundle, output):
    folder = bundle.directory / "image"
    folder.mkdir()
    made = folder / "iso9660"
    said = run_script([image_script(bundle.kernel), os.path.relpath(bundle.build_link),
                       folder.absolute(), made.absolute(), *bundle.arguments], bundle.totals)
    if said:
        raise Problem(f"cannot make the image: {explain(said, folder)}")
    with open(made, "rb") as source:
        write_file(output, source)


def run(options):
    build = find_build(options.build)
    scenario = find_scenario(options.scenario)
    output = options.output or f"{scenario.stem}.iso"
    given = {"input": options.input} if options.input else {}
    with Bundle(build, choose_kernel(build, options.kernel), scenario, given) as bundle:
        with Progress(f"making {output}"):
            make(bundle, output)
    return 0
