/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The client's side of channels.
 *
 * Why a call always ends: core sets `aborted` in the thread page, which only this component and
 * core can write, for whoever is in a call through a capability that dies. The runtime stores
 * `calling`, then checks that the capability's entry is alive; core kills the entry, then loads
 * `calling`; both with a full fence in between. So either the client finds the entry dead, or core
 * finds the call. `aborted` names the capability, so that an abort that comes late does not end
 * the next call. The client sleeps on the reply and on `aborted` at once (futex_waitv): a server
 * that writes nonsense to the first cannot hide the second.
 */
#include "local.h"

static uint32_t sequences;

bool cap_entry(tn_handle handle, struct linux_cap_entry *entry)
{
	const struct linux_cap_entry *table = (const struct linux_cap_entry *)LINUX_CAPS;
	const struct linux_cap_entry *shared = &table[TN_HANDLE_INDEX(handle)];
	/* Twice: core replaces an entry by killing it first. */
	if (!handle || __atomic_load_n(&shared->handle, __ATOMIC_ACQUIRE) != handle)
		return false;
	entry->channel = LINK_READ(shared->channel);
	entry->grant = LINK_READ(shared->grant);
	entry->serial = LINK_READ(shared->serial);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return LINK_READ(shared->handle) == handle;
}

void ring(uint32_t channel)
{
	static const uint64_t one = 1;
	linux_call3(__NR_write, LINUX_FD_EVENTS + channel, &one, 8);
}

static bool aborted(const struct tn_thread_page *page)
{
	return __atomic_load_n(&page->aborted, __ATOMIC_SEQ_CST) == page->calling;
}

/*
 * Looks for a while. True: the reply is there. Core is another matter than servers, of which one
 * may be looking, too: what was learned of it says nothing about them.
 */
static bool spin_for_reply(const struct link *link, uint32_t sequence, bool core)
{
	struct spin *spin = core ? &this_thread()->core_spin : &this_thread()->spin;
	uint32_t limit = spin_begin(spin);
	for (uint32_t i = 0; i < limit; i++) {
		if (__atomic_load_n(&link->reply, __ATOMIC_ACQUIRE) == sequence) {
			spin_end(spin, true);
			return true;
		}
		spin_pause();
	}
	if (limit)
		spin_end(spin, false);
	return false;
}

/* Until the server has replied to request `sequence`. False: aborted. */
static bool wait_reply(struct link *link, uint32_t sequence)
{
	struct tn_thread_page *page = thread_page(current_thread());
	for (;;) {
		uint32_t aborting = __atomic_load_n(&page->aborted, __ATOMIC_SEQ_CST);
		uint32_t seen = __atomic_load_n(&link->reply, __ATOMIC_ACQUIRE);
		if (seen == sequence)
			return true;
		if (aborted(page))
			return false;
		LINK_WRITE(link->waiting, 1);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		futex_wait(&link->reply, seen, &page->aborted, aborting);
	}
}

/*
 * A call that was aborted may have left its request to the server, which still reads and writes the
 * buffer. The next one would have to wait for that anyway, at the server.
 */
static tn_error prepare(struct link *link, tn_handle handle)
{
	struct linux_cap_entry entry;
	/* The call is noted already, so that an abort that this overwrites shows in the entry. */
	__atomic_store_n(&thread_page(current_thread())->aborted, 0, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!cap_entry(handle, &entry))
		return TN_ERR_GONE;
	if (link_pending(link) && !wait_reply(link, LINK_READ(link->request)))
		return TN_ERR_GONE;
	return TN_OK;
}

tn_error port_call_begin(struct tn_call *call)
{
	struct linux_cap_entry entry;
	if (!cap_entry(call->destination, &entry))
		return TN_ERR_GONE;
	if (LINUX_CAP_IS_OWN(entry.channel) == LINUX_CAP_OWN(current_thread()))
		return TN_ERR_DEADLOCK;
	call->data = (unsigned char *)(LAYOUT_UTCB + current_thread() * TN_PAGE_SIZE);
	return TN_OK;
}

