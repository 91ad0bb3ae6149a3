# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Files that are made: either whole under their name, or not at all. And progress, for who watches."""

import io
import os
import pathlib
import shutil
import stat
import sys
import tempfile
import threading
import time

from .command import Problem


def is_special(path):
    """A terminal, a pipe, a device: written as it is."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return False


def write_through(path, source):
    try:
        with open(path, "wb") as target:
            shutil.copyfileobj(source, target)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def write_file(path, source):
    """Copies a file object, or bytes, to the file `path`, or to standard output for "-"."""
    source = io.BytesIO(source) if isinstance(source, bytes) else source
    if str(path) == "-":
        shutil.copyfileobj(source, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    path = pathlib.Path(path)
    if path.is_dir():
        raise Problem(f"{path}: is a folder: name a file")
    if is_special(path):
        write_through(path, source)
        return
    if not path.parent.is_dir():
        raise Problem(f"{path}: there is no folder {path.parent}: make it, or correct the name")
    if path.exists() and not os.access(path, os.W_OK):
        raise Problem(f"{path}: Permission denied: change its permissions, or choose another")
    replace_file(path, source)


def replace_file(path, source):
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        error.filename = str(path)
        raise
    os.close(number)
    try:
        write_through(name, source)
        os.chmod(name, 0o666 & ~current_umask())
        os.replace(name, path)
    except BaseException as error:
        os.unlink(name)
        if isinstance(error, OSError):
            error.filename = str(path)
        raise


def current_umask():
    value = os.umask(0)
    os.umask(value)
    return value


class Progress:
    """With `with`: tells on a terminal what takes its time; else, and if it is quick, nothing."""

    def __init__(self, what):
        self.what = what
        self.done = threading.Event()
        self.thread = None

    def __enter__(self):
        if sys.stderr.isatty():
            self.thread = threading.Thread(target=self.tell, daemon=True)
            self.thread.start()
        return self

    def tell(self):
        start = time.monotonic()
        shown = False
        while not self.done.wait(0.5):
            print(f"\r{self.what}: {time.monotonic() - start:.0f} s", end="", file=sys.stderr,
                  flush=True)
            shown = True
        if shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def __exit__(self, *_):
        self.done.set()
        if self.thread:
            self.thread.join()
