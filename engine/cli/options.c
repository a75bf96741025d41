/* options.c - the option table of options.h. */
#include "cli/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "adapt/tls_openssl.h"
#include "cli/say.h"
#include "cli/values.h"

#define MAIL (DSMTP_TAKES_PROBE | DSMTP_TAKES_SEND | DSMTP_TAKES_BATCH)
#define NET (DSMTP_TAKES_PLAN | MAIL)
#define ALL (NET | DSMTP_TAKES_VERIFY | DSMTP_TAKES_TABLES)

enum kind { FLAG, TEXT, NUMBER, LIST, POLICY, FORMAT, SEED, TIME, VERSION };

struct option_row {
    const char *name;
    char letter;       /* 0: none */
    const char *value; /* NULL: takes none */
    unsigned commands;
    enum kind kind;
    size_t at;    /* in struct dsmtp_options */
    unsigned max; /* NUMBER: from 1 to this */
    const char *says;
};

#define AT(field) offsetof(struct dsmtp_options, field)

/* clang-format off */
static const struct option_row rows[] = {
    {"profile",        0,  "PROFILE",      NET | DSMTP_TAKES_VERIFY, TEXT,   AT(profile_word),   0,     "rules to follow; \"danesmtp tables\" lists them (rfc7672)"},
    {"set",            0,  "SWITCH=VALUE", NET | DSMTP_TAKES_VERIFY, LIST,   AT(set),            0,     "change one switch of the profile; may be repeated"},
    {"policy",         0,  "FILE",         NET,                      TEXT,   AT(policy_file),    0,     "local policy table: DESTINATION LEVEL a line"},
    {"default-policy", 0,  "LEVEL",        NET,                      POLICY, 0,                  0,     "for other destinations; a word of the table, but fingerprint (dane)"},
    {"from",           'f', "SENDER",      DSMTP_TAKES_SEND,         TEXT,   AT(from),           0,     "envelope sender; <> or \"\" is the null sender"},
    {"nexthop",        0,  "TARGET",       DSMTP_TAKES_SEND,         TEXT,   AT(nexthop),        0,     "deliver there, whatever the recipients' domains"},
    {"self",           0,  "NAME|ADDRESS", NET,                      LIST,   AT(self),           0,     "own name or address: the MX record of it ends the list; may be repeated"},
    {"port",           0,  "N",            NET,                      NUMBER, AT(port),           65535, "port to connect to; the TLSA owner name keeps the service's"},
    {"helo",           0,  "NAME",         MAIL,                     TEXT,   AT(helo),           0,     "own name for EHLO (the system's)"},
    {"resolver",       0,  "ADDR[@PORT]",  NET,                      TEXT,   AT(resolver),       0,     "ask this resolver, and validate its answers (resolv.conf)"},
    {"trust-ad",       0,  NULL,           NET,                      FLAG,   AT(trust_ad),       0,     "trust the resolver's AD bit; on a loopback address only"},
    {"root-hints",     0,  "FILE",         NET,                      TEXT,   AT(root_hints),     0,     "ask no resolver but the DNS itself, from these root servers on"},
    {"trust-anchor",   0,  "FILE",         NET,                      TEXT,   AT(trust_anchor),   0,     "DS or DNSKEY records to validate from (the system's)"},
    {"unbound-conf",   0,  "FILE",         NET,                      TEXT,   AT(unbound_conf),   0,     "unbound.conf(5) settings for the validator"},
    {"canary",         0,  "NAME",         NET,                      TEXT,   AT(canary),         0,     "a name known to be signed: does the resolver validate at all? \"\": do not ask (.)"},
    {"require-validation", 0, NULL,        NET,                      FLAG,   AT(require_validation), 0, "unless the canary is secure, an insecure answer is an error"},
    {"timeout",        0,  "SECONDS",      NET,                      NUMBER, AT(timeout_s),      3600,  "wait no longer for any single answer"},
    {"addresses",      0,  "N",            MAIL,                     NUMBER, AT(addresses),      10000, "try at most so many addresses of a destination (all)"},
    {"jobs",           0,  "N",            NET,                      NUMBER, AT(jobs),           10000, "destinations at work at the same time (64; batch: 500)"},
    {"questions",      0,  "N",            DSMTP_TAKES_BATCH,        NUMBER, AT(questions),      10000, "DNS questions without an answer at the same time (500)"},
    {"connections",    0,  "N",            DSMTP_TAKES_BATCH,        NUMBER, AT(connections),    10000, "connections at the same time (500)"},
    {"per-host",       0,  "N",            DSMTP_TAKES_BATCH,        NUMBER, AT(per_host),       1000,  "of them to one MX host, and to one address (4)"},
    {"findings",       0,  NULL,           DSMTP_TAKES_BATCH,        FLAG,   AT(advise),         0,     "with probe: what the publisher should know, too"},
    {"skip-done",      0,  "FILE",         DSMTP_TAKES_BATCH,        TEXT,   AT(skip_done),      0,     "pass over targets whose results are in this earlier output"},
    {"tlsrpt",         0,  "FILE",         MAIL,                     TEXT,   AT(tlsrpt),         0,     "write a report on all sessions in the form of RFC 8460"},
    {"tlsrpt-org",     0,  "TEXT",         MAIL,                     TEXT,   AT(tlsrpt_org),     0,     "its organization-name (the name for EHLO)"},
    {"tlsrpt-contact", 0,  "TEXT",         MAIL,                     TEXT,   AT(tlsrpt_contact), 0,     "its contact-info (postmaster at the name for EHLO)"},
    {"seed",           0,  "N",            NET,                      SEED,   0,                  0,     "fix the order of hosts of equal preference"},
    {"tls-min",        0,  "VERSION",      MAIL,                     VERSION, 0,                 0,     "oldest version of TLS: 1.0, 1.1, 1.2, 1.3 (1.2)"},
    {"ciphers",        0,  "LIST",         MAIL,                     TEXT,   AT(ciphers),        0,     "ciphers of TLS 1.2 and before, as in openssl-ciphers(1)"},
    {"ca-file",        0,  "FILE",         MAIL | DSMTP_TAKES_VERIFY, TEXT,  AT(ca_file),        0,     "authorities trusted at levels verify and secure (the system's)"},
    {"ca-path",        0,  "DIRECTORY",    MAIL | DSMTP_TAKES_VERIFY, TEXT,  AT(ca_path),        0,     "the same, as openssl-rehash(1) leaves it"},
    {"chain",          0,  "FILE",         DSMTP_TAKES_VERIFY,       TEXT,   AT(chain),          0,     "the server's certificates in PEM, leaf first; - is standard input"},
    {"tlsa",           0,  "'U S M HEX'",  DSMTP_TAKES_VERIFY,       LIST,   AT(tlsa),           0,     "a TLSA record; may be repeated"},
    {"fingerprint",    0,  "HEX",          DSMTP_TAKES_VERIFY,       LIST,   AT(fingerprints),   0,     "instead of TLSA, a digest of certificate or key; may be repeated"},
    {"name",           0,  "NAME",         DSMTP_TAKES_VERIFY,       LIST,   AT(names),          0,     "a name accepted under usage 2 or with --ca-file; may be repeated"},
    {"time",           0,  "TIME",         DSMTP_TAKES_VERIFY,       TIME,   0,                  0,     "seconds since 1970, or 2026-01-15T12:00:00Z (now)"},
    {"diff",           0,  NULL,           DSMTP_TAKES_TABLES,       FLAG,   AT(diff),           0,     "compare two profiles"},
    {"format",         0,  "FORMAT",       ALL,                      FORMAT, 0,                  0,     "text or json; tables also markdown (text; batch: json)"},
    {"trace",          0,  NULL,           NET,                      FLAG,   AT(trace),          0,     "tell each rule and step on standard error"},
    {"help",           'h', NULL,          ALL,                      FLAG,   AT(help),           0,     "this list"},
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))
/* getopt_long returns FIRST + index of the row. */
#define FIRST 256

