# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""What init accepts in a scenario: the one table of it here. init's own is component/init/config.c, and
doc/scenario.md says what each means; test/tool compares all three."""

import re

LABEL_MAX, SERVICE_MAX, PRIORITY_MAX, PAGE_SIZE = 159, 31, 30, 4096

# core/price.h: what a PD costs before it has done anything, and what init gets.
PD_RAM, TOTAL_RAM, TOTAL_CAPS = 256 << 10, 160 << 20, 60000


class Text:
    def __init__(self, longest, what):
        self.longest, self.what = longest, what

    def mistake(self, entry):
        if entry.kind != "string" or entry.value is None:
            return f"{self.what} must be a string in quotes"
        if not entry.value:
            return f"{self.what} is empty"
        if len(entry.value.encode()) > self.longest:
            return f"{self.what} is longer than {self.longest} bytes"
        return ""


class Label(Text):
    """May be empty."""

    def mistake(self, entry):
        return "" if entry.kind == "string" and entry.value == "" else super().mistake(entry)


class Truth:
    what = "#true or #false"

    def mistake(self, entry):
        return "" if entry.kind == "boolean" else "must be #true or #false"


class Number:
    def __init__(self, least, most):
        self.least, self.most = least, most

    def read(self, entry):
        return entry.number()

    def wanted(self):
        return f"a whole number from {self.least} to {self.most}"

    def mistake(self, entry):
        value = self.read(entry)
        good = value is not None and self.least <= value <= self.most
        return "" if good else f"must be {self.wanted()}"


class Size(Number):
    def read(self, entry):
        return entry.size()

    def wanted(self):
        return f'bytes, or a number with unit such as "1M", from {self.least} to {self.most}'


class Choice:
    def __init__(self, *words):
        self.words, self.what = words, "one of " + ", ".join(words)

    def mistake(self, entry):
        return "" if entry.value in self.words else f"must be {self.what}"


class Cpus(Text):
    """Numbers and ranges, with commas between."""

    def mistake(self, entry):
        ranges = re.findall(r"(\d+)(?:-(\d+))?", entry.value if entry.kind == "string" else "")
        good = ranges and re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", entry.value)
        good = good and all(int(a) <= int(b or a) <= 63 for a, b in ranges)
        return "" if good else 'must be numbers from 0 to 63, such as "0,2-3"'


CHILD = Text(LABEL_MAX, "the child's name")
ROM = Text(LABEL_MAX, "the ROM's name")
SERVICE = Text(SERVICE_MAX, "the service's name")
FILE = Text(4095, "the file's name")
LABEL = Label(LABEL_MAX, "the label")
CAPS, RAM = Number(1, 1 << 20), Size(PAGE_SIZE, 1 << 40)
DELAY = 3600000  # ms


class Form:
    """What a node may have. `rest`: of arguments beyond those listed. `optional`: arguments may be left
    out. `required`: properties. `one_of`: exactly one of the children. `at_most_one`: of these properties.
    `often`: may stand more than once. `opaque`: not init's to read."""

    def __init__(self, *arguments, rest=None, optional=False, properties=None, required=(),
                 at_most_one=(), children=None, one_of=(), often=False, opaque=False):
        self.arguments, self.rest, self.optional = arguments, rest, optional
        self.properties, self.required = properties or {}, required
        self.at_most_one = at_most_one
        self.children, self.one_of = children or {}, one_of
        self.often, self.opaque = often, opaque


TARGETS = {
    "parent": Form(properties={"label": LABEL, "family": Truth()}),
    "child": Form(CHILD, properties={"label": LABEL, "wait": Truth()}),
    "any-child": Form(properties={"label": LABEL, "wait": Truth()}),
    "state": Form(properties={"label": LABEL}),
}

LABELS = {"label": LABEL, "label-prefix": LABEL, "label-suffix": LABEL, "label-last": LABEL}

RULES = {
    "service": Form(SERVICE, properties=LABELS, at_most_one=LABELS, children=TARGETS, one_of=TARGETS,
                    often=True),
    "any-service": Form(properties=LABELS, at_most_one=LABELS, children=TARGETS, one_of=TARGETS,
                        often=True),
}

ENDING = Form(Choice("ignore", "restart", "propagate"),
              properties={"delay-ms": Number(0, DELAY), "delay-max-ms": Number(1, DELAY),
                          "limit": Number(1, 1000000)})

START = {
    "binary": Form(ROM),
    "provides": Form(SERVICE, rest=SERVICE, often=True),
    "route": Form(children=RULES),
    "config": Form(opaque=True),
    "config-rom": Form(ROM),
    "exit": ENDING,
    "fault": ENDING,
}

QUOTA = {"caps": CAPS, "ram": RAM}

TOP = {
    "start": Form(CHILD, properties={**QUOTA, "caps-max": CAPS, "ram-max": RAM, "binary": ROM,
                                     "priority": Number(0, PRIORITY_MAX), "cpus": Cpus(63, "cpus="),
                                     "permit-execute": Truth()},
                  children=START, often=True),
    "default-route": Form(children=RULES),
    "default": Form(properties=QUOTA),
    "alias": Form(CHILD, properties={"child": CHILD}, required=("child",), often=True),
    "provides": Form(children=RULES),
    "end": Form(properties={"on": CHILD}, required=("on",)),
    "report": Form(properties={"delay-ms": Number(1, DELAY), "size": Size(PAGE_SIZE, 16 << 20)}),
    "report-hash": Form(Truth(), optional=True),
    "system": Form(properties={"caps": Number(0, 1 << 32), "ram": Size(0, 1 << 40)}),
    "rom": Form(ROM, properties={"file": FILE, "absent": Truth()}, often=True),
}

# Services that any-service does not mean.
DEVICES = {"IO_MEM", "IO_PORT", "IRQ", "DMA"}

DOCUMENT = Form(children=TOP)
DEFAULT_CAPS, DEFAULT_RAM = 100, 1 << 20
