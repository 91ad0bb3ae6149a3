# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# The reference of the public headers, the gate that none of it is missing, and the examples in them: each
# is compiled as a component's source; one that has a component_construct() is linked, too.

.PHONY: reference check-reference check-examples
reference: ## write the reference of the public headers to build/doc/html
	@tool/install-packages doc
	@$(PYTHON) tool/reference --html $(BUILD)/doc/html

check-reference: ## each public declaration has a comment, each header its contract; and that this can fail
	@$(PYTHON) tool/reference --check
	@$(PYTHON) tool/reference --self-test

EXAMPLE_BUILD := $(ABI_BUILD)/obj/example
$(EXAMPLES:%=$(EXAMPLE_BUILD)/%.o): $(EXAMPLE_BUILD)/%.o: $(HOST_BUILD)/example/%.h $(FLAGS_FILE)
	@mkdir -p $(@D)
	@echo "  CC   example of include/tenon/$*.h"
	@$(CC) $(COMPONENT_CFLAGS) -fPIE $(WARNINGS) -Wno-unused-function $(INCLUDES) $(DEPEND) -x c -c -o $@ $<
$(EXAMPLES:%=$(EXAMPLE_BUILD)/%): %: %.o $(CRT) $(LIBRARIES) $(STUB)
	@if grep -q component_construct $(@:$(EXAMPLE_BUILD)/%=$(HOST_BUILD)/example/%.h); then \
		$(CC) $(COMPONENT_LDFLAGS) $(EXECUTABLE_LDFLAGS) -o $@ $< $(LINK_INPUT); else touch $@; fi
-include $(EXAMPLES:%=$(EXAMPLE_BUILD)/%.d)

check-examples: $(EXAMPLES:%=$(EXAMPLE_BUILD)/%) ## the examples in the headers compile, and none is missing
	@printf 'ok example.%s\n' $(EXAMPLES)

HOST_TESTS += check-reference check-examples
