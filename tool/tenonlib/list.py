# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Lists what there is: the kernels that are built, or the scenarios that go by name."""

from .places import find_build, known_kernels, known_scenarios


def arguments(parser):
    parser.add_argument("what", choices=("kernels", "scenarios"))
    parser.add_argument("--build", metavar="DIR", default="", help="where the system was built")


def run(options):
    found = known_scenarios() if options.what == "scenarios" else known_kernels(find_build(options.build))
    for name in found:
        print(name)
    return 0
