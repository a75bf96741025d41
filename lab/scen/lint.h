/* lint.h - what makes a scenario well formed beyond its schema. Every breach is an error.
 *
 * Identity: the id is the file's name without ".yaml": 1 to 40 lower-case letters, digits and
 * hyphens, no hyphen at an end, no two together; unique in the catalogue. Title: one line of at
 * most 100 characters. Recipients: mailboxes, each once. Rules: in rules.tsv, each once. World:
 * zones at or below <id>.example. or <id>--WORD.example., each once; damage recipes known, with
 * owner and type exactly if the recipe concerns an RRset; hosts once, below those domains,
 * certificate recipe and behaviour known, a certificate where TLS can succeed, a shared key with
 * one of the same recipe; every host mentioned in the records; placeholders well formed and about
 * hosts of the file and elements of their chains; no pasted TLSA data; records that can be read and
 * can stand together. Proofs: OWNER TYPE with the owner in a zone of the file, each once; nothing
 * secure below an unsigned zone; bogus only with damage; an answer only where there is one. Steps:
 * later and later, of zones and hosts that the file has; the world at each one held to the same
 * rules. Expectations: known profiles; each profile and policy once; deferral and bounce name no
 * host; accepted alternatives can happen and are not covered by an earlier one; what is not PASS
 * has a note; reason words of reason.h, each once; observations complete, possible, about names in
 * a zone of the file, and required and forbidden ones do not contradict one another or the accepted
 * outcomes; at policies dane and dane-only, a connection is forbidden to a host whose TLSA question
 * is proven to fail, and the envelope at every host that can be reached where the impact is leak or
 * downgrade and nothing may be delivered. Twin: for every profile and policy whose first choice is
 * not delivery, the twin's first choice is. Family: each once; addresses of both for each host,
 * which nothing damages, and with proofs that can be told from their line. Catalogue: no two
 * scenarios with the same world, proofs and expectations, whatever their hosts and zones are
 * called. */
#ifndef LAB_SCEN_LINT_H
#define LAB_SCEN_LINT_H

#include "scen/rules.h"
#include "scen/scenario.h"
#include "scen/source.h"

struct lab_lint {
    const struct lab_scenario *scenario;
    struct lab_source *source; /* faults go here */
    const struct lab_lint_context *context;
    const struct lab_rules *rules; /* NULL: not checked */
};

/* Everything about one file by itself. */
void lab_lint_scenario(const struct lab_lint *l);

/* What concerns several: twins, which may be in home, and the same scenario twice. Entries in order
 * of id. */
void lab_lint_catalogue(const struct lab_lint *list, size_t count,
                        const struct lab_catalogue *home);

/* The profiles that expectations may name; NULL past the end. */
const char *lab_profile_at(size_t index);

/* The parts of lab_lint_scenario. */
void lab_lint_world(const struct lab_lint *l);
void lab_lint_records(const struct lab_lint *l);
void lab_lint_prove(const struct lab_lint *l);
void lab_lint_expect(const struct lab_lint *l);
void lab_lint_forbid(const struct lab_lint *l);
void lab_lint_steps(const struct lab_lint *l);
void lab_lint_family(const struct lab_lint *l);

/* Helpers they share. names_ok: letters, digits, hyphens, underscores, stars in labels of 1 to 63.
 * own: at or below <id>.example. or <id>--WORD.example. (absolute name). zone_of: the file's
 * deepest zone that holds the absolute name, or NULL. */
bool lab_lint_name_ok(const char *name);
bool lab_lint_own(const struct lab_scenario *s, const char *absolute);
const struct lab_zone *lab_lint_zone_of(const struct lab_scenario *s, const char *absolute);
const struct lab_known_behaviour *lab_lint_behaviour(const struct lab_lint *l,
                                                     const struct lab_host *h);
/* What is wrong with an id (or with the name of a state), for the middle of a sentence; NULL:
 * nothing. */
const char *lab_lint_id_fault(const char *id);
/* Complain about an unknown word, with the nearest known one. */
void lab_lint_unknown(const struct lab_lint *l, struct lab_place place, const char *what,
                      const char *word, const char *(*nth)(const void *list, size_t i),
                      const void *list, size_t count, const char *expected);
/* Complain if the i-th word of a list stands before it, too. */
void lab_lint_once(const struct lab_lint *l, struct lab_place place, const char *what,
                   char *const *list, unsigned i);
/* For the nth of lab_lint_unknown: the i-th of a list of struct lab_host, and of one of words. */
const char *lab_lint_host_name(const void *list, size_t i);
const char *lab_lint_word(const void *list, size_t i);
/* The host that a file names, or NULL after a complaint. */
const struct lab_host *lab_lint_host(const struct lab_lint *l, struct lab_place place,
                                     const char *name);
/* "OWNER TYPE" into an absolute owner (free it) and the type; false after a complaint. */
bool lab_lint_question(const struct lab_lint *l, struct lab_place place, const char *text,
                       char **owner, const char **type);
/* A type that scenarios use, or complain. */
bool lab_lint_type(const struct lab_lint *l, struct lab_place place, const char *type);

#endif
