/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* An address space as a region map: where things go, what is in the way, what is kept free. */
#include <tenon/test.h>

enum { PAGE = 4096, READ = TN_RIGHT_READ, WRITE = TN_RIGHT_WRITE, EXECUTE = TN_RIGHT_EXECUTE };

#define FIXED ((uint64_t)0x600000000)

static tn_region_map_cap space;

static void start(struct tn_env *env)
{
	TN_REQUIRE_OK(tn_pd_address_space(tn_env_pd(env), &space));
}

static tn_dataspace_cap alloc(size_t size)
{
	tn_dataspace_cap dataspace = { 0 };
	TN_EXPECT_ERROR(tn_dataspace_alloc(size, &dataspace), TN_OK);
	return dataspace;
}

static uint64_t attach(tn_dataspace_cap dataspace, uint64_t address, uint64_t offset, uint64_t size,
		       uint32_t rights)
{
	uint64_t at = 0, attached = 0;
	TN_EXPECT_ERROR(tn_region_map_attach(space, dataspace, address, offset, size, rights, &at,
					     &attached),
			TN_OK);
	return at;
}

static void detach(uint64_t address)
{
	uint64_t at, size;
	tn_error error;
	do
		error = tn_region_map_detach(space, address, &at, &size);
	while (error == TN_ERR_AGAIN);
	TN_EXPECT_ERROR(error, TN_OK);
}

static tn_error try_attach(tn_dataspace_cap dataspace, uint64_t address, uint64_t size)
{
	uint64_t at = 0, attached;
	tn_error error =
		tn_region_map_attach(space, dataspace, address, 0, size, READ, &at, &attached);
	if (error == TN_OK)
		detach(at);
	return error;
}

/* What is attached by the map is there at the first touch, and for all who have the memory. */
static void attached(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(8 * PAGE);
	(void)env;
	volatile uint32_t *at =
		(volatile uint32_t *)attach(dataspace, FIXED, 2 * PAGE, 3 * PAGE, READ | WRITE);
	TN_REQUIRE((uint64_t)at == FIXED);
	at[0] = 7;
	at[3 * PAGE / 4 - 1] = 8;
	void *whole = NULL;
	TN_REQUIRE_OK(tn_attach(dataspace, 0, 0, READ, &whole));
	TN_EXPECT_EQUAL(((volatile uint32_t *)whole)[2 * PAGE / 4], 7);
	TN_EXPECT_EQUAL(((volatile uint32_t *)whole)[5 * PAGE / 4 - 1], 8);
	detach(FIXED + PAGE);
	TN_EXPECT_ERROR(tn_guarded_copy(whole, (const void *)FIXED, 1), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_detach(whole), TN_OK);
	tn_dataspace_free(dataspace);
}

/* Both ways of attaching are the same map. */
static void both_ways(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(PAGE);
	void *at = NULL;
	uint64_t found = 0, size = 0;
	uint32_t reserved = 1;
	(void)env;
	TN_REQUIRE_OK(tn_attach(dataspace, 0, 0, READ | WRITE, &at));
	*(volatile uint32_t *)at = 3;
	TN_EXPECT_ERROR(tn_region_map_find(space, (uint64_t)at, 1, &found, &size, &reserved),
			TN_OK);
	TN_EXPECT_EQUAL(found, (uint64_t)at);
	TN_EXPECT_EQUAL(size, PAGE);
	TN_EXPECT_EQUAL(reserved, 0);
	detach((uint64_t)at);
	TN_EXPECT_ERROR(tn_guarded_copy(&found, at, 1), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_detach(at), TN_ERR_NOT_FOUND);
	uint64_t again = attach(dataspace, TN_ANYWHERE, 0, 0, READ);
	TN_EXPECT_EQUAL(again, (uint64_t)at);
	TN_EXPECT_EQUAL(*(volatile uint32_t *)again, 3);
	TN_EXPECT_ERROR(tn_detach((const void *)again), TN_OK);
	tn_dataspace_free(dataspace);
}

