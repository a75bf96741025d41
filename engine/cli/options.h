/* options.h - the options of all commands: one table from which they are parsed and --help is
 * printed. */
#ifndef DSMTP_CLI_OPTIONS_H
#define DSMTP_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/profile.h"
#include "model/demand.h"
#include "model/verdict.h"
#include "report/grid.h"

/* Which commands take an option: bit sets. */
enum dsmtp_takes {
    DSMTP_TAKES_PLAN = 1,
    DSMTP_TAKES_PROBE = 2,
    DSMTP_TAKES_SEND = 4,
    DSMTP_TAKES_VERIFY = 8,
    DSMTP_TAKES_TABLES = 16,
    DSMTP_TAKES_BATCH = 32
};

/* Values of an option that may be given more than once. */
struct dsmtp_values {
    const char **items;
    unsigned count;
};

/* Strings point into argv; NULL or 0 when an option was not given. */
struct dsmtp_options {
    struct dsmtp_profile profile;               /* with --set applied */
    char profile_name[DSMTP_PROFILE_NAME_SIZE]; /* "rfc7672", or "rfc7672+usage1=map3" */
    const char *profile_word;
    struct dsmtp_values set;
    const char *policy_file;
    enum dsmtp_policy default_policy;
    unsigned port;
    const char *resolver;
    bool trust_ad;
    const char *root_hints;
    const char *trust_anchor;
    const char *unbound_conf;
    const char *canary; /* ".", unless given; "": none */
    bool require_validation;
    unsigned timeout_s;
    unsigned addresses;
    enum dsmtp_grid_form format;
    bool trace;
    bool seeded;
    uint64_t seed;
    const char *helo;
    unsigned jobs;
    unsigned questions; /* batch, as are the next three */
    unsigned connections;
    unsigned per_host;
    bool advise;
    const char *skip_done;
    const char *tlsrpt;
    const char *tlsrpt_org;
    const char *tlsrpt_contact;
    const char *from;
    const char *nexthop;
    struct dsmtp_values self;
    const char *tls_min;
    const char *ciphers;
    const char *ca_file;
    const char *ca_path;
    const char *chain;
    struct dsmtp_values fingerprints;
    struct dsmtp_values tlsa;
    struct dsmtp_values names;
    int64_t time; /* seconds since 1970; negative: now */
    bool diff;
    bool help;
    int argc; /* what is left */
    char **argv;
};

/* Parse argv[1...] of the command that takes stands for (argv[0] is its name). Returns 0, or an
 * exit status after a message was printed. fini in any case. */
int dsmtp_options_parse(struct dsmtp_options *options, enum dsmtp_takes takes, int argc,
                        char **argv);
void dsmtp_options_fini(struct dsmtp_options *options);

/* The options by index: name, what the value is called (NULL: none), letter (0: none); false past
 * the last. And does a command take it? */
bool dsmtp_options_at(unsigned index, const char **name, const char **value, char *letter);
bool dsmtp_options_takes(unsigned index, enum dsmtp_takes command);

/* Does the command print in a form of that name, and which? */
bool dsmtp_options_format(const char *word, enum dsmtp_takes command, enum dsmtp_grid_form *out);

/* The options of a command, for --help. */
void dsmtp_options_print(FILE *to, enum dsmtp_takes command);

#endif
