/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What a client gets to see of each fault, and that it lives on. */

#include <tenon/rom_client.h>
#include <tenon/sha256_session.h>
#include <tenon/test.h>
#include <tenon/timeout.h>
#include <tenon/wc_session.h>

enum { THROWS = 40 };

static const char text[] = "what goes through";

static tn_error open_sha256(struct tn_session *session, const char *label, sha256_cap *sha256)
{
	const struct tn_quota quota = { TN_SHA256_SESSION_RAM, TN_SHA256_SESSION_CAPS };
	tn_error error = tn_session_open("Sha256", label, quota, &sha256_interface, session);
	sha256->handle = session->cap;
	return error;
}

static bool is_digest(const unsigned char *digest, size_t length)
{
	unsigned char expected[TN_SHA256_SIZE];
	struct tn_sha256 sha;
	tn_sha256_begin(&sha);
	tn_sha256_update(&sha, text, sizeof(text));
	tn_sha256_end(&sha, expected);
	return length == TN_SHA256_SIZE && memcmp(digest, expected, TN_SHA256_SIZE) == 0;
}

static tn_error share(tn_dataspace_cap *dataspace)
{
	void *at = NULL;
	tn_error error = tn_dataspace_alloc(TN_PAGE_SIZE, dataspace);
	if (error == TN_OK)
		error = tn_attach(*dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at);
	if (error == TN_OK)
		memcpy(at, text, sizeof(text));
	return error;
}

