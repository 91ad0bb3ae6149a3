# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""What init accepts in a scenario: the one table of it here. init's own is component/init/config.c, and
doc/scenario.md says what each means; test/tool compares all three."""

LABEL_MAX, SERVICE_MAX = 159, 31

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
        self.words = words

    def mistake(self, entry):
        return "" if entry.value in self.words else "must be one of " + ", ".join(self.words)


class Anything:
    def mistake(self, entry):
        return ""


ANYTHING = Anything()
CHILD = Text(LABEL_MAX, "the child's name")
ROM = Text(LABEL_MAX, "the ROM's name")
SERVICE = Text(SERVICE_MAX, "the service's name")
FILE = Text(4095, "the file's name")
LABEL = Label(LABEL_MAX, "label=")


class Form:
    """What a node may have. `rest`: of arguments beyond those listed. `required`: properties. `one_of`:
    exactly one of the children. `often`: may stand more than once. `opaque`: not init's to read."""

    def __init__(self, *arguments, rest=None, optional=False, properties=None, required=(),
                 children=None, one_of=(), often=False, opaque=False):
        self.arguments, self.rest, self.optional = arguments, rest, optional
        self.properties, self.required = properties or {}, required
        self.children, self.one_of = children or {}, one_of
        self.often, self.opaque = often, opaque


TARGETS = {
    "parent": Form(properties={"label": LABEL}),
    "child": Form(CHILD, properties={"label": LABEL}),
}

RULES = {
    "service": Form(SERVICE, properties={"label": LABEL}, children=TARGETS, one_of=TARGETS, often=True),
    "any-service": Form(children=TARGETS, one_of=TARGETS, often=True),
}

START = {
    "binary": Form(ROM),
    "provides": Form(SERVICE, rest=SERVICE, often=True),
    "route": Form(children=RULES),
    "config": Form(opaque=True),
}

TOP = {
    "start": Form(CHILD, properties={"caps": Number(1, 1 << 20), "ram": Size(4096, 1 << 40)},
                  children=START, often=True),
    "default-route": Form(children=RULES),
    "end": Form(properties={"on": CHILD}, required=("on",)),
    "report-hash": Form(Truth(), optional=True),
    "rom": Form(ROM, properties={"file": FILE, "absent": Truth()}, often=True),
}

DOCUMENT = Form(children=TOP)
DEFAULT_CAPS, DEFAULT_RAM = 100, 1 << 20
