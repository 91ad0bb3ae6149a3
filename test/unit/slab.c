/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <stdlib.h>
#include <string.h>
#include <example/slab.h>
#include <tenon/slab.h>
#include <test/unit/check.h>

enum { OBJECTS = 300 };

/* Where pages come from: so many and no more. */
struct source {
	size_t page_size;
	unsigned left, out;
};

static void *get_page(void *self)
{
	struct source *source = self;
	void *page;
	if (!source->left)
		return NULL;
	source->left--;
	source->out++;
	page = aligned_alloc(source->page_size, source->page_size);
	memset(page, 0xaa, source->page_size);
	return page;
}

static void put_page(void *self, void *page)
{
	struct source *source = self;
	source->left++;
	source->out--;
	free(page);
}

static size_t alignment_of(size_t size)
{
	size_t alignment = size & (0 - size);
	return alignment > 64 ? 64 : alignment;
}

/* Each object is filled with a byte of its own: objects that overlap show. */
static bool holds(const unsigned char *object, unsigned char byte, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (object[i] != byte)
			return false;
	return true;
}

static void random_with(size_t size, size_t page_size, unsigned pages)
{
	static void *objects[OBJECTS];
	struct source source = { page_size, pages, 0 };
	struct tn_slab slab;
	uint64_t random = size + page_size;
	size_t used = 0;
	CHECK(tn_slab_init(&slab, size, page_size, get_page, put_page, &source) == TN_OK);
	for (unsigned step = 0; step < 6000; step++) {
		unsigned i = check_random(&random, OBJECTS);
		/* Tides, so that pages fill up and drain. */
		bool more = check_random(&random, 8) < (step % 2000 < 1000 ? 7u : 1u);
		if (objects[i] && !more) {
			CHECK(holds(objects[i], (unsigned char)i, size));
			tn_slab_free(&slab, objects[i]);
			objects[i] = NULL;
			used--;
		} else if (!objects[i] && more) {
			tn_error error = tn_slab_alloc(&slab, &objects[i]);
			CHECK(error == (objects[i] ? TN_OK : TN_ERR_OUT_OF_RAM));
			CHECK(objects[i] || (!source.left && used == slab.per_page * pages));
			CHECK((uintptr_t)objects[i] % alignment_of(size) == 0);
			if (objects[i])
				memset(objects[i], (int)i, size);
			used += objects[i] != NULL;
		}
		CHECK(slab.used == used && slab.pages == source.out);
	}
	for (unsigned i = 0; i < OBJECTS; i++) {
		CHECK(!objects[i] || holds(objects[i], (unsigned char)i, size));
		tn_slab_free(&slab, objects[i]);
		objects[i] = NULL;
	}
	CHECK(slab.used == 0 && slab.pages <= 1);
	for (void *page = tn_slab_take_page(&slab); page; page = tn_slab_take_page(&slab))
		put_page(&source, page);
	CHECK(slab.pages == 0 && source.out == 0);
}

static void random_operations(void)
{
	static const size_t sizes[] = { 1, 8, 12, 24, 64, 100, 200 };
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !check_reason[0]; i++) {
		random_with(sizes[i], 4096, 20);
		random_with(sizes[i], 512, 12);
	}
	random_with(3000, 4096, 20); /* one in a page */
}

static void sizes_that_do_not_fit(void)
{
	struct tn_slab slab;
	CHECK(tn_slab_init(&slab, 0, 4096, NULL, NULL, NULL) == TN_ERR_ARGUMENT);
	CHECK(tn_slab_init(&slab, 8, 0, NULL, NULL, NULL) == TN_ERR_ARGUMENT);
	CHECK(tn_slab_init(&slab, 8, 1000, NULL, NULL, NULL) == TN_ERR_ARGUMENT);
	CHECK(tn_slab_init(&slab, 4096, 4096, NULL, NULL, NULL) == TN_ERR_ARGUMENT);
	CHECK(tn_slab_init(&slab, SIZE_MAX, 4096, NULL, NULL, NULL) == TN_ERR_ARGUMENT);
	CHECK(tn_slab_init(&slab, 8, 32, NULL, NULL, NULL) == TN_ERR_ARGUMENT);
}

static void given_pages(void)
{
	_Alignas(256) static unsigned char pages[2][256];
	struct tn_slab slab;
	void *object[100];
	unsigned count = 0;
	CHECK(tn_slab_init(&slab, 16, 256, NULL, NULL, NULL) == TN_OK);
	CHECK(tn_slab_alloc(&slab, &object[0]) == TN_ERR_OUT_OF_RAM && !object[0]);
	tn_slab_give(&slab, pages[0]);
	tn_slab_give(&slab, pages[1]);
	while (tn_slab_alloc(&slab, &object[count]) == TN_OK)
		count++;
	CHECK(count == 2 * slab.per_page && !tn_slab_take_page(&slab));
	while (count)
		tn_slab_free(&slab, object[--count]);
	CHECK(tn_slab_take_page(&slab) && tn_slab_take_page(&slab) && !tn_slab_take_page(&slab));
	CHECK(slab.pages == 0);
}

static void example(void)
{
	void *page = aligned_alloc(4096, 4096), *returned = NULL;
	CHECK(example_slab(page, &returned) == TN_OK && returned == page);
	free(page);
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "random-operations", random_operations },
		{ "sizes-that-do-not-fit", sizes_that_do_not_fit },
		{ "given-pages", given_pages },
		{ "example", example },
	};
	return CHECK_ALL("slab", cases);
}
