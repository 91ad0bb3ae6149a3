/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * first-line ROUNDS MARK COMMAND...: how long it takes from the start of the command until the line
 * that holds MARK comes out of it. The command ends by itself.
 */
#define _GNU_SOURCE
#include "sample.h"
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS_MAX = 1000 };

extern char **environ;

static pid_t start(char **command, int *output)
{
	int ends[2];
	pid_t child;
	posix_spawn_file_actions_t actions;
	if (pipe(ends) != 0)
		sample_fail("pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	if (posix_spawn(&child, command[0], &actions, NULL, command, environ) != 0)
		sample_fail(command[0]);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*output = ends[0];
	return child;
}

/* True: the whole line has come. */
static int await_line(int output, const char *mark)
{
	static char text[65536];
	size_t length = 0;
	while (length < sizeof(text) - 1) {
		ssize_t n = read(output, text + length, sizeof(text) - 1 - length);
		if (n <= 0)
			return 0;
		length += (size_t)n;
		text[length] = 0;
		const char *found = strstr(text, mark);
		if (found && strchr(found, '\n'))
			return 1;
	}
	return 0;
}

static uint64_t measure(char **command, const char *mark)
{
	char rest[4096];
	int output, status;
	uint64_t begin = sample_clock();
	pid_t child = start(command, &output);
	int came = await_line(output, mark);
	uint64_t taken = sample_clock() - begin;
	while (read(output, rest, sizeof(rest)) > 0)
		;
	close(output);
	if (waitpid(child, &status, 0) != child || status != 0 || !came) {
		fprintf(stderr, "first-line: the command failed, or never said \"%s\"\n", mark);
		exit(1);
	}
	return taken;
}

int main(int argc, char **argv)
{
	static uint64_t sample[ROUNDS_MAX];
	int rounds = argc > 3 ? atoi(argv[1]) : 0;
	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: first-line ROUNDS MARK COMMAND...\n");
		return 2;
	}
	for (int i = 0; i < rounds; i++)
		sample[i] = measure(&argv[3], argv[2]);
	sample_report("hello.first-line", sample, (size_t)rounds, 1);
	return 0;
}
