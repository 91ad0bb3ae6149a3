# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# Executables that the loader has to refuse, made of a good one. Not in bin/: nobody should take them.

libouter.so.needs := $(ABI_BUILD)/bin/libinner.so
libouter.so.ldflags := $(libouter.so.needs)
test-loader-child.needs := $(ABI_BUILD)/bin/libouter.so $(ABI_BUILD)/bin/libinner.so
test-loader-child.ldflags := $(test-loader-child.needs)

LOADER_DAMAGES := tiny text short truncated machine class fixed tls textrel wx huge note level dynamic \
	strings copy outside behind symbol library $(addprefix random,1 2 3 4 5 6 7 8)
LOADER_DAMAGED := $(LOADER_DAMAGES:%=$(ABI_BUILD)/damaged/bad-%)

$(LOADER_DAMAGED): $(ABI_BUILD)/damaged/bad-%: $(ABI_BUILD)/bin/test-loader-child \
		test/conformance/loader/damage.py
	@mkdir -p $(@D)
	@$(PYTHON) test/conformance/loader/damage.py $* $< $@

components: $(LOADER_DAMAGED)
