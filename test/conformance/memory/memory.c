/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Dataspaces and the address space: where, how much, with which rights, and what a peer can take
 * away. */

#include <tenon/test.h>

enum { PAGE = 4096, READ = TN_RIGHT_READ, WRITE = TN_RIGHT_WRITE, EXECUTE = TN_RIGHT_EXECUTE };

#define FIXED ((uintptr_t)0x500000000)

/* -- the owner of memory that main uses -- */

#define OWNER(RPC, I)                                                          \
	RPC(I, share, In(uint64_t, size), OutCap(tn_dataspace_cap, dataspace)) \
	/* The byte at this offset, as the owner sees it. */                   \
	RPC(I, look, In(uint64_t, offset), Out(uint8_t, byte))                 \
	RPC(I, destroy)                                                        \
	/* Tries to free what is not its own. */                               \
	RPC(I, free_foreign, InCap(tn_dataspace_cap, dataspace), Out(uint32_t, error))

TN_RPC_INTERFACE(owner, OWNER)

static struct {
	struct tn_env *env;
	struct tn_object object;
	tn_dataspace_cap dataspace;
	unsigned char *at;
} owning;

static tn_error share(void *self, struct tn_request *request, uint64_t size, tn_dataspace_cap *cap)
{
	void *at = NULL;
	(void)self;
	(void)request;
	tn_error error = tn_dataspace_alloc(size, &owning.dataspace);
	if (error == TN_OK)
		error = tn_attach(owning.dataspace, 0, 0, READ | WRITE, &at);
	owning.at = at;
	*cap = owning.dataspace;
	if (error == TN_OK)
		memset(at, 0x5a, size);
	return error;
}

static tn_error look(void *self, struct tn_request *request, uint64_t offset, uint8_t *byte)
{
	(void)self;
	(void)request;
	*byte = owning.at[offset];
	return TN_OK;
}

static tn_error destroy(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_dataspace_free(owning.dataspace);
	return TN_OK;
}

static tn_error free_foreign(void *self, struct tn_request *request, tn_dataspace_cap dataspace,
			     uint32_t *error)
{
	uint64_t at, size;
	(void)self;
	(void)request;
	*error = tn_error_number(tn_pd_free(tn_env_pd(owning.env), dataspace, &at, &size));
	return TN_OK;
}

static void play_owner(struct tn_env *env)
{
	static const struct owner_ops ops = {
		.share = share, .look = look, .destroy = destroy, .free_foreign = free_foreign
	};
	owner_cap cap;
	owning.env = env;
	TN_MUST(owner_serve(tn_env_entrypoint(env), &owning.object, &ops, NULL, &cap));
	tn_actor_put("owner", cap.handle);
}

/* -- main -- */

static owner_cap owner;

static void start(struct tn_env *env)
{
	(void)env;
	tn_actor_start("owner");
	owner.handle = tn_actor_get("owner");
}

static tn_dataspace_cap alloc(size_t size)
{
	tn_dataspace_cap dataspace = { 0 };
	TN_EXPECT_ERROR(tn_dataspace_alloc(size, &dataspace), TN_OK);
	return dataspace;
}

static unsigned char *attach(tn_dataspace_cap dataspace, size_t offset, size_t size,
			     uint32_t rights)
{
	void *at = NULL;
	TN_EXPECT_ERROR(tn_attach(dataspace, offset, size, rights, &at), TN_OK);
	return at;
}

static tn_error try_attach(tn_dataspace_cap dataspace, size_t offset, size_t size, uint32_t rights,
			   uintptr_t where)
{
	void *at = (void *)where;
	tn_error error = tn_attach(dataspace, offset, size, rights, &at);
	if (error == TN_OK)
		(void)tn_detach(at);
	return error;
}

static bool all_zero(const unsigned char *bytes, size_t size)
{
	while (size--)
		if (*bytes++)
			return false;
	return true;
}

