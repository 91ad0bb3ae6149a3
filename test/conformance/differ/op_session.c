/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Steps: sessions, from both sides, what core serves, and what a component asks of its parent. */

#include "world.h"
#include <tenon/feature.h>
#include <tenon/irq.h>

/* -- opening, right and wrong -- */

enum { PEER, TIME, TRACE, ROM, LOG, CPU, KNOWN };

struct service {
	const char *name;
	const struct tn_interface *interface;
	const char *label;
};

static const struct service services[] = {
	{ "Peer", &remote_interface, "" },
	{ "TIME", &tn_time_interface, "" },
	{ "TRACE", &tn_trace_interface, "" },
	{ "ROM", &tn_rom_interface, "init" },
	{ "LOG", &tn_log_interface, "" },
	{ "CPU", &tn_cpu_interface, "" },
	{ "Denied", &remote_interface, "" },
	{ "Nothing", &remote_interface, "" },
	{ "", &remote_interface, "" },
	{ "A name that no service can have", &remote_interface, "" },
	{ "A name that no service can ever have", &remote_interface, "" },
	{ "IRQ", &tn_irq_interface, "1" },
	{ "ROM", &tn_rom_interface, "no such file" },
	{ "Peer", &remote_interface, "deny 9" },
	{ "Peer", &remote_interface, "deny 3" },
	{ "Peer", &tn_time_interface, "" },
	{ "TIME", &remote_interface, "" },
	{ "Peer", &remote_interface, "with\na line" },
	{ "RM", &tn_rm_interface, "" },
};
enum { SERVICES = sizeof(services) / sizeof(services[0]) };

static struct tn_quota quota_of(uint32_t k)
{
	static const struct tn_quota quotas[] = { { 16384, 8 },   { 16384, 8 },
						  { 0, 0 },       { 4096, 1 },
						  { 40000, 20 },  { 1ull << 40, 0 },
						  { 0, 1 << 20 }, { UINT64_MAX, UINT64_MAX } };
	return quotas[k % (sizeof(quotas) / sizeof(quotas[0]))];
}

static void long_label(char label[TN_LABEL_MAX + 20], uint32_t k)
{
	uint32_t length = TN_LABEL_MAX - 30 + k % 40;
	memset(label, 'l', length);
	label[length] = 0;
}

OP(session_open)
{
	uint32_t i = free_slot(world.session_used, SESSIONS, o.a);
	uint32_t k = o.b % 3 ? o.b / 3 % KNOWN : o.b / 3 % SERVICES;
	const struct service *service = &services[k];
	char label[TN_LABEL_MAX + 20];
	if (i == SESSIONS)
		return;
	long_label(label, o.d);
	struct open_session *session = &world.session[i];
	session->service = k;
	if (!said_ok(tn_session_open(service->name, o.d % 8 ? service->label : label, quota_of(o.c),
				     service->interface, &session->session)))
		return;
	world.session_used[i] = true;
}

/* For whoever was compiled with another interface. */
OP(session_open_for)
{
	const struct tn_session_request request = { .interface = "another",
						    .functions = o.b % 5,
						    .digest = o.c };
	struct tn_session session;
	const struct service *service = &services[o.a % KNOWN];
	if (said_ok(tn_session_open_for(&request, service->name, service->label, quota_of(o.d),
					&session)))
		tn_session_close(&session);
}

OP(session_close)
{
	uint32_t i = used_slot(world.session_used, SESSIONS, o.a);
	struct open_session *session = &world.session[i];
	if (!world.session_used[i])
		return;
	tn_handle cap = session->session.cap;
	world.session_used[i] = false;
	tn_session_close(&session->session);
	tn_session_close(&session->session); /* which it is not any more */
	make_stale(cap);
	say_error(tn_cap_retain(cap) == TN_OK ? TN_OK : TN_ERR_CAPABILITY);
	tn_cap_release(cap);
}

OP(session_upgrade)
{
	uint32_t i = used_slot(world.session_used, SESSIONS, o.a);
	struct tn_session none = { 0, 77777 };
	say_error(tn_session_upgrade(world.session_used[i] ? &world.session[i].session : &none,
				     quota_of(o.b)));
}

/* -- using what was opened -- */