/* Without a rule for it everything is as without the proxy: data, and a capability. */
static void through(struct tn_env *env)
{
	struct tn_session session;
	unsigned char digest[TN_SHA256_SIZE];
	size_t length = 0;
	sha256_cap sha256;
	tn_dataspace_cap shared = { 0 };
	(void)env;
	TN_REQUIRE_OK(open_sha256(&session, "plain", &sha256));
	TN_EXPECT_ERROR(sha256_update(sha256, text, sizeof(text)), TN_OK);
	TN_EXPECT_ERROR(sha256_digest(sha256, digest, &length), TN_OK);
	TN_EXPECT(is_digest(digest, length));
	TN_REQUIRE_OK(share(&shared));
	TN_EXPECT_ERROR(sha256_begin(sha256), TN_OK);
	TN_EXPECT_ERROR(sha256_update_shared(sha256, shared, 0, sizeof(text)), TN_OK);
	TN_EXPECT_ERROR(sha256_update_shared(sha256, shared, 5000, 1), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(sha256_digest(sha256, digest, &length), TN_OK);
	TN_EXPECT(is_digest(digest, length));
	tn_dataspace_free(shared);
	tn_session_close(&session);
}

/* The digest of the client's interface goes through, too. */
static void mismatch(struct tn_env *env)
{
	const struct tn_quota quota = { TN_SHA256_SESSION_RAM, TN_SHA256_SESSION_CAPS };
	struct tn_session session;
	(void)env;
	TN_EXPECT_ERROR(tn_session_open("Sha256", "plain", quota, &timer_interface, &session),
			TN_ERR_MISMATCH);
	/* And the donation: less than what the server asks for is refused by it. */
	const struct tn_quota less = { TN_SHA256_SESSION_RAM - 1, TN_SHA256_SESSION_CAPS };
	TN_EXPECT_ERROR(tn_session_open("Sha256", "plain", less, &sha256_interface, &session),
			TN_ERR_OUT_OF_RAM);
}

/* A capability that comes with a reply. */
static void reply_caps(struct tn_env *env)
{
	struct tn_rom_client rom;
	struct tn_entrypoint *entrypoint = tn_env_entrypoint(env);
	TN_REQUIRE_OK(tn_rom_client_open(&rom, "through", 100, entrypoint, NULL, NULL));
	TN_EXPECT_ERROR(tn_rom_client_update(&rom), TN_OK);
	TN_EXPECT(rom.size == 8 && memcmp(rom.content, "as it is", 8) == 0);
	tn_rom_client_close(&rom);
	TN_REQUIRE_OK(tn_rom_client_open(&rom, "dropped", 100, entrypoint, NULL, NULL));
	TN_EXPECT_ERROR(tn_rom_client_update(&rom), TN_ERR_PROTOCOL);
	TN_EXPECT(!rom.content);
	tn_rom_client_close(&rom);
}

static void deny(struct tn_env *env)
{
	struct tn_session session;
	sha256_cap sha256;
	(void)env;
	TN_EXPECT_ERROR(open_sha256(&session, "deny", &sha256), TN_ERR_LIMIT);
}

/* Call 2 and call 4, and those between them as ever. */
static void nth_call(struct tn_env *env)
{
	struct tn_session session;
	unsigned char digest[TN_SHA256_SIZE];
	size_t length = 0;
	sha256_cap sha256;
	(void)env;
	TN_REQUIRE_OK(open_sha256(&session, "error", &sha256));
	TN_EXPECT_ERROR(sha256_update(sha256, text, sizeof(text)), TN_OK);
	TN_EXPECT_ERROR(sha256_update(sha256, text, sizeof(text)), TN_ERR_BUSY);
	TN_EXPECT_ERROR(sha256_digest(sha256, digest, &length), TN_OK);
	TN_EXPECT(is_digest(digest, length)); /* the server did not see the call between */
	TN_EXPECT_ERROR(sha256_begin(sha256), TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(sha256_begin(sha256), TN_OK);
	tn_session_close(&session);
}

static void request_caps(struct tn_env *env)
{
	struct tn_session session;
	sha256_cap sha256;
	tn_dataspace_cap shared = { 0 };
	(void)env;
	TN_REQUIRE_OK(share(&shared));
	TN_REQUIRE_OK(open_sha256(&session, "drop", &sha256));
	TN_EXPECT_ERROR(sha256_update_shared(sha256, shared, 0, 1), TN_OK);
	TN_EXPECT_ERROR(sha256_update_shared(sha256, shared, 0, 1), TN_ERR_PROTOCOL);
	TN_EXPECT_ERROR(sha256_update_shared(sha256, shared, 0, 1), TN_OK);
	tn_session_close(&session);
	tn_dataspace_free(shared);
}

/* A reply that does not fit is refused whole: nothing of it reaches the caller. */
static void garbage(struct tn_env *env, const char *label)
{
	struct tn_session session;
	unsigned char digest[TN_SHA256_SIZE];
	size_t length = 12345;
	sha256_cap sha256;
	(void)env;
	TN_REQUIRE_OK(open_sha256(&session, label, &sha256));
	TN_EXPECT_ERROR(sha256_begin(sha256), TN_OK);
	TN_EXPECT_ERROR(sha256_update(sha256, text, sizeof(text)), TN_OK);
	memset(digest, 0, sizeof(digest));
	TN_EXPECT_ERROR(sha256_digest(sha256, digest, &length), TN_ERR_PROTOCOL);
	TN_EXPECT(length == 12345 && digest[0] == 0 && digest[31] == 0);
	TN_EXPECT_ERROR(sha256_digest(sha256, digest, &length), TN_OK);
	TN_EXPECT(is_digest(digest, length));
	tn_session_close(&session);
}

static void garbage_same(struct tn_env *env)
{
	garbage(env, "garbage");
}

static void garbage_short(struct tn_env *env)
{
	garbage(env, "short");
}

static void garbage_long(struct tn_env *env)
{
	garbage(env, "long");
}

static void disconnect(struct tn_env *env)
{
	struct tn_session session;
	sha256_cap sha256;
	(void)env;
	for (int i = 0; i < 3; i++) {
		TN_REQUIRE_OK(open_sha256(&session, "disconnect", &sha256));
		TN_EXPECT_ERROR(sha256_begin(sha256), TN_OK);
		TN_EXPECT_ERROR(sha256_begin(sha256), TN_ERR_GONE);
		TN_EXPECT_ERROR(sha256_begin(sha256), TN_ERR_GONE);
		tn_session_close(&session);
	}
}

/* -- chance: the same in each session, as each begins with the seed -- */

static uint64_t throw_all(void)
{
	struct tn_session session;
	sha256_cap sha256;
	uint64_t outcome = 0;
	if (!TN_EXPECT_ERROR(open_sha256(&session, "chance", &sha256), TN_OK))
		return 0;
	for (int i = 0; i < THROWS; i++) {
		tn_error error = sha256_begin(sha256);
		TN_EXPECT(error == TN_OK || error == TN_ERR_AGAIN);
		outcome = outcome << 1 | (error == TN_OK);
	}
	tn_session_close(&session);
	return outcome;
}

static void chance(struct tn_env *env)
{
	uint64_t first = throw_all();
	(void)env;
	TN_EXPECT(first != 0 && first != ((uint64_t)1 << THROWS) - 1);
	TN_EXPECT_EQUAL(first, throw_all());
}

/* -- time and signals -- */

static uint64_t now(timer_cap timer)
{
	uint64_t us = 0;
	TN_EXPECT_ERROR(timer_now(timer, &us), TN_OK);
	return us;
}

static tn_error open_timer(struct tn_session *session, const char *label, timer_cap *timer)
{
	const struct tn_quota quota = { TN_TIMER_RAM, TN_TIMER_CAPS };
	tn_error error = tn_session_open("Timer", label, quota, &timer_interface, session);
	timer->handle = session->cap;
	return error;
}

static void slow(struct tn_env *env)
{
	const struct tn_quota quota = { TN_WC_SESSION_RAM, TN_WC_SESSION_CAPS };
	struct tn_session clock, session;
	uint64_t lines = 1, words = 0, bytes = 0;
	timer_cap timer;
	(void)env;
	TN_REQUIRE_OK(open_timer(&clock, "direct", &timer));
	TN_REQUIRE_OK(tn_session_open("Wc", "slow", quota, &wc_interface, &session));
	wc_cap wc = { session.cap };
	TN_EXPECT_ERROR(wc_update(wc, text, sizeof(text) - 1), TN_OK);
	uint64_t start = now(timer);
	TN_EXPECT_ERROR(wc_counts(wc, &lines, &words, &bytes), TN_OK);
	TN_EXPECT(now(timer) - start >= 20000 - 1);
	TN_EXPECT(lines == 0 && words == 3 && bytes == sizeof(text) - 1);
	tn_session_close(&session);
	tn_session_close(&clock);
}

static void nothing(void *argument)
{
	(void)argument;
}

/* Signals without a reason: whoever gets them looks, and finds that it is not yet time. */
static void storm(struct tn_env *env)
{
	struct tn_session session;
	struct tn_signal expired = { .handler = nothing };
	timer_cap timer;
	TN_REQUIRE_OK(open_timer(&session, "storm", &timer));
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &expired));
	TN_EXPECT_ERROR(timer_watch(timer, expired.cap), TN_OK);
	TN_EXPECT_ERROR(timer_once(timer, (uint64_t)3600 * 1000000), TN_OK); /* the storm */
	tn_signal_wait(&expired);
	uint64_t start = now(timer);
	TN_EXPECT_ERROR(timer_once(timer, 1000), TN_OK);
	while (now(timer) - start < 1000)
		tn_signal_wait(&expired);
	tn_session_close(&session);
	tn_signal_destroy(&expired);
}

