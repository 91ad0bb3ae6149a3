# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Mistakes that a system meets while it runs: the same on each kernel."""

import functools
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading

import harness
from table import DAC, ROOT, clean, first_line, mistake, said

AREAS = ["The scenario", "Executables", "Children and services", "Configuration of components",
         "ROMs and the kernel's start"]
SCENARIO, EXECUTABLE, CHILD, COMPONENT, START = AREAS

# What a nested init is given: (what was done, text).
SCENARIOS = {
    "a brace is not closed": 'start "a" {\n',
    "a string is not closed": 'start "a\n',
    "binary noise": "\x01\x02\x7f}{\n",
    "an unknown node": 'strat "a"\n',
    "an unknown node in start": 'start "a" {\n  sevice "X"\n}\n',
    "an unknown property": 'start "a" rma="1M"\n',
    "a child without a name": "start\n",
    "two children of one name": 'start "a"\nstart "a"\n',
    "caps=0": 'start "a" caps=0\n',
    "ram= with an unknown unit": 'start "a" ram="1Q"\n',
    "priority= beyond the range": 'start "a" priority=99\n',
    "cpus= that are no numbers": 'start "a" cpus="x"\n',
    "ram-max= below ram=": 'start "a" ram="2M" ram-max="1M"\n',
    "the name of a service is too long": 'start "a" {\n  provides "a service whose name has more than thirty-one bytes"\n}\n',
    "a route to a child that is not there": 'start "a" {\n  route { service "X" { child "b" }; }\n}\n',
    "a route to who does not provide it": 'start "b"\nstart "a" {\n  route { service "X" { child "b" }; }\n}\n',
    "a route from a child to itself": 'start "a" {\n  provides "X"\n  route { service "X" { child "a" }; }\n}\n',
    "a rule with two targets": 'start "a" {\n  route { service "X" { parent; child "a" }; }\n}\n',
    "two children provide it, any-child": 'start "a" {\n provides "X"\n}\nstart "b" {\n provides "X"\n}\n'
                                          'start "c" {\n  route { service "X" { any-child }; }\n}\n',
    "an unknown action after a fault": 'start "a" {\n  fault "explode"\n}\n',
    "endless restarts without a delay": 'start "a" {\n  fault "restart" delay-ms=0\n}\n',
    "config and config-rom": 'start "a" {\n  config x=1\n  config-rom "y"\n}\n',
    "end on= a child that is not there": 'end on="b"\nstart "a"\n',
    "an alias of nothing": 'alias "x" child="y"\n',
    "more ram than init has": 'start "a" ram="1G" binary="hello"\n',
}

# What the loader is given; kind of test/conformance/loader/damage.py.
EXECUTABLES = {
    "a shell script": "text", "one byte": "tiny", "cut off": "truncated", "for another CPU": "machine",
    "for 32 bits": "class", "not position independent": "fixed", "thread-local storage": "tls",
    "relocations in the code": "textrel", "a segment writable and executable": "wx",
    "a segment larger than any memory": "huge", "no ABI note": "note", "of a later ABI": "level",
    "not linked dynamically": "dynamic", "an unknown symbol": "symbol", "a library that is not there": "library",
    "a relocation outside of its memory": "outside",
}

# (area, what was done, the start node's rest)
CHILDREN = {
    "its executable is not in the bundle": (CHILD, 'binary="nowhere"', ""),
    "its executable is an empty file": (EXECUTABLE, 'binary="empty"', ""),
    "its name has capital letters that no file has": (CHILD, 'binary="Hello"', ""),
    "ram= is not enough for an address space": (CHILD, 'binary="hello" ram="64K"', ""),
    "caps= is not enough to start": (CHILD, 'binary="hello" caps=2', ""),
    "ram= is more than is left": (CHILD, 'binary="hello" ram="900M"', ""),
    "it asks for a service without a route": (CHILD, 'binary="demo-client" ram="4M" caps=200',
                                              'route { service "ROM" { parent; }; service "LOG" { parent; }; }'),
    "nobody provides the service": (CHILD, 'binary="demo-client" ram="4M" caps=200', ""),
    "its ROM is not in the bundle": (CHILD, 'binary="demo-client" ram="4M" caps=200',
                                     'route { service "ROM" label="input" { parent label="nothing"; }; any-service { parent; }; }'),
    "it faults": (CHILD, 'binary="crash"', 'config kind="read"'),
    "crash: an unknown kind": (COMPONENT, 'binary="crash"', 'config kind="explode"'),
    "dynamic-rom: an unknown step": (COMPONENT, 'binary="dynamic-rom" ram="2M" caps=200', 'config { rom "a" { jump; }; }'),
    "dynamic-rom: repeats without a wait": (COMPONENT, 'binary="dynamic-rom" ram="2M" caps=200',
                                            'config { rom "b" repeat=#true { content "x"; }; }'),
    "report-rom: an unknown key": (COMPONENT, 'binary="report-rom" ram="2M" caps=200', 'config { rom "a" colour="red"; }'),
    "log-buffer: a number out of range": (COMPONENT, 'binary="log-buffer" ram="2M" caps=200', "config clients=0"),
    "fault-proxy: an unknown error": (COMPONENT, 'binary="fault-proxy" ram="2M" caps=200',
                                      'config { service "X" { error "TN_ERR_WHATEVER"; }; }'),
    "rom-filter: an unknown node": (COMPONENT, 'binary="rom-filter" ram="2M" caps=200', "config { frobnicate; }"),
}


