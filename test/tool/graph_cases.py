# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""tenon graph: the picture has what the scenario or the report has."""

import xml.etree.ElementTree as xml

import harness
from harness import case, expect, scenario, tenon


def texts(svg):
    return [element.text for element in xml.fromstring(svg).iter() if element.tag.endswith("}text")]


@case
def scenario_by_name():
    tenon("graph", "demo").expect(0)
    found = texts((harness.context.folder / "demo.svg").read_text())
    for text in ("timer", "client", "(demo-client)", "4M, 200 caps", "Sha256", "any", "demo.kdl"):
        expect(text in found, text, "is not in", found)


@case
def to_standard_output():
    expect("timer" in texts(tenon("graph", "demo", "-o", "-").out))


@case
def default_routes_and_labels():
    path = scenario('default-route { service "T" label="a" { child "t" label="b"; }; }\n'
                    'start "t" { route { any-service { parent }; }; }\nstart "c"\n')
    found = texts(tenon("graph", path, "-o", "-").out)
    expect("T label a as b" in found, found)


@case
def children_of_children():
    path = scenario('start "inner" binary="init" { config { start "deep" { route { service "X" '
                    '{ child "other"; }; }; }; start "other"; }; }\n')
    dot = tenon("graph", path, "-o", "-", "--dot").out
    expect('subgraph "cluster init -> inner"' in dot and
           '"init -> inner -> deep" -> "init -> inner -> other" [label="X"]' in dot, dot)


@case
def aliases_any_child_and_provided_upwards():
    path = scenario('alias "s" child="t"\nprovides { service "T" { child "s"; }; }\nstart "t" { provides "T"; }\n'
                    'start "c" { route { service "T" { any-child; }; service "ROM" { state; }; }; }\n')
    dot = tenon("graph", path, "-o", "-", "--dot").out
    for edge in ('"parent" -> "init -> t" [label="T"]', '"init -> c" -> "init -> t" [label="T"]',
                 '"init -> c" -> "init" [label="ROM"]'):
        expect(edge in dot, edge, "is not in", dot)


REPORT = """ram limit=1048576 used=4096
child t binary=timer restarts=2 state=running { ram limit=2097152 used=1024; provides Timer announced=#true; }
child c binary=c restarts=0 state=ended { last-end exit value=1; }
session Timer client=c label="c -> x" server=t state=ready
session LOG client=t label=t server=parent state=ready
session LOG client=t label=t server=parent state=ready
"""


@case
def report_of_init():
    done = tenon("graph", "-", text=REPORT).expect(0)
    found = texts(done.out)
    for text in ("t", "(timer)", "restarts: 2", "ram: 1K of 2048K", "ended", "Timer c -> x",
                 "LOG t (2 times)", "parent", "ram: 4K of 1024K"):
        expect(text in found, text, "is not in", found)


@case
def hostile_names():
    path = scenario('start "a\\"b\\\\n<script>&]\\n" { route { service "<x" { parent; }; }; }\n')
    found = texts(tenon("graph", path, "-o", "-").out)
    expect('a"b\\n<script>&]' in [text.strip() for text in found] and "<x" in found, found)


@case
def neither_scenario_nor_report():
    tenon("graph", scenario("nothing\n")).expect(1, "neither a scenario nor a report")
    tenon("graph", scenario("}")).expect(1, "given.kdl:1:1: not KDL")
    tenon("graph", "nowhere").expect(1, "no scenario nowhere")


@case
def without_graphviz():
    tenon("graph", "demo", environment=harness.path_without("dot")).expect(
        1, "dot is not installed", "apt-get install graphviz")
    expect(not (harness.context.folder / "demo.svg").exists())


@case
def output_cannot_be_written():
    tenon("graph", "demo", "-o", "/not/there/x.svg").expect(1, "there is no folder /not/there")
    tenon("graph", "demo", "-o", harness.context.folder).expect(1, "is a folder: name a file")
    tenon("graph", "demo", "-o", "/proc/self/x.svg").expect(1, "/proc/self/x.svg: ")


@case
def output_is_full():
    tenon("graph", "demo", "-o", "/dev/full").expect(1, "/dev/full: No space left on device: make room")
    with open("/dev/full", "w") as full:
        tenon("graph", "demo", "-o", "-", stdout=full).expect(1, "No space left on device")


@case
def disk_is_full():
    done = harness.on_full_disk(harness.TENON, "graph", "--build", harness.context.build, "demo", "-o",
                                "full/x.svg", size="4k")
    done.expect(1, "full/x.svg: No space left on device")
    expect(".svg\n" not in done.err and ".x.svg" not in done.err, "a file is left:", done.err)


@case
def old_output_stays_if_there_is_no_new_one():
    path = harness.context.folder / "demo.svg"
    path.write_text("old")
    tenon("graph", scenario("}"), "-o", path).expect(1)
    expect(path.read_text() == "old")
    tenon("graph", "demo", "-o", path).expect(0)
    expect("<svg" in path.read_text())
    expect(sorted(p.name for p in harness.context.folder.iterdir()) == ["demo.svg", "given.kdl"])
