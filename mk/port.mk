# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# Core and runtime of each kernel. Sources, generic ones first:
#
#   build/<k>/core        core/ base/ arch/<cpu>/core* kernel/<k>/core/
#   build/<k>/ld-<k>.so   runtime/ base/ arch/<cpu>/runtime* kernel/<k>/runtime/
#                         and runtime/plain/ or, with CHECKED=1, runtime/checked/
#
# kernel/<k>/port.mk may set, to add to what is here:
#
#   <k>.core.srcs  <k>.core.cflags  <k>.core.ldflags  <k>.core.needs
#   <k>.runtime.srcs  <k>.runtime.cflags  <k>.runtime.ldflags
#   <k>.targets      what else has to be made for the port to run; with rules of its own
#   <k>.installed    what an installed SDK needs beside core and runtime
#   <k>.generic      libraries of lib/ compiled into core (default: format text containers)
#   <k>.absent       why the kernel cannot be run, in words: what it needs; the port is compiled all the same
#   <k>.supplied     yes: the user brings the kernel, so that no page of the documentation takes it for granted
#   <k>.devices      yes: core/device/ is part of core
#
# Kernel-specific attackers, which enter the kernel by themselves, are system tests under
# kernel/<k>/test/, built to build/<k>/bin as mk/component.mk says.

CORE_CFLAGS    := $(COMMON_CFLAGS) -fno-pie -fvisibility=hidden -mno-red-zone
RUNTIME_CFLAGS := $(COMMON_CFLAGS) -fPIC -fvisibility=hidden
CORE_LDFLAGS    := -nostdlib -static -Wl,-z,noexecstack,-z,separate-code,-z,max-page-size=4096 \
	-Wl,--gc-sections,--build-id=sha1
RUNTIME_LDFLAGS := -nostdlib -shared -Wl,-Bsymbolic,-z,defs,-z,relro,-z,now,-z,noexecstack,-z,separate-code \
	-Wl,-z,max-page-size=4096,--hash-style=gnu,--build-id=sha1,--gc-sections,-z,text \
	-Wl,-soname,libtenon.so,-e,runtime_entry

include $(KERNELS:%=kernel/%/port.mk)
# What is compiled, and what is run of it. The tools tell why a kernel is not.
COMPILED := $(KERNELS)
$(foreach k,$(COMPILED),$(if $($k.absent),$(call remember,$(BUILD)/$k/absent,$($k.absent)),\
	$(shell rm -f $(BUILD)/$k/absent)))
override KERNELS := $(foreach k,$(COMPILED),$(if $($k.absent),,$k))
SUPPLIED := $(foreach k,$(COMPILED),$(if $($k.supplied),$k))

VERSION_SCRIPT := $(ABI_BUILD)/obj/tenon.map
$(VERSION_SCRIPT): abi/tenon.symbols
	@mkdir -p $(@D)
	@awk 'BEGIN { print "{ global:" } /^[^#]/ { print "\t" $$1 ";" } END { print "local: *; };" }' $< > $@

# $(call object_rules,kernel,part,flags)
define object_rules
$(BUILD)/$(1)/obj/$(2)/%.o: %.c $(BUILD)/$(1)/obj/$(2).flags
	@mkdir -p $$(@D)
	@echo "  CC   $$< ($(1) $(2))"
	@$(CC) $(3) $(WARNINGS) $($(1).$(2).cflags) $(DEPEND) -c -o $$@ $$<
$(BUILD)/$(1)/obj/$(2)/%.o: %.S $(BUILD)/$(1)/obj/$(2).flags
	@mkdir -p $$(@D)
	@echo "  AS   $$< ($(1) $(2))"
	@$(CC) $(3) $($(1).$(2).cflags) $(DEPEND) -c -o $$@ $$<
$(call remember,$(BUILD)/$(1)/obj/$(2).flags,$(CC) $(3) $(WARNINGS) $($(1).$(2).cflags) $($(1).$(2).ldflags))
endef

# $(call port,kernel)
define port
$(1).core.all := $$(wildcard core/*.c base/*.c arch/$(ARCH)/core*.[cS] kernel/$(1)/core/*.[cS]) \
	$$(wildcard $$(addsuffix /*.c,$$(addprefix lib/,$$(or $$($(1).generic),format text containers)))) $$($(1).core.srcs)
$(1).core.all += $$(if $$($(1).devices),$$(wildcard core/device/*.c))
$(1).runtime.all := $$(wildcard runtime/*.c runtime/$(if $(CHECKED),checked,plain)/*.c base/*.c arch/$(ARCH)/runtime*.[cS] kernel/$(1)/runtime/*.[cS]) \
	$$(wildcard lib/sha256/*.c lib/format/*.c) $$($(1).runtime.srcs)
$(1).core.objs := $$(patsubst %,$(BUILD)/$(1)/obj/core/%.o,$$(basename $$($(1).core.all)))
$(1).runtime.objs := $$(patsubst %,$(BUILD)/$(1)/obj/runtime/%.o,$$(basename $$($(1).runtime.all)))
$(call object_rules,$(1),core,$(CORE_CFLAGS) -I. $(INCLUDES) -Iarch/$(ARCH) -Ikernel/$(1)/include -Ikernel/$(1)/core)
$(call object_rules,$(1),runtime,$(RUNTIME_CFLAGS) -I. $(INCLUDES) -Iarch/$(ARCH) -Ikernel/$(1)/include -Ikernel/$(1)/runtime)

$(BUILD)/$(1)/core: $$($(1).core.objs) $$($(1).core.needs)
	@echo "  LINK $$@"
	@$(CC) $(CORE_LDFLAGS) -o $$@ $$(filter %.o,$$^) $$($(1).core.ldflags)
$(BUILD)/$(1)/ld-$(1).so: $$($(1).runtime.objs) $(VERSION_SCRIPT)
	@echo "  LINK $$@"
	@mkdir -p $(BUILD)/$(1)/debug
	@$(CC) $(RUNTIME_LDFLAGS) -Wl,--version-script=$(VERSION_SCRIPT) -o $(BUILD)/$(1)/debug/ld-$(1).so.debug \
		$$(filter %.o,$$^) $$($(1).runtime.ldflags)
	@$(OBJCOPY) --strip-debug $(BUILD)/$(1)/debug/ld-$(1).so.debug $$@

PROGRAMS :=
$$(call tests,kernel/$(1)/test,test,$(BUILD)/$(1))
$(1).programs := $$(PROGRAMS)

.PHONY: $(1)
$(1): $(BUILD)/$(1)/core $(BUILD)/$(1)/ld-$(1).so $$($(1).targets) $$($(1).programs)
-include $$($(1).core.objs:.o=.d) $$($(1).runtime.objs:.o=.d)
endef
$(foreach k,$(COMPILED),$(eval $(call port,$(k))))
# Of the attackers; those of other components were read before.
-include $(DEPENDENCIES)
