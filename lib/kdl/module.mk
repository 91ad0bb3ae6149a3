# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

# KDL on the host: tests, fuzzing, benchmark, static analysis. Included by the top-level Makefile;
# works alone as well, from the root of the tree: make -f lib/kdl/module.mk kdl-test

BUILD       ?= build
CLANG       ?= clang
FRAMAC      ?= frama-c
# The public conformance suite; tests skip it, with the reason, where it is missing.
KDL_SUITE   ?= ../shared/kdl-suite
# What kdl-fuzz, and the fuzzing within kdl-test, take.
FUZZ_SECONDS     ?= 600
KDL_TEST_SECONDS ?= 10

HOST_TESTS      += kdl-test
HOST_BENCHES    += kdl-bench
PACKAGES_TEST   += clang libexpat1-dev libjsmn-dev libyajl-dev
PACKAGES_VERIFY += frama-c-base

kdl_warn     := -std=c17 -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wcast-qual -Werror
kdl_sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all
kdl_src      := $(sort $(wildcard lib/kdl/*.c))
kdl_hdr      := include/tenon/kdl.h $(wildcard lib/kdl/*.h) test/unit/kdl_canonical.h
kdl_out      := $(BUILD)/kdl
kdl_fuzz     := $(kdl_out)/fuzz-target

.PHONY: kdl-test kdl-fuzz kdl-bench kdl-eva

# Unit cases and the suite, with sanitizers.
$(kdl_out)/unit $(kdl_out)/suite: $(kdl_out)/%: test/unit/kdl_%.c $(kdl_src) $(kdl_hdr)
	@mkdir -p $(@D)
	$(CC) $(kdl_warn) $(kdl_sanitize) -D_GNU_SOURCE -g -O1 -Iinclude -o $@ $< $(kdl_src)

# The library alone counts its basic blocks, hence two steps.
$(kdl_out)/linear: test/unit/kdl_linear.c $(kdl_src) $(kdl_hdr)
	@mkdir -p $(@D)
	for f in $(kdl_src); do \
		$(CC) $(kdl_warn) -O1 -fsanitize-coverage=trace-pc -Iinclude -c $$f \
			-o $(@D)/linear-$$(basename $$f .c).o || exit 1; \
	done
	$(CC) $(kdl_warn) -O1 -Iinclude -o $@ $< $(patsubst lib/kdl/%.c,$(@D)/linear-%.o,$(kdl_src))

# Without libFuzzer's runtime there is no target, and the tests say so.
$(kdl_fuzz): test/fuzz/kdl_fuzz.c $(kdl_src) $(kdl_hdr)
	@mkdir -p $(@D)
	@rm -f $@
	-$(CLANG) $(kdl_warn) $(kdl_sanitize) -fsanitize=fuzzer -g -O1 -Iinclude -o $@ $< $(kdl_src)

# $(1): seconds. The suite's documents are where the fuzzer starts from.
define kdl_run_fuzz
	@mkdir -p $(kdl_out)/corpus
	@if [ ! -x $(kdl_fuzz) ]; then \
		echo "skip kdl.fuzz: no clang with libFuzzer's runtime"; \
	elif $(kdl_fuzz) -max_total_time=$(1) -max_len=2048 -artifact_prefix=$(kdl_out)/ \
		$(kdl_out)/corpus $(wildcard $(KDL_SUITE)/input) > $(kdl_out)/fuzz.log 2>&1; then \
		echo "ok kdl.fuzz"; grep '^Done' $(kdl_out)/fuzz.log | sed 's/^/#   /'; \
	else \
		tail -n 40 $(kdl_out)/fuzz.log; echo "not ok kdl.fuzz: see $(kdl_out)/fuzz.log"; \
		exit 1; \
	fi
endef

# Each header on its own, in C and in C++.
define kdl_check_headers
	@for h in $(kdl_hdr); do \
		for lang in c c++; do \
			echo "#include \"$$h\"" | $(CC) -fsyntax-only -Wall -Wextra -Werror \
				-ffreestanding -I. -Iinclude -x $$lang - || \
				{ echo "not ok kdl.header: $$h in $$lang"; exit 1; }; \
		done; \
	done; echo "ok kdl.headers"
endef

kdl-test: $(kdl_out)/unit $(kdl_out)/suite $(kdl_out)/linear $(kdl_fuzz)
	$(kdl_check_headers)
	$(kdl_out)/unit
	$(kdl_out)/suite $(KDL_SUITE)
	$(kdl_out)/linear
	$(call kdl_run_fuzz,$(KDL_TEST_SECONDS))

kdl-fuzz: $(kdl_fuzz)
	$(call kdl_run_fuzz,$(FUZZ_SECONDS))

$(kdl_out)/bench: test/bench/kdl_bench.c $(kdl_src) $(kdl_hdr)
	@mkdir -p $(@D)
	$(CC) $(kdl_warn) -O2 -fno-stack-protector -Iinclude -o $@ $< $(kdl_src) -lexpat \
		$(if $(wildcard /usr/include/yajl/yajl_parse.h),-lyajl)

ifneq ($(wildcard /usr/include/expat.h),)
kdl-bench: $(kdl_out)/bench
	$< $(BUILD)/bench.jsonl
else
kdl-bench:
	@echo "skip kdl.bench: no expat.h (libexpat1-dev)"
endif

# Eva on the reader: all documents of up to 64 bytes, from tn_kdl_eva_read() on.
kdl-eva: test/unit/kdl_eva.c $(kdl_src) $(kdl_hdr)
	@mkdir -p $(kdl_out)
	$(FRAMAC) -cpp-extra-args="-Iinclude" -machdep gcc_x86_64 -main tn_kdl_eva_read \
		-eva -eva-slevel 2 -eva-domains equality $(kdl_src) $< > $(kdl_out)/eva.log 2>&1
	@sed -n '/====== ANALYSIS SUMMARY/,$$p' $(kdl_out)/eva.log
	@if grep -q '^  0 alarms generated' $(kdl_out)/eva.log; then echo "ok kdl.eva"; else \
		grep -A 1 'eva:alarm' $(kdl_out)/eva.log; \
		echo "not ok kdl.eva: alarms, see $(kdl_out)/eva.log"; exit 1; fi
