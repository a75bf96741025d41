/* words.c - the words of scenario.h's enums, and what a misspelt one was meant to be. */
#include "scen/words.h"

#include <string.h>

#include "scen/scenario.h"

const cyaml_strval_t lab_security_words[4] = {
    {"secure", LAB_SECURE}, {"insecure", LAB_INSECURE}, {"bogus", LAB_BOGUS}, {"error", LAB_ERROR}};
const cyaml_strval_t lab_answer_words[4] = {{"any", LAB_ANSWER_ANY},
                                            {"data", LAB_ANSWER_DATA},
                                            {"nodata", LAB_ANSWER_NODATA},
                                            {"nxdomain", LAB_ANSWER_NXDOMAIN}};
const cyaml_strval_t lab_outcome_words[3] = {
    {"delivered", LAB_DELIVERED}, {"deferred", LAB_DEFERRED}, {"bounced", LAB_BOUNCED}};
const cyaml_strval_t lab_over_words[3] = {
    {"any", LAB_OVER_ANY}, {"tls", LAB_OVER_TLS}, {"clear", LAB_OVER_CLEAR}};
const cyaml_strval_t lab_grade_words[3] = {
    {"PASS", LAB_GRADE_PASS}, {"NON-STRICT", LAB_GRADE_NON_STRICT}, {"INFO", LAB_GRADE_INFO}};
const cyaml_strval_t lab_impact_words[5] = {{"leak", LAB_IMPACT_LEAK},
                                            {"downgrade", LAB_IMPACT_DOWNGRADE},
                                            {"lost", LAB_IMPACT_LOST},
                                            {"stuck", LAB_IMPACT_STUCK},
                                            {"hygiene", LAB_IMPACT_HYGIENE}};
const cyaml_strval_t lab_policy_words[4] = {{"dane", LAB_POLICY_DANE},
                                            {"dane-only", LAB_POLICY_DANE_ONLY},
                                            {"may", LAB_POLICY_MAY},
                                            {"encrypt", LAB_POLICY_ENCRYPT}};
const cyaml_strval_t lab_family_words[2] = {{"v4", LAB_FAMILY_V4}, {"v6", LAB_FAMILY_V6}};
const cyaml_strval_t lab_denial_words[3] = {
    {"nsec", LAB_NSEC}, {"nsec3", LAB_NSEC3}, {"nsec3-optout", LAB_NSEC3_OPTOUT}};
const cyaml_strval_t lab_algorithm_words[LAB_ALGORITHM_COUNT] = {
    {"ed25519", LAB_ED25519},
    {"rsasha1", LAB_RSASHA1},
    {"rsasha1-nsec3", LAB_RSASHA1_NSEC3},
    {"rsasha256", LAB_RSASHA256},
    {"rsasha512", LAB_RSASHA512},
    {"ecdsap256", LAB_ECDSAP256},
    {"ecdsap384", LAB_ECDSAP384},
    {"ed448", LAB_ED448}};
const cyaml_strval_t lab_keys_words[2] = {{"csk", LAB_CSK}, {"ksk-zsk", LAB_KSK_ZSK}};
const cyaml_strval_t lab_serve_words[LAB_SERVE_COUNT] = {
    {"drop", LAB_SERVE_DROP},
    {"drop-udp", LAB_SERVE_DROP_UDP},
    {"delay", LAB_SERVE_DELAY},
    {"refused", LAB_SERVE_REFUSED},
    {"notimp", LAB_SERVE_NOTIMP},
    {"formerr", LAB_SERVE_FORMERR},
    {"servfail", LAB_SERVE_SERVFAIL},
    {"notauth", LAB_SERVE_NOTAUTH},
    {"nxdomain", LAB_SERVE_NXDOMAIN},
    {"noerror", LAB_SERVE_NOERROR},
    {"empty", LAB_SERVE_EMPTY},
    {"truncated", LAB_SERVE_TRUNCATED},
    {"truncated-no-tcp", LAB_SERVE_TRUNCATED_NO_TCP},
    {"unsigned", LAB_SERVE_UNSIGNED},
    {"no-edns", LAB_SERVE_NO_EDNS},
    {"other-question", LAB_SERVE_OTHER_QUESTION},
    {"garbled", LAB_SERVE_GARBLED},
    {"not-authoritative", LAB_SERVE_NOT_AUTHORITATIVE},
    {"claims-ad", LAB_SERVE_CLAIMS_AD}};
