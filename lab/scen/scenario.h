/* scenario.h - one behaviour, as its YAML file states it. Plain data; scen/load.c fills it.
 *
 * Names in a scenario are relative to the scenario's domain, <id>.example., unless they end in a
 * dot;
 * "@" is that domain itself. */
#ifndef LAB_SCEN_SCENARIO_H
#define LAB_SCEN_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/base.h"

/* What a validating resolver says of an answer; ERROR is SERVFAIL without a validation failure, or
 * silence. */
enum lab_security { LAB_SECURE, LAB_INSECURE, LAB_BOGUS, LAB_ERROR };
enum lab_answer { LAB_ANSWER_ANY, LAB_ANSWER_DATA, LAB_ANSWER_NODATA, LAB_ANSWER_NXDOMAIN };
enum lab_kept { LAB_RECORDS_ANY, LAB_RECORDS_KEPT, LAB_RECORDS_CHANGED };
enum lab_outcome { LAB_DELIVERED, LAB_DEFERRED, LAB_BOUNCED };
enum lab_over { LAB_OVER_ANY, LAB_OVER_TLS, LAB_OVER_CLEAR };
enum lab_grade { LAB_GRADE_PASS, LAB_GRADE_NON_STRICT, LAB_GRADE_INFO };
enum lab_impact {
    LAB_IMPACT_LEAK,
    LAB_IMPACT_DOWNGRADE,
    LAB_IMPACT_LOST,
    LAB_IMPACT_STUCK,
    LAB_IMPACT_HYGIENE
};
enum lab_policy {
    LAB_POLICY_DANE,
    LAB_POLICY_DANE_ONLY,
    LAB_POLICY_MAY,
    LAB_POLICY_ENCRYPT,
    LAB_POLICY_COUNT
};
enum lab_family { LAB_FAMILY_BOTH, LAB_FAMILY_V4, LAB_FAMILY_V6 };
enum lab_denial { LAB_NSEC, LAB_NSEC3, LAB_NSEC3_OPTOUT };
enum lab_algorithm {
    LAB_ED25519,
    LAB_RSASHA1,
    LAB_RSASHA1_NSEC3,
    LAB_RSASHA256,
    LAB_RSASHA512,
    LAB_ECDSAP256,
    LAB_ECDSAP384,
    LAB_ED448,
    LAB_ALGORITHM_COUNT
};
enum lab_keys { LAB_CSK, LAB_KSK_ZSK };
/* What the name server of a zone does with a question, where a conforming one would answer. */
enum lab_serve_as {
    LAB_SERVE_DROP,
    LAB_SERVE_DROP_UDP,
    LAB_SERVE_DELAY,
    LAB_SERVE_REFUSED,
    LAB_SERVE_NOTIMP,
    LAB_SERVE_FORMERR,
    LAB_SERVE_SERVFAIL,
    LAB_SERVE_NOTAUTH,
    LAB_SERVE_NXDOMAIN,
    LAB_SERVE_NOERROR,
    LAB_SERVE_EMPTY,
    LAB_SERVE_TRUNCATED,
    LAB_SERVE_TRUNCATED_NO_TCP,
    LAB_SERVE_UNSIGNED,
    LAB_SERVE_NO_EDNS,
    LAB_SERVE_OTHER_QUESTION,
    LAB_SERVE_GARBLED,
    LAB_SERVE_NOT_AUTHORITATIVE,
    LAB_SERVE_CLAIMS_AD,
    LAB_SERVE_COUNT
};
/* What an observation looks for; see lab_observation. */
enum lab_see {
    LAB_SEE_QUERY,
    LAB_SEE_CONNECT,
    LAB_SEE_STARTTLS,
    LAB_SEE_TLS,
    LAB_SEE_SNI,
    LAB_SEE_MAIL,
    LAB_SEE_CLEAR_MAIL
};

/* A fault put into a zone after (or while) it is signed. The recipe names a row of
 * zones/damage.yaml. */
struct lab_damage {
    char *recipe;
    char *owner; /* NULL for recipes that concern a whole zone or its delegation */
    char *type;  /* RR type mnemonic; NULL likewise */
};

/* A fault of the zone's name server, for one name and type. */
struct lab_serve {
    char *owner; /* relative to the zone; "*.NAME": every name below NAME; "*": every name */
    char *type;  /* RR type mnemonic; NULL: any */
    enum lab_serve_as as;
};

struct lab_zone {
    char *name;     /* "@", or a name below it, or <id>--WORD.example. */
    bool is_signed; /* signed with the lab's leaf key, DS in the parent */
    bool served;    /* false: delegated, but the server does not know the zone (lame, REFUSED) */
    bool resigned;  /* signed anew at each step of the scenario; false: left as it was */
    enum lab_denial denial; /* how the zone proves absence */
    unsigned iterations;    /* NSEC3: extra iterations of the hash */
    char *salt;             /* NSEC3: hex; NULL: none */
    enum lab_algorithm algorithm;
    enum lab_keys keys;
    struct lab_serve *serve; /* faults of its name server, the first that fits counts; none: NSD */
    unsigned serve_count;
    bool spare;    /* a second name server for it, without these faults */
    char *records; /* master-file lines; placeholders (scen/fill.h) are replaced */
    struct lab_damage *damage;
    unsigned damage_count;
    unsigned from; /* set by the loader: seconds after the start from which it is like this */
};

