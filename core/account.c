/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>

static uint64_t more(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static tn_error available(const struct account *account, uint64_t ram, uint64_t caps)
{
	if (account->ram_limit - account->ram_used < ram)
		return TN_ERR_OUT_OF_RAM;
	if (account->caps_limit - account->caps_used < caps)
		return TN_ERR_OUT_OF_CAPS;
	return TN_OK;
}

static void count(struct account *account, enum tn_usage_kind kind, uint64_t ram, uint64_t caps)
{
	struct tn_usage *usage = &account->by_kind[kind];
	usage->ram += ram;
	usage->caps += caps;
	usage->count += ram || caps;
}

tn_error account_charge(struct pd *payer, enum tn_usage_kind kind, uint64_t ram, uint64_t caps)
{
	struct account *account = &payer->account;
	tn_error error = available(account, ram, caps);
	if (error != TN_OK)
		return error;
	account->ram_used += ram;
	account->caps_used += caps;
	account->ram_most = more(account->ram_most, account->ram_used);
	account->caps_most = more(account->caps_most, account->caps_used);
	count(account, kind, ram, caps);
	return TN_OK;
}

void account_refund(struct pd *payer, enum tn_usage_kind kind, uint64_t ram, uint64_t caps)
{
	struct account *account = &payer->account;
	account->ram_used -= ram;
	account->caps_used -= caps;
	struct tn_usage *usage = &account->by_kind[kind];
	usage->ram -= ram;
	usage->caps -= caps;
	usage->count -= ram || caps;
}

static void move(struct account *from, struct account *to, uint64_t ram, uint64_t caps)
{
	from->ram_limit -= ram;
	from->caps_limit -= caps;
	to->ram_limit += ram;
	to->caps_limit += caps;
	count(from, TN_USAGE_GIVEN, ram, caps);
	count(to, TN_USAGE_RECEIVED, ram, caps);
}

tn_error account_move(struct pd *from, struct pd *to, uint64_t ram, uint64_t caps)
{
	tn_error error = available(&from->account, ram, caps);
	if (error == TN_OK)
		move(&from->account, &to->account, ram, caps);
	return error;
}

void account_close(struct pd *pd, struct pd *payer)
{
	move(&pd->account, &payer->account, pd->account.ram_limit, pd->account.caps_limit);
}