/* Also when the memory was somebody's before. */
static void zeroed(struct tn_env *env)
{
	enum { SIZE = 64 * PAGE };
	(void)env;
	for (unsigned i = 0; i < 4; i++) {
		tn_dataspace_cap dataspace = alloc(SIZE);
		unsigned char *at = attach(dataspace, 0, 0, READ | WRITE);
		TN_REQUIRE(at);
		TN_EXPECT(all_zero(at, SIZE));
		memset(at, 0xa5, SIZE);
		(void)tn_detach(at);
		tn_dataspace_free(dataspace);
	}
}

static void sizes(struct tn_env *env)
{
	static const struct {
		size_t asked, got;
	} sizes[] = {
		{ 1, PAGE }, { PAGE, PAGE }, { PAGE + 1, 2 * PAGE }, { 1000001, 245 * PAGE }
	};
	tn_dataspace_cap none = { 0 };
	uint64_t size = 0;
	uint32_t rights = 0;
	(void)env;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		tn_dataspace_cap dataspace = alloc(sizes[i].asked);
		TN_REQUIRE_OK(tn_dataspace_info(dataspace, &size, &rights));
		TN_EXPECT_EQUAL(size, sizes[i].got);
		TN_EXPECT_EQUAL(rights, READ | WRITE);
		tn_dataspace_free(dataspace);
	}
	TN_EXPECT_ERROR(tn_dataspace_alloc(0, &none), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_dataspace_alloc(SIZE_MAX, &none), TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_dataspace_alloc(SIZE_MAX - PAGE, &none), TN_ERR_OUT_OF_RAM);
}

/* Two views of one memory. */
static void offsets(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(8 * PAGE);
	unsigned char *whole = attach(dataspace, 0, 0, READ | WRITE);
	unsigned char *part = attach(dataspace, 3 * PAGE, 2 * PAGE, READ);
	(void)env;
	TN_REQUIRE(whole && part);
	whole[3 * PAGE] = 33;
	whole[5 * PAGE - 1] = 44;
	TN_EXPECT_EQUAL(part[0], 33);
	TN_EXPECT_EQUAL(part[2 * PAGE - 1], 44);
	unsigned char *rest = attach(dataspace, 7 * PAGE, 0, READ);
	whole[7 * PAGE + 5] = 55;
	TN_EXPECT_EQUAL(rest[5], 55);
	TN_EXPECT_ERROR(tn_detach(part + PAGE + 7), TN_OK); /* any address of it */
	TN_EXPECT_ERROR(tn_detach(part), TN_ERR_NOT_FOUND);
	TN_EXPECT_EQUAL(whole[3 * PAGE], 33);
	TN_EXPECT_ERROR(tn_detach(rest), TN_OK);
	TN_EXPECT_ERROR(tn_detach(whole), TN_OK);
	tn_dataspace_free(dataspace);
}

static void out_of_range(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(4 * PAGE);
	(void)env;
	TN_EXPECT_ERROR(try_attach(dataspace, 4 * PAGE, 0, READ, 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, 3 * PAGE, 2 * PAGE, READ, 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 5 * PAGE, READ, 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, PAGE, (size_t)0 - PAGE, READ, 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, (size_t)0 - PAGE, PAGE, READ, 0), TN_ERR_ARGUMENT);
	tn_dataspace_free(dataspace);
}

static void misaligned(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(4 * PAGE);
	(void)env;
	TN_EXPECT_ERROR(try_attach(dataspace, 1, 0, READ, 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 100, READ, 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, READ, FIXED + 8), TN_ERR_ARGUMENT);
	tn_dataspace_free(dataspace);
}

static void rights(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(PAGE);
	(void)env;
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, READ | WRITE | EXECUTE, 0), TN_ERR_DENIED);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, WRITE | EXECUTE, 0), TN_ERR_DENIED);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, READ | EXECUTE, 0), TN_ERR_DENIED);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, READ | 0x100, 0), TN_ERR_DENIED);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, 0, 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, WRITE, 0), TN_ERR_ARGUMENT);
	tn_dataspace_free(dataspace);
}