static void send(struct link *link, const struct tn_call *call, const struct linux_cap_entry *entry,
		 uint32_t sequence)
{
	bool core = entry->channel == 0;
	LINK_WRITE(link->opcode, call->opcode);
	LINK_WRITE(link->length, call->length);
	LINK_WRITE(link->cap_count, call->cap_count);
	LINK_WRITE(link->mark, call->mark);
	LINK_WRITE(link->grant, core ? call->destination : entry->grant);
	LINK_WRITE(link->serial, core ? 0 : entry->serial);
	for (uint32_t i = 0; core && i < call->cap_count && i < TN_MESSAGE_CAPS_MAX; i++)
		LINK_WRITE(link->caps[i], call->caps[i]);
	__builtin_memcpy(link->data, call->data, call->length);
	LINK_WRITE(link->thread, current_thread());
	LINK_WRITE(link->waiting, 0);
	__atomic_store_n(&link->request, sequence, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!LINK_READ(link->polling))
		ring(entry->channel);
}

static tn_error receive(struct link *link, struct tn_call *call, bool core)
{
	uint32_t length = LINK_READ(link->reply_length);
	uint32_t cap_count = LINK_READ(link->reply_cap_count);
	tn_error status = tn_error_of(LINK_READ(link->status));
	if (length > TN_MESSAGE_MAX || cap_count > TN_MESSAGE_CAPS_MAX)
		return TN_ERR_PROTOCOL;
	call->length = length;
	call->cap_count = (uint8_t)cap_count;
	call->reply_mark = (uint8_t)LINK_READ(link->reply_mark);
	__builtin_memcpy(call->data, link->data, length);
	/* Core's are the caller's own already; others come by the thread page. */
	for (uint32_t i = 0; core && i < cap_count; i++)
		call->caps[i] = LINK_READ(link->caps[i]);
	return status;
}

static tn_error exchange(struct link *link, struct tn_call *call, uint32_t number)
{
	struct linux_cap_entry entry;
	uint32_t sequence = __atomic_add_fetch(&sequences, 1, __ATOMIC_RELAXED);
	tn_error error = prepare(link, call->destination);
	if (error != TN_OK)
		return error;
	if (!cap_entry(call->destination, &entry))
		return TN_ERR_GONE;
	entry.channel &= LINUX_CAP_CHANNEL;
	if (entry.channel != number)
		return TN_ERR_GONE;
	if (sequence == LINK_READ(link->reply)) /* of four thousand million calls ago */
		sequence = __atomic_add_fetch(&sequences, 1, __ATOMIC_RELAXED);
	send(link, call, &entry, sequence);
	if (!spin_for_reply(link, sequence, number == 0) && !wait_reply(link, sequence))
		return TN_ERR_GONE;
	return receive(link, call, number == 0);
}

/*
 * The message is put together in the thread's own page, and taken from there: the component's
 * memory may fault, and wait for another thread that needs the channel.
 */
tn_error port_call_invoke(struct tn_call *call)
{
	struct linux_cap_entry entry;
	if (!cap_entry(call->destination, &entry))
		return TN_ERR_GONE;
	uint32_t number = entry.channel & LINUX_CAP_CHANNEL;
	link_lock(number);
	struct link *link = link_open(LINUX_CLIENT, number);
	tn_error error = TN_ERR_OUT_OF_RAM;
	if (link)
		error = exchange(link, call, number);
	else if (!cap_entry(call->destination, &entry))
		error = TN_ERR_GONE;
	/* The channel went meanwhile. What was read then may be of another call of this thread's,
	 * whose channel went as well: they share the pages in its place, and sequences may be
	 * alike. */
	if (link_settle(LINUX_CLIENT, number))
		error = TN_ERR_GONE;
	link_unlock(number);
	return error;
}

void port_call_end(struct tn_call *call)
{
	(void)call;
}

tn_error port_signal_submit(tn_handle handle)
{
	struct linux_cap_entry entry;
	if (!cap_entry(handle, &entry))
		return TN_ERR_GONE;
	uint32_t number = entry.channel & LINUX_CAP_CHANNEL;
	link_lock(number);
	struct link *link = link_open(LINUX_CLIENT, number);
	if (link && link_signal(link, entry.grant))
		ring(number);
	(void)link_settle(LINUX_CLIENT, number);
	link_unlock(number);
	return link ? TN_OK : TN_ERR_GONE;
}
