/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* System calls of x86_64 Linux. They return a value, or -errno. */
#pragma once

#include <asm/unistd.h>
#include <asm-generic/errno-base.h>
#include <asm-generic/errno.h>
#include <stddef.h>
#include <stdint.h>

static inline long linux_call6(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			       uint64_t e, uint64_t f)
{
	long result;
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	register uint64_t r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#define LINUX_ARGUMENT_(x)   ((uint64_t)(x))
#define linux_call0(n)       linux_call6((n), 0, 0, 0, 0, 0, 0)
#define linux_call1(n, a)    linux_call6((n), LINUX_ARGUMENT_(a), 0, 0, 0, 0, 0)
#define linux_call2(n, a, b) linux_call6((n), LINUX_ARGUMENT_(a), LINUX_ARGUMENT_(b), 0, 0, 0, 0)
#define linux_call3(n, a, b, c) \
	linux_call6((n), LINUX_ARGUMENT_(a), LINUX_ARGUMENT_(b), LINUX_ARGUMENT_(c), 0, 0, 0)
#define linux_call4(n, a, b, c, d)                                                   \
	linux_call6((n), LINUX_ARGUMENT_(a), LINUX_ARGUMENT_(b), LINUX_ARGUMENT_(c), \
		    LINUX_ARGUMENT_(d), 0, 0)
#define linux_call5(n, a, b, c, d, e)                                                \
	linux_call6((n), LINUX_ARGUMENT_(a), LINUX_ARGUMENT_(b), LINUX_ARGUMENT_(c), \
		    LINUX_ARGUMENT_(d), LINUX_ARGUMENT_(e), 0)

/* A mapping, or NULL. */
static inline void *linux_map(void *address, size_t size, int protection, int flags, int fd,
			      uint64_t offset)
{
	long result = linux_call6(__NR_mmap, (uint64_t)address, size, (uint64_t)protection,
				  (uint64_t)flags, (uint64_t)fd, offset);
	return result < 0 && result > -4096 ? NULL : (void *)result;
}

static inline void linux_unmap(const void *address, size_t size)
{
	linux_call2(__NR_munmap, address, size);
}

static inline void linux_close(int fd)
{
	linux_call1(__NR_close, fd);
}
