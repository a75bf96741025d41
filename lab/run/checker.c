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

/* Records of that type; service: also those of owners that begin with "_". *last: the end of the
 * last one's line. */
static unsigned count_records(const struct lab_scenario *s, const char *type, bool service,
                              char **last)
{
    unsigned count = 0;

    for (unsigned i = 0; i < s->zones_count; i++) {
        char *text = lab_strdup(s->zones[i].records != NULL ? s->zones[i].records : "");
        char *rest = text;
        char *line;

        while ((line = strsep(&rest, "\n")) != NULL) {
            const char *owner = strsep(&line, " \t");

            line += line != NULL ? strspn(line, " \t") : 0;
            if (line == NULL || strncmp(line, type, strlen(type)) != 0 ||
                (!service && owner[0] == '_'))
                continue;
            count++;
            free(*last);
            *last = lab_strdup(strrchr(line, ' ') + 1);
        }
        free(text);
    }
    return count;
}

/* One MX record that names the only host, by a name that is no alias. */
static bool names_the_host(const struct lab_scenario *s)
{
    char *target = NULL;
    char *alias = NULL;
    bool names = s->hosts_count == 1 && count_records(s, "MX ", true, &target) == 1 &&
                 strcmp(target, s->hosts[0].name) == 0 &&
                 count_records(s, "CNAME ", false, &alias) == 0 &&
                 count_records(s, "DNAME ", false, &alias) == 0;

    free(alias);
    free(target);
    return names;
}

static bool mx_is_secure(const struct lab_scenario *s)
{
    for (unsigned i = 0; i < s->prove_count; i++) {
        const struct lab_prove *p = &s->prove[i];

        if (strcmp(p->dns, "@ MX") == 0)
            return p->is == LAB_SECURE && p->answer == LAB_ANSWER_DATA;
    }
    return false;
}

/* Does something hang on whether the MX records were asked for? */
static bool wants_mx(const struct lab_scenario *s)
{
    for (unsigned i = 0; i < s->expect_count; i++)
        for (unsigned r = 0; r < s->expect[i].require_count; r++)
            if (s->expect[i].require[r].see == LAB_SEE_QUERY &&
                strcmp(s->expect[i].require[r].of, "@ MX") == 0)
                return true;
    return false;
}

char *lab_checker_host(const struct lab_scenario *s)
{
    char *name;

    if (s->steps_count > 0 || s->to != NULL || !mx_is_secure(s) || !names_the_host(s) ||
        wants_mx(s))
        return NULL;
    name = lab_scenario_name(s, s->hosts[0].name);
    name[strlen(name) - 1] = '\0';
    return name;
}

/* Would the host have taken the message in that session, for the first recipient? */
static bool would_take(const struct lab_case *k, const struct lab_evidence *seen,
                       const struct lab_session *session)
{
    const struct lab_scenario *s = k->scenario;
    const struct lab_scenario *now = s->steps_count > 0 ? &s->later[s->steps_count - 1] : s;
    char *name = lab_format("%s.", session->host);
    const struct lab_host *host = lab_scenario_host(now, name);
    const struct lab_behaviour *b = host != NULL ? lab_behaviour_find(host->smtp) : NULL;
    bool tls;

    free(name);
    if (b == NULL)
        return true;
    b = lab_behaviour_shown(b, seen->sessions_count > 1);
    if (b->nobody != NULL && s->recipients_count > 0 && strcmp(s->recipients[0], "nobody") == 0)
        return false;
    tls = lab_checker_in_tls(&seen->report);
    return !(tls && b->habit.fails) && lab_behaviour_takes_mail(b, tls);
}

bool lab_checker_comes_again(const struct lab_case *k)
{
    bool all_take = true;

    for (unsigned i = 0; i < k->scenario->hosts_count; i++) {
        const struct lab_behaviour *b = lab_behaviour_find(k->scenario->hosts[i].smtp);

        all_take = all_take && (b == NULL || lab_behaviour_takes_mail(b, true));
    }
    return k->outcome == LAB_R_REFUSED || (lab_report_of_checker(k->outcome) && !all_take);
}

/* NULL: any host. */
static bool looked_at(const struct lab_case *k, const struct lab_evidence *seen, const char *host)
{
    char *name = host != NULL ? lab_scenario_name(k->scenario, host) : NULL;
    bool looked = host == NULL;

    for (unsigned i = 0; i < seen->sessions_count && !looked; i++)
        looked = strncasecmp(name, seen->sessions[i].host, strlen(name) - 1) == 0;
    free(name);
    return looked;
}

/* Mail is to be seen before the last attempt. */
static bool wants_mail(const struct lab_case *k)
{
    bool mail = false;

    for (unsigned i = 0; i < k->expect->require_count; i++)
        mail = mail || k->expect->require[i].see == LAB_SEE_MAIL ||
               k->expect->require[i].see == LAB_SEE_CLEAR_MAIL;
    return mail && k->scenario->attempts > 1;
}

/* It has looked at a host, but what is expected is to be seen at others: everything that is
 * accepted, or something that is required. */
static bool elsewhere(const struct lab_case *k, const struct lab_evidence *seen)
{
    const struct lab_expect *e = k->expect;
    unsigned missed = 0;

    if (k->scenario->hosts_count < 2 || seen->sessions_count == 0)
        return false;
    for (unsigned i = 0; i < e->require_count; i++) {
        if (!looked_at(k, seen, e->require[i].at))
            return true;
    }
    for (unsigned i = 0; i < e->accept_count; i++)
        missed += e->accept[i].outcome == LAB_DELIVERED && e->accept[i].host != NULL &&
                  !looked_at(k, seen, e->accept[i].host);
    return missed > 0 && missed == e->accept_count;
}

const char *lab_checker_unfair(const struct lab_case *k, const struct lab_evidence *seen)
{
    const struct lab_session *approved;

    if (!lab_report_of_checker(k->outcome))
        return NULL;
    approved = lab_checker_approves(seen);
    if (wants_mail(k) || (approved != NULL && !would_take(k, seen, approved)))
        return "a checker stops before that at which this host fails";
    if (k->outcome == LAB_R_REFUSED && elsewhere(k, seen))
        return "it checks the first host that it reaches, and another one counts";
    return NULL;
}
