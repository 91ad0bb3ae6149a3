/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "debugger.h"
#include "apic.h"
#include "console.h"
#include "debugger_show.h"

enum { SERIAL_ISA_IRQ = 4, LINE_SIZE = 80, ARGUMENTS = 3, DUMP_BYTES = 128 };
enum { KEY_ENTER_DEBUGGER = 0x1d, KEY_BACKSPACE = 8, KEY_DELETE = 127 };

static bool enabled, inside;
static uint32_t serial_irq;

struct command {
	const char *name, *help;
	unsigned needs;
	bool (*run)(const uint64_t *arguments); /* false: the machine goes on */
};

static bool run_help(const uint64_t *arguments);

static bool run_threads(const uint64_t *arguments)
{
	(void)arguments;
	debugger_show_threads();
	return true;
}

static bool run_pds(const uint64_t *arguments)
{
	(void)arguments;
	debugger_show_pds();
	return true;
}

static bool run_space(const uint64_t *arguments)
{
	debugger_show_space(arguments[0]);
	return true;
}

static bool run_caps(const uint64_t *arguments)
{
	debugger_show_capabilities(arguments[0]);
	return true;
}

static bool run_memory(const uint64_t *arguments)
{
	debugger_show_memory(arguments[0], arguments[1], arguments[2] ? arguments[2] : DUMP_BYTES);
	return true;
}

static bool run_registers(const uint64_t *arguments)
{
	debugger_show_registers(arguments[0]);
	return true;
}

static bool run_backtrace(const uint64_t *arguments)
{
	debugger_show_backtrace(arguments[0]);
	return true;
}

static bool run_continue(const uint64_t *arguments)
{
	(void)arguments;
	return false;
}

static const struct command commands[] = {
	{ "help", "                     this list", 0, run_help },
	{ "threads", "                  all threads", 0, run_threads },
	{ "pds", "                      all protection domains", 0, run_pds },
	{ "space", " PD                 what is mapped in an address space", 1, run_space },
	{ "caps", " PD                  its capabilities", 1, run_caps },
	{ "memory", " PD ADDRESS [BYTES] as bytes", 2, run_memory },
	{ "registers", " THREAD         of user mode", 1, run_registers },
	{ "backtrace", " THREAD         who called whom in user mode", 1, run_backtrace },
	{ "continue", "                 the machine goes on", 0, run_continue },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static bool run_help(const uint64_t *arguments)
{
	(void)arguments;
	for (unsigned i = 0; i < COMMANDS; i++) {
		console_text(commands[i].name);
		console_text(commands[i].help);
		console_text("\n");
	}
	console_text("Numbers are hexadecimal. A command's first letters are enough.\n");
	return true;
}

/* A line without its end, with echo; what does not fit is not taken. */
static void read_line(char *line)
{
	unsigned length = 0;

	for (;;) {
		int key = console_read();

		if (key == '\r' || key == '\n')
			break;
		if ((key == KEY_BACKSPACE || key == KEY_DELETE) && length) {
			length--;
			console_text("\b \b");
		}
		if (key < ' ' || key >= KEY_DELETE || length == LINE_SIZE - 1)
			continue;
		line[length++] = (char)key;
		console_write((const uint8_t *)&line[length - 1], 1);
	}
	line[length] = 0;
	console_text("\n");
}

static const char *skip_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

static unsigned word_length(const char *text)
{
	unsigned length = 0;

	while (text[length] && text[length] != ' ')
		length++;
	return length;
}

static const struct command *find_command(const char *word, unsigned length)
{
	for (unsigned i = 0; i < COMMANDS; i++) {
		unsigned same = 0;

		while (same < length && commands[i].name[same] == word[same])
			same++;
		if (length && same == length)
			return commands + i;
	}
	return NULL;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool read_number(const char *word, unsigned length, uint64_t *number)
{
	unsigned i = length > 2 && word[0] == '0' && word[1] == 'x' ? 2 : 0;

	*number = 0;
	if (length - i > 16)
		return false;
	for (; i < length; i++) {
		if (digit(word[i]) < 0)
			return false;
		*number = *number << 4 | (uint64_t)digit(word[i]);
	}
	return true;
}

/* How many there are; ARGUMENTS + 1: too many, or not numbers. */
static unsigned read_arguments(const char *text, uint64_t *arguments)
{
	unsigned count = 0;

	for (text = skip_blanks(text); *text; text = skip_blanks(text)) {
		unsigned length = word_length(text);

		if (count == ARGUMENTS || !read_number(text, length, &arguments[count]))
			return ARGUMENTS + 1;
		count++;
		text += length;
	}
	return count;
}

/* False: the machine goes on. */
static bool obey(const char *line)
{
	const char *word = skip_blanks(line);
	unsigned length = word_length(word), count;
	const struct command *command = find_command(word, length);
	uint64_t arguments[ARGUMENTS] = { 0 };

	if (!length)
		return true;
	count = read_arguments(word + length, arguments);
	if (!command || count < command->needs || count > ARGUMENTS) {
		console_text("kdb: not understood; try help\n");
		return true;
	}
	return command->run(arguments);
}

void debugger_enter(const char *why)
{
	char line[LINE_SIZE];

	if (!enabled || inside) /* an exception in the debugger: it must not come back */
		return;
	inside = true;
	console_text("\nkdb: ");
	console_text(why);
	console_text("; help lists the commands\n");
	do {
		console_text("kdb> ");
		read_line(line);
	} while (obey(line));
	inside = false;
}

void debugger_setup(void)
{
	enabled = true;
	serial_irq = apic_isa_irq(SERIAL_ISA_IRQ);
	console_enable_input();
	apic_irq_unmask(serial_irq);
}

bool debugger_owns(uint32_t irq)
{
	return enabled && irq == serial_irq;
}

void debugger_interrupt(void)
{
	int key;

	while ((key = console_poll()) != CONSOLE_NOTHING)
		if (key == KEY_ENTER_DEBUGGER || key == CONSOLE_BREAK)
			debugger_enter("stopped");
}
