/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>

static tn_error available(const struct account *account, uint64_t ram, uint64_t caps)
{
	if (account->ram_limit - account->ram_used < ram)
		return TN_ERR_OUT_OF_RAM;
	if (account->caps_limit - account->caps_used < caps)
		return TN_ERR_OUT_OF_CAPS;
	return TN_OK;
}

tn_error account_charge(struct pd *payer, uint64_t ram, uint64_t caps)
{
	tn_error error = available(&payer->account, ram, caps);
	if (error != TN_OK)
		return error;
	payer->account.ram_used += ram;
	payer->account.caps_used += caps;
	return TN_OK;
}

void account_refund(struct pd *payer, uint64_t ram, uint64_t caps)
{
	payer->account.ram_used -= ram;
	payer->account.caps_used -= caps;
}

tn_error account_move(struct pd *from, struct pd *to, uint64_t ram, uint64_t caps)
{
	tn_error error = available(&from->account, ram, caps);
	if (error != TN_OK)
		return error;
	from->account.ram_limit -= ram;
	from->account.caps_limit -= caps;
	to->account.ram_limit += ram;
	to->account.caps_limit += caps;
	return TN_OK;
}