struct lab_host {
    char *name;   /* host name; also its key in placeholders and observations */
    char *cert;   /* recipe of certs/recipes.yaml; NULL if the host never gets as far as TLS */
    char **names; /* DNS names of the leaf certificate; none given: the host's own name */
    unsigned names_count;
    char *key_of; /* another host, whose leaf key this one uses too; NULL: a key of its own */
    char *smtp; /* behaviour, a row of lab/smtp/behaviour.c; "starttls" if the file does not say */
    unsigned from; /* set by the loader: seconds after the start from which it is like this */
};

struct lab_prove {
    char *dns; /* "OWNER TYPE" */
    enum lab_security is;
    enum lab_answer answer;
    enum lab_security *library; /* what libunbound says where it differs; NULL: the same */
    unsigned *ede;              /* the resolver's reply has one of these (RFC 8914) */
    unsigned ede_count;
    enum lab_kept records; /* at a step: those that the resolver gave at the step before? */
};

/* What has changed some time after the start, before the sender is asked again. */
struct lab_later {
    char *at;               /* time since the start: digits and s, m, h or d */
    struct lab_zone *zones; /* in the place of those of the same name */
    unsigned zones_count;
    struct lab_host *hosts; /* likewise */
    unsigned hosts_count;
    struct lab_prove *prove;
    unsigned prove_count;
};

/* One thing to be seen, or not to be seen, on the wire. */
struct lab_observation {
    enum lab_see see;
    char *at; /* connect starttls tls sni mail clear-mail: the host */
    char *of; /* query: "OWNER TYPE" (the owner may be "*."-prefixed: any name below); sni: the
                 expected name */
};

struct lab_accept {
    enum lab_outcome outcome;
    char *host;         /* delivered: by which host; NULL: any */
    enum lab_over over; /* delivered: in TLS or in clear */
    enum lab_grade as;
    char *note; /* why this alternative is acceptable */
};

/* What is right under some profiles and policies. Accepted outcomes are ranked, the first match
 * counts. */
struct lab_expect {
    char **profiles;
    unsigned profiles_count;
    enum lab_policy *policies; /* none given: dane */
    unsigned policies_count;
    struct lab_accept *accept;
    unsigned accept_count;
    char **reasons; /* reason words that a sender may give, when it gives one; none: any */
    unsigned reasons_count;
    struct lab_observation *require;
    unsigned require_count;
    struct lab_observation *forbid;
    unsigned forbid_count;
};

struct lab_scenario {
    char *id;
    char *title;
    char **rules;
    unsigned rules_count;
    enum lab_impact impact;
    char **tags;
    unsigned tags_count;
    enum lab_family *families; /* there is a scenario more for each, <id>-v4 or <id>-v6, whose hosts
                                  have addresses of that family only */
    unsigned families_count;
    char *twin; /* id of the scenario that differs in one fact and is delivered; NULL if none is
                   needed */
    char *why;  /* prose: why this branch exists and what goes wrong in the world without it */
    char *to;   /* domain the message is sent to; NULL: "@" */
    char **recipients; /* mailboxes there; the first is judged, the others only get the same
                          message; none given: user */
    unsigned recipients_count;
    unsigned attempts; /* how often the sender is asked: it has to keep the message until the
                          last */
    struct lab_zone *zones;
    unsigned zones_count;
    struct lab_host *hosts;
    unsigned hosts_count;
    struct lab_prove *prove;
    unsigned prove_count;
    struct lab_expect *expect;
    unsigned expect_count;
    struct lab_later *steps; /* one attempt before them, one after each */
    unsigned steps_count;

    /* set by the loader, not by the file */
    char *path;
    char *topic;            /* directory, e.g. "03-tlsa-lookup" */
    unsigned block;         /* its addresses: see lab_host_address */
    unsigned now;           /* seconds after the start */
    enum lab_family family; /* BOTH: the scenario of the file itself */
    char *text;             /* of another family: what its file would be; NULL: the file's own */
    struct lab_scenario *later; /* as many as steps: the whole as it is from each step on, its
                                   zones, hosts and proofs those of that time */
};

/* Words of the enums above as they stand in files and reports. */
const char *lab_security_name(enum lab_security v);
const char *lab_answer_name(enum lab_answer v);
const char *lab_outcome_name(enum lab_outcome v);
const char *lab_over_name(enum lab_over v);
const char *lab_policy_name(enum lab_policy v);
/* The policy of that name; false: there is none. */
bool lab_policy_find(const char *word, enum lab_policy *out);
const char *lab_impact_name(enum lab_impact v);
const char *lab_family_name(enum lab_family v);
const char *lab_see_name(enum lab_see v);

