# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""What the command tenon and the other tools are made of. They work in the tree and installed."""