static void use_time(tn_time_cap time)
{
	uint64_t first = 0, second = 0;
	say_error(tn_time_now(time, &first));
	if (said_ok(tn_time_now(time, &second)))
		say("%s", second >= first ? "" : " back");
}

/* Subjects are of this component and of what it has started, which is known. */
static void use_trace(tn_trace_cap trace, uint64_t cursor)
{
	static struct tn_trace_subject subjects[TN_TRACE_PAGE];
	size_t size = 0;
	if (!said_ok(tn_trace_read(trace, cursor, &cursor, subjects, &size)))
		return;
	size_t count = size / sizeof(subjects[0]);
	say(" %zu", count);
	for (size_t i = 0; i < count; i++)
		say(" %s %u %u", subjects[i].thread, subjects[i].priority, subjects[i].state);
}

static void use_rom(tn_rom_cap rom, uint32_t k)
{
	tn_dataspace_cap version = { 0 };
	uint64_t size = 0;
	if (k % 4 == 0)
		say_error(tn_rom_watch(rom, signal_at(k / 4)));
	else if (said_ok(tn_rom_dataspace(rom, &size, &version)))
		take_in_hand(version.handle, k);
}

static void use_log(tn_log_cap log, uint32_t k)
{
	char text[TN_LOG_MAX + 10];
	uint32_t taken = 0;
	uint32_t length = k % 4 ? k / 4 % 20 : TN_LOG_MAX - 5 + k / 4 % 10;
	memset(text, 'x', sizeof(text));
	if (k % 2)
		say_error(tn_log_write(log, text, length));
	else
		say_error(tn_log_append(log, text, length, &taken));
}

static void use_peer(remote_cap peer, uint32_t k)
{
	uint64_t back = 0;
	if (said_ok(remote_echo(peer, k, &back)))
		say_number(back);
}

static void use_cpu(tn_cpu_cap cpu)
{
	uint32_t priority = 0;
	uint64_t cpus = 0;
	if (said_ok(tn_cpu_limits(cpu, tn_env_pd(world.env), &priority, &cpus)))
		say_number(priority);
}

OP(session_use)
{
	uint32_t i = used_slot(world.session_used, SESSIONS, o.a);
	tn_handle cap = o.c % 8 ? world.session[i].session.cap : any_handle(o.c / 8);
	if (!world.session_used[i])
		return;
	switch (world.session[i].service) {
	case PEER:
		use_peer((remote_cap){ cap }, o.b);
		break;
	case TIME:
		use_time((tn_time_cap){ cap });
		break;
	case TRACE:
		use_trace((tn_trace_cap){ cap }, o.b % 4 ? 0 : UINT64_MAX);
		break;
	case ROM:
		use_rom((tn_rom_cap){ cap }, o.b);
		break;
	case LOG:
		use_log((tn_log_cap){ cap }, o.b);
		break;
	case CPU:
		use_cpu((tn_cpu_cap){ cap });
		break;
	default:
		break;
	}
}

/* A deadline that is over comes at once. */
OP(time_deadline)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	struct tn_signal reached = { .handler = NULL };
	if (!said_ok(tn_session_open("TIME", "", none, &tn_time_interface, &session)))
		return;
	tn_time_cap time = { session.cap };
	if (said_ok(tn_signal_create(tn_env_entrypoint(world.env), &reached))) {
		tn_error error = tn_time_watch(time, reached.cap);
		say_error(error);
		say_error(tn_time_deadline(time, UINT64_MAX));
		say_error(tn_time_deadline(time, o.a % 3));
		if (error == TN_OK)
			tn_signal_wait(&reached);
		tn_signal_destroy(&reached);
	}
	tn_session_close(&session);
}

/* All pages of it, from the beginning. */
OP(trace_all)
{
	static struct tn_trace_subject subjects[TN_TRACE_PAGE];
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	uint64_t cursor = 0, threads = 0;
	size_t size = 0;
	tn_error error;
	if (!said_ok(tn_session_open("TRACE", "", none, &tn_trace_interface, &session)))
		return;
	do {
		error = tn_trace_read((tn_trace_cap){ session.cap }, cursor, &cursor, subjects,
				      &size);
		threads += error == TN_OK ? size / sizeof(subjects[0]) : 0;
	} while (error == TN_OK && cursor);
	say_error(error);
	say_number(threads);
	tn_session_close(&session);
}

