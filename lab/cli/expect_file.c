/* expect_file.c - expect_file.h. */
#include "cli/expect_file.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/known.h"
#include "run/setup.h"

/* Does the pattern of a row fit any case that there is? */
static bool fits_a_case(const struct lab_suite *suite, const struct lab_known *row)
{
    for (size_t i = 0; i < suite->catalogue.count; i++) {
        for (int p = 0; p < LAB_POLICY_COUNT; p++) {
            char *name = lab_case_name(suite->catalogue.list[i], (enum lab_policy)p);
            bool fits = fnmatch(row->cases, name, 0) == 0;

            free(name);
            if (fits)
                return true;
        }
    }
    return false;
}

int lab_knowns_for(const struct lab_suite *suite, const char *given,
                   const struct lab_run_config *config, struct lab_knowns *out)
{
    char *own = lab_format("%s/lab/adapters/%s/expect.tsv", suite->paths->source, config->sut);
    const char *path = given != NULL ? given : own;
    bool harmed = config->setup != NULL && config->setup->shows != LAB_V_PASS;
    bool applies = given != NULL || (config->variant == NULL && !harmed && access(own, F_OK) == 0);
    struct lab_fault fault;
    int rc = -1;

    if (applies && lab_knowns_load(path, out, &fault) != 0)
        rc = lab_complaint(2, "%s", fault.what);
    for (size_t i = 0; rc < 0 && i < out->count; i++)
        if (!fits_a_case(suite, &out->list[i]))
            rc = lab_complaint(2, "%s:%u: no case is called \"%s\"; see danelab list", path,
                               out->list[i].line, out->list[i].cases);
    free(own);
    return rc;
}
