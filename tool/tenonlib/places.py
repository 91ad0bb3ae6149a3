# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Where things are. An installed SDK has, in lib/tenon, the same folders as the tree."""

import os
import pathlib
import shutil

from .command import Problem

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ARCH = "x86_64"


def in_tree():
    return (ROOT / "Makefile").exists()


def known_kernels(build):
    """Those that can be run; the one that starts fastest comes first."""
    found = sorted(p.parent.parent.name for p in ROOT.glob("kernel/*/boot/run"))
    found = [k for k in found if not why_not(build, k)] or found
    return [k for k in found if k == "linux"] + [k for k in found if k != "linux"]


def ports(build):
    """(kernel, why it cannot be run, or nothing) of all that there are."""
    found = sorted({p.parents[n].name for pattern, n in (("port.mk", 0), ("boot/run", 1))
                    for p in ROOT.glob(f"kernel/*/{pattern}")})
    return [(kernel, why_not(build, kernel)) for kernel in
            [k for k in found if k == "linux"] + [k for k in found if k != "linux"]]


def why_not(build, kernel):
    """mk/port.mk has written what the kernel needs that is not there."""
    absent = build / kernel / "absent"
    if absent.exists():
        return absent.read_text().strip()
    return "" if (build / kernel / "core").exists() else "not built: run make"


def known_scenarios():
    return sorted(p.stem for p in (ROOT / "scenario").glob("*.kdl"))


def find_kernel(build, name):
    """`name`, or the first that there is."""
    known = known_kernels(build)
    if not known:
        raise Problem("no kernel port is built: there is no kernel/<name>/boot/run")
    if name and name not in known:
        raise Problem(f"no kernel {name}: there is no kernel/{name}/boot/run; known: "
                      f"{', '.join(known)}")
    return name or known[0]


def find_scenario(name):
    for path in (ROOT / "scenario" / f"{name}.kdl", pathlib.Path(name)):
        if path.is_file():
            return path
    raise Problem(f"no scenario {name}: neither scenario/{name}.kdl nor a file; known: "
                  f"{', '.join(known_scenarios())}")


def find_build(given=""):
    return pathlib.Path(given or ROOT / "build").absolute()


def require(program, package, what):
    """A program of the system: found along PATH, or what to install."""
    if not shutil.which(program, path=os.environ.get("PATH", os.defpath)):
        raise Problem(f"{program} is not installed, and {what} needs it: "
                      f"apt-get install {package}")
