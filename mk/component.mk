# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# Static libraries, the stub, and component executables, found by where they are:
#
#   lib/<name>/*.[cS]                        lib/libtenon-<name>.a
#   component/<name>/*.c                     bin/<name>
#   test/conformance/<name>/*.c              bin/test-<name>
#   test/conformance/<name>/<part>/*.c       bin/test-<name>-<part>
#   test/conformance/<name>/lib<part>/*.c    bin/lib<part>.so, a shared library of components
#   test/bench/<name>/..., like these        bin/bench-<name>...
#   test/checked/<name>/..., with CHECKED=1  bin/checked-<name>...
#
# Debug information is kept apart from what runs: debug/<file>.debug beside bin/ is the same file with it.
# A folder's own module.mk may set <program>.cflags, <program>.ldflags (program: the file's name in
# bin/) or add rules. Executables are linked to all static libraries: only what is used gets in.

ABI_BUILD := $(BUILD)/$(ARCH)
FLAGS_FILE := $(ABI_BUILD)/flags
$(call remember,$(FLAGS_FILE),$(CC) $(COMPONENT_CFLAGS) $(COMPONENT_LDFLAGS) $(WARNINGS))

# -- the stub: what components are linked against, made from the symbol list alone --
STUB := $(ABI_BUILD)/lib/libtenon.so
$(ABI_BUILD)/obj/stub.S: abi/tenon.symbols
	@mkdir -p $(@D)
	@awk '/^[^#]/ { printf ".globl %s\n.type %s,@%s\n%s:\n.size %s,0\n", $$1, $$1, $$2, $$1, $$1 } \
		END { print ".section .note.GNU-stack,\"\",@progbits" }' $< > $@
$(STUB): $(ABI_BUILD)/obj/stub.S $(FLAGS_FILE)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(CC) -nostdlib -shared -Wl,-soname,libtenon.so,--hash-style=gnu,--build-id=none -o $@ $<

