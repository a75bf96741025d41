/* checker.c - checker.h. */
#include "run/checker.h"

#include <stdlib.h>
#include <string.h>

#include "smtp/smtp.h"

int lab_checker_kind(const json_t *hello, bool *checker, struct lab_fault *fault)
{
    const json_t *kind = json_object_get(hello, "kind");
    const char *word = kind == NULL ? "sender" : json_string_value(kind);

    *checker = word != NULL && strcmp(word, "checker") == 0;
    if (*checker || (word != NULL && strcmp(word, "sender") == 0))
        return 0;
    return lab_fail(fault, EX_PROTOCOL, "the adapter's kind is \"%s\"; expected sender or checker",
                    word != NULL ? word : "?");
}

/* Would the host have taken a message in that session? */
static bool would_take(const struct lab_case *k, const struct lab_evidence *seen,
                       const struct lab_session *session)
{
    char *name = lab_format("%s.", session->host);
    const struct lab_host *host = lab_scenario_host(k->scenario, name);
    const struct lab_behaviour *b = host != NULL ? lab_behaviour_find(host->smtp) : NULL;

    free(name);
    return b == NULL ||
           lab_behaviour_takes_mail(lab_behaviour_shown(b, seen->sessions_count > 1), session->tls);
}

/* Was there a connection, but none to a host that may be delivered to, while nothing else will do?
 */
static bool elsewhere(const struct lab_case *k, const struct lab_evidence *seen)
{
    if (k->scenario->hosts_count < 2 || seen->sessions_count == 0)
        return false;
    for (unsigned i = 0; i < k->expect->accept_count; i++) {
        const struct lab_accept *a = &k->expect->accept[i];
        char *name = a->host != NULL ? lab_scenario_name(k->scenario, a->host) : NULL;
        bool looked = a->outcome != LAB_DELIVERED;

        for (unsigned n = 0; name != NULL && n < seen->sessions_count && !looked; n++)
            looked = strncasecmp(name, seen->sessions[n].host, strlen(name) - 1) == 0;
        free(name);
        if (looked)
            return false;
    }
    return true;
}

const char *lab_checker_unfair(const struct lab_case *k, const struct lab_evidence *seen)
{
    const struct lab_session *approved;

    if (!lab_report_of_checker(k->outcome))
        return NULL;
    approved = lab_checker_approves(seen);
    if (approved != NULL && !would_take(k, seen, approved))
        return "a checker stops before that at which this host fails";
    if (k->outcome == LAB_R_REFUSED && elsewhere(k, seen))
        return "it checks the first host that it reaches, and mail is to go to another";
    return NULL;
}
