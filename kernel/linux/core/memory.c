/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Memory: a file without a name for each dataspace, which all who map it lose when it is truncated.
 */
#include "local.h"
#include <linux/fcntl.h>
#include <linux/memfd.h>

enum { CORE_CHUNK = 64, SEAL_ATTEMPTS = 100, TRUNCATED_PAGES = 64 };
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u /* Linux 6.3 */
#endif

void *port_core_pages(size_t pages)
{
	static char *chunk;
	static size_t left;
	if (pages > left) {
		size_t wanted = pages > CORE_CHUNK ? pages : CORE_CHUNK;
		char *fresh = linux_map(NULL, wanted * TN_PAGE_SIZE, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (!fresh)
			return NULL;
		chunk = fresh;
		left = wanted;
	}
	void *result = chunk;
	chunk += pages * TN_PAGE_SIZE;
	left -= pages;
	return result;
}

tn_error error_of(long result)
{
	if (result >= 0)
		return TN_OK;
	return result == -ENOMEM || result == -ENOSPC ? TN_ERR_OUT_OF_RAM : TN_ERR_LIMIT;
}

static int make_file(void)
{
	static uint32_t flags = MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL;
	long fd = linux_call2(__NR_memfd_create, "tenon", flags);
	if (fd == -EINVAL && flags & MFD_NOEXEC_SEAL) {
		flags &= ~MFD_NOEXEC_SEAL;
		fd = linux_call2(__NR_memfd_create, "tenon", flags);
	}
	return (int)fd;
}

int memory_file(uint64_t size, bool grows)
{
	int fd = files_left() ? make_file() : -EMFILE;
	if (fd < 0)
		return fd;
	long result = linux_call2(__NR_ftruncate, fd, size);
	if (result == 0 && !grows)
		result = linux_call3(__NR_fcntl, fd, F_ADD_SEALS, F_SEAL_GROW);
	if (result == 0)
		return fd;
	linux_close(fd);
	return (int)result;
}

tn_error port_memory_create(struct port_memory *memory, uint64_t pages)
{
	if (pages > (uint64_t)INT64_MAX / TN_PAGE_SIZE)
		return TN_ERR_ARGUMENT;
	int fd = memory_file(pages * TN_PAGE_SIZE, false);
	if (fd < 0)
		return error_of(fd);
	*memory = (struct port_memory){ .pages = pages };
	file_open(&memory->file, fd);
	return TN_OK;
}

static void unview(struct port_memory *memory)
{
	if (memory->view)
		linux_unmap(memory->view, memory->pages * TN_PAGE_SIZE);
	memory->view = NULL;
}

/* The kernel zeroes a page when it is touched. */
bool port_memory_prepare(struct port_memory *memory)
{
	(void)memory;
	return true;
}

/* The kernel takes the pages from all who map them; from the end, piece by piece. */
bool port_memory_destroy(struct port_memory *memory)
{
	unview(memory);
	memory->pages = memory->pages > TRUNCATED_PAGES ? memory->pages - TRUNCATED_PAGES : 0;
	linux_call2(__NR_ftruncate, file_fd(&memory->file), memory->pages * TN_PAGE_SIZE);
	if (memory->pages)
		return false;
	file_close(&memory->file);
	return true;
}

void *port_memory_view(struct port_memory *memory)
{
	int protection = memory->sealed ? PROT_READ : PROT_READ | PROT_WRITE;
	if (!memory->view)
		memory->view = linux_map(NULL, memory->pages * TN_PAGE_SIZE, protection,
					 memory->sealed ? MAP_PRIVATE : MAP_SHARED,
					 file_fd(&memory->file), 0);
	return memory->view;
}

/*
 * The kernel refuses the seal while somebody has pages of a writable mapping pinned. It holds
 * without: core lets nobody map it writable.
 */
void port_memory_seal(struct port_memory *memory)
{
	unview(memory);
	memory->sealed = true;
	for (int i = 0; i < SEAL_ATTEMPTS; i++)
		if (linux_call3(__NR_fcntl, file_fd(&memory->file), F_ADD_SEALS,
				F_SEAL_WRITE | F_SEAL_SEAL) == 0)
			return;
}