# -- static libraries --
LIBRARY_NAMES := $(filter-out crt,$(patsubst lib/%/,%,$(sort $(dir $(wildcard lib/*/*.c)))))
LIBRARIES := $(LIBRARY_NAMES:%=$(ABI_BUILD)/lib/libtenon-%.a)
CRT := $(ABI_BUILD)/lib/crt-note.o

$(CRT): lib/crt/note.S include/tenon/types.h $(FLAGS_FILE)
	@mkdir -p $(@D)
	@echo "  AS   $<"
	@$(CC) $(INCLUDES) -DABI_LEVEL=$$(sed -n 's/^#define TN_ABI_LEVEL \([0-9]*\)u/\1/p' \
		include/tenon/types.h) -c -o $@ $<

# Libraries are used in executables and in shared libraries: PIC serves both.
$(ABI_BUILD)/obj/%.pic.o: %.c $(FLAGS_FILE)
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) $(COMPONENT_CFLAGS) -fPIC $(WARNINGS) $(INCLUDES) $(DEPEND) -c -o $@ $<

define library
$(ABI_BUILD)/lib/libtenon-$(1).a: $(patsubst %.c,$(ABI_BUILD)/obj/%.pic.o,$(wildcard lib/$(1)/*.c))
	@mkdir -p $$(@D)
	@echo "  AR   $$@"
	@rm -f $$@ && $(AR) rcsD $$@ $$^
DEPENDENCIES += $(patsubst %.c,$(ABI_BUILD)/obj/%.pic.d,$(wildcard lib/$(1)/*.c))
endef
$(foreach l,$(LIBRARY_NAMES),$(eval $(call library,$(l))))

# -- executables and shared libraries of components --
LINK_INPUT := $(CRT) -Wl,--start-group $(LIBRARIES) -Wl,--end-group $(STUB)

# $(call program,folder,name,output folder)
define program
$(3)/obj/$(1)/%.o: $(1)/%.c $(FLAGS_FILE)
	@mkdir -p $$(@D)
	@echo "  CC   $$<"
	@$(CC) $(COMPONENT_CFLAGS) -fPIE $(WARNINGS) $(INCLUDES) $$($(2).cflags) $(DEPEND) -c -o $$@ $$<
$(3)/obj/$(1)/%.o: $(1)/%.S $(FLAGS_FILE)
	@mkdir -p $$(@D)
	@echo "  AS   $$<"
	@$(CC) $(INCLUDES) $$($(2).cflags) $(DEPEND) -c -o $$@ $$<
$(3)/bin/$(2): $(patsubst %,$(3)/obj/%.o,$(basename $(wildcard $(1)/*.c $(1)/*.S))) \
		$(CRT) $(LIBRARIES) $(STUB) $$($(2).needs)
	@mkdir -p $$(@D) $(3)/debug
	@echo "  LINK $$@"
	@$(CC) $(COMPONENT_LDFLAGS) $(EXECUTABLE_LDFLAGS) -o $(3)/debug/$(2).debug \
		$$(filter $(3)/obj/$(1)/%.o,$$^) $$($(2).ldflags) $(LINK_INPUT)
	@$(OBJCOPY) --strip-debug $(3)/debug/$(2).debug $$@
DEPENDENCIES += $(patsubst %,$(3)/obj/%.d,$(basename $(wildcard $(1)/*.c $(1)/*.S)))
PROGRAMS += $(3)/bin/$(2)
endef

# $(call shared_library,folder,name,output folder)
define shared_library
$(3)/obj/$(1)/%.o: $(1)/%.c $(FLAGS_FILE)
	@mkdir -p $$(@D)
	@echo "  CC   $$<"
	@$(CC) $(COMPONENT_CFLAGS) -fPIC $(WARNINGS) $(INCLUDES) $$($(2).cflags) $(DEPEND) -c -o $$@ $$<
$(3)/bin/$(2): $(patsubst %.c,$(3)/obj/%.o,$(wildcard $(1)/*.c)) $(CRT) $(LIBRARIES) $(STUB) $$($(2).needs)
	@mkdir -p $$(@D) $(3)/debug
	@echo "  LINK $$@"
	@$(CC) $(COMPONENT_LDFLAGS) -shared -Wl,-soname,$(2) -o $(3)/debug/$(2).debug \
		$$(filter $(3)/obj/$(1)/%.o,$$^) $$($(2).ldflags) $(LINK_INPUT)
	@$(OBJCOPY) --strip-debug $(3)/debug/$(2).debug $$@
DEPENDENCIES += $(patsubst %.c,$(3)/obj/%.d,$(wildcard $(1)/*.c))
PROGRAMS += $(3)/bin/$(2)
endef

# $(call folders,pattern): folders with sources that match
folders = $(patsubst %/,%,$(sort $(dir $(wildcard $(addsuffix /*.c,$(1)) $(addsuffix /*.S,$(1))))))
part = $(notdir $(1))
owner = $(notdir $(patsubst %/,%,$(dir $(1))))

# $(call tests,folder,prefix,output folder): the programs of system tests and benches
define tests
$(foreach f,$(call folders,$(1)/*),$(eval $(call program,$(f),$(2)-$(call part,$(f)),$(3))))
$(foreach f,$(filter-out %.so,$(call folders,$(1)/*/*)),$(if $(filter lib%,$(call part,$(f))),\
	$(eval $(call shared_library,$(f),$(call part,$(f)).so,$(3))),\
	$(eval $(call program,$(f),$(2)-$(call owner,$(f))-$(call part,$(f)),$(3)))))
endef

-include $(wildcard component/*/module.mk test/conformance/*/module.mk test/bench/*/module.mk)

PROGRAMS :=
$(foreach f,$(call folders,component/*),$(eval $(call program,$(f),$(call part,$(f)),$(ABI_BUILD))))
$(call tests,test/conformance,test,$(ABI_BUILD))
$(call tests,test/bench,bench,$(ABI_BUILD))
$(if $(CHECKED),$(call tests,test/checked,checked,$(ABI_BUILD)))
COMPONENT_PROGRAMS := $(PROGRAMS)

.PHONY: components
components: $(STUB) $(CRT) $(LIBRARIES) $(COMPONENT_PROGRAMS) ## build what runs on every kernel, without any kernel

-include $(DEPENDENCIES)
