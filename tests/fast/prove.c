/* prove.c - prove lines put to the model, see prove.h. */
#include "fast/prove.h"

#include <stdlib.h>
#include <string.h>

#include "fast/answer.h"

/* The engine asks libunbound: where the file says that it differs from the daemon, it counts. */
static enum lab_security wanted(const struct lab_prove *p)
{
    return p->library != NULL ? *p->library : p->is;
}

static bool holds(const struct lab_prove *p, const struct fast_answer *a)
{
    if (a->security != wanted(p))
        return false;
    return a->security == LAB_BOGUS || a->security == LAB_ERROR || p->answer == LAB_ANSWER_ANY ||
           p->answer == a->answer;
}

static char *check(const struct fast_zones *zones, const struct lab_scenario *s,
                   const struct lab_prove *p)
{
    char *copy = lab_strdup(p->dns);
    char *type = copy;
    char *owner = lab_scenario_name(s, strsep(&type, " "));
    ldns_rdf *name = ldns_dname_new_frm_str(owner);
    struct fast_answer a = {.security = LAB_ERROR};
    char *line = NULL;

    if (name != NULL)
        fast_ask(zones, name, ldns_get_rr_type_by_name(type), &a);
    if (!holds(p, &a))
        line = lab_format("%s %s must be %s %s; the model says %s %s", owner, type,
                          lab_security_name(wanted(p)), lab_answer_name(p->answer),
                          lab_security_name(a.security), lab_answer_name(a.answer));
    fast_answer_free(&a);
    ldns_rdf_deep_free(name);
    free(owner);
    free(copy);
    return line;
}

char *fast_prove(const struct fast_zones *zones, const struct lab_scenario *s)
{
    char *line = NULL;

    for (unsigned i = 0; i < s->prove_count && line == NULL; i++)
        line = check(zones, s, &s->prove[i]);
    return line;
}
