# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# The SDK: what a component needs to be built outside of the tree, by any build system, and to be run: the
# command tenon, with the kernels, init and the servers in the folders that they have in the tree.

space := $(subst ,, )
VERSION := 0.1.0
SDK_LIB := $(PREFIX)/lib/tenon
SDK_INCLUDE := $(PREFIX)/include

ifneq ($(filter install%,$(MAKECMDGOALS)),)
ifeq ($(filter /%,$(PREFIX)),)
$(error PREFIX=$(PREFIX) is not an absolute path: let it begin with /)
endif
endif

.PHONY: install
install: $(STUB) $(CRT) $(LIBRARIES) install-system ## install the SDK: headers, libraries, the command tenon, kernels (PREFIX= DESTDIR=)
	install -d $(DESTDIR)$(SDK_INCLUDE)/tenon $(DESTDIR)$(SDK_LIB) $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 include/tenon/*.h $(DESTDIR)$(SDK_INCLUDE)/tenon
	install -m 644 $(STUB) $(CRT) $(LIBRARIES) $(DESTDIR)$(SDK_LIB)
	{ echo 'prefix=$(PREFIX)'; \
	  echo 'includedir=$${prefix}/include'; \
	  echo 'libdir=$${prefix}/lib/tenon'; \
	  echo; \
	  echo 'Name: tenon'; \
	  echo 'Description: components that run on any kernel, linked once'; \
	  echo 'Version: $(VERSION)'; \
	  echo 'Cflags: -I$${includedir} $(filter-out -O2 -g -ffile-prefix-map=%,$(COMPONENT_CFLAGS)) -fPIE'; \
	  echo 'Libs: $(COMPONENT_LDFLAGS) $(EXECUTABLE_LDFLAGS) $${libdir}/crt-note.o -L$${libdir}' \
		'-Wl,--start-group $(LIBRARY_NAMES:%=-ltenon-%) -Wl,--end-group -ltenon'; \
	} > $(DESTDIR)$(PREFIX)/lib/pkgconfig/tenon.pc
	chmod 644 $(DESTDIR)$(PREFIX)/lib/pkgconfig/tenon.pc

SDK_ROOT := $(DESTDIR)$(SDK_LIB)
SDK_PROGRAMS := $(patsubst %,$(ABI_BUILD)/bin/%,$(call part,$(call folders,component/*)))
SDK_SCRIPTS := $(wildcard kernel/*/boot/run kernel/*/boot/image kernel/*/boot/memory kernel/*/boot/bundle)
SDK_PLANS := $(wildcard kernel/*/bench/plan.ini)

.PHONY: install-system
install-system: $(SDK_PROGRAMS) $(KERNELS) $(KDL_JSON)
	install -d $(SDK_ROOT)/tool/tenonlib/template $(SDK_ROOT)/scenario $(SDK_ROOT)/abi $(SDK_ROOT)/build/host \
		$(SDK_ROOT)/build/$(ARCH)/bin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 tool/tenon $(SDK_ROOT)/tool
	install -m 644 tool/tenonlib/*.py $(SDK_ROOT)/tool/tenonlib
	install -m 644 tool/tenonlib/template/* $(SDK_ROOT)/tool/tenonlib/template
	install -m 644 scenario/* $(SDK_ROOT)/scenario
	install -m 644 abi/tenon.symbols $(SDK_ROOT)/abi
	install -m 755 $(KDL_JSON) $(SDK_ROOT)/build/host
	install -m 755 $(SDK_PROGRAMS) $(SDK_ROOT)/build/$(ARCH)/bin
	for script in $(SDK_SCRIPTS); do install -D -m 755 $$script $(SDK_ROOT)/$$script || exit; done
	for plan in $(SDK_PLANS); do install -D -m 644 $$plan $(SDK_ROOT)/$$plan || exit; done
	$(foreach k,$(KERNELS),install -D -m 755 -t $(SDK_ROOT)/build/$k \
		$(BUILD)/$k/core $(BUILD)/$k/ld-$k.so $($k.installed) &&) true
	ln -sfn ../../include $(SDK_ROOT)/include
	ln -sfn ../lib/tenon/tool/tenon $(DESTDIR)$(PREFIX)/bin/tenon
	install -m 644 tool/tenon.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 tool/tenon.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tenon
