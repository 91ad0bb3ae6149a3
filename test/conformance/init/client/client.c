/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A client that plays the steps of its configuration. Each is a case of the test with its name:
 *
 *     open "name" service= label= server= sees=   opens; who serves it, and what it sees
 *     refused "name" service= label= error=       opening fails so
 *     fault "name" of=    quit "name" of=         the server's end, by the open session `of`
 *     gone "name" of=                             waits until the session is dead
 *     same "name" of= server=                     the session still works, with this server
 *     mode "name" is=                             waits until the configuration has current "is"
 *     state "name" has=                           waits until ROM "state" has this text in it
 *     more "name" ram= error=                     asks the parent for quota
 *     limits "name" priority= cpus=               what it may have of the CPUs
 *     publish "name" rom=                         has another version of the scenario served
 *     wait ms=     say "text"     exit value
 */

#include "../probe.h"

#include <tenon/config.h>
#include <tenon/quota.h>
#include <tenon/rom_client.h>
#include <tenon/text.h>
#include <tenon/time.h>

enum { SESSIONS_MAX = 24, TEXT_MAX = 160, POLL_MS = 20 };

static struct {
	struct tn_env *env;
	struct tn_config config;
	struct {
		char name[TEXT_MAX];
		struct tn_session session;
	} sessions[SESSIONS_MAX];
	unsigned count;
	unsigned failed;
} client;

/* A property of a step. */
struct text {
	char text[TEXT_MAX];
};

static struct text get(const struct tn_kdl_node *step, const char *name)
{
	struct text text;
	if (name)
		tn_kdl_prop_string(step, name, "", text.text, sizeof(text.text));
	else
		tn_kdl_arg_string(step, 0, "", text.text, sizeof(text.text));
	return text;
}

static bool check(const struct tn_kdl_node *step, bool good, const char *what, const char *is)
{
	struct text name = get(step, NULL);
	if (good) {
		tn_transcript("ok init.%s", name.text);
		return true;
	}
	tn_transcript("not ok init.%s: %s is %s", name.text, what, is);
	client.failed++;
	return false;
}

static void sleep(uint64_t ms)
{
	static struct tn_signal reached;
	static tn_time_cap time;
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	uint64_t now = 0;
	tn_error error = TN_OK;
	if (!time.handle) {
		error = tn_session_open("TIME", "", none, &tn_time_interface, &session);
		time.handle = session.cap;
		if (error == TN_OK)
			error = tn_signal_create(tn_env_entrypoint(client.env), &reached);
		if (error == TN_OK)
			error = tn_time_watch(time, reached.cap);
	}
	if (error == TN_OK)
		error = tn_time_now(time, &now);
	if (error == TN_OK)
		error = tn_time_deadline(time, now + ms * 1000000);
	if (error == TN_OK)
		tn_signal_wait(&reached);
	else
		tn_transcript("not ok init.sleep: %s", tn_error_text(error));
}

/* -- sessions -- */

static tn_error open_session(const struct tn_kdl_node *step, struct tn_session *session)
{
	const struct tn_quota quota = { 16384, 8 };
	struct text service = get(step, "service"), label = get(step, "label");
	return tn_session_open(service.text[0] ? service.text : "Probe", label.text, quota,
			       &probe_interface, session);
}

static probe_cap session_named(const char *name)
{
	for (unsigned i = client.count; i > 0; i--)
		if (tn_text_equal(client.sessions[i - 1].name, name))
			return (probe_cap){ client.sessions[i - 1].session.cap };
	return (probe_cap){ 0 };
}

static void expect_server(const struct tn_kdl_node *step, probe_cap cap)
{
	char server[TN_LABEL_MAX + 1] = "", sees[TN_LABEL_MAX + 1] = "";
	struct text wanted = get(step, "server"), label = get(step, "sees");
	tn_error error = probe_who(cap, server, sees);
	bool right = error == TN_OK && tn_text_equal(server, wanted.text);
	if (!check(step, right, "its server", error == TN_OK ? server : tn_error_text(error)))
		return;
	if (label.text[0] && !tn_text_equal(label.text, sees))
		check(step, false, "the label", sees);
}

static void play_open(const struct tn_kdl_node *step)
{
	struct text name = get(step, NULL);
	if (client.count == SESSIONS_MAX) {
		check(step, false, "number of sessions", "too high");
		return;
	}
	struct tn_session *session = &client.sessions[client.count].session;
	tn_error error = open_session(step, session);
	if (error != TN_OK) {
		check(step, false, "the result", tn_error_text(error));
		return;
	}
	tn_text_copy_cut(client.sessions[client.count++].name, TEXT_MAX, name.text);
	expect_server(step, (probe_cap){ session->cap });
}

static void play_refused(const struct tn_kdl_node *step)
{
	struct tn_session session;
	struct text wanted = get(step, "error");
	tn_error error = open_session(step, &session);
	check(step, tn_text_equal(tn_error_text(error), wanted.text), "the result",
	      tn_error_text(error));
}

static void play_same(const struct tn_kdl_node *step)
{
	expect_server(step, session_named(get(step, "of").text));
}

static void play_fault(const struct tn_kdl_node *step)
{
	tn_error error = probe_fault(session_named(get(step, "of").text));
	check(step, error == TN_ERR_GONE, "the result", tn_error_text(error));
}

static void play_quit(const struct tn_kdl_node *step)
{
	tn_error error = probe_quit(session_named(get(step, "of").text), 0);
	check(step, error == TN_ERR_GONE, "the result", tn_error_text(error));
}