static void conflicts(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(16 * PAGE);
	uint64_t found = 0, size = 0;
	uint32_t reserved = 1;
	(void)env;
	attach(dataspace, FIXED + 4 * PAGE, 0, 2 * PAGE, READ);
	attach(dataspace, FIXED + 8 * PAGE, 0, PAGE, READ);
	TN_EXPECT_ERROR(try_attach(dataspace, FIXED, 16 * PAGE), TN_ERR_CONFLICT);
	TN_EXPECT_ERROR(tn_region_map_find(space, FIXED, 16 * PAGE, &found, &size, &reserved),
			TN_OK);
	TN_EXPECT_EQUAL(found, FIXED + 4 * PAGE);
	TN_EXPECT_EQUAL(size, 2 * PAGE);
	TN_EXPECT_ERROR(try_attach(dataspace, FIXED + 5 * PAGE, PAGE), TN_ERR_CONFLICT);
	TN_EXPECT_ERROR(tn_region_map_find(space, FIXED + 5 * PAGE, PAGE, &found, &size, &reserved),
			TN_OK);
	TN_EXPECT_EQUAL(found, FIXED + 4 * PAGE);
	TN_EXPECT_ERROR(tn_region_map_find(space, FIXED + 6 * PAGE, 8 * PAGE, &found, &size,
					   &reserved),
			TN_OK);
	TN_EXPECT_EQUAL(found, FIXED + 8 * PAGE);
	TN_EXPECT_ERROR(tn_region_map_find(space, FIXED + 6 * PAGE, 2 * PAGE, &found, &size,
					   &reserved),
			TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(try_attach(dataspace, FIXED + 6 * PAGE, 2 * PAGE), TN_OK);
	TN_EXPECT_ERROR(tn_region_map_find(space, FIXED, 0, &found, &size, &reserved),
			TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_region_map_find(space, UINT64_MAX, 2, &found, &size, &reserved),
			TN_ERR_ARGUMENT);
	detach(FIXED + 4 * PAGE);
	detach(FIXED + 8 * PAGE);
	tn_dataspace_free(dataspace);
}

static void reserved(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(4 * PAGE);
	uint64_t at = 0, found = 0, size = 0;
	uint32_t is_reserved = 0;
	(void)env;
	uint64_t gap = attach(dataspace, TN_ANYWHERE, 0, 0, READ);
	detach(gap);
	TN_REQUIRE_OK(tn_region_map_reserve(space, gap, 64 * PAGE, &at));
	TN_EXPECT_EQUAL(at, gap);
	uint64_t beside = attach(dataspace, TN_ANYWHERE, 0, 0, READ);
	TN_EXPECT(beside >= gap + 64 * PAGE);
	TN_EXPECT_ERROR(tn_region_map_reserve(space, gap + 63 * PAGE, 2 * PAGE, &at),
			TN_ERR_CONFLICT);
	TN_EXPECT_ERROR(tn_region_map_find(space, gap + PAGE, PAGE, &found, &size, &is_reserved),
			TN_OK);
	TN_EXPECT_EQUAL(found, gap);
	TN_EXPECT_EQUAL(size, 64 * PAGE);
	TN_EXPECT_EQUAL(is_reserved, 1);
	/* Who names the place has it. */
	TN_EXPECT_EQUAL(attach(dataspace, gap + 8 * PAGE, 0, 0, READ), gap + 8 * PAGE);
	TN_EXPECT_ERROR(tn_region_map_unreserve(space, gap + 5 * PAGE), TN_OK);
	TN_EXPECT_ERROR(tn_region_map_unreserve(space, gap), TN_ERR_NOT_FOUND);
	TN_EXPECT_EQUAL(attach(dataspace, TN_ANYWHERE, 0, 0, READ), gap);
	detach(gap);
	detach(gap + 8 * PAGE);
	detach(beside);
	TN_EXPECT_ERROR(tn_region_map_reserve(space, TN_ANYWHERE, 4 * PAGE, &at), TN_OK);
	TN_EXPECT_EQUAL(at, gap);
	TN_EXPECT_ERROR(tn_region_map_unreserve(space, at), TN_OK);
	TN_EXPECT_ERROR(tn_region_map_reserve(space, FIXED + 1, PAGE, &at), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_region_map_reserve(space, FIXED, 0, &at), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_region_map_reserve(space, FIXED, (uint64_t)1 << 62, &at),
			TN_ERR_ARGUMENT);
	tn_dataspace_free(dataspace);
}

static void refused(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(4 * PAGE);
	uint64_t at, size;
	(void)env;
	TN_EXPECT_ERROR(try_attach(dataspace, FIXED + 1, PAGE), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, FIXED, 100), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, FIXED, 5 * PAGE), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, 0, PAGE), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, PAGE, PAGE), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, (uint64_t)1 << 47, PAGE), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(try_attach(dataspace, 0 - (uint64_t)PAGE, PAGE), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_region_map_detach(space, FIXED, &at, &size), TN_ERR_NOT_FOUND);
	/* Stack and runtime are core's. */
	TN_EXPECT_ERROR(tn_region_map_detach(space, (uint64_t)&at, &at, &size), TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(tn_region_map_attach(space, dataspace, FIXED, 0, 0, READ | EXECUTE, &at,
					     &size),
			TN_ERR_DENIED);
	TN_EXPECT_ERROR(tn_region_map_attach(space, dataspace, FIXED, 0, 0, READ | WRITE | EXECUTE,
					     &at, &size),
			TN_ERR_DENIED);
	tn_dataspace_free(dataspace);
}

