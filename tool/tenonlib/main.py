# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""The command tenon: runs, checks, packs and shows compositions of components. tenon(1) is its page."""

import argparse
import importlib
import sys

from .command import call

# Name, what it does. Each is a module of this package with arguments(parser) and run(options).
COMMANDS = {
    "run": "run a scenario on a kernel; the exit value is init's",
    "check": "check a scenario and what it needs, without running it",
    "correlate": "run a scenario on every kernel, and compare what is said and what it costs",
    "image": "make a bootable ISO image of a scenario, for BIOS and UEFI",
    "graph": "draw a scenario, or a state report of init, as SVG",
    "new": "make a component, with a scenario and a test",
    "log": "filter and colour a log, by label",
    "list": "list the kernels that are built, or the scenarios",
}


class Parser(argparse.ArgumentParser):
    """What is wrong comes first, and how to call it is told to who asks."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}: see {self.prog} --help\n")


def parse(arguments):
    parser = Parser(prog="tenon", description=__doc__.partition(" tenon(1)")[0],
                                     epilog="tenon COMMAND --help tells more; so does tenon(1).")
    parser.add_argument("--version", action="version", version="tenon 0.1.0")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    named = next((a for a in arguments if not a.startswith("-")), None)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text)
        if name == named:  # the others' modules are not needed
            module = importlib.import_module(f".{name}", __package__)
            command.description = module.__doc__
            command.formatter_class = argparse.RawDescriptionHelpFormatter
            module.arguments(command)
            command.set_defaults(run=module.run)
    return parser.parse_args(arguments)


def main():
    def run():
        options = parse(sys.argv[1:])
        return options.run(options)
    call("tenon", run)