/* A signal of the server's finds its way past the proxy. */
static void signals(struct tn_env *env)
{
	struct tn_session session;
	struct tn_signal expired = { .handler = nothing };
	timer_cap timer;
	TN_REQUIRE_OK(open_timer(&session, "plain", &timer));
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &expired));
	TN_EXPECT_ERROR(timer_watch(timer, expired.cap), TN_OK);
	TN_EXPECT_ERROR(timer_once(timer, 1000), TN_OK);
	tn_signal_wait(&expired);
	tn_session_close(&session);
	tn_signal_destroy(&expired);
}

static void quota_returns(struct tn_env *env)
{
	struct tn_accounts before = { 0 }, after;
	for (int i = 0; i < 4; i++) {
		through(env);
		disconnect(env);
		after = tn_actor_accounts("main");
		if (i == 0)
			before = after;
		TN_EXPECT_EQUAL(before.ram_used, after.ram_used);
		TN_EXPECT_EQUAL(before.ram_limit, after.ram_limit);
		TN_EXPECT_EQUAL(before.caps_used, after.caps_used);
	}
}

/* The proxy ends in the third call: that and all that follow are gone, another server is not. */
static void die(struct tn_env *env)
{
	struct tn_session session, other;
	sha256_cap sha256, alive;
	(void)env;
	TN_REQUIRE_OK(open_sha256(&session, "die", &sha256));
	TN_REQUIRE_OK(open_sha256(&other, "plain", &alive));
	TN_EXPECT_ERROR(sha256_begin(sha256), TN_OK);
	TN_EXPECT_ERROR(sha256_begin(sha256), TN_OK);
	TN_EXPECT_ERROR(sha256_begin(sha256), TN_ERR_GONE);
	TN_EXPECT_ERROR(sha256_begin(sha256), TN_ERR_GONE);
	TN_EXPECT_ERROR(sha256_begin(alive), TN_OK);
	tn_session_close(&session);
	tn_session_close(&other);
	TN_EXPECT_ERROR(open_sha256(&session, "die", &sha256), TN_ERR_NO_SERVICE);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "fault-proxy.through", through },
		{ "fault-proxy.mismatch", mismatch },
		{ "fault-proxy.reply_caps", reply_caps },
		{ "fault-proxy.deny", deny },
		{ "fault-proxy.nth_call", nth_call },
		{ "fault-proxy.request_caps", request_caps },
		{ "fault-proxy.garbage", garbage_same },
		{ "fault-proxy.garbage_short", garbage_short },
		{ "fault-proxy.garbage_long", garbage_long },
		{ "fault-proxy.disconnect", disconnect },
		{ "fault-proxy.chance", chance },
		{ "fault-proxy.slow", slow },
		{ "fault-proxy.storm", storm },
		{ "fault-proxy.signals", signals },
		{ "fault-proxy.quota_returns", quota_returns },
		{ "fault-proxy.die", die },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { NULL, NULL } };
	tn_test_main(env, "test-fault-proxy", cases, roles);
}