def slug(what):
    return re.sub(r"[^a-z0-9]+", "-", what.lower()).strip("-")


def nested_scenarios(folder):
    """(scenario, {name of child: (area, what)})"""
    text, names = "", {}
    for what, inner in SCENARIOS.items():
        name = slug(what)
        (folder / name).write_text(inner)
        text += (f'rom "{name}" file="{name}"\nstart "{name}" binary="init" ram="2M" caps=200 '
                 f'{{ config-rom "{name}"; }}\n')
        names[name] = SCENARIO, what
    return text + 'rom "hello"\n', names


def bad_children(folder):
    text, names = 'rom "nowhere" absent=#true\nrom "Hello" absent=#true\nrom "empty" file="empty"\n' \
        'rom "input" file="scenario/demo.txt"\nrom "libouter.so"\nrom "libinner.so"\n', {}
    (folder / "empty").write_bytes(b"")
    for what, kind in EXECUTABLES.items():
        name = slug(what)
        file = harness.context.build / "x86_64" / "damaged" / f"bad-{kind}"
        text += f'rom "bad-{kind}" file="{file}"\nstart "{name}" binary="bad-{kind}"\n'
        names[name] = EXECUTABLE, what
    for what, (area, properties, nodes) in CHILDREN.items():
        name = slug(what)
        text += f'start "{name}" {properties} {{ {nodes}\n}}\n'
        names[name] = area, what
    return text, names


def groups(kernels):
    return [(kernel, make) for kernel in kernels for make in (nested_scenarios, bad_children)]


def about(name, line):
    """The line is of this child, or of init about it."""
    return re.match(rf"\[(core|init)\] (init -> )?{re.escape(name)}\b(?!-)|\[init -> {re.escape(name)}[\] ]", line)


def play_group(given, group):
    kernel, make = group
    harness.context = given
    with tempfile.TemporaryDirectory(prefix="tenon-case-") as folder:
        given.folder = pathlib.Path(folder)
        text, names = make(given.folder)
        path = given.folder / "given.kdl"
        path.write_text(text)
        heard = listen(kernel, path, names)
        return [(area, what, kernel, clean(heard.get(name, "")), "nothing was said")
                for name, (area, what) in names.items()]


