#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

# run.sh KERNEL TEST: the kernel's test, as fast as it goes and with time counted in instructions.
set -u
kernel=$1
test=$2
qemu=${QEMU:-qemu-system-x86_64}

if ! command -v "$qemu" >/dev/null; then
	echo "skip hw-kernel: no $qemu"
	exit 0
fi

# run TITLE EXIT-STATUS MODULE-NAME QEMU-OPTIONS...
run()
{
	echo "# $1"
	want=$2
	name=$3
	shift 3
	timeout 60 "$qemu" -machine q35 -cpu max -m 256M -display none -serial stdio -no-reboot \
		-device isa-debug-exit,iobase=0xf4,iosize=4 "$@" \
		-kernel "$kernel" -initrd "$test core,$test $name" </dev/null
	got=$?
	if [ $got -ne $want ]; then
		echo "not ok hw-kernel: $name: exit status $got, not $want"
		exit 1
	fi
	echo "ok hw-kernel-$name"
}

run "in real time" 255 all
run "time counted in instructions" 255 all-icount -icount shift=0,sleep=off
run "memory above 4 GiB" 255 all-4g -m 4G
run "core touches a kernel object: 126 is meant" 3 touch