static void play_gone(const struct tn_kdl_node *step)
{
	char server[TN_LABEL_MAX + 1], sees[TN_LABEL_MAX + 1];
	probe_cap cap = session_named(get(step, "of").text);
	tn_error error = probe_who(cap, server, sees);
	while (error == TN_OK) {
		sleep(POLL_MS);
		error = probe_who(cap, server, sees);
	}
	check(step, error == TN_ERR_GONE, "the result", tn_error_text(error));
}

/* -- ROMs -- */

static bool has(const char *text, const char *part)
{
	for (; *text; text++)
		if (tn_text_starts_with(text, part))
			return true;
	return false;
}

static bool mode_is(const struct tn_rom_client *rom, const char *wanted)
{
	struct tn_kdl_node root = tn_kdl_root(rom->content, rom->size), config, mode;
	struct text text = { "" };
	if (tn_kdl_child(&root, "config", &config) && tn_kdl_child(&config, "current", &mode))
		text = get(&mode, NULL);
	return tn_text_equal(text.text, wanted);
}

static bool state_has(const struct tn_rom_client *rom, const char *wanted)
{
	return has(rom->content, wanted);
}

static void wait_for(const struct tn_kdl_node *step, struct tn_rom_client *rom, const char *name,
		     bool (*fits)(const struct tn_rom_client *rom, const char *wanted),
		     const char *wanted)
{
	tn_error error = TN_OK;
	if (!rom->session.id)
		error = tn_rom_client_open(rom, name, 1 << 16, tn_env_entrypoint(client.env), NULL,
					   NULL);
	while (error == TN_OK || error == TN_ERR_AGAIN) {
		error = tn_rom_client_update(rom);
		if (error == TN_OK && fits(rom, wanted))
			break;
		if (error == TN_OK || error == TN_ERR_AGAIN)
			tn_signal_wait(&rom->changed);
	}
	check(step, error == TN_OK, "the result", tn_error_text(error));
}

static void play_mode(const struct tn_kdl_node *step)
{
	static struct tn_rom_client rom;
	wait_for(step, &rom, "config", mode_is, get(step, "is").text);
}

static void play_state(const struct tn_kdl_node *step)
{
	static struct tn_rom_client rom;
	wait_for(step, &rom, "state", state_has, get(step, "has").text);
}

/* -- the rest -- */

static void play_more(const struct tn_kdl_node *step)
{
	struct tn_quota wanted = { 0, 0 }, granted = { 0, 0 };
	struct text error_text = get(step, "error");
	tn_kdl_prop_size(step, "ram", 0, 0, 1 << 30, &wanted.ram);
	tn_error error = tn_quota_request(client.env, wanted, &granted);
	const char *text = error_text.text[0] ? error_text.text : tn_error_text(TN_OK);
	check(step, tn_text_equal(tn_error_text(error), text), "the result", tn_error_text(error));
}

static void play_limits(const struct tn_kdl_node *step)
{
	uint32_t priority = 0;
	uint64_t cpus = 0, wanted_priority, wanted_cpus;
	tn_kdl_prop_u64(step, "priority", 0, 0, TN_PRIORITY_MAX, &wanted_priority);
	tn_kdl_prop_u64(step, "cpus", 0, 0, UINT64_MAX, &wanted_cpus);
	tn_error error =
		tn_cpu_limits(tn_env_cpu(client.env), tn_env_pd(client.env), &priority, &cpus);
	check(step, error == TN_OK && priority == wanted_priority && cpus == wanted_cpus,
	      "the result", tn_error_text(error));
}

static void play_publish(const struct tn_kdl_node *step)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session = { 0 };
	tn_error error = tn_session_open("Versions", "", none, &versions_interface, &session);
	versions_cap cap = { session.cap };
	while (error == TN_OK &&
	       (error = versions_publish(cap, get(step, "rom").text)) == TN_ERR_BUSY) {
		sleep(1);
		error = TN_OK;
	}
	check(step, error == TN_OK, "the result", tn_error_text(error));
	if (session.id)
		tn_session_close(&session);
}

static void play_wait(const struct tn_kdl_node *step)
{
	uint64_t ms = 0;
	tn_kdl_prop_u64(step, "ms", 0, 0, 100000, &ms);
	sleep(ms);
}

static void play_say(const struct tn_kdl_node *step)
{
	tn_log("%s", get(step, NULL).text);
}

static void play_exit(const struct tn_kdl_node *step)
{
	uint64_t value = 0;
	tn_kdl_arg_u64(step, 0, 0, 0, 125, &value);
	tn_exit(client.failed ? 1 : (int)value);
}

static const struct {
	const char *name;
	void (*play)(const struct tn_kdl_node *step);
} steps[] = {
	{ "open", play_open },       { "refused", play_refused }, { "fault", play_fault },
	{ "quit", play_quit },       { "gone", play_gone },       { "same", play_same },
	{ "mode", play_mode },       { "state", play_state },     { "more", play_more },
	{ "publish", play_publish }, { "limits", play_limits },   { "wait", play_wait },
	{ "say", play_say },         { "exit", play_exit },
};

void component_construct(struct tn_env *env)
{
	struct tn_kdl_node root, node;
	client.env = env;
	tn_config_read(&client.config, "config", &root);
	for (bool more = tn_kdl_child(&root, NULL, &node); more; more = tn_kdl_next(&node, NULL))
		for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
			if (tn_kdl_name_is(&node, steps[i].name))
				steps[i].play(&node);
}
