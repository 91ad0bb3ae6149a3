/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Messages made by hand, to the victim, to core, to the parent. */
#include "attack.h"

/* Of the last transfer. */
static uint8_t mark;

enum {
	TAG_LENGTHS = 0x10000,
	TAG_CAPS = 0x100,
	RANDOM_MESSAGES = 4000,
	PD_OPCODES = tn_pd_opcode_settle + 1
};

static void longer_than_a_message(struct tn_env *env)
{
	tn_handle to[] = { attack_victim().handle, tn_env_pd(env).handle,
			   tn_env_parent(env).handle };
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		for (uint32_t length = HW_MESSAGE_MAX + 1; length < TAG_LENGTHS; length += 7)
			HOLDS(raw(HW_CALL, to[i], hw_tag(0, length, 0, 0)) == HW_ERR_ARGUMENT);
}

static void opcodes_of_nothing(struct tn_env *env)
{
	tn_handle victim = attack_victim().handle, parent = tn_env_parent(env).handle;
	tn_handle pd = tn_env_pd(env).handle;
	for (uint32_t opcode = VICTIM_OPCODES; opcode <= UINT16_MAX; opcode += 3)
		HOLDS(raw_message(victim, (uint16_t)opcode, 8, 0) == TN_ERR_PROTOCOL);
	for (uint32_t opcode = PD_OPCODES; opcode <= UINT16_MAX; opcode += 3)
		HOLDS(raw_message(pd, (uint16_t)opcode, 8, 0) == TN_ERR_PROTOCOL);
	for (uint32_t opcode = 100; opcode <= UINT16_MAX; opcode += 9)
		HOLDS(raw_message(parent, (uint16_t)opcode, 8, 0) == TN_ERR_PROTOCOL);
}

static void lengths_to_the_victim(struct tn_env *env)
{
	tn_handle victim = attack_victim().handle;
	(void)env;
	for (uint32_t length = 0; length <= HW_MESSAGE_MAX; length++) {
		tn_error expected = length == sizeof(uint64_t) ? TN_OK : TN_ERR_PROTOCOL;
		HOLDS(raw_message(victim, victim_opcode_echo, length, 0) == expected);
	}
}

static void lengths_to_core(struct tn_env *env)
{
	tn_handle pd = tn_env_pd(env).handle;
	for (uint32_t length = 0; length <= HW_MESSAGE_MAX; length++)
		if (length != sizeof(uint64_t))
			HOLDS(raw_message(pd, tn_pd_opcode_alloc, length, 0) == TN_ERR_PROTOCOL);
}

/* Capabilities that core has never transferred. */
static void announced_to_the_victim(struct tn_env *env)
{
	tn_handle victim = attack_victim().handle;
	(void)env;
	for (uint32_t caps = 1; caps < TAG_CAPS; caps++) {
		HOLDS(raw_message(victim, victim_opcode_hold, 0, caps) == TN_ERR_PROTOCOL);
		HOLDS(raw_message(victim, victim_opcode_echo, 8, caps) == TN_ERR_PROTOCOL);
	}
}

static void announced_to_core(struct tn_env *env)
{
	tn_handle pd = tn_env_pd(env).handle;
	for (uint32_t caps = 0; caps < TAG_CAPS; caps++)
		for (uint32_t length = 0; length < 64; length++) {
			memset(message_frame(), 0xff, 64);
			HOLDS(raw_message(pd, tn_pd_opcode_free, length, caps) != TN_OK);
		}
}

/* Core has transferred two, the message speaks of another number. */
static void announced_otherwise(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	struct tn_handles two = { .count = 2, .handle = { attack_alarm().handle, victim.handle } };
	for (uint32_t caps = 0; caps < TAG_CAPS; caps++) {
		TN_MUST(tn_pd_transfer_call(tn_env_pd(env), victim.handle, two, &mark));
		HOLDS(raw_message(victim.handle, victim_opcode_hold, 0, MARKED(caps, mark)) ==
		      TN_ERR_PROTOCOL);
	}
}