static tn_dataspace_cap own_binary(struct tn_session *session)
{
	const struct tn_quota none = { 0, 0 };
	tn_dataspace_cap rom = { 0 };
	uint64_t size = 0;
	TN_EXPECT_ERROR(tn_session_open("ROM", "test-memory", none, &tn_rom_interface, session),
			TN_OK);
	tn_rom_cap cap = { session->cap };
	TN_EXPECT_ERROR(tn_rom_dataspace(cap, &size, &rom), TN_OK);
	return rom;
}

/* What everybody shares cannot be written by anybody. */
static void rom_is_read_only(struct tn_env *env)
{
	struct tn_session session;
	tn_dataspace_cap rom = own_binary(&session);
	TN_EXPECT_ERROR(try_attach(rom, 0, 0, READ | WRITE, 0), TN_ERR_DENIED);
	TN_EXPECT_ERROR(try_attach(rom, 0, 0, READ | WRITE | EXECUTE, 0), TN_ERR_DENIED);
	TN_EXPECT_ERROR(try_attach(rom, 0, 0, READ | EXECUTE, 0), TN_OK);
	uint64_t freed_at, freed_size;
	TN_EXPECT_ERROR(tn_pd_free(tn_env_pd(env), rom, &freed_at, &freed_size), TN_ERR_DENIED);
	unsigned char *at = attach(rom, 0, 0, READ);
	TN_REQUIRE(at);
	TN_EXPECT(memcmp(at, "\177ELF", 4) == 0);
	TN_EXPECT_ERROR(tn_guarded_copy(at, "no", 2), TN_ERR_FAULT);
	TN_EXPECT(memcmp(at, "\177ELF", 4) == 0);
	TN_EXPECT_ERROR(tn_detach(at), TN_OK);
	tn_cap_release(rom.handle);
	tn_session_close(&session);
}

static void fixed_address(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(4 * PAGE);
	void *at = (void *)FIXED;
	(void)env;
	TN_REQUIRE_OK(tn_attach(dataspace, 0, 0, READ | WRITE, &at));
	TN_EXPECT_EQUAL((uintptr_t)at, FIXED);
	*(volatile uint32_t *)at = 4711;
	TN_EXPECT_ERROR(tn_detach(at), TN_OK);
	/* Somewhere else, the same memory. */
	at = (void *)(FIXED + (1u << 30));
	TN_REQUIRE_OK(tn_attach(dataspace, 0, 0, READ | WRITE, &at));
	TN_EXPECT_EQUAL(*(volatile uint32_t *)at, 4711);
	TN_EXPECT_ERROR(tn_detach(at), TN_OK);
	tn_dataspace_free(dataspace);
}

static void conflict(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(4 * PAGE);
	void *at = (void *)FIXED;
	(void)env;
	TN_REQUIRE_OK(tn_attach(dataspace, 0, 0, READ, &at));
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, READ, FIXED), TN_ERR_CONFLICT);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, PAGE, READ, FIXED + 3 * PAGE), TN_ERR_CONFLICT);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, READ, FIXED - 3 * PAGE), TN_ERR_CONFLICT);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, READ, FIXED + 4 * PAGE), TN_OK);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, READ, FIXED - 4 * PAGE), TN_OK);
	TN_EXPECT_ERROR(tn_detach(at), TN_OK);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, READ, FIXED), TN_OK);
	tn_dataspace_free(dataspace);
}

