/* test_tls_records.c - usage 3, and sets of records: does the leaf match, whatever else is wrong
 * with it? */
#include "check.h"
#include "tls_case.h"

#define WEAKER DSMTP_UNUSABLE_WEAKER_DIGEST
#define MX "mx.d.example"
#define P(of, usage, selector, matching)    \
    {                                       \
        of, usage, selector, matching, 0, 0 \
    }

/* clang-format off */
static const struct tls_case leaf[] = {
    {"R-7672-3.1.1-1 R-6698-2.1.1-4 R-7671-2-1", "3 1 1", {LEAF}, {P(LEAF, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-6698-2.1.2-1 R-7671-2-1", "3 0 1", {LEAF}, {P(LEAF, 3, 0, 1)}, {MX}, OK(0, 0)},
    {"R-7671-2-2", "3 1 2", {LEAF}, {P(LEAF, 3, 1, 2)}, {MX}, OK(0, 0)},
    {"R-7671-2-2", "3 0 2", {LEAF}, {P(LEAF, 3, 0, 2)}, {MX}, OK(0, 0)},
    {"R-6698-2.1.3-1", "3 0 0", {LEAF}, {P(LEAF, 3, 0, 0)}, {MX}, OK(0, 0)},
    {"R-6698-2.1.3-1", "3 1 0", {LEAF}, {P(LEAF, 3, 1, 0)}, {MX}, OK(0, 0)},
    {"R-7672-3.2-1", "3 1 1 of another key", {LEAF}, {P(EXPIRED, 3, 1, 1)}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7672-3.2-1", "3 0 1 of another key", {LEAF}, {P(EXPIRED, 3, 0, 1)}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7672-3.2-1", "3 1 2 of another key", {LEAF}, {P(EXPIRED, 3, 1, 2)}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7672-3.2-1", "3 0 0 of another key", {LEAF}, {P(EXPIRED, 3, 0, 0)}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7672-3.2-1", "3 1 0 of another key", {LEAF}, {P(EXPIRED, 3, 1, 0)}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7672-3.1.1-1", "3 1 1 of the issuer", {LEAF, ROOT}, {P(ROOT, 3, 1, 1)}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7672-3.1.1-2 R-7671-5.1-1", "3: wrong name", {OTHER_NAME}, {P(OTHER_NAME, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.2.1-1", "3: no name at all", {NAMELESS}, {P(NAMELESS, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.2.1-1", "3: no reference either", {NAMELESS}, {P(NAMELESS, 3, 1, 1)}, {NULL}, OK(0, 0)},
    {"R-7672-3.1.1-3 R-7671-5.1-1", "3: expired", {EXPIRED}, {P(EXPIRED, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.1.1-3", "3: not yet valid", {EARLY}, {P(EARLY, 3, 0, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.1.1-1", "3: not for servers", {CLIENT_ONLY}, {P(CLIENT_ONLY, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-6698-2.1.2-1", "3 1 1, RSA", {RSA_2048}, {P(RSA_2048, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-6698-2.1.2-1", "3 0 1, RSA", {RSA_2048}, {P(RSA_2048, 3, 0, 1)}, {MX}, OK(0, 0)},
    {"R-6698-2.1.2-1", "3 1 1, Ed25519", {ED25519}, {P(ED25519, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-6698-2.1.2-1", "3 0 1, Ed25519", {ED25519}, {P(ED25519, 3, 0, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.1.1-1", "3: issuer missing", {DEEP}, {P(DEEP, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.1.1-1", "3: issuers that are not its own", {LEAF, STRANGER, OLD_MID}, {P(LEAF, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.1.1-1", "3: the leaf's signature is another's", {BAD_SIGNATURE, ROOT}, {P(BAD_SIGNATURE, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.1.1-1", "3: outside its issuer's name constraint", {NARROW_DEEP, NARROW_MID, ROOT}, {P(NARROW_DEEP, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.1.1-1", "3: an authority as the leaf", {ROOT}, {P(ROOT, 3, 0, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.1.1-1", "3: a key of 1024 bits", {RSA_1024}, {P(RSA_1024, 3, 1, 1)}, {MX}, OK(0, 0)},
    {"R-7672-3.1.1-1", "3 1 1 of an intermediate", {DEEP, MID, ROOT}, {P(MID, 3, 1, 1)}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7671-4.2-1", "3: no proof of certificate transparency", {LEAF}, {P(LEAF, 3, 1, 1)}, {MX}, OK(0, 0)},
};

static const struct tls_case sets[] = {
    {"R-7671-9-8", "full data does not suppress a digest", {LEAF}, {P(EARLY, 3, 1, 0), P(LEAF, 3, 1, 1)}, {MX}, OK(1, 0)},
    {"S28", "1 as 3, reported as 1", {EXPIRED}, {{EXPIRED, 1, 1, 1, 3, 0}}, {MX}, OK(0, 0)},
    {"S27", "0 as 2, reported as 0", {LEAF, ROOT}, {{ROOT, 0, 1, 1, 2, 0}}, {MX}, OK(0, 1)},
    {"S27", "0 as 2, wrong name", {OTHER_NAME, ROOT}, {{ROOT, 0, 1, 1, 2, 0}}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2-2 R-6698-4.1-9", "second record matches", {LEAF}, {P(EARLY, 3, 1, 1), P(LEAF, 3, 1, 1)}, {MX}, OK(1, 0)},
    {"R-7672-3.2-2 R-6698-4.1-9", "third record matches", {LEAF}, {P(EARLY, 3, 1, 1), P(WILD, 3, 1, 1), P(LEAF, 3, 0, 1)}, {MX}, OK(2, 0)},
    {"R-7672-3.2-2 R-6698-4.1-9", "none matches", {LEAF}, {P(EARLY, 3, 1, 1), P(WILD, 3, 1, 1), P(ROOT, 3, 0, 1)}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7672-3.2-2 R-6698-4.1-9", "3 fails, 2 holds", {LEAF, ROOT}, {P(EARLY, 3, 1, 1), P(ROOT, 2, 1, 1)}, {MX}, OK(1, 1)},
    {"R-7672-3.2-2 R-6698-4.1-9", "3 holds, 2 fails", {OTHER_NAME, ROOT}, {P(ROOT, 2, 1, 1), P(OTHER_NAME, 3, 1, 1)}, {MX}, OK(1, 0)},
    {"R-7672-3.2-2 R-6698-4.1-9", "3 fails, 2 wrong name", {OTHER_NAME, ROOT}, {P(EARLY, 3, 1, 1), P(ROOT, 2, 1, 1)}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"S45", "agility off: weaker matches", {LEAF}, {P(LEAF, 3, 1, 1), P(EARLY, 3, 1, 2)}, {MX}, OK(0, 0)},
    {"R-7671-9-4", "agility off: stronger matches", {LEAF}, {P(EARLY, 3, 1, 1), P(LEAF, 3, 1, 2)}, {MX}, OK(1, 0)},
    {"R-7671-9-4", "agility on: weaker left out", {LEAF}, {{LEAF, 3, 1, 1, 0, WEAKER}, P(EARLY, 3, 1, 2)}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7672-3.2-2 R-6698-4.1-9", "none usable", {LEAF}, {{LEAF, 3, 1, 1, 0, WEAKER}}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7672-3.2-2 R-6698-4.1-9", "none usable, self-signed", {NAMELESS}, {{NAMELESS, 3, 1, 1, 0, WEAKER}}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
    {"R-7672-3.2-2 R-6698-4.1-9", "none at all, with root", {LEAF, ROOT}, {P(NONE, 0, 0, 0)}, {MX}, NOT(TLSA_MISMATCH, NO_MATCH)},
};
/* clang-format on */

static void test_leaf(void)
{
    tls_run(leaf, CHECK_COUNT(leaf));
}

static void test_sets(void)
{
    tls_run(sets, CHECK_COUNT(sets));
}

static const struct check_test tests[] = {{"usage 3", test_leaf}, {"sets of records", test_sets}};
SUITE(tls_records, tests);
