# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Filters a log by label: tenon run SCENARIO | tenon log --label 'init -> timer*'

A label is one exactly, with * or ? in it a pattern; --under takes a component and all below it. A line that
carries no label (of a boot loader, of QEMU) passes where no label is asked for.
"""

import fnmatch
import os
import re
import sys
import time
import zlib

LINE = re.compile(r"^\[(?P<label>[^\]]*)\] ?(?P<text>.*)$", re.S)
# Readable on light and on dark: no black, white, yellow.
COLORS = (31, 32, 34, 35, 36, 91, 92, 94, 95, 96)
BAD = re.compile(r"\b(not ok|faulted|error|cannot|denied|mistakes?)\b", re.I)
# What a terminal would take for more than text: log lines come from anybody.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def arguments(parser):
    parser.add_argument("file", nargs="?", default="-", help="a log, or - for standard input (default)")
    parser.add_argument("--label", metavar="LABEL", action="append", default=[],
                        help="this label, or pattern; may be given more than once")
    parser.add_argument("--under", metavar="LABEL", action="append", default=[],
                        help="this component, and its children")
    parser.add_argument("--not", metavar="LABEL", action="append", default=[], dest="without",
                        help="not this label, or pattern")
    parser.add_argument("--time", action="store_true", help="put the seconds since the start before each "
                                                            "line, as it arrives")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto",
                        help="auto: on a terminal, unless NO_COLOR is set")


def matches(label, patterns):
    return any(fnmatch.fnmatchcase(label, pattern.replace("[", "[[]")) for pattern in patterns)


def is_under(label, parents):
    return any(label == parent or label.startswith(parent + " -> ") for parent in parents)


def wanted(label, options):
    if label is None:
        return not (options.label or options.under)
    if matches(label, options.without):
        return False
    if not options.label and not options.under:
        return True
    return matches(label, options.label) or is_under(label, options.under)


def colored(label, text):
    color = COLORS[zlib.crc32(label.encode()) % len(COLORS)]
    text = f"\033[1m{text}\033[0m" if BAD.search(text) else text
    return f"\033[{color}m[{label}]\033[0m {text}"


def use_color(choice):
    if choice == "auto":
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return choice == "always"


def tell(line, options, color, start):
    line = CONTROL.sub("", line)
    match = LINE.match(line)
    label = match["label"] if match else None
    if not wanted(label, options):
        return
    if options.time:
        print(f"{time.monotonic() - start:10.3f} ", end="")
    print(colored(label, match["text"]) if color and match else line, flush=True)


def read_lines(file):
    """Each as soon as it is there."""
    with os.fdopen(os.dup(0), "rb") if file == "-" else open(file, "rb") as source:
        for line in source:
            yield line.decode(errors="replace").rstrip("\r\n")


def run(options):
    color = use_color(options.color)
    start = time.monotonic()
    for line in read_lines(options.file):
        tell(line, options, color, start)
    return 0
