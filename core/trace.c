/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/pd.h>
#include <core/price.h>
#include <core/services.h>
#include <core/thread.h>
#include <tenon/text.h>
#include <tenon/trace.h>

/* PDs that one request looks at, seen or not. */
enum { LOOKED_AT_MAX = 512 };

struct trace_session {
	struct object object;
	char label[TN_LABEL_MAX + 1];
};

/* The same component, or one below it. */
static bool sees(const struct trace_session *session, const char *label)
{
	const char *rest = label + tn_text_length(session->label);
	return tn_text_starts_with(label, session->label) &&
	       (!*rest || tn_text_starts_with(rest, " -> "));
}

static void describe(struct thread *thread, struct tn_trace_subject *subject)
{
	const struct pd *pd = thread->pd;
	const struct account *account = &pd->account;
	__builtin_memset(subject, 0, sizeof(*subject));
	tn_text_copy_cut(subject->label, sizeof(subject->label), pd->label);
	tn_text_copy_cut(subject->thread, sizeof(subject->thread), thread->name);
	subject->id = thread->id;
	subject->cpu_ns = port_thread_time(thread);
	subject->ram_limit = account->ram_limit;
	subject->ram_used = account->ram_used;
	subject->caps_limit = account->caps_limit;
	subject->caps_used = account->caps_used;
	subject->priority = thread->priority;
	subject->state = (uint16_t)pd->state;
	subject->waits = thread->waits_in != NULL;
}

/* A cursor: the PD's number in the upper half, in the lower the thread's index. */
struct place {
	uint32_t pd, thread;
};

/* The threads of the PD from the place on; false: the page is full, and `place` is the next. */
static bool read_pd(struct pd *pd, struct place *place, unsigned char *page, size_t *count)
{
	struct tn_trace_subject subject;
	struct tn_list_node *node = tn_list_first(&pd->threads);
	for (; node; node = tn_list_next(&pd->threads, node)) {
		struct thread *thread = TN_CONTAINER_OF(node, struct thread, in_pd);
		if (thread->index < place->thread || thread->ending)
			continue;
		place->thread = thread->index;
		if (*count == TN_TRACE_PAGE)
			return false;
		describe(thread, &subject);
		__builtin_memcpy(page + (*count)++ * sizeof(subject), &subject, sizeof(subject));
	}
	return true;
}

static tn_error read_page(void *self, struct tn_request *request, uint64_t cursor, uint64_t *next,
			  void *page, size_t *size)
{
	struct place place = { (uint32_t)(cursor >> 32), (uint32_t)cursor };
	size_t count = 0;
	uint32_t end = place.pd < UINT32_MAX - LOOKED_AT_MAX ? place.pd + LOOKED_AT_MAX : 0;
	struct pd *pd;
	(void)request;
	*next = 0;
	while (pd_find(place.pd, &pd)) {
		bool seen = pd && !object_gone(&pd->object) && sees(self, pd->label);
		if (place.pd == end || (seen && !read_pd(pd, &place, page, &count))) {
			*next = (uint64_t)place.pd << 32 | place.thread;
			break;
		}
		place.pd++;
		place.thread = 0;
	}
	*size = count * sizeof(struct tn_trace_subject);
	return TN_OK;
}

tn_error trace_create(struct pd *payer, const char *label, struct object **made)
{
	tn_error error = account_charge(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	if (error != TN_OK)
		return error;
	struct trace_session *session = core_alloc(sizeof(*session));
	if (!session) {
		account_refund(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
		return TN_ERR_LIMIT;
	}
	object_init(&session->object, OBJECT_TRACE, payer);
	tn_text_copy_cut(session->label, sizeof(session->label), label);
	*made = &session->object;
	return TN_OK;
}

void trace_free(struct object *object)
{
	account_refund(object->payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	core_free(TN_CONTAINER_OF(object, struct trace_session, object),
		  sizeof(struct trace_session));
}

tn_error trace_request(struct object *object, struct tn_request *request)
{
	static const struct tn_trace_ops ops = { .read = read_page };
	return tn_trace_dispatch(&ops, TN_CONTAINER_OF(object, struct trace_session, object),
				 request);
}
