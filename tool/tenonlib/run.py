# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Runs one scenario on one kernel, its log on standard output.

The exit value is init's; 124 when the time is over, 125 when the scenario could not be put together.
"""

import argparse
import threading

from .command import Problem
from .places import find_build, find_kernel, find_scenario
from .scenario import Bundle, Run

TIMED_OUT, NOT_RUN = 124, 125


def seconds(text):
    value = float(text)
    if not 0 < value < threading.TIMEOUT_MAX:
        raise argparse.ArgumentTypeError(f"{text}: must be more than 0")
    return value


def arguments(parser):
    parser.add_argument("scenario", help="a name in scenario/, or a file")
    parser.add_argument("--kernel", default="", help="default: the first of those that are built")
    parser.add_argument("--input", metavar="FILE", default="", help="the file that becomes ROM input")
    parser.add_argument("--timeout", metavar="SECONDS", type=seconds)
    parser.add_argument("--build", metavar="DIR", default="", help="where the system was built")


def make_bundle(options):
    build = find_build(options.build)
    given = {"input": options.input} if options.input else {}
    try:
        return Bundle(build, find_kernel(build, options.kernel), find_scenario(options.scenario), given)
    except Problem as problem:
        problem.value = NOT_RUN
        raise


def run(options):
    with make_bundle(options) as bundle:
        done = Run(bundle, show=True, keep=False, timeout=options.timeout)
    if done.value is None:
        raise Problem(f"{options.scenario} did not end within {options.timeout:g} seconds", TIMED_OUT)
    return done.value