static int bad_value(const char *command, const struct option_row *row, const char *value,
                     const char *expected)
{
    return dsmtp_say_usage(command, "option --%s: bad value \"%.200s\"; expected %s", row->name,
                           value, expected);
}

bool dsmtp_options_format(const char *word, enum dsmtp_takes command, enum dsmtp_grid_form *out)
{
    if (strcmp(word, "text") == 0 && command != DSMTP_TAKES_BATCH)
        *out = DSMTP_GRID_TEXT;
    else if (strcmp(word, "json") == 0)
        *out = DSMTP_GRID_JSON;
    else if (strcmp(word, "markdown") == 0 && command == DSMTP_TAKES_TABLES)
        *out = DSMTP_GRID_MARKDOWN;
    else
        return false;
    return true;
}

static int set_number(struct dsmtp_options *o, const char *command, const struct option_row *row,
                      const char *value)
{
    unsigned *at = (void *)((char *)o + row->at);
    char expected[60];
    uint64_t number;

    (void)snprintf(expected, sizeof(expected), "a number from 1 to %u", row->max);
    if (!dsmtp_value_number(value, 1, row->max, &number))
        return bad_value(command, row, value, expected);
    *at = (unsigned)number;
    return 0;
}

static int set_value(struct dsmtp_options *o, enum dsmtp_takes takes, const char *command,
                     const struct option_row *row, const char *value)
{
    void *at = (char *)o + row->at;
    struct dsmtp_values *list = at;

    switch (row->kind) {
    case FLAG:
        *(bool *)at = true;
        return 0;
    case TEXT:
        *(const char **)at = value;
        return 0;
    case LIST:
        list->items[list->count++] = value;
        return 0;
    case NUMBER:
        return set_number(o, command, row, value);
    case POLICY:
        return dsmtp_value_policy(value, &o->default_policy)
                   ? 0
                   : bad_value(command, row, value,
                               "none, may, encrypt, dane, dane-only, verify or secure");
    case FORMAT:
        return dsmtp_options_format(value, takes, &o->format)
                   ? 0
                   : bad_value(command, row, value,
                               takes == DSMTP_TAKES_TABLES  ? "text, markdown or json"
                               : takes == DSMTP_TAKES_BATCH ? "json"
                                                            : "text or json");
    case SEED:
        o->seeded = true;
        return dsmtp_value_number(value, 0, UINT64_MAX, &o->seed)
                   ? 0
                   : bad_value(command, row, value, "a number");
    case VERSION:
        o->tls_min = value;
        return dsmtp_tls_version_of(value) != 0
                   ? 0
                   : bad_value(command, row, value, "1.0, 1.1, 1.2 or 1.3");
    case TIME:
        return dsmtp_value_time(value, &o->time)
                   ? 0
                   : bad_value(command, row, value, "seconds since 1970 or 2026-01-15T12:00:00Z");
    }
    return EX_SOFTWARE;
}

