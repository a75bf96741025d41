/* drawing.c - the drawing of drawing.h: columns are stages, lanes are hosts; in each stage the
 * states that it may be in. */
#include "judge/drawing.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "judge/observe.h"

enum stage { MX, ADDRESS, TLSA, SESSION, OUTCOME, STAGES };
enum { STATES_MAX = 7 };

/* clang-format off */
static const struct { const char *title; const char *states[STATES_MAX + 1]; } stages[STAGES] = {
    [MX]      = {"MX",      {"records, secure", "records, insecure", "none, proven", "none, insecure", "no such domain", "bogus", "error", NULL}},
    [ADDRESS] = {"address", {"secure", "insecure", "none", "bogus", "error", NULL}},
    [TLSA]    = {"TLSA",    {"records, secure", "insecure", "none, proven", "bogus", "error", "not asked for", NULL}},
    [SESSION] = {"session", {"not called", "called, no mail", "mail in clear", "mail in TLS", NULL}},
    [OUTCOME] = {"outcome", {"delivered", "deferred", "bounced", NULL}},
};
/* clang-format on */

enum { TLSA_NOT_ASKED = 5 };
enum { NOT_CALLED, NO_MAIL, IN_CLEAR, IN_TLS };
enum { TITLE_LETTER = 10, WIDTH = 158, GAP = 22, BOX = 20, STEP = 25, TOP = 96, LEFT = 20 };

/* Bits of states, by stage. */
struct marks {
    unsigned expected[STAGES];
    unsigned seen[STAGES];
};

/* clang-format off */
/* The state that a proven DNS answer is, by stage (MX, address, TLSA). */
static const struct { enum lab_security is; enum lab_answer answer; unsigned state[SESSION]; } proofs[] = {
    {LAB_SECURE,   LAB_ANSWER_DATA,     {0, 0, 0}},
    {LAB_SECURE,   LAB_ANSWER_NODATA,   {2, 2, 2}},
    {LAB_SECURE,   LAB_ANSWER_NXDOMAIN, {4, 2, 2}},
    {LAB_INSECURE, LAB_ANSWER_DATA,     {1, 1, 1}},
    {LAB_INSECURE, LAB_ANSWER_NODATA,   {3, 2, 1}},
    {LAB_INSECURE, LAB_ANSWER_NXDOMAIN, {4, 2, 1}},
    {LAB_BOGUS,    LAB_ANSWER_ANY,      {5, 3, 3}},
    {LAB_ERROR,    LAB_ANSWER_ANY,      {6, 4, 4}},
};
/* clang-format on */

/* As a bit; 0: nothing is said about the answer. */
static unsigned state_of(enum stage stage, const struct lab_prove *p)
{
    for (size_t i = 0; i < LAB_COUNT(proofs); i++)
        if (proofs[i].is == p->is &&
            (proofs[i].answer == p->answer || proofs[i].answer == LAB_ANSWER_ANY))
            return 1U << proofs[i].state[stage];
    return 0;
}

/* Is "OWNER TYPE" of the scenario the question for that absolute name and type? */
static bool asks_for(const struct lab_scenario *s, const char *dns, const char *name,
                     const char *type)
{
    size_t len = strcspn(dns, " \t");
    const char *rest = dns + len + strspn(dns + len, " \t");
    char *owner = lab_strndup(dns, len);
    char *absolute = lab_scenario_name(s, owner);
    bool same = strcasecmp(absolute, name) == 0 && strcasecmp(rest, type) == 0;

    free(absolute);
    free(owner);
    return same;
}

/* The proven state of a name, as a bit; 0: the scenario proves nothing about it. */
static unsigned proven(const struct lab_scenario *s, enum stage stage, const char *name,
                       const char *type)
{
    for (unsigned i = 0; i < s->prove_count; i++)
        if (asks_for(s, s->prove[i].dns, name, type))
            return state_of(stage, &s->prove[i]);
    return 0;
}

static bool asked(const struct lab_evidence *seen, const char *name, const char *type)
{
    for (unsigned i = 0; i < seen->queries_count; i++)
        if (strcasecmp(seen->queries[i].name, name) == 0 &&
            strcasecmp(seen->queries[i].type, type) == 0)
            return true;
    return false;
}

