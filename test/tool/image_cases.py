# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""tenon image: it boots, by BIOS and UEFI, from CD and disk; and failures leave nothing."""

import pathlib
import shlex
import signal
import subprocess

import harness
from harness import ROOT, TENON, case, expect, scenario, tenon, wait_for

UEFI = pathlib.Path("/usr/share/ovmf/OVMF.fd")
MACHINE = shlex.split("qemu-system-x86_64 -machine q35 -cpu max -m 256M -display none -serial stdio "
                      "-monitor none -no-reboot -nic none -device isa-debug-exit,iobase=0xf4,iosize=4")


def able():
    return [k for k in harness.context.kernels if (ROOT / "kernel" / k / "boot" / "image").exists()]


def boot(name, *options):
    if not able():
        raise harness.Skip("no kernel that has images")
    tenon("image", name, "-o", "x.iso").expect(0)
    done = subprocess.run([*MACHINE, *options], stdin=subprocess.DEVNULL, capture_output=True,
                          cwd=harness.context.folder, timeout=180)
    said = done.stdout.decode(errors="replace")
    expect("[core] init ended with value 0" in said and done.returncode == 255, said, done.stderr)
    return said


@case
def bios_from_cd():
    said = boot("demo", "-cdrom", "x.iso")
    expect("[init -> client] timer signal" in said and "[init -> client] wc" in said, said)


@case
def bios_from_disk():
    boot("hello", "-drive", "file=x.iso,format=raw")


@case
def uefi_from_cd():
    if not UEFI.exists():
        raise harness.Skip("no UEFI firmware: apt-get install ovmf")
    said = boot("demo", "-bios", str(UEFI), "-cdrom", "x.iso")
    expect("[init -> client] timer signal" in said and "[init -> client] wc" in said, said)


@case
def quiet_and_whole():
    done = tenon("image", "hello").expect(0)
    expect(not done.out and not done.err, done.out, done.err)
    expect([p.name for p in harness.context.folder.iterdir()] == ["hello.iso"])


@case
def unable_kernel():
    for kernel in set(harness.context.kernels) - set(able()):
        tenon("image", "hello", "--kernel", kernel).expect(1, f"the kernel {kernel} has no images")
    tenon("image", "hello", "--kernel", "nokernel").expect(1, "the kernel nokernel has no images")


@case
def missing_tools():
    environment = harness.path_without("xorriso")
    tenon("image", "hello", environment=environment).expect(1, "xorriso is not installed", "apt-get")
    tenon("image", "hello", environment={"GRUB_LIB": "/none"}).expect(1, "grub-pc-bin is not installed")


@case
def output_cannot_be_written():
    tenon("image", "hello", "-o", "/not/there/x.iso").expect(1, "there is no folder /not/there")
    tenon("image", "hello", "-o", "/dev/full").expect(1, "/dev/full: No space left on device")


@case
def disk_is_full():
    done = harness.on_full_disk(TENON, "image", "--build", harness.context.build, "hello", "-o",
                                "full/x.iso")
    done.expect(1, "full/x.iso: No space left on device: make room")
    expect(".x.iso" not in done.err.replace("full/x.iso", ""), "a file is left:", done.err)


@case
def names_that_no_boot_loader_carries():
    path = scenario('start "hello"\nrom "a b" file="given.kdl"\n')
    tenon("image", path).expect(1, "ROM a b: a boot loader cannot carry blanks")


@case
def too_many_roms():
    path = scenario('start "hello"\n' + "".join(f'rom "r{n}" file="given.kdl"\n' for n in range(40)))
    tenon("image", path).expect(1, "ROMs, and the kernel hw takes 40")


@case
def interrupted():
    path = scenario('start "hello"\n')
    process = subprocess.Popen([TENON, "image", "--build", harness.context.build, path],
                               cwd=harness.context.folder, stderr=subprocess.PIPE)
    started = wait_for(lambda: any((f / "image").exists() for f in harness.run_folders(path)))
    process.send_signal(signal.SIGINT)
    expect(process.wait(20) == 130 and started and not process.stderr.read(), process.returncode)
    expect([p.name for p in harness.context.folder.iterdir()] == ["given.kdl"], "a file is left")
    expect(wait_for(lambda: not harness.run_folders(path), 5), "a folder is left")
