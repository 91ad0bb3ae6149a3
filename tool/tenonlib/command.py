# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""How every command here begins and ends: signals, messages, exit values."""

import errno
import os
import signal
import sys

FAILED, BROKEN_PIPE, INTERRUPTED, HUNG_UP, TERMINATED = 1, 141, 130, 129, 143


class Problem(Exception):
    """What went wrong, where, and what to do: for the person who called."""

    def __init__(self, text, value=FAILED):
        super().__init__(text)
        self.value = value


def end_cleanly():
    """Being told to end is an exception like Ctrl-C: processes and files are cleared away."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(HUNG_UP))


def describe(error):
    """An error of the operating system, by what it concerns, and what to do."""
    advice = {
        errno.ENOSPC: "make room there, then try again",
        errno.EACCES: "change its permissions, or choose another",
        errno.EPERM: "change its permissions, or choose another",
        errno.EROFS: "choose a place that can be written",
        errno.ENOENT: "correct the name",
        errno.EISDIR: "name a file, not a folder",
    }.get(error.errno, "")
    what = error.filename if error.filename is not None else "output"
    return f"{what}: {error.strerror}" + (f": {advice}" if advice else "")


def give_up_output():
    """Nobody reads it, or it is full: what is left in buffers must not be tried again."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())


def complain(name, text):
    try:
        print(f"{name}: {text}", file=sys.stderr, flush=True)
    except OSError:
        pass  # the terminal is gone


def guarded(name, main):
    try:
        value = main()
        sys.stdout.flush()
        return value
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        give_up_output()
        return BROKEN_PIPE
    except Problem as problem:
        complain(name, problem)
        return problem.value
    except OSError as error:
        give_up_output()
        complain(name, describe(error))
        return FAILED


def open_what_is_closed():
    """Otherwise the next file opened would be taken for output."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != number:
                os.dup2(nothing, number)
            setattr(sys, name, open(number, "r" if number == 0 else "w", closefd=False))


def call(name, main):
    """Runs main() and ends with its value; whatever goes wrong is one line of text."""
    open_what_is_closed()
    end_cleanly()
    value = guarded(name, main)
    try:
        sys.stdout.flush()
    except OSError:
        give_up_output()
    sys.exit(value)