static void mark_destination(const struct lab_drawing *d, struct marks *m)
{
    char *name = lab_scenario_name(d->scenario, d->scenario->to != NULL ? d->scenario->to : "@");

    m->expected[MX] = proven(d->scenario, MX, name, "MX");
    if (d->seen != NULL && asked(d->seen, name, "MX"))
        m->seen[MX] = m->expected[MX];
    for (unsigned i = 0; i < d->expect->accept_count; i++)
        m->expected[OUTCOME] |= 1U << d->expect->accept[i].outcome;
    if (d->seen != NULL && d->seen->report.outcome <= LAB_R_BOUNCED)
        m->seen[OUTCOME] = 1U << d->seen->report.outcome;
    free(name);
}

static unsigned expected_session(const struct lab_expect *e, const char *host)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < e->accept_count; i++) {
        const struct lab_accept *a = &e->accept[i];

        if (a->outcome != LAB_DELIVERED || a->host == NULL || strcmp(a->host, host) != 0)
            continue;
        bits |= a->over != LAB_OVER_CLEAR ? 1U << IN_TLS : 0;
        bits |= a->over != LAB_OVER_TLS ? 1U << IN_CLEAR : 0;
    }
    for (unsigned i = 0; i < e->forbid_count; i++) {
        const struct lab_observation *o = &e->forbid[i];

        if (o->at == NULL || strcmp(o->at, host) != 0 || bits != 0)
            continue;
        if (o->see == LAB_SEE_CONNECT)
            bits |= 1U << NOT_CALLED;
        else if (o->see == LAB_SEE_MAIL)
            bits |= 1U << NOT_CALLED | 1U << NO_MAIL;
    }
    return bits;
}

static unsigned seen_session(const struct lab_drawing *d, const char *host)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < d->seen->sessions_count; i++) {
        const struct lab_session *s = &d->seen->sessions[i];

        if (lab_at(d->scenario, s, host))
            bits |= 1U << (!s->mail ? NO_MAIL : s->clear_mail ? IN_CLEAR : IN_TLS);
    }
    return bits != 0 ? bits : 1U << NOT_CALLED;
}

static bool forbids_query(const struct lab_drawing *d, const char *name)
{
    for (unsigned i = 0; i < d->expect->forbid_count; i++) {
        const struct lab_observation *o = &d->expect->forbid[i];

        if (o->see == LAB_SEE_QUERY && asks_for(d->scenario, o->of, name, "TLSA"))
            return true;
    }
    return false;
}

static void mark_host(const struct lab_drawing *d, const struct lab_host *h, struct marks *m)
{
    const struct lab_scenario *s = d->scenario;
    char *name = lab_scenario_name(s, h->name);
    char *tlsa = lab_format("_25._tcp.%s", name);

    m->expected[ADDRESS] = proven(s, ADDRESS, name, "A") | proven(s, ADDRESS, name, "AAAA");
    m->expected[TLSA] = proven(s, TLSA, tlsa, "TLSA");
    m->expected[SESSION] = expected_session(d->expect, h->name);
    if (forbids_query(d, tlsa))
        m->expected[TLSA] = 1U << TLSA_NOT_ASKED;
    if (d->seen != NULL) {
        m->seen[SESSION] = seen_session(d, h->name);
        m->seen[TLSA] =
            asked(d->seen, tlsa, "TLSA") ? proven(s, TLSA, tlsa, "TLSA") : 1U << TLSA_NOT_ASKED;
        if (asked(d->seen, name, "A") || asked(d->seen, name, "AAAA"))
            m->seen[ADDRESS] = m->expected[ADDRESS];
    }
    free(tlsa);
    free(name);
}

