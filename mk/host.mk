# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# What runs on the machine that builds: unit tests with sanitizers, and what the tools need.
#
# HOST_TESTS are make targets that print "ok NAME", "not ok NAME: why" and "skip NAME: why" lines. A library
# with tests of its own adds to it in lib/<name>/module.mk. Tests that only need to be compiled with
# the sources of the libraries below are test/unit/<name>.c; their target is unit-<name>. The example in the
# documentation of include/tenon/<name>.h is there as <example/<name>.h>.

HOST_BUILD := $(BUILD)/host
HOST_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_CFLAGS := -std=c17 -O1 -g $(HOST_SANITIZE) $(WARNINGS) $(CHECKED_CFLAGS) $(INCLUDES) -I.
$(call remember,$(HOST_BUILD)/flags,$(HOST_CC) $(HOST_CFLAGS))

HOST_LIBRARY_SRCS := $(wildcard lib/sha256/*.c lib/format/format.c lib/kdl/*.c lib/text/*.c lib/containers/*.c lib/lz4/*.c)
HOST_LIBRARY_OBJS := $(HOST_LIBRARY_SRCS:%.c=$(HOST_BUILD)/obj/%.o)
UNIT_TESTS := $(patsubst test/unit/%.c,%,$(filter-out test/unit/kdl_%,$(wildcard test/unit/*.c)))
HOST_TESTS := $(UNIT_TESTS:%=unit-%)

$(HOST_BUILD)/obj/%.o: %.c $(HOST_BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC   $< (host)"
	@$(HOST_CC) $(HOST_CFLAGS) $(DEPEND) -c -o $@ $<
$(UNIT_TESTS:%=$(HOST_BUILD)/%): $(HOST_BUILD)/%: $(HOST_BUILD)/obj/test/unit/%.o $(HOST_LIBRARY_OBJS)
	@echo "  LINK $@"
	@$(HOST_CC) $(HOST_SANITIZE) -o $@ $^

$(HOST_BUILD)/stream: $(HOST_BUILD)/obj/lib/stream/stream.o
# init's reader of scenarios, against the examples in the documentation.
$(HOST_BUILD)/scenario: $(patsubst %.c,$(HOST_BUILD)/obj/%.o,$(wildcard component/init/config*.c lib/config/*.c))

# What stands between @code and @endcode; mk/reference.mk compiles all of it as components are.
EXAMPLES := $(filter-out rpc_macros,$(patsubst include/tenon/%.h,%,$(wildcard include/tenon/*.h)))
$(EXAMPLES:%=$(HOST_BUILD)/example/%.h): $(HOST_BUILD)/example/%.h: include/tenon/%.h
	@mkdir -p $(@D)
	@{ echo '#include <tenon/$*.h>'; \
	   awk '/@endcode/ { on = 0 } on { sub(/^ \* ?/, ""); print; n++ } /@code/ { on = 1 } \
		END { exit !n }' $<; } > $@ || \
		{ echo "not ok example.$*: $< has no example between @code and @endcode"; exit 1; }
HOST_EXAMPLES := $(patsubst include/tenon/%,$(HOST_BUILD)/example/%,$(shell grep -l '@code' include/tenon/*.h))
$(UNIT_TESTS:%=$(HOST_BUILD)/obj/test/unit/%.o): HOST_CFLAGS += -I$(HOST_BUILD)
$(UNIT_TESTS:%=$(HOST_BUILD)/obj/test/unit/%.o): | $(HOST_EXAMPLES)
.PHONY: $(HOST_TESTS)
$(UNIT_TESTS:%=unit-%): unit-%: $(HOST_BUILD)/%
	@$<

# The reader of scenarios, for the tools and for those who install them; and the same with sanitizers, to test.
KDL_JSON := $(HOST_BUILD)/kdl-json
$(KDL_JSON): tool/kdl-json.c $(wildcard lib/kdl/*.c lib/kdl/*.h) include/tenon/kdl.h $(HOST_BUILD)/flags
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(HOST_CC) -std=c17 -O2 -g $(WARNINGS) $(INCLUDES) -o $@ $(filter %.c,$^)
$(KDL_JSON)-checked: $(HOST_BUILD)/obj/tool/kdl-json.o $(HOST_LIBRARY_OBJS)
	@echo "  LINK $@"
	@$(HOST_CC) $(HOST_SANITIZE) -o $@ $^

-include $(wildcard lib/*/module.mk)
include mk/fuzz.mk
-include $(shell [ -d $(HOST_BUILD)/obj ] && find $(HOST_BUILD)/obj -name '*.d')

.PHONY: host
host: $(KDL_JSON)

# -- the gates, the SDK and the tools, as tests --
.PHONY: check-build check-debug check-differ check-gates check-mistakes check-models check-places check-tutorial mistakes tool-test
check-gates: ## show that each gate can fail
	@$(PYTHON) tool/abi-check --self-test --cc "$(CC)"
	@tool/check-tables --self-test
check-build: all ## the SDK outside of the tree, the other compiler, nothing rebuilt for a kernel
	@test/build/run $(BUILD) "$(KERNELS)"
	@test/build/errors $(CC)
	@test/build/interrupt $(BUILD) "$(KERNELS)"
tool-test: all $(KDL_JSON)-checked ## the command tenon: what it does, says, and leaves
	@$(PYTHON) test/tool/run --build $(BUILD) --kernels "$(KERNELS)" --cc "$(HOST_CC)"
MISTAKES = test/mistakes/run --build $(BUILD) --kernels "$(filter-out $(SUPPLIED),$(KERNELS))" --supplied "$(SUPPLIED)"
check-mistakes: all ## what is said of mistakes is what doc/mistakes.md has
	@$(MISTAKES)
mistakes: all ## write doc/mistakes.md, what is said of mistakes, by making them
	@$(MISTAKES) --write
check-differ: all ## a few sequences over the whole API, the same on each kernel
	@$(PYTHON) tool/differ --build $(BUILD) --kernels "$(KERNELS)" --seeds 12 --steps 200 --verdict
check-models: ## the models as they are; make verify shows that each step is needed
	@tool/verify --quick
check-debug: all ## gdb, strace and the kernel debugger, as a user would call them
	@test/debug/run $(BUILD) "$(KERNELS)"
check-tutorial: all ## each command of doc/tutorial.md, and what it prints
	@BUILD="$(BUILD)" test/doc/run --supplied "$(SUPPLIED)" doc/tutorial.md
check-places: $(KDL_JSON) ## whether each place that make mutate breaks is still there
	@tool/mutate --build $(BUILD) --check
HOST_TESTS += check check-build check-debug check-differ check-gates check-mistakes check-models check-places check-tutorial tool-test