/* Only who may write and execute itself can let a child do so, and none gives it to itself. */
static void may_not_execute(struct tn_env *env)
{
	TN_EXPECT_ERROR(tn_pd_permit_execute(tn_env_pd(env)), TN_ERR_DENIED);
}

static uint64_t used(struct tn_env *env)
{
	struct tn_accounts accounts = { 0 };
	TN_EXPECT_ERROR(tn_pd_accounts(tn_env_pd(env), &accounts), TN_OK);
	return accounts.ram_used;
}

static void paid(struct tn_env *env)
{
	tn_dataspace_cap dataspace = alloc(4 * PAGE);
	uint64_t before = used(env), at = 0;
	attach(dataspace, FIXED, 0, 0, READ);
	TN_EXPECT_EQUAL(used(env) - before, 512 + 1024 + 4 * 40 + 2 * PAGE);
	detach(FIXED);
	TN_EXPECT_EQUAL(used(env), before);
	TN_REQUIRE_OK(tn_region_map_reserve(space, FIXED, (uint64_t)1 << 40, &at));
	TN_EXPECT_EQUAL(used(env) - before, 512);
	TN_EXPECT_ERROR(tn_region_map_unreserve(space, FIXED), TN_OK);
	TN_EXPECT_EQUAL(used(env), before);
	tn_dataspace_free(dataspace);
}

/* Places are the lowest that are free, also after many. */
static void first_fit(struct tn_env *env)
{
	enum { N = 200 };
	static uint64_t at[N];
	tn_dataspace_cap dataspace = alloc(PAGE);
	(void)env;
	for (unsigned i = 0; i < N; i++)
		at[i] = attach(dataspace, TN_ANYWHERE, 0, 0, READ);
	for (unsigned i = 0; i < N; i += 3)
		detach(at[i]);
	for (unsigned i = 0; i < N; i += 3)
		TN_EXPECT_EQUAL(attach(dataspace, TN_ANYWHERE, 0, 0, READ), at[i]);
	for (unsigned i = 0; i < N; i++)
		detach(at[i]);
	tn_dataspace_free(dataspace);
}

static void large(struct tn_env *env)
{
	enum { SIZE = 8 << 20 };
	tn_dataspace_cap dataspace = alloc(SIZE);
	(void)env;
	for (unsigned i = 0; i < 3; i++) {
		uint64_t address = attach(dataspace, TN_ANYWHERE, 0, 0, READ | WRITE);
		volatile uint32_t *at = (volatile uint32_t *)address;
		TN_REQUIRE(address);
		at[0] = 1;
		at[SIZE / 4 - 1] = 2;
		detach(address);
	}
	tn_dataspace_free(dataspace);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "attached", attached },
		{ "both-ways", both_ways },
		{ "conflicts", conflicts },
		{ "reserved", reserved },
		{ "refused", refused },
		{ "may-not-execute", may_not_execute },
		{ "paid", paid },
		{ "first-fit", first_fit },
		{ "large", large },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { NULL, NULL } };
	tn_test_main(env, "test-region", cases, roles);
}