/* The scenario's domain with a trailing dot, and a name of the scenario made absolute (lower case,
 * trailing dot). The caller frees the result. */
char *lab_scenario_domain(const struct lab_scenario *s);
char *lab_scenario_name(const struct lab_scenario *s, const char *name);

/* Whom the message goes to: recipient number index, or user@ where none is named. The caller frees
 * it. */
char *lab_scenario_recipient(const struct lab_scenario *s, unsigned index);

/* The host of that (relative or absolute) name, or NULL. */
const struct lab_host *lab_scenario_host(const struct lab_scenario *s, const char *name);

/* The scenario as it is so many seconds after the start: itself, or one of its later ones. */
const struct lab_scenario *lab_scenario_at(const struct lab_scenario *s, unsigned now);

/* How the file writes the time of the step that is on then; "start" before the first. */
const char *lab_step_at(const struct lab_scenario *s, unsigned now);

/* Does it have this tag? Those that go before and after every run have LAB_CONTROL_TAG. */
#define LAB_CONTROL_TAG "control"
bool lab_scenario_tagged(const struct lab_scenario *s, const char *tag);

/* Is the expectation for that policy (where the file names none: dane), for that profile? */
bool lab_expect_has_policy(const struct lab_expect *e, enum lab_policy policy);
bool lab_expect_has_profile(const struct lab_expect *e, const char *profile);
/* The expectation for a profile and policy, or NULL when the scenario has none. */
const struct lab_expect *lab_expect_for(const struct lab_scenario *s, const char *profile,
                                        enum lab_policy policy);

/* Addresses of a scenario's index-th host: 198.18.0.0/15 and 2001:db8:18::/48, 16 a block. Block 0
 * is the lab's own servers. Written to the caller's buffer. */
void lab_host_address(unsigned block, unsigned index, bool ipv6, char out[46]);

/* A whole catalogue, sorted by id. */
struct lab_catalogue {
    struct lab_scenario **list;
    size_t count;
};

/* What scenarios may refer to, as the rest of the lab knows it; the cli fills it. A list that is
 * NULL is not checked against. */
struct lab_known_damage {
    const char *name;
    bool on_rrset; /* needs owner and type */
    enum lab_security makes;
};
struct lab_known_behaviour {
    const char *name;
    bool reachable;  /* a connection can be made */
    bool tls;        /* a TLS handshake can succeed */
    bool mail_tls;   /* takes a message inside TLS */
    bool mail_clear; /* takes a message outside TLS */
};
/* A place in the records of a zone. */
struct lab_record_place {
    unsigned line; /* from 1 */
    char word[32]; /* on that line; "": its first */
};
struct lab_lint_context {
    const char *rules_path; /* scenarios/rules.tsv, or NULL */
    const char *home;       /* scenarios/: where twins are that are nowhere else; or NULL */
    const struct lab_known_damage *damage;
    size_t damage_count;
    const struct lab_known_behaviour *behaviours;
    size_t behaviours_count;
    const char *const *certs; /* names of certificate recipes */
    size_t certs_count;
    /* The i-th element of the certs_index-th of them; NULL past the last. NULL: not checked. */
    const char *(*element)(const void *recipes, size_t certs_index, size_t i);
    const void *recipes;
    /* Are these, with placeholders replaced, the records of a zone of that (absolute) name? -1: the
     * fault says why not, place where. NULL: not checked. */
    int (*records)(const char *zone, const char *records, struct lab_record_place *place,
                   struct lab_fault *fault);
};

/* Load every *.yaml below root, or one file. Faults are collected: each is given to report (never
 * NULL) as "FILE:LINE:COLUMN: what; expected ..."; the return value is their number, or -1 (and one
 * line reported) if root or the rules cannot be read. Checks the schema and every rule of
 * scen/lint.h; files with faults are not in out, which is always filled. A single file
 * NN-topic/ID.yaml is loaded as part of its catalogue (twins, addresses), but only it is reported
 * on and returned. Twins that are not below root are looked for in the context's home. */
int lab_catalogue_load(const char *root, const struct lab_lint_context *context,
                       void (*report)(void *self, const char *line), void *self,
                       struct lab_catalogue *out);
void lab_catalogue_free(struct lab_catalogue *c);

/* One file alone, under any name: schema and defaults, but neither lint nor addresses (block 0).
 * NULL after its faults were reported. */
struct lab_scenario *lab_scenario_load(const char *path,
                                       void (*report)(void *self, const char *line), void *self);
void lab_scenario_free(struct lab_scenario *s);

/* What the scenario's file says, which for another family than both is nowhere in a file. The
 * caller frees *out. 0, or -1. */
int lab_scenario_text(const struct lab_scenario *s, char **out, struct lab_fault *fault);

const struct lab_scenario *lab_catalogue_find(const struct lab_catalogue *c, const char *id);

#endif
