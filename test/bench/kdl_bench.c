/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What reading a configuration costs: the same tree of nodes, attributes, and texts as KDL by this
 * library's cursor, as XML by expat, as JSON by jsmn and yajl. Each reader is asked for all names
 * and values, and their bytes are counted. One CPU, samples of all readers interleaved.
 *
 * The ratio that counts is per KiB of each reader's own text. XML says the same in more bytes, so
 * the ratio for the same content, printed beside it, is in KDL's favour.
 */

#define _GNU_SOURCE
#include <expat.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "tenon/kdl.h"

#if __has_include(<jsmn.h>)
#define JSMN_STATIC
#include <jsmn.h>
#define WITH_JSMN 1
#endif
#if __has_include(<yajl/yajl_parse.h>)
#include <yajl/yajl_parse.h>
#define WITH_YAJL 1
#endif

enum { COMPONENTS = 400, SAMPLES = 1000, TEXT_SIZE = 1 << 20 };

struct text {
	char *at;
	size_t len;
};

static struct text kdl, xml, json;
static size_t sink;

static void add(struct text *text, const char *format, unsigned n)
{
	text->len += (size_t)snprintf(text->at + text->len, TEXT_SIZE - text->len, format, n, n);
}

/* A scenario as init sees it: comments, short and long strings, numbers, nesting. */
static void make_documents(void)
{
	kdl.at = malloc(TEXT_SIZE);
	xml.at = malloc(TEXT_SIZE);
	json.at = malloc(TEXT_SIZE);
	add(&xml, "<config>\n", 0);
	add(&json, "{\"config\": [\n", 0);
	for (unsigned i = 0; i < COMPONENTS; i++) {
		add(&kdl,
		    "// the %u-th component\n"
		    "start \"server%u\" caps=100 ram=\"4M\" {\n"
		    "    provides \"Timer\"\n"
		    "    route {\n"
		    "        service \"LOG\" label=\"from the \\\"server\\\"\" { parent }\n"
		    "        service \"Report\" { child \"report_rom\" }\n"
		    "        any-service { parent; any-child }\n"
		    "    }\n",
		    i);
		add(&kdl,
		    "    config period-ms=%u verbose=#true name=\"A longer text, to be read\"\n}\n",
		    i);
		add(&xml,
		    "<!-- the %u-th component -->\n"
		    "<start name=\"server%u\" caps=\"100\" ram=\"4M\">\n"
		    "    <provides name=\"Timer\"/>\n"
		    "    <route>\n"
		    "        <service name=\"LOG\" label=\"from the &quot;server&quot;\"> "
		    "<parent/> "
		    "</service>\n"
		    "        <service name=\"Report\"> <child name=\"report_rom\"/> </service>\n"
		    "        <any-service> <parent/> <any-child/> </any-service>\n"
		    "    </route>\n",
		    i);
		add(&xml,
		    "    <config period-ms=\"%u\" verbose=\"true\" name=\"A longer text, to be "
		    "read\"/>\n</start>\n",
		    i);
		add(&json, i ? ",\n" : "", 0);
		add(&json,
		    "{\"start\": \"server%u\", \"caps\": 100, \"ram\": \"4M\", \"children\": [\n"
		    "    {\"provides\": \"Timer\"},\n"
		    "    {\"route\": [\n"
		    "        {\"service\": \"LOG\", \"label\": \"from the \\\"server\\\"\", "
		    "\"children\": [{\"parent\": null}]},\n"
		    "        {\"service\": \"Report\", \"children\": [{\"child\": "
		    "\"report_rom\"}]},\n"
		    "        {\"any-service\": [{\"parent\": null}, {\"any-child\": null}]}\n"
		    "    ]},\n",
		    i);
		add(&json,
		    "    {\"config\": {\"period-ms\": %u, \"verbose\": true, \"name\": \"A longer "
		    "text, to be read\"}}\n]}",
		    i);
	}
	add(&xml, "</config>\n", 0);
	add(&json, "\n]}\n", 0);
}

static bool read_kdl(void)
{
	struct tn_kdl_reader reader;
	struct tn_kdl_item item;
	enum tn_kdl_event event;
	tn_kdl_reader_init(&reader, kdl.at, kdl.len);
	while ((event = tn_kdl_read(&reader, &item)) > TN_KDL_END) {
		if (event == TN_KDL_NODE)
			sink += item.name.len;
		else if (event == TN_KDL_ARGUMENT)
			sink += item.value.text.len;
		else if (event == TN_KDL_PROPERTY)
			sink += item.name.len + item.value.text.len;
	}
	return event == TN_KDL_END;
}

static bool read_kdl_decoded(void)
{
	char buffer[64];
	size_t len;
	struct tn_kdl_reader reader;
	struct tn_kdl_item item;
	enum tn_kdl_event event;
	tn_kdl_reader_init(&reader, kdl.at, kdl.len);
	while ((event = tn_kdl_read(&reader, &item)) > TN_KDL_END) {
		if (event == TN_KDL_NODE || event == TN_KDL_PROPERTY) {
			tn_kdl_string_copy(&item.name, buffer, sizeof(buffer), &len);
			sink += len;
		}
		if (event == TN_KDL_ARGUMENT || event == TN_KDL_PROPERTY) {
			tn_kdl_string_copy(&item.value.text, buffer, sizeof(buffer), &len);
			sink += len;
		}
	}
	return event == TN_KDL_END;
}