/* The rows of a command in the form of getopt_long. */
static void fill_getopt(enum dsmtp_takes command, struct option *longs, char *letters)
{
    *letters++ = ':';
    for (unsigned i = 0; i < ROWS; i++) {
        if ((rows[i].commands & command) == 0)
            continue;
        *longs++ =
            (struct option){rows[i].name, rows[i].value != NULL ? required_argument : no_argument,
                            NULL, FIRST + (int)i};
        if (rows[i].letter != 0)
            *letters++ = rows[i].letter;
        if (rows[i].letter != 0 && rows[i].value != NULL)
            *letters++ = ':';
    }
    *longs = (struct option){NULL, 0, NULL, 0};
    *letters = '\0';
}

static const struct option_row *row_of(int got)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (got == FIRST + (int)i || (rows[i].letter != 0 && got == rows[i].letter))
            return &rows[i];
    return NULL;
}

static int complain(const char *command, int got, char **argv)
{
    const struct option_row *row = optopt != 0 ? row_of(optopt) : NULL;

    if (got == ':' && row != NULL)
        return dsmtp_say_usage(command, "option --%s: expected %s behind it", row->name,
                               row->value);
    if (row != NULL && optopt >= FIRST)
        return dsmtp_say_usage(command, "option --%s takes no value", row->name);
    if (optopt > 0 && optopt < FIRST)
        return dsmtp_say_usage(command, "%s has no option -%c", command, optopt);
    return dsmtp_say_usage(command, "%s has no option %.200s, or more than one that begins so",
                           command, argv[optind - 1]);
}

