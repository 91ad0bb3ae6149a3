# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# Tenon's build. `make help` lists what there is to make. What is written where:
#
#   build/x86_64/lib   the stub and the static libraries that components are linked to
#   build/x86_64/bin   component executables and libraries: once per CPU, whatever the kernel
#   build/<kernel>     core, ld-<kernel>.so, and bin/ with attackers that are for this kernel alone
#   build/host         unit tests and tools that run on the machine that builds
#
# mk/ holds the parts: flags.mk, component.mk (libraries and executables by convention), port.mk (one
# kernel), host.mk (unit tests). A kernel port is found by its kernel/<name>/port.mk.

MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
SHELL := /bin/bash

ARCH     := x86_64
# CHECKED=1: a build in which errors are not numbers, in a folder of its own.
CHECKED  ?=
BUILD    ?= $(if $(CHECKED),build/checked,build)
CC       ?= gcc
CC       := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))
HOST_CC  ?= $(CC)
AR       ?= ar
AR       := $(if $(filter default undefined,$(origin AR)),ar,$(AR))
OBJCOPY  ?= objcopy
PYTHON   ?= python3
TENON    := $(PYTHON) tool/tenon
PREFIX   ?= /usr/local
DESTDIR  ?=
SCENARIO ?= demo
OUTPUT   ?=
INPUT    ?=
COMPONENT ?=
OPTIONS  ?=
# A file's name is taken as it is written: no dollar sign in it means anything, to make or to the shell.
override INPUT := $(value INPUT)
export INPUT
ONE      ?=

