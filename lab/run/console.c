/* console.c - lines and bar of console.h. */
#include "run/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/known.h"

#define BAR_WIDTH 24u

void lab_console_init(struct lab_console *c, bool quiet)
{
    const char *term = getenv("TERM");

    c->quiet = quiet;
    c->terminal = !quiet && isatty(STDOUT_FILENO) != 0 && term != NULL && strcmp(term, "dumb") != 0;
    c->colour = c->terminal && getenv("NO_COLOR") == NULL;
    c->bar = false;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
}

static void clear_bar(struct lab_console *c)
{
    if (c->bar)
        (void)fputs("\r\033[K", stdout);
    c->bar = false;
}

void lab_console_bar(struct lab_console *c, const char *phase, unsigned done, unsigned total)
{
    char bar[BAR_WIDTH + 1];
    unsigned full = total > 0 ? done * BAR_WIDTH / total : 0;

    if (!c->terminal)
        return;
    for (unsigned i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    (void)printf("\r\033[K[%s] %u/%u %s", bar, done, total, phase);
    (void)fflush(stdout);
    c->bar = true;
}

void lab_console_say(struct lab_console *c, const char *format, ...)
{
    va_list args;

    if (c->quiet)
        return;
    clear_bar(c);
    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
    (void)putchar('\n');
}

static bool good(enum lab_verdict v)
{
    return v == LAB_V_PASS || v == LAB_V_NON_STRICT || v == LAB_V_INFO || v == LAB_V_DISPUTED;
}

static const char *colour(const struct lab_console *c, enum lab_verdict v)
{
    if (!c->colour)
        return "";
    if (v == LAB_V_PASS)
        return "\033[32m";
    return good(v) || v == LAB_V_SKIP || v == LAB_V_UNSUPPORTED ? "\033[33m" : "\033[31m";
}

static const char *alarm_colour(const struct lab_console *c)
{
    return c->colour ? "\033[31m" : "";
}

static const char *known_word(const struct lab_case *k)
{
    return k->stale ? " (stale)" : k->known != NULL ? " (known)" : "";
}

/* The rule ids of a scenario on one line. */
static char *rules_text(const struct lab_scenario *s)
{
    struct lab_text t = {0};

    lab_text_put(&t, "%s", "");
    for (unsigned i = 0; i < s->rules_count; i++)
        lab_text_put(&t, "%s%s", i > 0 ? " " : "", s->rules[i]);
    return t.text;
}

void lab_console_case(struct lab_console *c, const struct lab_case *k, const char *evidence_dir,
                      const char *rerun)
{
    enum lab_verdict v = k->judgement.verdict;
    char *rules;

    lab_console_say(c, "%s%s%s%s: %s", k->stale ? alarm_colour(c) : colour(c, v),
                    lab_verdict_name(v), known_word(k), c->colour ? "\033[0m" : "", k->name);
    if ((v == LAB_V_PASS && !k->stale) || c->quiet)
        return;
    rules = rules_text(k->scenario);
    lab_console_say(c, "    what      %s", k->scenario->title);
    if (k->judgement.expected != NULL)
        lab_console_say(c, "    expected  %s", k->judgement.expected);
    if (k->judgement.seen != NULL)
        lab_console_say(c, "    seen      %s", k->judgement.seen);
    if (k->judgement.why != NULL)
        lab_console_say(c, "    because   %s", k->judgement.why);
    if (k->stale)
        lab_console_say(c, "    stale     the expect file has %s, %s in line %u: %s",
                        lab_verdict_name(k->known->verdict),
                        lab_report_outcome_name(k->known->outcome), k->known->line, k->known->why);
    else if (k->known != NULL)
        lab_console_say(c, "    known     %s (%s)", k->known->why, k->known->reference);
    lab_console_say(c, "    rules     %s", rules);
    if (evidence_dir != NULL)
        lab_console_say(c, "    evidence  %s/%s", evidence_dir, k->name);
    lab_console_say(c, "    again     %s", rerun);
    free(rules);
}

void lab_console_sum(struct lab_console *c, const struct lab_run_config *config,
                     const struct lab_run_result *r)
{
    unsigned of[LAB_V_COUNT] = {0};
    char *known;

    for (size_t i = 0; i < r->count; i++)
        of[r->cases[i].judgement.verdict]++;
    lab_console_say(c, "%s", "");
    for (int v = 0; v < LAB_V_COUNT; v++)
        if (of[v] > 0)
            lab_console_say(c, "%6u %s", of[v], lab_verdict_name((enum lab_verdict)v));
    lab_console_say(c, "sender %s, profile %s; world up in %d ms, all in %d ms", config->sut,
                    config->profile, r->boot_ms, r->total_ms);
    if (r->group.without_dane)
        lab_console_say(c,
                        "a control group, without DANE: where dane is asked for it is run with %s",
                        lab_policy_name(r->group.instead));
    if (config->resolver != NULL && config->resolver != lab_resolver_at(0))
        lab_console_say(c, "resolver %s: %s", config->resolver->name, config->resolver->says);
    if (config->resolver != NULL && config->resolver->remedy != NULL)
        lab_console_say(c, "to its operator: %s", config->resolver->remedy);
    if (config->out_dir != NULL)
        lab_console_say(c, "records and evidence: %s", config->out_dir);
    if (r->stale > 0)
        lab_console_say(c, "%u rows of the expect file no longer hold", r->stale);
    known = r->known > 0 ? lab_format(", %u known", r->known) : lab_strdup("");
    lab_console_say(c, "%u passed, %u failed, %u skipped%s", r->passed, r->failed, r->skipped,
                    known);
    free(known);
}