static void put_text(struct lab_text *t, int x, int y, const char *class, const char *text)
{
    lab_text_put(t, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
    lab_put_markup(t, text, strlen(text));
    lab_text_put(t, "</text>\n");
}

static int column(enum stage stage)
{
    return LEFT + (int)stage * (WIDTH + GAP);
}

/* All states of one stage. Expected: framed; seen: filled, and red where it was not expected. */
static void put_stage(struct lab_text *t, enum stage stage, int y, const struct marks *m)
{
    int x = column(stage);

    for (unsigned i = 0; stages[stage].states[i] != NULL; i++, y += STEP) {
        bool expected = (m->expected[stage] & 1U << i) != 0;
        bool seen = (m->seen[stage] & 1U << i) != 0;

        lab_text_put(
            t, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" class=\"%s%s%s\"/>\n",
            x, y, WIDTH, BOX, expected ? "expected" : "state", seen ? " seen" : "",
            seen && !expected && m->expected[stage] != 0 ? " wrong" : "");
        put_text(t, x + 8, y + 14, expected || seen ? "on" : "off", stages[stage].states[i]);
    }
}

static int states_of(enum stage stage)
{
    int n = 0;

    while (stages[stage].states[n] != NULL)
        n++;
    return n;
}

/* A host's lane; returns where the next one begins. */
static int put_lane(struct lab_text *t, const struct lab_drawing *d, const struct lab_host *h,
                    int y)
{
    struct marks m = {{0}, {0}};

    mark_host(d, h, &m);
    put_text(t, column(ADDRESS), y - 6, "host", h->name);
    for (enum stage stage = ADDRESS; stage <= SESSION; stage++)
        put_stage(t, stage, y, &m);
    return y + states_of(TLSA) * STEP + 30;
}

static const char style[] =
    "<style>:root{color-scheme:light dark}svg{background:Canvas}"
    "text{font:13px sans-serif;fill:CanvasText}.title{font-weight:bold;font-size:16px}"
    ".stage,.host{font-weight:bold}.off{opacity:.55}"
    "rect{fill:none;stroke:GrayText;stroke-opacity:.4}"
    ".expected{stroke:#1a6fd0;stroke-width:2.5;stroke-opacity:1}"
    ".seen{fill:#2e9e4f;fill-opacity:.35}.wrong{fill:#d03030;fill-opacity:.5}</style>\n";

static void put_head(struct lab_text *t, const struct lab_drawing *d, int height)
{
    int titled = 2 * LEFT + TITLE_LETTER * (int)strlen(d->scenario->title);
    int width = column(STAGES) + LEFT - GAP > titled ? column(STAGES) + LEFT - GAP : titled;
    char *line = lab_format("profile %s, policy %s%s%s", d->profile, lab_policy_name(d->policy),
                            d->verdict != NULL ? ": " : "", d->verdict != NULL ? d->verdict : "");

    lab_text_put(t,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                 "height=\"%d\" role=\"img\">\n<title>",
                 width, height, width, height);
    lab_put_markup(t, d->scenario->id, strlen(d->scenario->id));
    lab_text_put(t, "</title>\n%s", style);
    put_text(t, LEFT, 26, "title", d->scenario->title);
    put_text(t, LEFT, 46, "on", line);
    free(line);
    for (enum stage stage = MX; stage < STAGES; stage++)
        put_text(t, column(stage), 72, "stage", stages[stage].title);
}

void lab_draw(const struct lab_drawing *d, struct lab_text *svg)
{
    struct marks m = {{0}, {0}};
    struct lab_text lanes = {0};
    int y = TOP;
    int bottom = TOP + STATES_MAX * STEP + 30;

    mark_destination(d, &m);
    put_stage(&lanes, MX, TOP, &m);
    put_stage(&lanes, OUTCOME, TOP, &m);
    for (unsigned i = 0; i < d->scenario->hosts_count; i++)
        y = put_lane(&lanes, d, &d->scenario->hosts[i], y);
    if (bottom > y)
        y = bottom;
    put_head(svg, d, y + 30);
    lab_text_add(svg, lanes.text, lanes.len);
    put_text(svg, LEFT, y + 8, "off",
             d->seen != NULL ? "blue frame: expected; green: seen; red: seen, but not expected"
                             : "blue frame: expected");
    lab_text_put(svg, "</svg>\n");
    free(lanes.text);
}