PORTS   := $(patsubst kernel/%/port.mk,%,$(wildcard kernel/*/port.mk))
# The one that starts fastest comes first.
KERNELS := $(filter linux,$(PORTS)) $(filter-out linux,$(PORTS))
KERNEL  ?= $(firstword $(KERNELS))

export PYTHONDONTWRITEBYTECODE := 1

.PHONY: all
all: ## build everything: components, libraries, and core and runtime of each kernel

include mk/flags.mk
include mk/component.mk
include mk/port.mk
include mk/host.mk
include mk/reference.mk
include mk/install.mk

all: components $(COMPILED) host

.PHONY: demo correlate run image graph check-scenario test matrix soak differ unit check features bench account loc format format-check lint verify mutate packages clean help
demo: ## build, then run the demo on each kernel and compare (INPUT=any-file)
	@tool/install-packages build run
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tool/demo --build $(BUILD) --kernels "$(KERNELS)" --input "$$INPUT"

correlate: all ## run a scenario on every kernel and compare: SCENARIO=name INPUT=any-file OUTPUT=page.html OPTIONS=
	@$(TENON) correlate --build $(BUILD) --input "$$INPUT" --output "$(OUTPUT)" --kernels "$(KERNELS)" $(OPTIONS) "$(SCENARIO)"

run: all ## run a scenario: SCENARIO=name KERNEL=name INPUT=any-file
	@$(TENON) run --build $(BUILD) --kernel "$(KERNEL)" --input "$$INPUT" "$(SCENARIO)"

image: all ## a bootable ISO of a scenario, BIOS and UEFI: SCENARIO=name OUTPUT=file.iso
	@tool/install-packages image
	@$(TENON) image --build $(BUILD) --input "$$INPUT" --output "$(OUTPUT)" "$(SCENARIO)"

graph: $(KDL_JSON) ## draw a scenario, or a report of init, as SVG: SCENARIO=name-or-file OUTPUT=file.svg
	@tool/install-packages graph
	@$(TENON) graph --build $(BUILD) --output "$(OUTPUT)" "$(SCENARIO)"

check-scenario: all ## check a scenario without running it: SCENARIO=name
	@$(TENON) check --build $(BUILD) --kernel "$(KERNEL)" $(if $(value INPUT),--input "$$INPUT") "$(SCENARIO)"

.PHONY: gdb strace kdb
DEBUG = $(PYTHON) tool/debug --build $(BUILD) --kernel "$(KERNEL)" --input "$$INPUT" \
	--component "$(COMPONENT)" $@ "$(SCENARIO)" -- $(OPTIONS)
gdb: all ## debug a component from its first line: SCENARIO= COMPONENT= KERNEL= OPTIONS=for-gdb
	@$(DEBUG)
kdb: KERNEL = hw
kdb: all ## run a scenario with the kernel's debugger on the terminal, Ctrl-] stops: SCENARIO= INPUT=
	@$(DEBUG)
strace: all ## a component's system calls: SCENARIO= COMPONENT= OPTIONS=for-strace
	@$(DEBUG)

test: ## build and run every test, each system test on each kernel (ONE=name, KERNELS=name)
	@rm -f $(BUILD)/matrix.json
	@tool/install-packages build run image graph test
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tool/test --build $(BUILD) --kernels "$(KERNELS)" \
		$(foreach k,$(filter-out $(KERNELS),$(COMPILED)),--absent "$k: $($k.absent)") --host "$(HOST_TESTS)" \
		--make "$(MAKE)" --one "$(ONE)"

matrix: ## what the last make test has shown: executable, SHA-256, kernel, result
	@$(PYTHON) tool/matrix --build $(BUILD)

soak: all ## components that die at any moment, for long: MINUTES= KILLS= SEED= KERNEL=
	@$(PYTHON) tool/soak --build $(BUILD) --kernel "$(KERNEL)" --minutes "$(or $(MINUTES),0)" \
		--kills "$(or $(KILLS),0)" --seed "$(or $(SEED),1)" --pace "$(or $(PACE),50)"

differ: all ## random sequences over the whole API, compared between kernels: SEED= SEEDS= STEPS=
	@$(PYTHON) tool/differ --build $(BUILD) --kernels "$(KERNELS)" --seed "$(or $(SEED),1)" \
		--seeds "$(or $(SEEDS),1)" --steps "$(or $(STEPS),500)" --print

unit: $(HOST_TESTS) ## the tests that run on the building machine alone

check: all ## the gates: ABI, instructions, names of kernels, headers, tests that documents name
	@$(PYTHON) tool/abi-check --build $(BUILD) --kernels "$(KERNELS)" --cc "$(CC)"
	@$(PYTHON) tool/features --build $(BUILD) --kernels "$(PORTS)" --check doc/features.md
	@tool/check-tables test/attack/README.md test/conformance/README.md

features: all ## write doc/features.md, what each kernel has, from the runtimes as built
	@$(PYTHON) tool/features --build $(BUILD) --kernels "$(PORTS)" > $(BUILD)/features.md
	@mv $(BUILD)/features.md doc/features.md

bench: all ## measure on each kernel, and libraries on the host; writes build/bench.jsonl
	@tool/install-packages build run bench
	@rm -f $(BUILD)/bench.jsonl
	@for b in $(HOST_BENCHES); do $(MAKE) -s --no-print-directory $$b || exit 1; done
	@$(PYTHON) tool/bench --build $(BUILD) --kernels "$(KERNELS)"

account: all ## where a null call goes, on kernels where that can be counted: instructions, system calls, time
	@tool/install-packages build run account
	@for k in $(KERNELS); do p=kernel/$$k/bench/account; [ ! -x $$p ] || { echo "$$k:"; $$p $(BUILD) || exit 1; }; done

loc: ## lines of code, generic and of each port
	@tool/loc

C_FILES = $(shell git ls-files '*.c' '*.h')
format: ## format the C sources in place
	clang-format -i $(C_FILES)

format-check: ## tell which C sources are not formatted
	clang-format --dry-run -Werror $(C_FILES)

lint: ## clang-tidy and cppcheck over the generic sources
	@tool/lint

verify: ## check the models in test/model with SPIN, and that each of their steps is needed
	@tool/install-packages verify
	@tool/verify

mutate: all ## break the system at one place at a time: some test has to notice (ONE=place)
	@tool/install-packages build run test
	@tool/mutate --build $(BUILD) --kernels "$(KERNELS)" --one "$(ONE)"

packages: ## install the Debian packages that are missing, or say which
	@tool/install-packages build run image graph test

clean: ## remove what was built
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile mk/*.mk | sort | \
		awk -F'\t' '{ printf "make %-14s %s\n", $$1, $$2 }'
	@echo "kernels found: $(or $(KERNELS),none)"
	@$(foreach k,$(filter-out $(KERNELS),$(COMPILED)),echo "kernel $k cannot be run: $($k.absent)";)
