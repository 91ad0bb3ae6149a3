/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* ROM modules: files named on the command line, read once at start. */
#include "local.h"
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/openat2.h>
#include <asm/stat.h>

enum { NAME_MAX_LENGTH = 63 };

struct module {
	char name[NAME_MAX_LENGTH + 1];
	uint64_t size;
	struct port_memory memory;
};

static struct module *modules;
static uint32_t module_count;

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static void read_all(int fd, struct module *module, const char *path)
{
	char *view = port_memory_view(&module->memory);
	if (!view)
		start_failed("no memory for the file ", path, "");
	for (uint64_t at = 0; at < module->size;) {
		long n = linux_call3(__NR_read, fd, view + at, module->size - at);
		if (n == 0)
			start_failed("file ", path, " became shorter while it was read");
		if (n < 0 && n != -EINTR)
			start_failed("cannot read ", path, ": input error");
		at += n > 0 ? (uint64_t)n : 0;
	}
}

static const char *reason(long result)
{
	switch (-result) {
	case ENOENT:
		return ": no such file; build it, or correct the path";
	case EACCES:
	case EPERM:
		return ": no permission to read it";
	case EMFILE:
	case ENFILE:
		return ": too many open files; raise the limit (ulimit -n)";
	default:
		return ": cannot be opened";
	}
}

/* An empty file has memory, too: one page of zeroes. */
static uint64_t module_pages(uint64_t size)
{
	return size ? (size + TN_PAGE_SIZE - 1) / TN_PAGE_SIZE : 1;
}

static void load(struct module *module, const char *path)
{
	struct stat status;
	long fd = linux_call4(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
	if (fd < 0)
		start_failed("", path, reason(fd));
	if (linux_call2(__NR_fstat, fd, &status) != 0 || !S_ISREG(status.st_mode))
		start_failed("", path, " is not a regular file; name a file for each module");
	module->size = (uint64_t)status.st_size;
	if (port_memory_create(&module->memory, module_pages(module->size)) != TN_OK)
		start_failed("no memory for the file ", path, "");
	read_all((int)fd, module, path);
	linux_close((int)fd);
	port_memory_seal(&module->memory);
}

/* name=path: copies the name, returns the path. */
static const char *split(const char *argument, struct module *module)
{
	uint32_t n = 0;
	while (argument[n] && argument[n] != '=')
		n++;
	if (argument[n] != '=' || n == 0 || !argument[n + 1])
		start_failed("argument \"", argument, "\" is not of the form name=path");
	if (n > NAME_MAX_LENGTH)
		start_failed("name of module \"", argument, "\" is longer than 63 characters");
	for (uint32_t i = 0; i < n; i++)
		module->name[i] = argument[i];
	return argument + n + 1;
}

static const struct module *find(const char *name)
{
	for (uint32_t i = 0; i < module_count; i++)
		if (same(modules[i].name, name))
			return &modules[i];
	return NULL;
}

static void require(const char *name)
{
	if (!find(name))
		start_failed("module \"", name, "\" is missing; add it as name=path");
}

void modules_open(int argc, char **argv)
{
	size_t bytes = (size_t)argc * sizeof(struct module);
	modules = port_core_pages((bytes + TN_PAGE_SIZE) / TN_PAGE_SIZE);
	if (!modules)
		start_failed("no memory for the table of modules", "", "");
	for (int i = 0; i < argc; i++) {
		struct module *module = &modules[module_count];
		const char *path = split(argv[i], module);
		if (find(module->name))
			start_failed("module \"", module->name, "\" is given twice");
		load(module, path);
		module_count++;
	}
	require("runtime");
	require("init");
	require("config");
}

bool port_module(uint32_t i, struct port_module *module)
{
	if (i >= module_count)
		return false;
	module->name = modules[i].name;
	module->size = modules[i].size;
	module->memory = &modules[i].memory;
	return true;
}
