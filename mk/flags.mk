# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# Flags for everything that runs inside of a Tenon system.

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wcast-qual -Werror

# Frame pointers: fault reports and debuggers find callers by them.
# A checked build: errors are not numbers (include/tenon/error.h).
CHECKED_CFLAGS := $(if $(CHECKED),-DTN_CHECKED)

# The CPU's base level, nothing that needs thread-local storage (stack protector included), no
# libc; what stays fixed whoever builds: paths in debug information.
COMMON_CFLAGS := -std=c17 -ffreestanding -O2 -g -fno-stack-protector -fcf-protection=none \
	-fno-strict-aliasing -march=x86-64 -mno-avx -ffile-prefix-map=$(CURDIR)=. \
	-ffunction-sections -fdata-sections $(CHECKED_CFLAGS) -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer

# What a component is compiled and linked with; tenon.pc says the same to other build systems.
COMPONENT_CFLAGS  := $(COMMON_CFLAGS) -fvisibility=hidden
COMPONENT_LDFLAGS := -nostdlib -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,-z,max-page-size=4096 \
	-Wl,-z,text,-z,defs,--hash-style=gnu,--build-id=sha1,--gc-sections
EXECUTABLE_LDFLAGS := -pie -Wl,--dynamic-linker=ld-tenon.so,-e,component_construct \
	-Wl,--export-dynamic-symbol=component_construct

INCLUDES := -Iinclude

DEPEND = -MMD -MP

# $(call remember,file,text): a file that changes only when the text does, to depend on.
define remember
$(shell mkdir -p $(dir $(1)); printf '%s\n' '$(2)' | cmp -s - $(1) || printf '%s\n' '$(2)' > $(1))
endef
