/* A test is a parent: it starts @NAME@ as its child, and looks at what becomes of it. */

#include <tenon/test.h>

static void runs_and_ends(struct tn_env *env)
{
	struct tn_child_end end;
	(void)env;
	tn_actor_start_with("child", "@NAME@", "", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	end = tn_actor_end("child");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, 0);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "@NAME@.runs-and-ends", runs_and_ends },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { NULL, NULL } };
	tn_test_main(env, "test-@NAME@", cases, roles);
}
