# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""A run that is counted from outside whenever the system says that it is at rest.

Where a kernel has a program kernel/<kernel>/test/census, that is asked what core, and all that runs,
has of the machine: census PID [all], answers "name number" a line.
"""

import subprocess
import time

from .places import ROOT
from .scenario import Run

SETTLE_SECONDS = 0.5  # of the pause that the system makes


class CountedRun(Run):
    """`label`: of the component whose lines are shown; it logs "<word> at rest" before each pause."""

    def __init__(self, bundle, label, word, arguments=(), **options):
        self.program = ROOT / "kernel" / bundle.kernel / "test" / "census"
        self.prefix = f"[{label}"
        self.at_rest = f"[{label}] {word} at rest"
        self.arguments = list(arguments)
        self.counted = []
        super().__init__(bundle, keep=False, **options)

    def census(self):
        if not self.program.exists():
            return
        time.sleep(SETTLE_SECONDS)
        result = subprocess.run([self.program, str(self.process.pid), *self.arguments],
                                capture_output=True, text=True, check=True)
        print("census: " + ", ".join(result.stdout.splitlines()), flush=True)
        self.counted.append({name: int(number) for name, number in
                             map(str.split, result.stdout.splitlines())})

    def read(self):
        for line in self.process.stdout:
            text = line.decode(errors="replace").rstrip("\r\n")
            if text.startswith(self.prefix) and "waits for" not in text:
                print(text, flush=True)
            elif text.startswith(("[core]", "[init]")) and "fault" not in text and "called from" not in text:
                print(text, flush=True)
            if text.startswith(self.at_rest):
                self.census()
