#include <tenon/component.h>

/* Runs once all is loaded; `env` is what the parent gave. */
void component_construct(struct tn_env *env)
{
	(void)env;
	tn_log("@NAME@ is here");
	tn_exit(0);
}
