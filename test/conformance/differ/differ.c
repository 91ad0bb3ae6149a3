/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Random sequences of steps (world.h), one component for each: what they say is the same on each
 * kernel. tool/differ compares, and makes the shortest sequence of one that is not.
 *
 * The ROM "runs" says what to do:
 *
 *   config {
 *       run first=1 count=10 steps=500      // seeds 1 to 10
 *       run first=7 steps=500 show=#true    // each step with what it says
 *       run first=7 steps=500 list=#true    // the steps, not done
 *       run first=7 steps=500 keep="f3"     // only these: step 0 is the first digit's lowest bit
 *   }
 */

#include "world.h"
#include <tenon/config.h>

enum { STEPS_MAX = 4000, KEEP_MAX = STEPS_MAX / 4, GROWTHS_MAX = 8 };

/* What one sequence is made of; a driver fetches it, and tells what came of it. */
struct run {
	uint64_t seed;
	uint32_t steps, show, list, all;
};

#define RUNS(RPC, I)                                                \
	RPC(I, get, Out(struct run, run), OutBytes(keep, KEEP_MAX)) \
	RPC(I, done, In(uint64_t, digest), In(uint32_t, done))

TN_RPC_INTERFACE(runs, RUNS)

/* -- steps by number -- */

struct op {
	const char *name;
	void (*run)(struct operands o);
	uint32_t weight;
};

static const struct op ops[] = {
#define OP_ENTRY(name, weight) { #name, op_##name, weight },
	OPS(OP_ENTRY)
};
enum { OP_COUNT = sizeof(ops) / sizeof(ops[0]) };

/* A number that nothing but its arguments decides. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * 0x9e3779b97f4a7c15u + b * 0xbf58476d1ce4e5b9u + 0x94d049bb133111ebu;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Each seed has a taste of its own: a quarter of all operations is left out, another one preferred.
 */
static uint32_t weight(uint64_t seed, uint32_t op)
{
	uint32_t taste = (uint32_t)(mix(seed, 1u << 20 | op) & 3);
	return ops[op].weight * (taste == 0 ? 0 : taste == 3 ? 4 : 1);
}

static uint32_t choose(uint64_t seed, uint32_t step)
{
	uint32_t total = 0, op = 0;
	for (uint32_t i = 0; i < OP_COUNT; i++)
		total += weight(seed, i);
	uint32_t at = (uint32_t)(mix(seed, (uint64_t)step << 32) % total);
	while (at >= weight(seed, op))
		at -= weight(seed, op++);
	return op;
}

static struct operands operands(uint64_t seed, uint32_t step)
{
	uint64_t x = mix(seed, (uint64_t)step << 32 | 1);
	return (struct operands){ (uint16_t)x, (uint16_t)(x >> 16), (uint16_t)(x >> 32),
				  (uint16_t)(x >> 48) };
}

static bool kept(const char *keep, size_t length, uint32_t step)
{
	uint32_t digit = step / 4 < length ? (uint32_t)(unsigned char)keep[step / 4] : '0';
	digit = digit > '9' ? digit - 'a' + 10 : digit - '0';
	return digit >> step % 4 & 1;
}

/* -- the driver: plays one sequence -- */

static uint64_t digest;

static void conclude(bool show)
{
	for (size_t i = 0; i < world.length && i < LINE; i++)
		digest = (digest ^ (unsigned char)world.line[i]) * 0x100000001b3u;
	if (show)
		tn_transcript("end: %s", world.line);
	world.length = 0;
	world.line[0] = 0;
}

static void play_step(const struct run *run, uint32_t step)
{
	uint32_t op = choose(run->seed, step);
	struct operands o = operands(run->seed, step);
	char head[80];
	tn_format(head, sizeof(head), "step %u %s %u %u %u %u:", step, ops[op].name, o.a, o.b, o.c,
		  o.d);
	if (run->list) {
		tn_transcript("%s", head);
		return;
	}
	ops[op].run(o);
	if (run->show)
		tn_transcript("%s %s", head, world.line);
	conclude(false);
}

static runs_cap find_runs(void)
{
	return (runs_cap){ tn_actor_get("runs") };
}

static void play_driver(struct tn_env *env)
{
	static char keep[KEEP_MAX];
	size_t length = 0;
	struct run run;
	runs_cap runs = find_runs();
	TN_MUST(runs_get(runs, &run, keep, &length));
	tn_cap_release(runs.handle);
	digest = 0xcbf29ce484222325u;
	uint32_t done = 0;
	if (!run.list)
		world_begin(env);
	for (uint32_t step = 0; step < run.steps; step++) {
		if (!run.all && !kept(keep, length, step))
			continue;
		play_step(&run, step);
		done++;
	}
	if (!run.list)
		world_end();
	conclude(run.show);
	runs = find_runs();
	TN_MUST(runs_done(runs, digest, done));
	tn_exit(0);
}

/* -- the director: one driver after the other, each in the same place -- */

static struct {
	struct tn_entrypoint *entrypoint;
	struct tn_object object;
	struct run run;
	char keep[KEEP_MAX];
	size_t keep_length;
	uint64_t digest;
	uint32_t done;
	bool told, differs;
	unsigned growths;
	struct tn_accounts before;
} director;