OP(log_lines)
{
	char text[TN_LOG_MAX + 20];
	memset(text, 'y', sizeof(text));
	tn_log_line(text, o.a % 4 ? o.a / 4 % 30 : o.a % sizeof(text));
	tn_transcript_line(text, o.b % 40);
	say("said");
}

OP(feature_unknown)
{
	const char *reason = NULL;
	bool there = tn_feature((enum tn_feature)(TN_FEATURE_COUNT + o.a), &reason);
	say("%d %d", there, reason != NULL);
}

/* -- what is asked of the parent -- */

OP(service_announce)
{
	static const char *const names[] = { "Nothing", "", "Peer",
					     "a name that is far too long to be one" };
	static struct tn_service service;
	service = (struct tn_service){ .name = names[o.a % 4], .interface = &remote_interface };
	say_error(tn_service_announce(&service));
}

OP(parent_ids)
{
	tn_parent_cap parent = tn_env_parent(world.env);
	uint32_t id = 70000 + o.b, state = 0, reason = 0;
	tn_any_cap any = { any_handle(o.c) };
	switch (o.a % 6) {
	case 0:
		say_error(tn_parent_session_collect(parent, id, &state, &reason, &any));
		break;
	case 1:
		say_error(tn_parent_session_upgrade(parent, id, o.c, o.d));
		break;
	case 2:
		say_error(tn_parent_session_close(parent, id));
		break;
	case 3:
		say_error(tn_parent_request_deliver(parent, id, any));
		break;
	case 4:
		say_error(tn_parent_request_deny(parent, id, o.c));
		break;
	default:
		say_error(tn_parent_request_done(parent, id));
	}
}

OP(parent_serve)
{
	tn_parent_cap parent = tn_env_parent(world.env);
	char service[TN_SERVICE_NAME_MAX + 1], label[TN_LABEL_MAX + 1], interface[32];
	uint32_t kind = 0, id, functions;
	uint64_t ram, caps, digest;
	if (o.a % 2)
		say_error(tn_parent_announce(parent, o.a % 4 == 1 ? "Peer" : "", signal_at(o.b)));
	if (said_ok(tn_parent_request_next(parent, &kind, &id, service, label, &ram, &caps,
					   &functions, &digest, interface)))
		say_number(kind);
}

OP(parent_notify)
{
	tn_parent_cap parent = tn_env_parent(world.env);
	uint64_t ram = 1, caps = 1;
	say_error(
		tn_parent_notify(parent, o.a % 4, o.c % 2 ? signal_at(o.b) : (tn_signal_cap){ 0 }));
	say_error(tn_parent_heartbeat(parent));
	if (said_ok(tn_parent_yield_request(parent, &ram, &caps)))
		say_number(ram + caps);
	say_error(tn_parent_yield_done(parent, o.d, o.a));
}

/* lib/test's stage has no more to give. */
OP(parent_resource)
{
	tn_parent_cap parent = tn_env_parent(world.env);
	struct tn_signal decided = { .handler = NULL };
	uint32_t state = 0;
	uint64_t ram = 0, caps = 0;
	if (o.a % 3 && said_ok(tn_signal_create(tn_env_entrypoint(world.env), &decided))) {
		if (said_ok(tn_parent_resource_request(parent, o.b, o.c, decided.cap)))
			tn_signal_wait(&decided);
		tn_signal_destroy(&decided);
	} else if (o.a % 9 == 0) {
		say_error(tn_parent_resource_request(parent, o.b, o.c, (tn_signal_cap){ 0 }));
	}
	if (!said_ok(tn_parent_resource_collect(parent, &state, &ram, &caps)))
		return;
	say_number(state);
	say_number(ram + caps);
}

OP(parent_environment)
{
	char name[TN_LABEL_MAX + 1];
	uint32_t flags = 0;
	tn_pd_cap pd = { 0 };
	tn_log_cap log = { 0 };
	tn_rom_cap binary = { 0 };
	tn_cpu_cap cpu = { 0 };
	if (!said_ok(tn_parent_environment(tn_env_parent(world.env), &flags, name, &pd, &log,
					   &binary, &cpu)))
		return;
	say_number(flags);
	say(" %d", pd.handle == tn_env_pd(world.env).handle);
	tn_cap_release(pd.handle);
	tn_cap_release(log.handle);
	tn_cap_release(binary.handle);
	tn_cap_release(cpu.handle);
}