static void every_tag(struct tn_env *env)
{
	tn_handle victim = attack_victim().handle;
	(void)env;
	for (unsigned round = 0; round < RANDOM_MESSAGES; round++) {
		uint64_t status = raw(HW_CALL, victim, attack_random());
		HOLDS(status == HW_OK || status == HW_ERR_ARGUMENT);
	}
}

static void send_randomly(tn_handle to, uint32_t opcodes)
{
	uint64_t *words = (uint64_t *)LAYOUT_UTCB;
	for (unsigned round = 0; round < RANDOM_MESSAGES; round++) {
		for (unsigned i = 0; i < 16; i++) /* small numbers are nearer to what makes sense */
			words[i] = attack_random() >> (attack_random() % 64);
		uint64_t shape = attack_random();
		uint64_t tag = hw_tag((uint32_t)(shape % opcodes), (uint32_t)(shape >> 8) % 160,
				      (uint32_t)(shape >> 20) % 4, 0);
		raw(HW_CALL, to, tag);
	}
}

static void random_to_core(struct tn_env *env)
{
	send_randomly(tn_env_pd(env).handle, PD_OPCODES);
}

static void random_to_the_parent(struct tn_env *env)
{
	send_randomly(tn_env_parent(env).handle, tn_parent_opcode_exit);
}

static void random_to_a_rom(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session rom;
	(void)env;
	TN_MUST(tn_session_open("ROM", "test-isolation", none, &tn_rom_interface, &rom));
	send_randomly(rom.cap, 4);
}

static void quota_of_others(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	tn_any_cap self = { pd.handle };
	struct tn_accounts before, after;
	TN_MUST(tn_pd_accounts(pd, &before));
	for (unsigned bit = 0; bit < 64; bit++) {
		tn_error error = tn_pd_transfer_quota(pd, self, 1ull << bit, 0);
		HOLDS(error == TN_OK || error == TN_ERR_OUT_OF_RAM);
		error = tn_pd_transfer_quota(pd, self, 0, 1ull << bit);
		HOLDS(error == TN_OK || error == TN_ERR_OUT_OF_CAPS);
	}
	HOLDS(tn_pd_transfer_quota(pd, self, UINT64_MAX, UINT64_MAX) == TN_ERR_OUT_OF_RAM);
	TN_MUST(tn_pd_accounts(pd, &after));
	HOLDS(memcmp(&before, &after, sizeof(before)) == 0);
}

static tn_error attach_at(struct tn_env *env, tn_dataspace_cap dataspace, uint64_t address,
			  uint64_t offset, uint64_t size)
{
	uint64_t at, attached;
	return tn_pd_attach(tn_env_pd(env), dataspace, address, offset, size, TN_RIGHT_READ, &at,
			    &attached);
}

/* What is core's in the address space, and what is the kernel's. */
static void attach_where_others_are(struct tn_env *env)
{
	static const uint64_t places[] = {
		TN_PAGE_SIZE,        LAYOUT_RUNTIME,           LAYOUT_PORT,
		LAYOUT_THREAD_PAGES, LAYOUT_CHANNELS,          LAYOUT_UTCB,
		LAYOUT_STACKS,       LAYOUT_STACKS_END - 4096, LAYOUT_ATTACH_END,
		0x7ffffffff000,      0x7fffffffe000,           0x800000000000,
		0x8000000000000000,  0xffff800000000000,       0xffffffff80000000,
		0xfffffffffffff000,  LAYOUT_ATTACH + 1,
	};
	tn_dataspace_cap dataspace;
	TN_MUST(tn_dataspace_alloc(2 * TN_PAGE_SIZE, &dataspace));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		HOLDS(attach_at(env, dataspace, places[i], 0, 0) != TN_OK);
}

