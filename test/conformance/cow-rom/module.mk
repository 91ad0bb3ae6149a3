# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

$(ABI_BUILD)/cow/content: test/conformance/lz4-rom/content.py
	@mkdir -p $(@D)
	@$(PYTHON) $< 256 > $@
components: $(ABI_BUILD)/cow/content
