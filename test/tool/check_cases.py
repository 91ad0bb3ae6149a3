# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Mistakes in scenarios: each is found, at its place, and nothing else is."""

import json
import random
import re
import subprocess

import harness
from harness import ROOT, case, expect, scenario, tenon
from tenonlib import schema

HELLO = 'start "hello"\n'

# Scenarios that are wrong on purpose, and why.
WRONG_ON_PURPOSE = {"init/poor.kdl": "asks for more than there is"}
MADE_BY_HAND = {"lz4/lz4.kdl": "make gigabyte takes a while",
                "heap/test.kdl": "is in the checked build alone"}


def check(text):
    return tenon("check", scenario(text))


def finds(text, *lines):
    """Exactly these messages, as LINE:COLUMN: and a part of the text."""
    found = check(text).expect(1).err.splitlines()
    for line, wanted in zip(found, lines):
        place, _, part = wanted.partition(" ")
        expect(f"given.kdl:{place}: " in line and part in line, f"not {wanted}, but {line}")
    expect(len(found) == len(lines), len(found), "messages:", found)


@case
def all_scenarios_are_clean():
    found = [p for p in sorted(ROOT.glob("scenario/*.kdl")) + sorted(ROOT.glob("test/*/*/*.kdl"))
             if f"{p.parent.name}/{p.name}" not in {*WRONG_ON_PURPOSE, *MADE_BY_HAND}]
    done = tenon("check", *found)
    expect(len(found) > 20, "too few scenarios were found")
    expect(done.value == 0 and not done.err and not done.out, done.err)


@case
def wrong_on_purpose_is_noticed():
    for name in WRONG_ON_PURPOSE:
        tenon("check", ROOT / "test/conformance" / name).expect(1)


@case
def finds_what_init_finds():
    """Each mistake that init reports of its test, in the same line."""
    folder = ROOT / "test/conformance/init"
    places = re.findall(r"^line .*config:(\d+):\d+:", (folder / "mistakes.expected").read_text(), re.M)
    told = re.findall(r"mistakes.txt:(\d+):", tenon("check", folder / "mistakes.txt").expect(1).err)
    expect(len(places) > 10 and not set(places) - set(told), set(places) - set(told))


@case
def first_error_first():
    told = tenon("check", ROOT / "test/conformance/init/mistakes.txt").expect(1).err
    places = [(int(a), int(b)) for a, b in re.findall(r"mistakes.txt:(\d+):(\d+):", told)]
    expect(places == sorted(places) and places, places)


@case
def not_kdl():
    finds('start "hello" {\n', "2:1 not KDL: expected")


@case
def not_text():
    (harness.context.folder / "noise.kdl").write_bytes(random.Random(1).randbytes(4096))
    tenon("check", "noise.kdl").expect(1, "noise.kdl:1:", "not KDL")


@case
def no_such_scenario():
    tenon("check", "nowhere").expect(1, "no scenario nowhere", "known: ")


@case
def unknown_node():
    finds(HELLO + 'strat "x"\n', "2:1 unknown node strat: did you mean start?")


@case
def unknown_property():
    finds('start "hello" rma="1M"\n', "1:15 unknown property rma: did you mean ram?")


@case
def value_out_of_range():
    finds('start "hello" caps=0 ram="1Q"\n', "1:15 caps= must be a whole number", "1:22 ram= must be")


@case
def argument_too_many():
    finds('start "hello" "again"\n', "1:15 one argument too many")


@case
def name_is_missing():
    finds("start\n", "1:1 the child's name is missing")


@case
def child_twice():
    finds(HELLO + HELLO, "2:1 there is a child hello already, in line 1")


@case
def node_twice():
    finds('start "hello" {\n binary "hello"\n binary "hello"\n}\n', "3:2 binary stands here twice")


@case
def route_to_no_child():
    finds('start "hello" { route {\n service "Timer" { child "timer" }\n}; }\n',
          "2:20 route to nowhere: there is no child timer")


@case
def route_to_who_does_not_provide():
    finds('start "timer"\nstart "hello" { route {\n service "Timer" { child "timer" }\n}; }\n',
          "3:20 child timer does not provide Timer")