static void attach_more_than_there_is(struct tn_env *env)
{
	const uint64_t page = TN_PAGE_SIZE, at = LAYOUT_ATTACH + (1ull << 32);
	tn_dataspace_cap dataspace;
	TN_MUST(tn_dataspace_alloc(2 * page, &dataspace));
	HOLDS(attach_at(env, dataspace, at, 0, 3 * page) == TN_ERR_ARGUMENT);
	HOLDS(attach_at(env, dataspace, at, page, 2 * page) == TN_ERR_ARGUMENT);
	HOLDS(attach_at(env, dataspace, at, 2 * page, 0) == TN_ERR_ARGUMENT);
	HOLDS(attach_at(env, dataspace, at, page, 0 - page) == TN_ERR_ARGUMENT);
	HOLDS(attach_at(env, dataspace, at, 0 - page, 2 * page) == TN_ERR_ARGUMENT);
	HOLDS(attach_at(env, dataspace, LAYOUT_ATTACH_END - page, 0, 0) == TN_ERR_ARGUMENT);
	for (unsigned bit = 13; bit < 64; bit++)
		HOLDS(attach_at(env, dataspace, at, 0, 1ull << bit | page) != TN_OK);
}

/* Own code, data, and what core has mapped may not change under it by a trick with rights. */
static void attach_with_more_rights(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	tn_pd_cap pd = tn_env_pd(env);
	struct tn_session rom;
	tn_dataspace_cap data, code = { 0 };
	uint64_t at, size;
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &data));
	TN_MUST(tn_session_open("ROM", "test-isolation", none, &tn_rom_interface, &rom));
	TN_MUST(tn_rom_dataspace((tn_rom_cap){ rom.cap }, &size, &code));
	for (uint32_t rights = 0; rights < 256; rights++) {
		bool extra = rights & ~(uint32_t)(TN_RIGHT_READ | TN_RIGHT_WRITE);
		if (extra || !(rights & TN_RIGHT_READ))
			HOLDS(tn_pd_attach(pd, data, 0, 0, 0, rights, &at, &size) != TN_OK);
		extra = rights & ~(uint32_t)(TN_RIGHT_READ | TN_RIGHT_EXECUTE);
		if (extra || !(rights & TN_RIGHT_READ))
			HOLDS(tn_pd_attach(pd, code, 0, 0, 0, rights, &at, &size) != TN_OK);
	}
}

static void detach_what_is_cores(struct tn_env *env)
{
	static const uint64_t places[] = { 0,
					   LAYOUT_RUNTIME,
					   LAYOUT_THREAD_PAGES,
					   LAYOUT_CHANNELS,
					   LAYOUT_UTCB,
					   LAYOUT_STACKS + LAYOUT_STACK_SLOT - 4096,
					   0xffffffff80000000,
					   UINT64_MAX };
	uint64_t at, size;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		HOLDS(tn_pd_detach(tn_env_pd(env), places[i], &at, &size) == TN_ERR_NOT_FOUND);
}

static void start_or_watch_itself(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	tn_any_cap victim = { attack_victim().handle };
	HOLDS(tn_pd_start(pd, victim) == TN_ERR_BUSY);
	HOLDS(tn_pd_watch(pd, attack_alarm()) == TN_ERR_DENIED);
}

const struct attack message_attacks[] = {
	{ "longer-than-a-message", longer_than_a_message, SURVIVES, NULL },
	{ "opcodes-of-nothing", opcodes_of_nothing, SURVIVES, NULL },
	{ "lengths-to-the-victim", lengths_to_the_victim, SURVIVES, NULL },
	{ "lengths-to-core", lengths_to_core, SURVIVES, NULL },
	{ "announced-to-the-victim", announced_to_the_victim, SURVIVES, NULL },
	{ "announced-to-core", announced_to_core, SURVIVES, NULL },
	{ "announced-otherwise", announced_otherwise, SURVIVES, NULL },
	{ "every-tag", every_tag, SURVIVES, NULL },
	{ "random-to-core", random_to_core, ENDS, NULL },
	{ "random-to-the-parent", random_to_the_parent, ENDS, NULL },
	{ "random-to-a-rom", random_to_a_rom, ENDS, NULL },
	{ "quota-of-others", quota_of_others, SURVIVES, NULL },
	{ "attach-where-others-are", attach_where_others_are, SURVIVES, NULL },
	{ "attach-more-than-there-is", attach_more_than_there_is, SURVIVES, NULL },
	{ "attach-with-more-rights", attach_with_more_rights, SURVIVES, NULL },
	{ "detach-what-is-cores", detach_what_is_cores, SURVIVES, NULL },
	{ "start-or-watch-itself", start_or_watch_itself, SURVIVES, NULL },
	{ NULL, NULL, 0, NULL },
};
