/* console.c - lines and bar of console.h. */
#include "run/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/escape.h"
#include "run/known.h"
#include "run/setup.h"

#define BAR_WIDTH 24u

static unsigned columns_of_terminal(void)
{
    struct winsize size = {0};

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void lab_console_init(struct lab_console *c, enum lab_loudness loudness)
{
    const char *term = getenv("TERM");
    const char *plain = getenv("NO_COLOR");

    c->loudness = loudness;
    c->terminal = loudness != LAB_SILENT && isatty(STDOUT_FILENO) != 0 && term != NULL &&
                  strcmp(term, "dumb") != 0;
    c->colour = c->terminal && (plain == NULL || plain[0] == '\0');
    c->bar = false;
    c->columns = columns_of_terminal();
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
}

static void clear_bar(struct lab_console *c)
{
    if (c->bar)
        (void)fputs("\r\033[K", stdout);
    c->bar = false;
}

void lab_console_end(const struct lab_console *c)
{
    struct lab_console its = *c;

    its.bar = c->terminal && c->loudness != LAB_QUIET;
    clear_bar(&its);
    (void)fflush(stdout);
}

void lab_console_bar(struct lab_console *c, const char *phase, unsigned done, unsigned total)
{
    char bar[BAR_WIDTH + 1];
    unsigned full = total > 0 ? done * BAR_WIDTH / total : 0;
    char *line;

    if (!c->terminal || c->loudness == LAB_QUIET)
        return;
    for (unsigned i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    line = total > 1 ? lab_format("[%s] %u/%u %s", bar, done, total, phase)
                     : lab_format("[%s] %s", bar, phase);
    /* What wraps cannot be erased. */
    (void)printf("\r\033[K%.*s", (int)c->columns - 1, line);
    (void)fflush(stdout);
    free(line);
    c->bar = true;
}

void lab_console_say(struct lab_console *c, const char *format, ...)
{
    struct lab_text line = {0};
    char *text = NULL;
    va_list args;
    int n;

    if (c->loudness == LAB_SILENT)
        return;
    va_start(args, format);
    n = vasprintf(&text, format, args);
    va_end(args);
    text = lab_must(n < 0 ? NULL : text);
    lab_put_line(&line, text); /* it may hold what a host or the sender has said */
    clear_bar(c);
    (void)puts(line.text != NULL ? line.text : "");
    free(line.text);
    free(text);
}

static const char *colour(const struct lab_console *c, enum lab_verdict v)
{
    if (!c->colour)
        return "";
    if (v == LAB_V_PASS)
        return "\033[32m";
    return lab_verdict_gates(v) ? "\033[31m" : "\033[33m";
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

/* What has to be looked at: a failure that is not known, a row that no longer holds. */
static bool alarming(const struct lab_case *k)
{
    return k->stale || (k->known == NULL && lab_verdict_gates(k->judgement.verdict));
}

static void say_expect_file(struct lab_console *c, const struct lab_case *k)
{
    if (k->stale)
        lab_console_say(c, "    stale     the expect file has %s, %s in line %u: %s",
                        lab_verdict_name(k->known->verdict),
                        lab_report_outcome_name(k->known->outcome), k->known->line, k->known->why);
    else if (k->known != NULL)
        lab_console_say(c, "    known     %s (%s)", k->known->why, k->known->reference);
}

static void say_field(struct lab_console *c, const char *name, const char *text)
{
    if (text != NULL)
        lab_console_say(c, "    %-9s %s", name, text);
}

static void say_story(struct lab_console *c, const char *name, const char *dir)
{
    struct lab_text t = {0};

    lab_text_put(&t, "danelab explain --run ");
    lab_put_word(&t, dir);
    lab_text_put(&t, " %s", name);
    say_field(c, "story", t.text);
    free(t.text);
}

/* Lean runs keep none of what passes. */
static void say_evidence(struct lab_console *c, const struct lab_case *k, const char *dir)
{
    char *folder = lab_format("%s/%s", dir != NULL ? dir : "", k->name);

    if (dir != NULL && access(folder, F_OK) == 0) {
        say_field(c, "evidence", folder);
        if (alarming(k))
            say_story(c, k->name, dir);
    }
    free(folder);
}

/* Where the adapter and the sender have said more: what of it is there. The caller frees it. */
static char *logs_text(const struct lab_run_config *config, const char *phase)
{
    const char *dir = config->out_dir != NULL ? config->out_dir : "";
    char *adapter = lab_format("%s/sender/adapter/adapter.log", dir);
    char *sender = lab_format("%s/sender/%s", dir, phase);
    bool both = config->out_dir != NULL && access(sender, F_OK) == 0;
    char *out = both ? lab_format("; logs: %s, %s", sender, adapter) : lab_strdup("");

    free(adapter);
    free(sender);
    return out;
}

/* The adapter broke; whoever checks it knows the command. */
static void say_adapter(struct lab_console *c, const struct lab_run_config *config,
                        const char *logs)
{
    if (config->command != NULL && strcmp(config->command, "danelab adapter check") == 0)
        lab_console_say(c, "    next      see what the adapter said%s", logs);
    else
        lab_console_say(c, "    next      danelab adapter check %s runs the controls alone%s",
                        config->sut, logs);
}

/* Where the verdict is not about what was decided on the wire: what to do about it. */
static void say_next(struct lab_console *c, const struct lab_run_config *config,
                     const struct lab_case *k)
{
    char *phase = lab_format("%s%s", lab_policy_name(k->policy),
                             k->scenario->steps_count > 0 ? "-steps" : "");
    char *logs = logs_text(config, phase);
    const enum lab_verdict v = k->judgement.verdict;

    if (v == LAB_V_HANG)
        lab_console_say(
            c,
            "    next      --deadline gives a batch more than %u seconds, -j the sender "
            "less at once%s",
            config->deadline, logs);
    if (v == LAB_V_CRASH)
        lab_console_say(c, "    next      see what the sender said before it died%s", logs);
    if (v == LAB_V_ADAPTER_ERROR)
        say_adapter(c, config, logs);
    if (v == LAB_V_LAB_INVALID)
        lab_console_say(c, "    next      danelab up %s makes this world for you to look at",
                        k->scenario->id);
    free(logs);
    free(phase);
}

void lab_console_controls(struct lab_console *c, const struct lab_run_config *config,
                          const char *phase)
{
    char *logs = logs_text(config, phase);

    lab_console_say(c, "    next      danelab adapter check %s tells more of each control%s",
                    config->sut, logs);
    free(logs);
}

void lab_console_case(struct lab_console *c, const struct lab_run_config *config,
                      const struct lab_case *k, const char *rerun)
{
    enum lab_verdict v = k->judgement.verdict;
    char *rules;

    if (c->loudness == LAB_SILENT || (c->loudness == LAB_QUIET && !alarming(k)))
        return;
    clear_bar(c);
    (void)printf("%s%s%s%s: %s\n", k->stale ? alarm_colour(c) : colour(c, v), lab_verdict_name(v),
                 known_word(k), c->colour ? "\033[0m" : "", k->name);
    if (v == LAB_V_PASS && !k->stale && c->loudness != LAB_VERBOSE)
        return;
    rules = rules_text(k->scenario);
    say_field(c, "what", k->scenario->title);
    say_field(c, "expected", k->judgement.expected);
    say_field(c, "seen", k->judgement.seen);
    say_field(c, "because", k->judgement.why);
    say_expect_file(c, k);
    say_field(c, "rules", rules);
    say_evidence(c, k, config->out_dir);
    say_next(c, config, k);
    say_field(c, "again", rerun);
    free(rules);
}

static void say_counts(struct lab_console *c, const struct lab_run_result *r)
{
    unsigned of[LAB_V_COUNT] = {0};

    for (size_t i = 0; i < r->count; i++)
        of[r->cases[i].judgement.verdict]++;
    lab_console_say(c, "%s", "");
    for (int v = 0; v < LAB_V_COUNT; v++)
        if (of[v] > 0)
            lab_console_say(c, "%6u %s", of[v], lab_verdict_name((enum lab_verdict)v));
}

static void say_setup(struct lab_console *c, const struct lab_setup *setup,
                      const struct lab_run_result *r)
{
    lab_console_say(c, "set-up %s: %s", setup->name, setup->says);
    lab_console_say(c, "to its operator: %s", setup->remedy);
    if (!lab_setup_holds(setup, r->cases, r->count))
        lab_console_say(c, "%s is no longer true of it: it was not seen in any case",
                        lab_verdict_name(setup->shows));
}

static void say_where(struct lab_console *c, const struct lab_run_config *config,
                      const struct lab_run_result *r)
{
    lab_console_say(c, "sender %s, profile %s; world up in %d ms, all in %d ms", config->sut,
                    config->profile, r->boot_ms, r->total_ms);
    if (r->group.without_dane)
        lab_console_say(c,
                        "a control group, without DANE: where dane is asked for it is run with %s",
                        lab_policy_name(r->group.instead));
    if (config->setup != NULL)
        say_setup(c, config->setup, r);
    if (config->resolver != NULL && config->resolver != lab_resolver_at(0))
        lab_console_say(c, "resolver %s: %s", config->resolver->name, config->resolver->says);
    if (config->setup == NULL && config->resolver != NULL && config->resolver->remedy != NULL)
        lab_console_say(c, "to its operator: %s", config->resolver->remedy);
    if (config->out_dir != NULL)
        lab_console_say(c, "records and evidence: %s", config->out_dir);
}

void lab_console_sum(struct lab_console *c, const struct lab_run_config *config,
                     const struct lab_run_result *r)
{
    char *known = r->known > 0 ? lab_format(", %u known", r->known) : lab_strdup("");

    if (c->loudness != LAB_QUIET) {
        say_counts(c, r);
        say_where(c, config, r);
    }
    if (r->stale > 0)
        lab_console_say(c,
                        r->stale == 1 ? "%u row of the expect file no longer holds"
                                      : "%u rows of the expect file no longer hold",
                        r->stale);
    lab_console_say(c, "%u passed, %u failed, %u skipped%s", r->passed, r->failed, r->skipped,
                    known);
    free(known);
}