def listen(kernel, path, names):
    """{child: the first that was said of it}; ends as soon as all were heard of."""
    heard = {}
    process = subprocess.Popen([harness.TENON, "run", "--build", harness.context.build, "--kernel", kernel, path],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    late = threading.Timer(60, process.terminate)
    late.start()
    for line in process.stdout:
        if not first_line(line):
            continue
        for name in names:
            if name not in heard and about(name, line):
                heard[name] = first_line(line)
        if len(heard) == len(names):
            process.send_signal(signal.SIGTERM)
            break
    late.cancel()
    process.stdout.close()
    process.wait()
    return heard


# -- the start: kernel, core and ROMs, as kernel/<name>/boot/run is called --

def modules(kernel, **changed):
    build = harness.context.build
    roms = {"runtime": build / kernel / f"ld-{kernel}.so", "init": build / "x86_64/bin/init",
            "config": ROOT / "scenario/hello.kdl", "hello": build / "x86_64/bin/hello"}
    return {name: file for name, file in {**roms, **changed}.items() if file}


def start(kernel, roms=(), extra=(), **options):
    # A short name without comma or blank, as tenon makes them.
    link = harness.context.folder / "build"
    if not link.is_symlink():
        link.symlink_to(harness.context.build)
    arguments = [f"{name}={file}" for name, file in dict(roms or modules(kernel)).items()]
    return said([ROOT / "kernel" / kernel / "boot/run", "build", *arguments, *extra], **options)


def at_start(what, *kernels):
    def add(function):
        for kernel in kernels:
            mistake(START, what, kernel)(functools.partial(function, kernel))
        return function
    return add


BOTH = ("linux", "hw")


def small(name, content):
    path = harness.context.folder / name
    path.write_bytes(content)
    return path


@at_start("no ROM init", *BOTH)
def no_init(kernel):
    return start(kernel, modules(kernel, init=None))


@at_start("no ROM runtime", *BOTH)
def no_runtime(kernel):
    return start(kernel, modules(kernel, runtime=None))


@at_start("no ROM config", *BOTH)
def no_config(kernel):
    return start(kernel, modules(kernel, config=None))


@at_start("init is not an executable", *BOTH)
def init_is_text(kernel):
    return start(kernel, modules(kernel, init=small("init", b"#!/bin/sh\n" * 1000)))


@at_start("the runtime is not an executable", *BOTH)
def runtime_is_text(kernel):
    return start(kernel, modules(kernel, runtime=small("runtime", b"#!/bin/sh\n" * 1000)))


@at_start("the ROM's file is not there", *BOTH)
def no_file(kernel):
    return start(kernel, modules(kernel, hello="missing"))


@at_start("the ROM's file is a folder", *BOTH)
def folder_as_rom(kernel):
    return start(kernel, modules(kernel, hello="/usr"))


@at_start("the ROM's file may not be read", *BOTH)
def unreadable(kernel):
    path = small("secret", b"x")
    path.chmod(0)
    return start(kernel, modules(kernel, hello="secret"), without=DAC)


@at_start("a ROM is given twice", "linux")
def twice(kernel):
    return start(kernel, extra=["hello=" + str(modules(kernel)["hello"])])


@at_start("45 ROMs", "hw")
def too_many(kernel):
    return start(kernel, modules(kernel, **{f"rom{n}": small(f"rom{n}", b"x") for n in range(45)}))


@at_start("a ROM's name of 70 characters", "linux")
def long_name(kernel):
    return start(kernel, modules(kernel, **{"n" * 70: ROOT / "README.md"}))


@at_start("an argument that is not NAME=FILE", "linux")
def odd_argument(kernel):
    return start(kernel, extra=["nonsense"])


@at_start("core is called without arguments", "linux")
def no_arguments(kernel):
    return said([harness.context.build / "linux/core"])


@at_start("an unknown option of core", "linux")
def odd_option(kernel):
    return said([harness.context.build / "linux/core", "--frobnicate"])


@at_start("a limit of 100 open files (ulimit -Hn)", "linux")
def few_files(kernel):
    return said(["sh", "-c", 'ulimit -n 100; exec "$0" "$@"', harness.context.build / "linux/core",
                 *(f"{n}={f}" for n, f in modules(kernel).items())], without=(24,))


@at_start("Linux has no memfd_create", "linux")
def no_memfd(kernel):
    return start(kernel, no=(319,))


@at_start("Linux has no epoll", "linux")
def no_epoll(kernel):
    return start(kernel, no=(291,))


@at_start("Linux has no seccomp", "linux")
def no_seccomp(kernel):
    return start(kernel, no=(317,))


@at_start("Linux has no pidfd_getfd, and core has more files than it may have itself", "linux")
def no_other_process(kernel):
    return re.sub(r"limit of \d+", "limit of N", start(kernel, no=(438,), good=True, environment={"CORE_OPTIONS": "--descriptors=16"}))


@at_start("a process that keeps files for core is killed", "linux")
def keeper_is_killed(kernel):
    path = small("endless.kdl", b'start "hello"\n')
    process = subprocess.Popen([harness.TENON, "run", "--build", harness.context.build, "--kernel", kernel, path],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env={**os.environ, "CORE_OPTIONS": "--descriptors=16"})
    for line in process.stdout:
        if "hello exited" in line:
            break
    ours = subprocess.run(["pgrep", "--parent", str(process.pid)], capture_output=True, text=True, check=True).stdout.split()
    subprocess.run(["pkill", "-KILL", "--parent", ours[0], "tenon-keeper"], check=True)
    return process.stdout.read()


@at_start("QEMU is not installed", "hw")
def no_emulator(kernel):
    return start(kernel, environment={"QEMU": "no-such-qemu"})


@at_start("QEMU_OPTIONS that QEMU does not know", "hw")
def odd_options(kernel):
    return start(kernel, environment={"QEMU_OPTIONS": "-frobnicate"})


@at_start("a port of QEMU's that is taken", "hw")
def taken_port(kernel):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        return start(kernel, environment={"QEMU_OPTIONS": f"-gdb tcp:127.0.0.1:{taken.getsockname()[1]}"})