const cyaml_strval_t lab_records_words[3] = {
    {"any", LAB_RECORDS_ANY}, {"kept", LAB_RECORDS_KEPT}, {"changed", LAB_RECORDS_CHANGED}};
const cyaml_strval_t lab_see_words[7] = {{"query", LAB_SEE_QUERY},
                                         {"connect", LAB_SEE_CONNECT},
                                         {"starttls", LAB_SEE_STARTTLS},
                                         {"tls", LAB_SEE_TLS},
                                         {"sni", LAB_SEE_SNI},
                                         {"mail", LAB_SEE_MAIL},
                                         {"clear-mail", LAB_SEE_CLEAR_MAIL}};
const cyaml_strval_t lab_bool_words[2] = {{"false", 0}, {"true", 1}};
const cyaml_strval_t lab_attempts_words[5] = {{"1", 1}, {"2", 2}, {"3", 3}, {"4", 4}, {"5", 5}};

static const char *name_of(const cyaml_strval_t *words, size_t count, int64_t value)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i].val == value)
            return words[i].str;
    }
    return "?";
}

const char *lab_security_name(enum lab_security v)
{
    return name_of(lab_security_words, LAB_COUNT(lab_security_words), (int64_t)v);
}

const char *lab_answer_name(enum lab_answer v)
{
    return name_of(lab_answer_words, LAB_COUNT(lab_answer_words), (int64_t)v);
}

const char *lab_outcome_name(enum lab_outcome v)
{
    return name_of(lab_outcome_words, LAB_COUNT(lab_outcome_words), (int64_t)v);
}

const char *lab_over_name(enum lab_over v)
{
    return name_of(lab_over_words, LAB_COUNT(lab_over_words), (int64_t)v);
}

const char *lab_policy_name(enum lab_policy v)
{
    return name_of(lab_policy_words, LAB_COUNT(lab_policy_words), (int64_t)v);
}

bool lab_policy_find(const char *word, enum lab_policy *out)
{
    for (int p = 0; p < LAB_POLICY_COUNT; p++) {
        if (strcmp(lab_policy_name((enum lab_policy)p), word) == 0) {
            *out = (enum lab_policy)p;
            return true;
        }
    }
    return false;
}

const char *lab_impact_name(enum lab_impact v)
{
    return name_of(lab_impact_words, LAB_COUNT(lab_impact_words), (int64_t)v);
}

const char *lab_family_name(enum lab_family v)
{
    return name_of(lab_family_words, LAB_COUNT(lab_family_words), (int64_t)v);
}

const char *lab_see_name(enum lab_see v)
{
    return name_of(lab_see_words, LAB_COUNT(lab_see_words), (int64_t)v);
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Edit distance without regard to case, neighbours swapped counting as one; words of up to 63
 * letters, longer ones are far from everything. */
static size_t distance(const char *a, const char *b)
{
    size_t row[3][64];
    size_t la = strlen(a);
    size_t lb = strlen(b);

    if (la >= 64 || lb >= 64)
        return 64;
    for (size_t j = 0; j <= lb; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *now = row[i % 3];
        const size_t *before = row[(i + 2) % 3];
        const size_t *earlier = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            now[j] = least(before[j] + 1, now[j - 1] + 1,
                           before[j - 1] + (lower(a[i - 1]) != lower(b[j - 1])));
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = least(now[j], earlier[j - 2] + 1, now[j]);
        }
    }
    return row[la % 3][lb];
}

const char *lab_near(const char *s, const char *(*word)(const void *list, size_t i),
                     const void *list, size_t count)
{
    const char *best = NULL;
    size_t best_distance = 3;

    for (size_t i = 0; i < count; i++) {
        const char *w = word(list, i);
        size_t d = distance(s, w);

        if (d < best_distance && d * 2 < strlen(w)) {
            best = w;
            best_distance = d;
        }
    }
    return best;
}
