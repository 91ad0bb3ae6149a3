# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# Containers: a fuzz target for trees and rings. The unit tests are found by convention.

CLANG ?= clang
# What containers-fuzz, and the fuzzing among the tests, take.
FUZZ_SECONDS            ?= 600
CONTAINERS_TEST_SECONDS ?= 3

HOST_TESTS    += containers-test
PACKAGES_TEST += clang

containers_src  := $(wildcard lib/containers/*.c)
containers_out  := $(BUILD)/containers
containers_fuzz := $(containers_out)/fuzz-target

# Without libFuzzer's runtime there is no target, and the tests say so.
$(containers_fuzz): test/fuzz/containers_fuzz.c test/unit/tree_check.h $(containers_src) \
		$(wildcard include/tenon/*.h)
	@mkdir -p $(@D)
	@rm -f $@
	-$(CLANG) -std=c17 $(WARNINGS) $(HOST_SANITIZE) -fsanitize=fuzzer -g -O1 $(INCLUDES) -I. -o $@ \
		$< $(containers_src)

# $(1): seconds
define containers_run_fuzz
	@mkdir -p $(containers_out)/corpus
	@if [ ! -x $(containers_fuzz) ]; then \
		echo "skip containers.fuzz: no clang with libFuzzer's runtime"; \
	elif $(containers_fuzz) -max_total_time=$(1) -max_len=1024 -artifact_prefix=$(containers_out)/ \
		$(containers_out)/corpus > $(containers_out)/fuzz.log 2>&1; then \
		echo "ok containers.fuzz"; grep '^Done' $(containers_out)/fuzz.log | sed 's/^/#   /'; \
	else \
		tail -n 40 $(containers_out)/fuzz.log; \
		echo "not ok containers.fuzz: see $(containers_out)/fuzz.log"; exit 1; \
	fi
endef

.PHONY: containers-test containers-fuzz
containers-test: $(containers_fuzz)
	$(call containers_run_fuzz,$(CONTAINERS_TEST_SECONDS))

containers-fuzz: $(containers_fuzz)
	$(call containers_run_fuzz,$(FUZZ_SECONDS))
