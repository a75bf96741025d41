/* hosts_text.h - what fake mail hosts can be, as a page for people. */
#ifndef LAB_CLI_HOSTS_TEXT_H
#define LAB_CLI_HOSTS_TEXT_H

#include "base/base.h"

/* Behaviours and certificate recipes as Markdown, the caller's; scenarios/HOSTS.md is this text.
 * Faults: those of the recipe file. */
LAB_MUST_USE int lab_hosts_text(const char *recipes_path, char **out, struct lab_fault *fault);

#endif
