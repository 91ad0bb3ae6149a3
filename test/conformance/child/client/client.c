/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Sessions from the client's side: what a parent makes of each case, and where quota goes. */

#include "../subject.h"

static struct tn_env *env;
static const struct tn_quota quota = { SUBJECT_RAM, SUBJECT_CAPS };
static const struct tn_quota none = { 0, 0 };

static void expect(const char *name, tn_error got, tn_error wanted)
{
	if (got == wanted)
		tn_transcript("ok child.%s", name);
	else
		tn_transcript("not ok child.%s: %s, not %s", name, tn_error_text(got),
			      tn_error_text(wanted));
}

static struct tn_accounts accounts(void)
{
	struct tn_accounts now = { 0 };
	if (tn_pd_accounts(tn_env_pd(env), &now) != TN_OK)
		tn_transcript("not ok child.accounts: cannot be read");
	return now;
}

/* All that was given is back. */
static void expect_quota(const char *name, const struct tn_accounts *before)
{
	struct tn_accounts after = accounts();
	bool same = after.ram_limit == before->ram_limit && after.caps_limit == before->caps_limit;
	if (same)
		tn_transcript("ok child.%s.quota", name);
	else
		tn_transcript("not ok child.%s.quota: %lld bytes, %lld capabilities missing", name,
			      (long long)(before->ram_limit - after.ram_limit),
			      (long long)(before->caps_limit - after.caps_limit));
}

static tn_error open(const char *label, struct tn_session *session)
{
	return tn_session_open("Subject", label, quota, &subject_interface, session);
}

static void expect_refused(const char *name, const char *service, const char *label,
			   struct tn_quota with, const struct tn_interface *interface,
			   tn_error wanted)
{
	struct tn_session session;
	struct tn_accounts before = accounts();
	expect(name, tn_session_open(service, label, with, interface, &session), wanted);
	expect_quota(name, &before);
}

static void refusals(void)
{
	static const struct tn_function_description function = { "other", "", 0, 0, 5, 0 };
	static const struct tn_interface other = { "subject", 1, &function };
	const struct tn_quota too_much_ram = { 1ull << 40, 1 }, too_many_caps = { 1, 1u << 30 };
	const struct tn_quota overflow = { UINT64_MAX, UINT64_MAX };
	expect_refused("no-route", "Nothing", "", none, &subject_interface, TN_ERR_NO_SERVICE);
	expect_refused("no-service", "Core", "", none, &subject_interface, TN_ERR_NO_SERVICE);
	expect_refused("denied", "Subject", "deny", quota, &subject_interface, TN_ERR_BUSY);
	expect_refused("mismatch", "Subject", "", quota, &other, TN_ERR_MISMATCH);
	expect_refused("out-of-ram", "Subject", "", too_much_ram, &subject_interface,
		       TN_ERR_OUT_OF_RAM);
	expect_refused("out-of-caps", "Subject", "", too_many_caps, &subject_interface,
		       TN_ERR_OUT_OF_CAPS);
	expect_refused("overflow", "Subject", "", overflow, &subject_interface, TN_ERR_ARGUMENT);
	expect_refused("control-character", "Subject", "a\nb", quota, &subject_interface,
		       TN_ERR_ARGUMENT);
	expect_refused("no-config", "ROM", "config", none, &tn_rom_interface, TN_ERR_NOT_FOUND);
	expect_refused("no-rom", "ROM", "absent", none, &tn_rom_interface, TN_ERR_NOT_FOUND);
}

static void expect_label(const char *name, const char *label, const char *wanted)
{
	struct tn_session session;
	char seen[TN_LABEL_MAX + 1] = "";
	if (open(label, &session) != TN_OK) {
		tn_transcript("not ok child.%s: cannot open", name);
		return;
	}
	subject_cap cap = { session.cap };
	tn_error error = subject_label(cap, seen);
	size_t i = 0;
	while (wanted[i] && wanted[i] == seen[i])
		i++;
	if (error == TN_OK && wanted[i] == seen[i])
		tn_transcript("ok child.%s", name);
	else
		tn_transcript("not ok child.%s: the server saw %s", name, seen);
	tn_session_close(&session);
}

static void upgrades(void)
{
	const struct tn_quota more = { 10000, 3 }, too_much = { 1ull << 40, 0 };
	struct tn_session session;
	uint64_t ram = 0, caps = 0;
	struct tn_accounts before = accounts();
	expect("upgrade.open", open("", &session), TN_OK);
	subject_cap cap = { session.cap };
	expect("upgrade", tn_session_upgrade(&session, more), TN_OK);
	expect("upgrade.again", tn_session_upgrade(&session, more), TN_OK);
	expect("upgrade.seen", subject_upgraded(cap, &ram, &caps), TN_OK);
	expect("upgrade.amount",
	       ram == 2 * more.ram && caps == 2 * more.caps ? TN_OK : TN_ERR_FORMAT, TN_OK);
	expect("upgrade.too-much", tn_session_upgrade(&session, too_much), TN_ERR_OUT_OF_RAM);
	tn_session_close(&session);
	expect_quota("upgrade", &before);
}

/* A closed session's object is dead for who kept the capability. */
static void closing(void)
{
	struct tn_session session;
	char seen[TN_LABEL_MAX + 1];
	struct tn_accounts before = accounts();
	expect("close.open", open("", &session), TN_OK);
	subject_cap kept = { session.cap };
	expect("close.retain", tn_cap_retain(kept.handle), TN_OK);
	tn_session_close(&session);
	expect("close.dead", subject_label(kept, seen), TN_ERR_GONE);
	tn_cap_release(kept.handle);
	expect_quota("close", &before);
}

