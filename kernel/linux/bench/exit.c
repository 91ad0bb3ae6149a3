/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* An ordinary static program that ends at once: what bare.S is with the host's C library. */

int main(void)
{
	return 0;
}
