/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The state of all, as a KDL document: what doc/scenario.md says of it. A tool that draws the graph
 * needs nothing else.
 */

#include "init.h"

static const char *end_text(const struct tn_child_end *end)
{
	static const char *const texts[] = { [TN_CHILD_NOT_STARTED] = "not-started",
					     [TN_CHILD_EXITED] = "exit",
					     [TN_CHILD_FAULTED] = "fault",
					     [TN_CHILD_KILLED] = "killed" };
	return texts[end->cause];
}

static const char *state_text(const struct child *child)
{
	if (child->state == CHILD_WAITING)
		return "waiting";
	if (child->state == CHILD_DOWN)
		return "ended";
	return child->tn.state == TN_CHILD_STARTING  ? "starting"
	       : child->tn.state == TN_CHILD_RUNNING ? "running"
						     : "ending";
}

static void write_account(struct tn_kdl_writer *writer, const char *name, uint64_t used,
			  uint64_t limit)
{
	tn_kdl_write_node(writer, name);
	tn_kdl_write_u64(writer, "limit", limit);
	tn_kdl_write_u64(writer, "used", used);
}

static void write_accounts(struct tn_kdl_writer *writer, const struct tn_accounts *accounts)
{
	write_account(writer, "ram", accounts->ram_used, accounts->ram_limit);
	write_account(writer, "caps", accounts->caps_used, accounts->caps_limit);
}

static void write_end(struct tn_kdl_writer *writer, const struct tn_child_end *end)
{
	tn_kdl_write_node(writer, "last-end");
	tn_kdl_write_string(writer, NULL, end_text(end));
	if (end->cause == TN_CHILD_EXITED)
		tn_kdl_write_i64(writer, "value", end->value);
	else if (end->cause == TN_CHILD_FAULTED)
		tn_kdl_write_u64(writer, "address", end->fault.address);
	else if (end->cause == TN_CHILD_NOT_STARTED)
		tn_kdl_write_string(writer, "error", tn_error_text(end->error));
}

static void write_child(struct tn_kdl_writer *writer, const struct child *child)
{
	struct tn_accounts accounts;
	bool ended_once = child->starts > 1 || child->state != CHILD_UP;
	const struct provided *provided = child->start ? child->start->provides : NULL;
	tn_kdl_write_node(writer, "child");
	tn_kdl_write_string(writer, NULL, child->name);
	tn_kdl_write_string(writer, "binary", child->binary);
	tn_kdl_write_u64(writer, "restarts", child->restarts);
	tn_kdl_write_string(writer, "state", state_text(child));
	uint32_t waiting = child->state == CHILD_UP ? tn_child_waiting(&child->tn) : 0;
	if (waiting)
		tn_kdl_write_u64(writer, "waiting", waiting);
	tn_kdl_write_open(writer);
	if (child->state == CHILD_UP && tn_child_accounts(&child->tn, &accounts) == TN_OK)
		write_accounts(writer, &accounts);
	for (; provided; provided = provided->next) {
		tn_kdl_write_node(writer, "provides");
		tn_kdl_write_string(writer, NULL, provided->service);
		tn_kdl_write_bool(writer, "announced",
				  child->state == CHILD_UP &&
					  tn_child_announced(&child->tn, provided->service));
	}
	if (ended_once && child->starts)
		write_end(writer, &child->end);
	tn_kdl_write_close(writer);
}

static const char *server_of(const struct tn_session_info *session)
{
	switch (session->at) {
	case TN_SESSION_PARENT:
		return TN_LABEL_PARENT;
	case TN_SESSION_CHILD:
		return session->server->name;
	case TN_SESSION_OWN:
		return "init";
	default:
		return NULL;
	}
}

static void write_session(struct tn_kdl_writer *writer, const struct tn_session_info *session)
{
	const char *server = server_of(session);
	tn_kdl_write_node(writer, "session");
	tn_kdl_write_string(writer, NULL, session->service);
	if (session->client)
		tn_kdl_write_string(writer, "client", session->client->name);
	else if (session->from_parent)
		tn_kdl_write_string(writer, "client", TN_LABEL_PARENT);
	tn_kdl_write_string(writer, "label", session->label);
	if (server)
		tn_kdl_write_string(writer, "server", server);
	tn_kdl_write_string(writer, "state", session->state);
	if (session->donated.ram || session->donated.caps) {
		tn_kdl_write_u64(writer, "caps", session->donated.caps);
		tn_kdl_write_u64(writer, "ram", session->donated.ram);
	}
}

size_t state_write(char *text, size_t size)
{
	struct tn_kdl_writer writer;
	struct tn_session_info session = { 0 };
	struct tn_accounts own;
	tn_kdl_writer_init(&writer, text, size);
	if (tn_pd_accounts(tn_env_pd(init.env), &own) == TN_OK)
		write_accounts(&writer, &own);
	struct tn_list_node *node = tn_list_first(&init.children);
	for (; node; node = tn_list_next(&init.children, node))
		write_child(&writer, TN_CONTAINER_OF(node, struct child, in_all));
	while (tn_family_next_session(&init.family, &session))
		if (!session.environment)
			write_session(&writer, &session);
	if (tn_kdl_write_end(&writer) == TN_KDL_FULL)
		tn_log("the state of all does not fit %zu bytes: give report a larger size=", size);
	return writer.len;
}