/* One option as getopt_long found it. */
static int take(struct dsmtp_options *o, enum dsmtp_takes takes, int got, char **argv)
{
    const struct option_row *row = got == '?' || got == ':' ? NULL : row_of(got);

    return row != NULL ? set_value(o, takes, argv[0], row, optarg) : complain(argv[0], got, argv);
}

static int apply_profile(struct dsmtp_options *o, const char *command)
{
    struct dsmtp_fault fault;

    if (dsmtp_profile_build(o->profile_word, o->set.items, o->profile_name, &o->profile, &fault) !=
        DSMTP_OK)
        return dsmtp_say_usage(command, "%s", fault.what);
    return 0;
}

static bool make_room(struct dsmtp_options *o, int argc)
{
    struct dsmtp_values *const lists[] = {&o->set, &o->self, &o->tlsa, &o->names, &o->fingerprints};

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        lists[i]->items = calloc((size_t)argc + 1, sizeof(const char *));
        if (lists[i]->items == NULL)
            return false;
    }
    return true;
}

int dsmtp_options_parse(struct dsmtp_options *o, enum dsmtp_takes takes, int argc, char **argv)
{
    struct option longs[ROWS + 1];
    char letters[2 * ROWS + 3];
    int status = 0;
    int got;

    *o = (struct dsmtp_options){.default_policy = DSMTP_POLICY_DANE,
                                .canary = ".",
                                .time = -1,
                                .jobs = takes == DSMTP_TAKES_BATCH ? 500 : 64,
                                .questions = 500,
                                .connections = 500,
                                .per_host = 4};
    if (!make_room(o, argc)) {
        dsmtp_say("out of memory");
        return EX_SOFTWARE;
    }
    fill_getopt(takes, longs, letters);
    opterr = 0;
    optind = 0;
    while (status == 0 && (got = getopt_long(argc, argv, letters, longs, NULL)) != -1)
        status = take(o, takes, got, argv);
    o->argc = argc - optind;
    o->argv = argv + optind;
    return status != 0 || o->help ? status : apply_profile(o, argv[0]);
}

void dsmtp_options_fini(struct dsmtp_options *o)
{
    free(o->set.items);
    free(o->self.items);
    free(o->tlsa.items);
    free(o->names.items);
    free(o->fingerprints.items);
}

bool dsmtp_options_at(unsigned index, const char **name, const char **value, char *letter)
{
    if (index >= ROWS)
        return false;
    *name = rows[index].name;
    *value = rows[index].value;
    *letter = rows[index].letter;
    return true;
}

bool dsmtp_options_takes(unsigned index, enum dsmtp_takes command)
{
    return index < ROWS && (rows[index].commands & command) != 0;
}

void dsmtp_options_print(FILE *to, enum dsmtp_takes command)
{
    for (unsigned i = 0; i < ROWS; i++) {
        const struct option_row *r = &rows[i];
        char left[60];
        char letter[5] = "   ";

        if ((r->commands & command) == 0)
            continue;
        if (r->letter != 0)
            (void)snprintf(letter, sizeof(letter), "-%c,", r->letter);
        (void)snprintf(left, sizeof(left), "%s --%s%s%s", letter, r->name,
                       r->value != NULL ? " " : "", r->value != NULL ? r->value : "");
        (void)fprintf(to, "  %-30s %s\n", left, r->says);
    }
}
