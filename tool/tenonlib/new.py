# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Makes a component, with a scenario and a test, which runs at once.

In the tree: component/NAME/, scenario/NAME.kdl, test/conformance/NAME/. With an installed SDK, or with --dir:
a folder NAME with a Makefile of its own.
"""

import pathlib
import re
import shutil

from .command import Problem
from .places import ARCH, ROOT, in_tree
from .schema import LABEL_MAX

TEMPLATES = pathlib.Path(__file__).resolve().parent / "template"

# Names of ROMs and programs that are something else.
TAKEN = {"core", "init", "runtime", "config", "input", "test"}
# A name of more is cut by a kernel's boot loader; "test-" comes before it.
NAME_MAX = 42


def arguments(parser):
    parser.add_argument("name", help="small letters, digits and dashes, a letter first")
    parser.add_argument("--dir", metavar="DIR", default="", help="the folder to make NAME in, outside of "
                                                                 "the tree")


def check_name(name):
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise Problem(f"{name}: not a name for a component: use small letters, digits and single dashes, "
                      "a letter first")
    if len(name) > min(NAME_MAX, LABEL_MAX):
        raise Problem(f"{name}: the name is longer than {NAME_MAX} characters: choose a shorter one")
    if name in TAKEN or name.startswith(("test-", "bench-")):
        raise Problem(f"{name}: the name is taken by something else: choose another")


def files_in_tree(name):
    """Where each template goes."""
    return ROOT, {
        "component.c": f"component/{name}/{name}.c",
        "README.md": f"component/{name}/README.md",
        "scenario.kdl": f"scenario/{name}.kdl",
        "test.c": f"test/conformance/{name}/{name}.c",
        "test.kdl": f"test/conformance/{name}/test.kdl",
    }


def files_outside(folder, name):
    return folder / name, {
        "component.c": f"{name}.c",
        "README.md": "README.md",
        "scenario.kdl": f"{name}.kdl",
        "test.c": f"test-{name}.c",
        "test.kdl": "test.kdl",
        "Makefile": "Makefile",
    }


def refuse_existing(base, places, name):
    for place in places.values():
        if (base / place).exists():
            raise Problem(f"{base / place}: is there already: choose another name, or remove it")
    if in_tree() and base == ROOT and (ROOT / "component" / name).exists():
        raise Problem(f"component/{name}: is there already: choose another name, or remove it")
    built = ROOT / "build" / ARCH / "bin" / name
    if base != ROOT and built.exists():
        raise Problem(f"{name}: a component of this name came with Tenon ({built}): choose another")


def make_folder(path, made):
    """And those above it; `made` gets the topmost that is new."""
    missing = [path, *path.parents]
    missing = [p for p in missing if not p.exists()]
    path.mkdir(parents=True, exist_ok=True)
    made += missing[-1:]


def licence(base, place):
    """The tree's own two lines; elsewhere that is for who writes it."""
    if base != ROOT or not place.endswith(".c"):
        return ""
    return ("/* SPDX-License-Identifier: BSD-2-Clause */\n"
            "/* SPDX-FileCopyrightText: 2026 The Tenon authors */\n\n")


def make_files(base, places, name):
    made = []
    try:
        for template, place in places.items():
            path = base / place
            make_folder(path.parent, made)
            text = licence(base, place) + (TEMPLATES / template).read_text(encoding="utf-8")
            made.append(path)
            path.write_text(text.replace("@NAME@", name), encoding="utf-8")
    except BaseException:
        for path in reversed(made):  # all or nothing
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise


def run(options):
    name = options.name
    check_name(name)
    tree = in_tree() and not options.dir
    folder = pathlib.Path(options.dir or ".")
    if not tree and not folder.is_dir():
        raise Problem(f"{folder}: there is no such folder: make it, or correct the name")
    base, places = files_in_tree(name) if tree else files_outside(folder, name)
    refuse_existing(base, places, name)
    make_files(base, places, name)
    for place in places.values():
        print(place if tree else base / place)
    if tree:
        print(f"\ntry: make run SCENARIO={name}\n     make test ONE={name}")
    else:
        print(f"\ntry: make -C {base} run\n     make -C {base} test")
    return 0