@case
def rule_that_never_applies():
    finds('start "hello" { route {\n any-service { parent }\n service "LOG" { parent }\n}; }\n',
          "3:2 never applies")
    expect(check('start "hello" { route { any-service { parent; }; service "IRQ" { parent; }; }; }\n').value == 0)


@case
def two_targets():
    finds('start "hello" { route {\n service "X" { parent; parent }\n}; }\n', "2:2 exactly one of parent, child",
          "2:24 parent stands here twice")


@case
def end_on_nobody():
    finds(HELLO + 'end on="nobody"\n', '2:1 end on="nobody": there is no child')


@case
def ram_does_not_add_up():
    finds('start "a" ram="100M" { binary "hello"; }\nstart "b" ram="61M" { binary "hello"; }\n',
          f"2:11 the children have ram={161 << 20}, and init has")


@case
def caps_do_not_add_up():
    finds('start "a" caps=50000 { binary "hello"; }\nstart "b" caps=50000 { binary "hello"; }\n',
          "2:11 the children have caps=100000")


@case
def too_little_to_live():
    finds('start "hello" ram="64K"\n', "1:15 ram=65536 does not pay for hello itself")


@case
def rom_without_file():
    finds('start "nothing"\nrom "data" file="not/there"\n', "1:1 ROM nothing: there is no file nothing",
          "2:1 ROM data: there is no file not/there")


@case
def rom_given_on_the_command_line():
    path = scenario(HELLO + 'rom "input" file="not/there"\n')
    tenon("check", path, "--input", "/etc/passwd").expect(0)


@case
def rom_left_out():
    expect(check('start "lost"\nrom "lost" absent=#true\n').value == 0)


@case
def label_of_no_rom():
    finds('start "hello" { route {\n service "ROM" label="config" { parent label="x.conf" }\n'
          ' any-service { parent }\n}; }\n', "2:33 route to nowhere: no ROM x.conf")


@case
def numbers_as_kdl_has_them():
    expect(check('start "hello" caps=0x64 ram=1_048_576\n').value == 0)


@case
def prices_are_those_of_core():
    program = harness.context.folder / "prices"
    source = ('#include <core/price.h>\n#include <stdio.h>\nint main(void) { printf("%llu %llu %llu", '
              "(unsigned long long)PRICE_PD_RAM, TOTAL_RAM, TOTAL_CAPS); return 0; }\n")
    subprocess.run([*harness.context.cc.split(), "-x", "c", "-", f"-I{ROOT}", f"-I{ROOT}/include",
                    f"-I{ROOT}/arch/x86_64", "-o", program], input=source, text=True, check=True)
    prices = tuple(map(int, subprocess.run([program], capture_output=True, text=True).stdout.split()))
    expect(prices == (schema.PD_RAM, schema.TOTAL_RAM, schema.TOTAL_CAPS), prices)


def all_words(form):
    for name, inner in form.children.items():
        yield name
        yield from inner.properties
        for argument in inner.arguments:
            yield from getattr(argument, "words", ())
        yield from all_words(inner)


PARTS_OF_MESSAGES = {"one", "another", "s"}


@case
def table_has_what_init_reads():
    """By the words in init's source that could be names of nodes and keys."""
    source = "".join(p.read_text() for p in (ROOT / "component/init").glob("config*.c"))
    asked = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', source)) - PARTS_OF_MESSAGES
    known = set(all_words(schema.DOCUMENT)) - {"file", "absent"}  # for those who make bundles
    expect(len(asked) > 30 and not asked - known, "tool/tenonlib/schema.py has not:", asked - known)
    expect(not known - asked, "tool/tenonlib/schema.py has, and init has not:", known - asked)


@case
def examples_of_the_page_are_right():
    page = (ROOT / "doc/scenario.md").read_text()
    examples = re.findall(r"^```kdl\n(.*?)^```", page, re.M | re.S)
    for text in examples:
        told = [line for line in check(text).err.splitlines() if "no ROM" not in line]
        expect(not told, told)
    expect(len(examples) > 3, "too few examples were found")


@case
def scenario_within_a_scenario():
    finds('start "a" ram="4M" binary="init" {\n config {\n  strat "x"\n'
          '  start "hello" ram="5M"\n }\n}\n', "3:3 unknown node strat: did you mean start?",
          "4:17 the children have ram=5242880, and init has 4194304")


