# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# The SDK: what a component needs to be built outside of the tree, by any build system.

space := $(subst ,, )
VERSION := 0.1.0
SDK_LIB := $(PREFIX)/lib/tenon
SDK_INCLUDE := $(PREFIX)/include

.PHONY: install
install: $(STUB) $(CRT) $(LIBRARIES) ## install the SDK: headers, stub, libraries, tenon.pc (PREFIX= DESTDIR=)
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