static void dying_servers(void)
{
	struct tn_session session;
	struct tn_accounts before = accounts();
	expect("server-dies-opening", open("fault-open", &session), TN_ERR_GONE);
	expect_quota("server-dies-opening", &before);
	expect("server-dead", open("fault-open", &session), TN_ERR_NO_SERVICE);
	expect_quota("server-dead", &before);
	expect("server-dies.open", open("victim", &session), TN_OK);
	subject_cap cap = { session.cap };
	expect("server-dies", subject_fault(cap), TN_ERR_GONE);
	expect("server-dies.again", subject_fault(cap), TN_ERR_GONE);
	tn_session_close(&session);
	expect_quota("server-dies", &before);
	/* Announced by nobody: it exits without, before or after we ask. */
	tn_error error = tn_session_open("Late", "", none, &subject_interface, &session);
	expect("server-never-announces",
	       error == TN_ERR_NO_SERVICE || error == TN_ERR_GONE ? TN_OK : error, TN_OK);
	expect_quota("server-never-announces", &before);
}

/* Another client dies with its session open: the server is told to close it. */
static void dying_client(void)
{
	static struct tn_signal changed;
	struct tn_session session;
	uint64_t count = 0;
	expect("client-dies.open", open("witness", &session), TN_OK);
	subject_cap cap = { session.cap };
	expect("client-dies.signal", tn_signal_create(tn_env_entrypoint(env), &changed), TN_OK);
	expect("client-dies.watch", subject_watch(cap, changed.cap), TN_OK);
	tn_error error = subject_closed(cap, &count);
	while (error == TN_OK && !count) {
		tn_signal_wait(&changed);
		error = subject_closed(cap, &count);
	}
	expect("client-dies", error, TN_OK);
	tn_session_close(&session);
}

/*
 * A server gives us what we have donated behind the parent's back, and dies: the parent must not
 * give it to us a second time, out of its own.
 */
static void conspiracy(void)
{
	const struct tn_quota much = { 1 << 20, SUBJECT_CAPS };
	struct tn_session session;
	uint64_t moved = 0;
	struct tn_accounts before = accounts();
	expect("conspiracy.open",
	       tn_session_open("Subject", "thief", much, &subject_interface, &session), TN_OK);
	subject_cap cap = { session.cap };
	tn_any_cap pd = { tn_env_pd(env).handle };
	expect("conspiracy.rob", subject_rob(cap, pd, &moved), TN_OK);
	expect("conspiracy.fault", subject_fault(cap), TN_ERR_GONE);
	tn_session_close(&session);
	struct tn_accounts after = accounts();
	uint64_t refund = after.ram_limit + much.ram - moved - before.ram_limit;
	expect("conspiracy.moved", moved >= much.ram ? TN_OK : TN_ERR_FORMAT, TN_OK);
	if (refund < much.ram)
		tn_transcript("ok child.conspiracy.refund");
	else
		tn_transcript("not ok child.conspiracy.refund: %llu bytes out of nothing (before "
			      "%llx after %llx moved %llx)",
			      (unsigned long long)refund, (unsigned long long)before.ram_limit,
			      (unsigned long long)after.ram_limit, (unsigned long long)moved);
}

/* Until the quota is used up; then all comes back. */
static void many(void)
{
	enum { MANY = 2000 };
	static struct tn_session sessions[MANY];
	struct tn_accounts before = accounts();
	tn_error error = TN_OK;
	uint32_t count = 0;
	for (; count < MANY; count++) {
		error = open("", &sessions[count]);
		if (error != TN_OK)
			break;
	}
	expect("many", error == TN_ERR_OUT_OF_RAM || error == TN_ERR_OUT_OF_CAPS ? TN_OK : error,
	       TN_OK);
	expect("many.some", count > 3 ? TN_OK : TN_ERR_LIMIT, TN_OK);
	while (count)
		tn_session_close(&sessions[--count]);
	expect_quota("many", &before);
}

/* What a well-behaved runtime never sends. */
static void hostile(void)
{
	tn_parent_cap parent = tn_env_parent(env);
	tn_any_cap nothing = { 0 }, cap;
	uint32_t state, reason;
	struct tn_signal signal = { 0 };
	expect("hostile.collect", tn_parent_session_collect(parent, 12345, &state, &reason, &cap),
	       TN_ERR_ARGUMENT);
	expect("hostile.close", tn_parent_session_close(parent, 0), TN_ERR_ARGUMENT);
	expect("hostile.upgrade", tn_parent_session_upgrade(parent, 7, 1, 1), TN_ERR_ARGUMENT);
	expect("hostile.deliver", tn_parent_request_deliver(parent, 1, nothing), TN_ERR_ARGUMENT);
	expect("hostile.deny", tn_parent_request_deny(parent, 1, 0), TN_ERR_ARGUMENT);
	expect("hostile.done", tn_parent_request_done(parent, 1), TN_ERR_ARGUMENT);
	expect("hostile.signal", tn_signal_create(tn_env_entrypoint(env), &signal), TN_OK);
	expect("hostile.announce", tn_parent_announce(parent, "Subject", signal.cap),
	       TN_ERR_DENIED);
}

void component_construct(struct tn_env *environment)
{
	struct tn_session session;
	env = environment;
	/* First of all, what stays for good is made: channel, heap. */
	if (open("", &session) == TN_OK)
		tn_session_close(&session);
	refusals();
	expect_label("label", "", "client");
	expect_label("label.own", "mine", "client -> mine");
	expect_label("label.rewritten", "rewrite", "client -> other");
	upgrades();
	closing();
	dying_servers();
	dying_client();
	conspiracy();
	many();
	hostile();
	tn_exit(0);
}