static void xml_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	(void)data;
	sink += strlen(name);
	for (; *attributes; attributes++)
		sink += strlen(*attributes);
}

static void xml_end(void *data, const XML_Char *name)
{
	(void)data;
	sink += name[0] != 0;
}

static bool read_expat(void)
{
	static XML_Parser parser;
	if (!parser)
		parser = XML_ParserCreate(NULL);
	else
		XML_ParserReset(parser, NULL);
	XML_SetElementHandler(parser, xml_start, xml_end);
	return XML_Parse(parser, xml.at, (int)xml.len, 1) == XML_STATUS_OK;
}

#ifdef WITH_JSMN
static bool read_jsmn(void)
{
	static jsmntok_t tokens[1 << 16];
	jsmn_parser parser;
	jsmn_init(&parser);
	int count =
		jsmn_parse(&parser, json.at, json.len, tokens, sizeof(tokens) / sizeof(*tokens));
	for (int i = 0; i < count; i++)
		sink += (size_t)(tokens[i].end - tokens[i].start);
	return count > 0;
}
#endif

#ifdef WITH_YAJL
static int yajl_text(void *data, const unsigned char *text, size_t len)
{
	(void)data;
	(void)text;
	sink += len;
	return 1;
}

static int yajl_chars(void *data, const char *text, size_t len)
{
	return yajl_text(data, (const unsigned char *)text, len);
}

static bool read_yajl(void)
{
	static const yajl_callbacks callbacks = { .yajl_number = yajl_chars,
						  .yajl_string = yajl_text,
						  .yajl_map_key = yajl_text };
	yajl_handle handle = yajl_alloc(&callbacks, NULL, NULL);
	bool ok = yajl_parse(handle, (const unsigned char *)json.at, json.len) == yajl_status_ok &&
		  yajl_complete_parse(handle) == yajl_status_ok;
	yajl_free(handle);
	return ok;
}
#endif

struct subject {
	const char *name;
	bool (*read)(void);
	const struct text *text;
	double sample[SAMPLES]; /* ns per KiB */
};

static struct subject subjects[] = {
	{ .name = "kdl.read", .read = read_kdl, .text = &kdl },
	{ .name = "expat.parse", .read = read_expat, .text = &xml },
	{ .name = "kdl.read+copy", .read = read_kdl_decoded, .text = &kdl },
#ifdef WITH_JSMN
	{ .name = "jsmn.parse", .read = read_jsmn, .text = &json },
#endif
#ifdef WITH_YAJL
	{ .name = "yajl.parse", .read = read_yajl, .text = &json },
#endif
};

enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

static double measure(const struct subject *s)
{
	struct timespec a, b;
	clock_gettime(CLOCK_MONOTONIC, &a);
	bool ok = s->read();
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (!ok) {
		printf("%s: cannot read its document\n", s->name);
		exit(1);
	}
	double ns = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
	return ns * 1024 / (double)s->text->len;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double quantile(const struct subject *s, double q)
{
	return s->sample[(size_t)(q * (SAMPLES - 1))];
}

static void report(const char *path)
{
	const struct subject *base = &subjects[1];
	double ratio = 0;
	printf("%-14s %8s %10s %10s %10s %7s %13s\n", "ns/KiB", "bytes", "min", "median", "p99",
	       "ratio", "same content");
	for (size_t i = 0; i < SUBJECTS; i++) {
		const struct subject *s = &subjects[i];
		double r = quantile(s, 0.5) / quantile(base, 0.5);
		printf("%-14s %8zu %10.0f %10.0f %10.0f %7.3f %13.3f\n", s->name, s->text->len,
		       quantile(s, 0), quantile(s, 0.5), quantile(s, 0.99), r,
		       r * (double)s->text->len / (double)base->text->len);
		if (i == 0)
			ratio = r;
	}
	FILE *file = path ? fopen(path, "a") : NULL;
	if (!file)
		return;
	const struct subject *s = &subjects[0];
	fprintf(file,
		"{\"name\":\"kdl.read\",\"kernel\":\"linux\",\"unit\":\"ns/KiB\",\"min\":%.1f,"
		"\"median\":%.1f,\"p99\":%.1f,\"baseline\":\"expat.parse\",\"ratio\":%.3f}\n",
		quantile(s, 0), quantile(s, 0.5), quantile(s, 0.99), ratio);
	fclose(file);
}

int main(int argc, char **argv)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET((size_t)sched_getcpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
	make_documents();
	for (size_t n = 0; n < 20; n++)
		for (size_t i = 0; i < SUBJECTS; i++)
			measure(&subjects[i]);
	for (size_t n = 0; n < SAMPLES; n++)
		for (size_t i = 0; i < SUBJECTS; i++)
			subjects[i].sample[n] = measure(&subjects[i]);
	for (size_t i = 0; i < SUBJECTS; i++)
		qsort(subjects[i].sample, SAMPLES, sizeof(double), compare);
	report(argc > 1 ? argv[1] : NULL);
	return sink == 0;
}
