/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Feeds ROM "input" to the Sha256 and the Wc server, once in messages and once in a shared
 * dataspace, expects the same both times, waits for a timer signal, and prints.
 */

#include <tenon/component.h>
#include <tenon/sha256_session.h>
#include <tenon/timer.h>
#include <tenon/wc_session.h>

enum { WINDOW = 256 * 1024, CHUNK = TN_SHA256_CHUNK_MAX, WAIT_US = 100000 };

struct result {
	unsigned char digest[TN_SHA256_SIZE];
	uint64_t lines, words, bytes;
};

static struct client {
	tn_dataspace_cap input;
	uint64_t size;
	sha256_cap sha256;
	wc_cap wc;
	timer_cap timer;
	tn_dataspace_cap shared;
	unsigned char *shared_at;
} client;

static TN_NO_RETURN void fail(const char *what, tn_error error)
{
	tn_log("%s: %s", what, tn_error_text(error));
	tn_exit(1);
}

static void check(tn_error error, const char *what)
{
	if (error != TN_OK)
		fail(what, error);
}

/* -- feeding: `hand` gets a part of the input that is attached here -- */

static void hand_in_messages(const unsigned char *data, size_t length)
{
	unsigned char chunk[CHUNK];
	while (length) {
		size_t n = length < CHUNK ? length : CHUNK;
		check(tn_guarded_copy(chunk, data, n), "reading the input");
		check(sha256_update(client.sha256, chunk, n), "Sha256 update");
		check(wc_update(client.wc, chunk, n), "Wc update");
		data += n;
		length -= n;
	}
}

static void hand_shared(const unsigned char *data, size_t length)
{
	check(tn_guarded_copy(client.shared_at, data, length), "reading the input");
	check(sha256_update_shared(client.sha256, client.shared, 0, length), "Sha256 shared");
	check(wc_update_shared(client.wc, client.shared, 0, length), "Wc shared");
}

/* A window at a time, whatever the size of the input. */
static void feed(void (*hand)(const unsigned char *, size_t))
{
	check(sha256_begin(client.sha256), "Sha256 begin");
	check(wc_begin(client.wc), "Wc begin");
	for (uint64_t offset = 0; offset < client.size; offset += WINDOW) {
		uint64_t left = client.size - offset;
		size_t length = left < WINDOW ? (size_t)left : (size_t)WINDOW;
		size_t rounded = (length + TN_PAGE_SIZE - 1) & ~(TN_PAGE_SIZE - 1);
		void *at = NULL;
		check(tn_attach(client.input, (size_t)offset, rounded, TN_RIGHT_READ, &at),
		      "attaching the input");
		hand(at, length);
		check(tn_detach(at), "detaching the input");
	}
}

static void collect(struct result *result)
{
	size_t length = 0;
	check(sha256_digest(client.sha256, result->digest, &length), "Sha256 digest");
	check(wc_counts(client.wc, &result->lines, &result->words, &result->bytes), "Wc counts");
}

/* -- the parts of the demo -- */

static void open_input(void)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	check(tn_session_open("ROM", "input", none, &tn_rom_interface, &session), "ROM input");
	tn_rom_cap rom = { session.cap };
	check(tn_rom_dataspace(rom, &client.size, &client.input), "dataspace of ROM input");
}

static void open_servers(void)
{
	const struct tn_quota sha256_quota = { TN_SHA256_SESSION_RAM, TN_SHA256_SESSION_CAPS };
	const struct tn_quota wc_quota = { TN_WC_SESSION_RAM, TN_WC_SESSION_CAPS };
	const struct tn_quota timer_quota = { TN_TIMER_RAM, TN_TIMER_CAPS };
	struct tn_session session;
	check(tn_session_open("Sha256", "", sha256_quota, &sha256_interface, &session), "Sha256");
	client.sha256.handle = session.cap;
	check(tn_session_open("Wc", "", wc_quota, &wc_interface, &session), "Wc");
	client.wc.handle = session.cap;
	check(tn_session_open("Timer", "", timer_quota, &timer_interface, &session), "Timer");
	client.timer.handle = session.cap;
}

static void share_memory(void)
{
	void *at = NULL;
	check(tn_dataspace_alloc(WINDOW, &client.shared), "allocating the shared dataspace");
	check(tn_attach(client.shared, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at),
	      "attaching the shared dataspace");
	client.shared_at = at;
}

static uint64_t wait_for_timer(struct tn_env *env)
{
	static struct tn_signal expired;
	uint64_t before = 0, after = 0;
	check(tn_signal_create(tn_env_entrypoint(env), &expired), "creating a signal");
	check(timer_watch(client.timer, expired.cap), "Timer watch");
	check(timer_now(client.timer, &before), "Timer now");
	check(timer_once(client.timer, WAIT_US), "Timer once");
	tn_signal_wait(&expired);
	check(timer_now(client.timer, &after), "Timer now");
	return after - before;
}

static bool same(const struct result *a, const struct result *b)
{
	return __builtin_memcmp(a->digest, b->digest, sizeof(a->digest)) == 0 &&
	       a->lines == b->lines && a->words == b->words && a->bytes == b->bytes;
}

void component_construct(struct tn_env *env)
{
	struct result messages, shared;
	char text[2 * TN_SHA256_SIZE + 1];
	open_input();
	open_servers();
	share_memory();
	feed(hand_in_messages);
	collect(&messages);
	feed(hand_shared);
	collect(&shared);
	if (!same(&messages, &shared)) {
		tn_log("data in messages and in shared memory give different results");
		tn_exit(1);
	}
	uint64_t waited = wait_for_timer(env);
	if (waited < WAIT_US) {
		tn_log("the timer came after %llu us, too early", (unsigned long long)waited);
		tn_exit(1);
	}
	tn_sha256_text(shared.digest, text);
	tn_log("sha256 %s", text);
	tn_log("wc %llu %llu %llu", (unsigned long long)shared.lines,
	       (unsigned long long)shared.words, (unsigned long long)shared.bytes);
	tn_log("timer signal after at least %d us", WAIT_US);
	tn_exit(0);
}
