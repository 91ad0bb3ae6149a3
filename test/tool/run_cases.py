# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""tenon run: exit values, places, and that nothing is left of a run, however it ends."""

import os
import signal
import subprocess

import harness
from harness import ROOT, TENON, case, expect, read_terminal, scenario, tenon, terminal, wait_for

ENDLESS = 'start "hello"\n'
CRASH = 'end on="crash"\nstart "crash" { config kind="write"; }\n'


def start_endless(path, **options):
    process = subprocess.Popen([TENON, "run", "--build", harness.context.build, path],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    for line in process.stdout:
        if b"hello exited" in line:
            return process
    raise AssertionError("did not start")


def expect_nothing_left(path):
    expect(wait_for(lambda: not harness.run_folders(path), 5), "a folder of the run is left")


@case
def every_kernel():
    for kernel in harness.context.kernels:
        tenon("run", "hello", "--kernel", kernel).expect(0, "[init -> hello] hello from any kernel")


@case
def value_is_that_of_init():
    tenon("run", scenario(CRASH)).expect(100, "faulted")
    tenon("run", scenario("frobnicate\n")).expect(2, "unknown node frobnicate")


@case
def log_is_on_standard_output():
    done = tenon("run", "hello")
    expect("hello from any kernel" in done.out and not done.err, done.err)


@case
def input_becomes_a_rom():
    data = harness.context.folder / "a, b.txt"
    data.write_text("one two\n")
    tenon("run", "demo", "--input", data).expect(0, "wc 1 2 8")


@case
def input_from_a_pipe():
    tenon("run", "demo", "--input", "/dev/stdin", text="one two three\n").expect(0, "wc 1 3 14")


@case
def no_such_scenario():
    tenon("run", "nowhere").expect(125, "no scenario nowhere", "known: ", "hello")


@case
def no_such_kernel():
    tenon("run", "hello", "--kernel", "nokernel").expect(125, "no kernel nokernel", "known: ")


@case
def no_such_input():
    tenon("run", "hello", "--input", "/not/there").expect(125, "ROM input: there is no file /not/there")


@case
def rom_is_missing():
    tenon("run", scenario('start "lost"\n')).expect(125, "given.kdl:1:1: ROM lost: no file lost")


@case
def not_built():
    done = subprocess.run([TENON, "run", "--build", harness.context.folder, "hello"], text=True,
                          capture_output=True)
    expect(done.returncode == 125 and "is not built: run make" in done.stderr, done)


@case
def time_is_over():
    path = scenario(ENDLESS)
    tenon("run", path, "--timeout", "1").expect(124, "did not end within 1 seconds")
    expect_nothing_left(path)


@case
def from_a_folder_with_comma_and_blank():
    odd = harness.context.folder / "a, b c"
    odd.mkdir()
    (odd / "here.kdl").write_text('end on="hello"\nstart "hello"\n')
    for kernel in harness.context.kernels:
        tenon("run", "here.kdl", "--kernel", kernel, cwd=odd).expect(0, "hello from any kernel")


@case
def reader_goes_away():
    path = scenario(ENDLESS)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        done = tenon("run", path, stdout=nobody)
    expect(done.value == 141 and not done.err, done.value, done.err)
    expect_nothing_left(path)


@case
def output_is_full():
    path = scenario('end on="hello"\nstart "hello"\n')
    with open("/dev/full", "w") as full:
        done = tenon("run", path, stdout=full)
    done.expect(1, "No space left on device: make room")
    expect_nothing_left(path)


@case
def disk_of_the_bundle_is_full():
    big = harness.context.folder / "big"
    big.write_bytes(bytes(1 << 21))
    done = harness.on_full_disk("sh", "-c", f'cp -rs {harness.context.build}/. "$FULL" 2>/dev/null; '
                                f'cat {big} | {TENON} run --build "$FULL" --input /dev/stdin demo')
    done.expect(1, "No space left on device: make room")
    expect("tenon-" not in done.err.partition("make room")[2], "files are left:", done.err)


@case
def closed_standard_files():
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", TENON, "run", "--build",
                               harness.context.build, "hello"], capture_output=True, text=True)
        expect(done.returncode == 0 and "Traceback" not in done.stderr, closed, done)


@case
def interrupted():
    path = scenario(ENDLESS)
    for number, value in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        process = start_endless(path)
        process.send_signal(number)
        expect(process.wait(20) == value and not process.stdout.read(), number, process.returncode)
        expect_nothing_left(path)


@case
def terminal_is_closed():
    path = scenario(ENDLESS)
    with terminal("setsid", "--ctty", TENON, "run", "--build", harness.context.build, path) as (process,
                                                                                             ours):
        expect(wait_for(lambda: harness.run_folders(path)), "did not start")
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), ours)  # our side was the last of it
        expect(wait_for(lambda: process.poll() is not None), "goes on without its terminal")
    expect_nothing_left(path)


@case
def no_terminal_output_but_the_log():
    with terminal(TENON, "run", "--build", harness.context.build, "hello") as (process, ours):
        said = read_terminal(ours)
        expect(process.wait(20) == 0 and said.startswith("[init -> hello] hello"), said)


@case
def emulator_is_missing():
    if "hw" not in harness.context.kernels:
        raise harness.Skip("no kernel that needs one")
    done = tenon("run", "hello", "--kernel", "hw", environment={"QEMU": "no-such-qemu"})
    done.expect(127, "no-such-qemu is not installed", "apt-get install")


@case
def the_same_from_anywhere():
    tenon("run", "hello", cwd="/").expect(0, "hello from any kernel")
    link = harness.context.folder / "linked"
    link.symlink_to(TENON)
    done = subprocess.run([link, "run", "--build", harness.context.build, "hello"], capture_output=True)
    expect(done.returncode == 0, done)
    expect(not list((ROOT / "tool").rglob("__pycache__")), "tenon leaves bytecode in the tree")
