/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/price.h>
#include <core/services.h>
#include <core/work.h>
#include <tenon/text.h>
#include <stdarg.h>
#include <tenon/format.h>
#include <tenon/component.h>

/*
 * All output passes one bounded ring. The console takes from it what it can; nobody ever waits for
 * the console, not even core.
 */
enum {
	RING_SIZE = 1 << 16,
	PIECE = 4096,
	STAMP_MAX = 24,
	LINE_MAX = STAMP_MAX + TN_LABEL_MAX + TN_LOG_MAX + 8
};

static char ring[RING_SIZE];
static size_t ring_head, ring_tail; /* free running: head - tail bytes are waiting */
static uint64_t dropped;

struct log_session {
	struct object object;
	char label[TN_LABEL_MAX + 1];
};

/* What is shown for a character that components send: nothing that moves on a terminal. */
static char printable(char c)
{
	return (unsigned char)c < ' ' || c == 127 ? ' ' : c;
}

static size_t room(void)
{
	return RING_SIZE - (ring_head - ring_tail);
}

/* One piece; core_work() goes on with the rest, or the port tells when there is room again. */
static void drain(void)
{
	size_t at = ring_tail % RING_SIZE, n = ring_head - ring_tail;
	if (n > RING_SIZE - at)
		n = RING_SIZE - at;
	if (n > PIECE)
		n = PIECE;
	if (!n)
		return;
	size_t taken = port_console_write(&ring[at], n);
	ring_tail += taken;
	if (taken == n && ring_tail != ring_head)
		work_wanted();
}

void log_step(void)
{
	drain();
}

size_t core_console_left(void)
{
	return ring_head - ring_tail;
}

static void put(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		ring[ring_head++ % RING_SIZE] = text[i];
}

/* Line ends of the text are given the label, too: no component can fake another's lines. */
static size_t compose(char *line, const char *label, const unsigned char *text, size_t length)
{
	size_t n = measure_stamp(line, LINE_MAX);
	n += tn_format(line + n, LINE_MAX - n, "[%s] ", label);
	for (size_t i = 0; i < n; i++) /* labels end with what a component chose */
		line[i] = printable(line[i]);
	if (length && text[length - 1] == '\n')
		length--;
	for (size_t i = 0; i < length && n + 1 < LINE_MAX; i++)
		line[n++] = text[i] == '\t' ? '\t' : printable((char)text[i]);
	line[n++] = '\n';
	return n;
}

static bool emit(const char *line, size_t length)
{
	drain();
	if (room() < length)
		return false;
	put(line, length);
	drain();
	return true;
}

static void tell_dropped(void)
{
	char line[STAMP_MAX + 80];
	if (!dropped)
		return;
	size_t n = measure_stamp(line, sizeof(line));
	n += tn_format(line + n, sizeof(line) - n, "[core] %llu log lines dropped\n",
		       (unsigned long long)dropped);
	if (emit(line, n))
		dropped = 0;
}

void core_console_ready(void)
{
	drain();
	if (room() > RING_SIZE / 2)
		tell_dropped();
}

void core_log(const char *format, ...)
{
	char line[LINE_MAX];
	va_list arguments;
	va_start(arguments, format);
	size_t n = measure_stamp(line, sizeof(line));
	n += tn_format(line + n, sizeof(line) - n, "[core] ");
	size_t wanted = tn_format_list(line + n, sizeof(line) - n - 1, format, arguments);
	va_end(arguments);
	n += wanted < sizeof(line) - n - 1 ? wanted : sizeof(line) - n - 2;
	for (size_t i = 0; i < n; i++)
		line[i] = printable(line[i]);
	line[n++] = '\n';
	if (!emit(line, n))
		dropped++;
}

static tn_error write_line(void *self, struct tn_request *request, const void *text, size_t length)
{
	struct log_session *session = self;
	char line[LINE_MAX];
	(void)request;
	tell_dropped();
	if (!emit(line, compose(line, session->label, text, length)))
		dropped++;
	return TN_OK;
}

static tn_error append(void *self, struct tn_request *request, const void *text, size_t length,
		       uint32_t *taken)
{
	struct log_session *session = self;
	char line[LINE_MAX];
	(void)request;
	*taken = emit(line, compose(line, session->label, text, length)) ? (uint32_t)length : 0;
	return TN_OK;
}

tn_error log_create(struct pd *payer, const char *label, struct object **made)
{
	tn_error error = account_charge(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	if (error != TN_OK)
		return error;
	struct log_session *session = core_alloc(sizeof(*session));
	if (!session) {
		account_refund(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
		return TN_ERR_LIMIT;
	}
	object_init(&session->object, OBJECT_LOG, payer);
	tn_text_copy_cut(session->label, sizeof(session->label), label);
	*made = &session->object;
	return TN_OK;
}

void log_free(struct object *object)
{
	account_refund(object->payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	core_free(TN_CONTAINER_OF(object, struct log_session, object), sizeof(struct log_session));
}

tn_error log_request(struct object *object, struct tn_request *request)
{
	static const struct tn_log_ops ops = { .write = write_line, .append = append };
	return tn_log_dispatch(&ops, TN_CONTAINER_OF(object, struct log_session, object), request);
}