/* The runtime, stacks, what kernel and core share with a component, the kernel itself. */
static void places_that_are_not_ours(struct tn_env *env)
{
	static const uintptr_t places[] = {
		PAGE,
		0x10000000, /* the runtime */
		0x17000000, /* pages of threads */
		0x17400000, /* channels */
		0x17c00000, /* message buffers */
		0x20000000, /* stacks */
		0x3ffff000,
		0x700000000000, /* beyond */
		0x7ffffffff000,
		0x800000000000,     /* not canonical */
		0xffff800000000000, /* the kernel's half */
		0xfffffffffffff000,
	};
	tn_dataspace_cap dataspace = alloc(PAGE);
	int local;
	(void)env;
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		TN_EXPECT(try_attach(dataspace, 0, 0, READ | WRITE, places[i]) != TN_OK);
	TN_EXPECT_ERROR(tn_detach((void *)0x10000000), TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(tn_detach(&local), TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(tn_detach((void *)0x17000000), TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(tn_detach(NULL), TN_ERR_NOT_FOUND);
	tn_dataspace_free(dataspace);
}

static void freed_while_attached(struct tn_env *env)
{
	struct tn_accounts before = tn_actor_accounts("main");
	tn_dataspace_cap dataspace = alloc(4 * PAGE);
	unsigned char *at = attach(dataspace, 0, 0, READ | WRITE);
	unsigned char byte = 1;
	(void)env;
	TN_REQUIRE(at);
	tn_dataspace_free(dataspace);
	TN_EXPECT_ERROR(tn_guarded_copy(&byte, at, 1), TN_ERR_FAULT);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used); /* freeing detaches here, too */
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_ERROR(tn_detach(at), TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, 0, READ, 0), TN_ERR_CAPABILITY);
}

/* -- guarded copies -- */

static void guarded_copy(struct tn_env *env)
{
	static unsigned char from[3000], to[3000];
	(void)env;
	for (size_t size = 0; size < 40; size++) {
		for (size_t i = 0; i < sizeof(from); i++)
			from[i] = (unsigned char)(i + size);
		memset(to, 0, sizeof(to));
		TN_EXPECT_ERROR(tn_guarded_copy(to + 3, from + 1, size * 73), TN_OK);
		TN_EXPECT(memcmp(to + 3, from + 1, size * 73) == 0);
		TN_EXPECT_EQUAL(to[3 + size * 73], 0);
	}
}

static void guarded_copy_of_nothing_there(struct tn_env *env)
{
	static const uintptr_t nowhere[] = { 0, 8, 0x345678, FIXED, 0x6fffffffffff };
	char byte[64];
	(void)env;
	for (unsigned i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		TN_EXPECT_ERROR(tn_guarded_copy(byte, (void *)nowhere[i], 1), TN_ERR_FAULT);
		TN_EXPECT_ERROR(tn_guarded_copy(byte, (void *)nowhere[i], 64), TN_ERR_FAULT);
		TN_EXPECT_ERROR(tn_guarded_copy((void *)nowhere[i], byte, 1), TN_ERR_FAULT);
		TN_EXPECT_ERROR(tn_guarded_copy((void *)nowhere[i], byte, 64), TN_ERR_FAULT);
		TN_EXPECT_ERROR(tn_guarded_copy((void *)nowhere[i], byte, 0), TN_OK);
	}
	TN_EXPECT_ERROR(tn_guarded_copy((void *)(uintptr_t)component_construct, byte, 1),
			TN_ERR_FAULT);
}

/* The first page is there, the second is not. */
static void guarded_copy_across_an_end(struct tn_env *env)
{
	static unsigned char buffer[2 * PAGE];
	tn_dataspace_cap dataspace = alloc(PAGE);
	void *at = (void *)FIXED;
	(void)env;
	TN_REQUIRE_OK(tn_attach(dataspace, 0, 0, READ | WRITE, &at));
	TN_EXPECT_ERROR(tn_guarded_copy(buffer, at, PAGE), TN_OK);
	TN_EXPECT_ERROR(tn_guarded_copy(buffer, at, PAGE + 1), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_guarded_copy(at, buffer, PAGE + 1), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_guarded_copy((char *)at - 1, buffer, 2), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_detach(at), TN_OK);
	tn_dataspace_free(dataspace);
}

static void owner_destroys_it(struct tn_env *env)
{
	enum { SIZE = 16 * PAGE };
	static unsigned char buffer[SIZE];
	tn_dataspace_cap shared = { 0 };
	uint8_t byte = 0;
	(void)env;
	TN_REQUIRE_OK(owner_share(owner, SIZE, &shared));
	unsigned char *at = attach(shared, 0, 0, READ | WRITE);
	TN_REQUIRE(at);
	TN_EXPECT_ERROR(tn_guarded_copy(buffer, at, SIZE), TN_OK);
	TN_EXPECT_EQUAL(buffer[SIZE - 1], 0x5a);
	TN_EXPECT_ERROR(tn_guarded_copy(at + 100, "x", 1), TN_OK);
	TN_EXPECT_ERROR(owner_look(owner, 100, &byte), TN_OK);
	TN_EXPECT_EQUAL(byte, 'x');
	TN_EXPECT_ERROR(owner_destroy(owner), TN_OK);
	TN_EXPECT_ERROR(tn_guarded_copy(buffer, at, SIZE), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_guarded_copy(at, buffer, SIZE), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_guarded_copy(buffer, at + SIZE - 1, 1), TN_ERR_FAULT);
	TN_EXPECT(try_attach(shared, 0, 0, READ, 0) != TN_OK);
	TN_EXPECT_ERROR(tn_detach(at), TN_OK);
	tn_cap_release(shared.handle);
}

static void owner_dies(struct tn_env *env)
{
	unsigned char buffer[64];
	tn_dataspace_cap shared = { 0 };
	struct tn_accounts before = tn_actor_accounts("main");
	(void)env;
	TN_REQUIRE_OK(owner_share(owner, PAGE, &shared));
	unsigned char *at = attach(shared, 0, 0, READ | WRITE);
	TN_REQUIRE(at);
	tn_actor_kill("owner");
	TN_EXPECT_ERROR(tn_guarded_copy(buffer, at, 64), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_guarded_copy(at, buffer, 64), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_detach(at), TN_OK);
	tn_cap_release(shared.handle);
	tn_cap_release(owner.handle);
	tn_actor_start("owner");
	owner.handle = tn_actor_get("owner");
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
}

/* Who only uses a dataspace cannot destroy it. */
static void only_the_owner_frees(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(PAGE);
	uint32_t error = 0;
	(void)env;
	unsigned char *at = attach(dataspace, 0, 0, READ | WRITE);
	TN_REQUIRE(at);
	at[5] = 6;
	TN_EXPECT_ERROR(owner_free_foreign(owner, dataspace, &error), TN_OK);
	TN_EXPECT_ERROR(tn_error_of(error), TN_ERR_DENIED);
	TN_EXPECT_EQUAL(at[5], 6);
	(void)tn_detach(at);
	tn_dataspace_free(dataspace);
}

/* A new owner of the same physical memory does not see the old data, nor does the old one the new.
 */
static void nothing_leaks_to_the_next(struct tn_env *env)
{
	enum { SIZE = 32 * PAGE };
	tn_dataspace_cap shared = { 0 };
	(void)env;
	TN_REQUIRE_OK(owner_share(owner, SIZE, &shared));
	unsigned char *old = attach(shared, 0, 0, READ);
	TN_EXPECT_ERROR(owner_destroy(owner), TN_OK);
	tn_dataspace_cap next = alloc(SIZE);
	unsigned char *at = attach(next, 0, 0, READ | WRITE);
	TN_REQUIRE(at && old);
	TN_EXPECT(all_zero(at, SIZE));
	unsigned char byte;
	TN_EXPECT_ERROR(tn_guarded_copy(&byte, old, 1), TN_ERR_FAULT);
	(void)tn_detach(old);
	(void)tn_detach(at);
	tn_dataspace_free(next);
	tn_cap_release(shared.handle);
}

/* -- the heap -- */

/* More than the tables of one step, at both ways in and out, and all of it comes back. */
static void play_large(struct tn_env *env)
{
	enum { ROUNDS = 3, WORDS = PAGE / 8 };
	const size_t size = (size_t)64 << 20;
	struct tn_accounts before = { 0 }, after = { 0 };
	tn_dataspace_cap dataspace = { 0 };
	unsigned char byte;
	TN_MUST(tn_pd_accounts(tn_env_pd(env), &before));
	TN_MUST(tn_dataspace_alloc(size, &dataspace));
	for (uint64_t round = 0; round < ROUNDS; round++) {
		void *at = NULL;
		TN_MUST(tn_attach(dataspace, 0, 0, READ | WRITE, &at));
		volatile uint64_t *word = at;
		for (size_t i = 0; i < size / 8; i += WORDS) {
			if (word[i] != (round ? round + i : 0))
				tn_exit(1);
			word[i] = round + 1 + i;
		}
		TN_MUST(tn_detach(at));
		for (size_t i = 0; i < size; i += size - 1)
			if (tn_guarded_copy(&byte, (char *)at + i, 1) != TN_ERR_FAULT)
				tn_exit(2);
	}
	tn_dataspace_free(dataspace);
	TN_MUST(tn_pd_accounts(tn_env_pd(env), &after));
	tn_exit(after.ram_used == before.ram_used ? 0 : 3);
}

static void large(struct tn_env *env)
{
	(void)env;
	tn_actor_start_with("large", "", "", (uint64_t)70 << 20, 100);
	struct tn_child_end ended = tn_actor_end("large");
	TN_EXPECT_EQUAL(ended.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(ended.value, 0);
}

static void heap(struct tn_env *env)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 100, 1000, 4000, 4096, 5000, 100000 };
	enum { COUNT = sizeof(sizes) / sizeof(sizes[0]) };
	static const volatile size_t absurd[] = { SIZE_MAX, SIZE_MAX - 8, SIZE_MAX - 4096,
						  (size_t)1 << 40 };
	unsigned char *blocks[COUNT];
	(void)env;
	for (unsigned i = 0; i < COUNT; i++) {
		blocks[i] = tn_heap_alloc(sizes[i]);
		TN_REQUIRE(blocks[i]);
		TN_EXPECT_EQUAL((uintptr_t)blocks[i] % 16, 0);
		memset(blocks[i], (int)i, sizes[i]);
	}
	for (unsigned i = 0; i < COUNT; i++) {
		for (size_t at = 0; at < sizes[i]; at++)
			TN_REQUIRE(blocks[i][at] == i);
		tn_heap_free(blocks[i]);
	}
	tn_heap_free(NULL);
	for (unsigned i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++)
		TN_EXPECT(!tn_heap_alloc(absurd[i]));
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "zeroed", zeroed },
		{ "sizes", sizes },
		{ "offsets", offsets },
		{ "out-of-range", out_of_range },
		{ "misaligned", misaligned },
		{ "rights", rights },
		{ "rom-is-read-only", rom_is_read_only },
		{ "fixed-address", fixed_address },
		{ "conflict", conflict },
		{ "places-that-are-not-ours", places_that_are_not_ours },
		{ "freed-while-attached", freed_while_attached },
		{ "guarded-copy", guarded_copy },
		{ "guarded-copy-of-nothing-there", guarded_copy_of_nothing_there },
		{ "guarded-copy-across-an-end", guarded_copy_across_an_end },
		{ "owner-destroys-it", owner_destroys_it },
		{ "owner-dies", owner_dies },
		{ "only-the-owner-frees", only_the_owner_frees },
		{ "nothing-leaks-to-the-next", nothing_leaks_to_the_next },
		{ "large", large },
		{ "heap", heap },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "owner", play_owner },
						     { "large", play_large },
						     { NULL, NULL } };
	tn_test_main(env, "test-memory", cases, roles);
}
