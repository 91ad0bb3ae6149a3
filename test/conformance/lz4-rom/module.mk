# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# Packed files: 16 MiB of pages that can be checked, the same with a damaged block, and an executable.
# `make gigabyte` makes 64 times as much, for test/bench/lz4.

LZ4_FILES := $(ABI_BUILD)/lz4
LZ4_PACK  := lz4 -q -f -B4 --content-size --no-frame-crc

$(LZ4_FILES)/content: test/conformance/lz4-rom/content.py
	@mkdir -p $(@D)
	@$(PYTHON) $< 4096 > $@
$(LZ4_FILES)/gigabyte: test/conformance/lz4-rom/content.py
	@mkdir -p $(@D)
	@$(PYTHON) $< 262144 > $@
$(LZ4_FILES)/large: $(ABI_BUILD)/bin/test-lz4-rom-large
	@mkdir -p $(@D)
	@cp $< $@
$(LZ4_FILES)/%.lz4: $(LZ4_FILES)/%
	@echo "  LZ4  $@"
	@$(LZ4_PACK) $< $@ && touch $@
$(LZ4_FILES)/gigabyte.lz4: $(LZ4_FILES)/gigabyte
	@echo "  LZ4  $@"
	@$(LZ4_PACK) $< $@ && touch $@ && rm $<
# Of its second block: nothing is so long.
$(LZ4_FILES)/damaged.lz4: $(LZ4_FILES)/content.lz4
	@$(PYTHON) -c 'import sys; d = bytearray(open(sys.argv[1], "rb").read()); \
		at = 15 + 4 + int.from_bytes(d[15:19], "little") + 4; d[at:at + 40] = b"\xff" * 40; \
		open(sys.argv[2], "wb").write(d)' $< $@

.PHONY: gigabyte
gigabyte: $(LZ4_FILES)/gigabyte.lz4
components: $(LZ4_FILES)/content.lz4 $(LZ4_FILES)/damaged.lz4 $(LZ4_FILES)/large.lz4