@case
def aliases_and_defaults():
    expect(check('default ram="2M"\nalias "t" child="timer"\nstart "timer" { provides "Timer"; }\n'
                 'start "hello" { route { service "Timer" { child "t"; }; }; }\nend on="t"\n').value == 0)
    finds('alias "t" child="timer"\n' + HELLO, "1:1 there is no child timer: an alias stands for a start")
    finds('default ram="100K"\n' + HELLO, "2:1 ram=102400 does not pay for hello")


@case
def any_child():
    provider = 'start "timer" { provides "Timer"; }\n'
    client = 'start "hello" { route { service "Timer" { any-child; }; }; }\n'
    expect(check(provider + client).value == 0)
    finds(client, "1:43 route to nowhere: no child provides Timer")
    finds(provider + provider.replace('"timer" {', '"wc" {') + client, "3:43 more than one child provides Timer: name one of timer, wc")


@case
def route_to_itself():
    finds('start "timer" { provides "Timer"; route { service "Timer" { child "timer"; }; }; }\n',
          "1:61 route to nowhere: from timer to itself")


@case
def labels_exclude_each_other():
    finds('start "hello" { route { any-service label="a" label-last="b" { parent; }; }; }\n',
          "1:47 only one of label, label-prefix")


@case
def endings():
    finds('start "hello" {\n exit "retry"\n fault "ignore" limit=2\n}\n', "2:7 must be one of ignore",
          '3:17 only "restart" has delays')
    finds('start "hello" {\n exit "restart" delay-ms=0\n}\n', "2:17 nothing would end a crash loop")


@case
def state_and_what_is_provided_upwards():
    finds('start "hello" { route { service "LOG" { state; }; }; }\n', "1:41 state is a ROM")
    finds('provides { any-service { any-child; }; service "X" { parent; }; }\n' + HELLO,
          "1:12 provides takes service", "1:40 provides takes service")
    finds('start "parent" binary="hello"\n', "1:1 parent is no name for a child")


@case
def things_that_exclude_each_other():
    finds('start "hello" binary="hello" {\n binary "hello"\n config\n config-rom "x"\n}\n'
          'rom "x" file="given.kdl"\n', "2:2 binary is given twice", "4:2 exclude each other")
    finds('start "hello" ram="2M" ram-max="1M" cpus="3-1" { config-rom "y"; }\n',
          "1:24 ram-max= is less than ram=", "1:37 cpus= must be numbers", "1:50 no ROM y is in the bundle")


# -- the reader that tools have --

def kdl_json(data, *arguments, **options):
    tool = harness.context.build / "host" / "kdl-json-checked"
    return subprocess.run([tool, *(arguments or ["-"])], input=data, capture_output=True, timeout=60,
                          **options)


@case
def kdl_json_survives_noise():
    chance = random.Random(2)
    for n in range(60):
        pieces = [chance.choice(['a', '"', "{", "}", "\\u{0}", "/-", "\n", ";", "=", '"""', "#", "1e5",
                                 "é", "\r\n", "\x00", '"a\\n"']) for _ in range(chance.randrange(60))]
        done = kdl_json("".join(pieces).encode())
        expect(done.returncode in (0, 1) and b"Sanitizer" not in done.stderr, pieces, done.stderr)


@case
def kdl_json_on_a_full_disk():
    with open("/dev/full", "wb") as full:
        tool = harness.context.build / "host" / "kdl-json"
        done = subprocess.run([tool, ROOT / "scenario/demo.kdl"], stdout=full, stderr=subprocess.PIPE)
    expect(done.returncode == 1 and b"No space left" in done.stderr, done)


@case
def kdl_json_reads_pipes_and_tells_places():
    done = kdl_json('a é=1 {\n  b #true; "c d" (t)0x10 "x\\ty"\n}\n'.encode())
    read = json.loads(done.stdout)
    inner = read[0]["children"][1]
    expect((inner["line"], inner["column"], inner["name"]) == (2, 12, "c d"), inner)
    expect(inner["entries"][1]["value"] == "x\ty" and inner["entries"][0]["value"] == "0x10", inner)
    expect(read[0]["entries"][0]["name"] == "é" and read[0]["children"][0]["entries"][0]["value"] is True)
    expect(kdl_json(b"", "/not/there").returncode == 2)