static tn_error get(void *self, struct tn_request *request, struct run *run, void *keep,
		    size_t *keep_length)
{
	(void)self;
	(void)request;
	*run = director.run;
	memcpy(keep, director.keep, director.keep_length);
	*keep_length = director.keep_length;
	return TN_OK;
}

static tn_error done(void *self, struct tn_request *request, uint64_t said, uint32_t steps)
{
	(void)self;
	(void)request;
	director.digest = said;
	director.done = steps;
	director.told = true;
	return TN_OK;
}

/* The parent has what it had, but that its heap may grow to what was ever needed at once, now and
 * then. */
static void count(void)
{
	struct tn_accounts now = tn_actor_accounts("test"), *before = &director.before;
	int64_t ram = (int64_t)(now.ram_used - before->ram_used);
	int64_t caps = (int64_t)(now.caps_used - before->caps_used);
	bool grown = ram > 0 && caps >= 0 && caps <= 1, same = !ram && !caps;
	if (now.ram_limit == before->ram_limit && now.caps_limit == before->caps_limit &&
	    (same || (grown && director.growths++ < GROWTHS_MAX)))
		*before = now;
	else
		director.differs = true;
	if (!same)
		tn_transcript("after seed %llu: %lld of RAM and %lld capabilities more",
			      (unsigned long long)director.run.seed, (long long)ram,
			      (long long)caps);
}

static void end_peers(void)
{
	static const char *const names[] = { "peer.0", "peer.1", "peer.2" };
	for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		tn_actor_kill(names[i]);
}

static void say_end(const struct tn_child_end *end)
{
	if (end->cause == TN_CHILD_EXITED && end->value == 0 && director.told)
		tn_transcript("seed %llu: %u steps, digest %016llx",
			      (unsigned long long)director.run.seed, director.done,
			      (unsigned long long)director.digest);
	else
		tn_transcript("seed %llu: broken, cause %d, value %d, fault %u at %llx",
			      (unsigned long long)director.run.seed, (int)end->cause,
			      (int)end->value, end->fault.kind,
			      (unsigned long long)end->fault.address);
}

/* All that the driver had comes back. */
static void play_seed(uint64_t seed)
{
	director.run.seed = seed;
	director.told = false;
	tn_actor_start_with("driver", "", "", 16 << 20, 1500);
	struct tn_child_end end = tn_actor_end("driver");
	end_peers();
	say_end(&end);
	count();
}

/* What lib/test keeps for each name, and more sessions than any driver has: its heap does not grow
 * after. */
static void warm_up(void)
{
	director.run = (struct run){ .all = 1 };
	tn_actor_start("peer.0");
	tn_actor_start("peer.1");
	tn_actor_start("peer.2");
	tn_actor_start_with("driver", "", "", 16 << 20, 1500);
	(void)tn_actor_end("driver");
	end_peers();
	director.before = tn_actor_accounts("test");
}

static void read_run(struct tn_config *config, struct tn_kdl_node *node)
{
	struct tn_kdl_asked asked;
	tn_kdl_track(node, &asked);
	uint64_t first = tn_config_u64(config, node, "first", 1, 0, UINT32_MAX);
	uint64_t count = tn_config_u64(config, node, "count", 1, 1, UINT32_MAX);
	director.run.steps = (uint32_t)tn_config_u64(config, node, "steps", 500, 0, STEPS_MAX);
	director.run.show = tn_config_bool(config, node, "show", false);
	director.run.list = tn_config_bool(config, node, "list", false);
	static char keep[KEEP_MAX + 1];
	enum tn_kdl_status status =
		tn_kdl_as_string(tn_kdl_prop(node, "keep"), "", keep, sizeof(keep));
	if (status > TN_KDL_ABSENT)
		tn_config_mistake(config, node->start, "keep= is not a string, or too long");
	director.run.all = status == TN_KDL_ABSENT;
	director.keep_length = 0;
	while (keep[director.keep_length])
		director.keep_length++;
	memcpy(director.keep, keep, director.keep_length);
	tn_config_unknown(config, node, "first=, count=, steps=, show=, list=, keep=");
	tn_config_end(config);
	for (uint64_t seed = first; seed < first + count; seed++)
		play_seed(seed);
}

static void all_runs(struct tn_env *env)
{
	static const struct runs_ops runs_operations = { .get = get, .done = done };
	struct tn_config config;
	struct tn_kdl_node root, node;
	runs_cap cap;
	(void)env;
	TN_MUST(tn_entrypoint_create("runs", TN_PRIORITY_DEFAULT, &director.entrypoint));
	TN_MUST(runs_serve(director.entrypoint, &director.object, &runs_operations, NULL, &cap));
	tn_actor_put("runs", cap.handle);
	warm_up();
	tn_config_read(&config, "runs", &root);
	for (bool more = tn_kdl_child(&root, "run", &node); more; more = tn_kdl_next(&node, "run"))
		read_run(&config, &node);
	TN_EXPECT(!director.differs);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = { { "differ.baseline", all_runs },
						     { NULL, NULL } };
	static const struct tn_test_role roles[] = { { "driver", play_driver },
						     { "peer", play_peer },
						     { "late", play_late },
						     { NULL, NULL } };
	tn_test_main(env, "test-differ", cases, roles);
}
