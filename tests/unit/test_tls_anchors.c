/* test_tls_anchors.c - usage 2: does the chain lead to the anchor, and is it valid below it? */
#include "check.h"
#include "tls_case.h"

#define MX "mx.d.example"
#define P(of, usage, selector, matching)    \
    {                                       \
        of, usage, selector, matching, 0, 0 \
    }

/* clang-format off */
static const struct tls_case cases[] = {
    {"R-6698-2.1.1-3", "2 0 1, anchor in the chain", {LEAF, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2 1 1, anchor in the chain", {LEAF, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2 1 2, anchor in the chain", {LEAF, ROOT}, {P(ROOT, 2, 1, 2)}, {MX}, OK(0, 1)},
    {"R-7671-5.2.2-1", "2 0 0, anchor in the chain", {LEAF, ROOT}, {P(ROOT, 2, 0, 0)}, {MX}, OK(0, 1)},
    {"R-7671-5.2.2-2", "2 0 1, anchor left out", {LEAF}, {P(ROOT, 2, 0, 1)}, {MX}, NOT(TLSA_MISMATCH, ANCHOR_MISSING)},
    {"R-7671-5.2.2-2 R-7672-3.1.2-3", "2 1 1, anchor left out", {LEAF}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(TLSA_MISMATCH, ANCHOR_MISSING)},
    {"R-7671-5.2.2-1", "2 0 0, anchor only in DNS", {LEAF}, {P(ROOT, 2, 0, 0)}, {MX}, OK(0, 1)},
    {"R-7671-5.2.3-2", "2 1 0, key only in DNS", {LEAF}, {P(ROOT, 2, 1, 0)}, {MX}, OK(0, 0)},
    {"R-7671-5.2.3-2", "2 1 0, wrong name", {OTHER_NAME}, {P(ROOT, 2, 1, 0)}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-7671-5.2.3-2", "2 1 0, expired", {EXPIRED}, {P(ROOT, 2, 1, 0)}, {MX}, NOT(CHAIN_INVALID, EXPIRED)},
    {"R-7671-5.2.2-2", "2: another authority's", {LEAF, ROOT}, {P(STRANGER, 2, 1, 1)}, {MX}, NOT(TLSA_MISMATCH, ANCHOR_MISSING)},
    {"R-6698-2.1.1-3", "2: sent, but signed nothing", {LEAF, STRANGER}, {P(STRANGER, 2, 1, 1)}, {MX}, NOT(TLSA_MISMATCH, ISSUER)},
    {"R-7671-5.2.2-2", "2: the leaf itself", {NAMELESS}, {P(NAMELESS, 2, 1, 1)}, {MX}, NOT(TLSA_MISMATCH, ANCHOR_MISSING)},
    {"R-6698-2.1.1-3", "2: intermediate, no root", {DEEP, MID}, {P(MID, 2, 1, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: root at depth 2", {DEEP, MID, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 2)},
    {"R-6698-2.1.1-3", "2: chain out of order", {DEEP, ROOT, MID}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 2)},
    {"R-6698-2.1.1-3", "2: intermediate missing", {DEEP, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, NOT(TLSA_MISMATCH, ISSUER)},
    {"R-6698-2.1.1-3", "2: expired intermediate", {OLD_DEEP, OLD_MID, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, EXPIRED)},
    {"R-6698-2.1.1-3", "2: expired leaf", {EXPIRED, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(CHAIN_INVALID, EXPIRED)},
    {"R-6698-2.1.1-3", "2: leaf not yet valid", {EARLY, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(CHAIN_INVALID, NOT_YET_VALID)},
    {"R-6698-2.1.1-3", "2: not for servers", {CLIENT_ONLY, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(CHAIN_INVALID, PURPOSE)},
    {"R-7671-5.2.3-1", "2 1 0, anchor in the chain", {LEAF, ROOT}, {P(ROOT, 2, 1, 0)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: expired anchor", {OLD_ROOT_LEAF, OLD_ROOT}, {P(OLD_ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, EXPIRED)},
    {"R-6698-2.1.1-3", "2 1 1, expired anchor", {OLD_ROOT_LEAF, OLD_ROOT}, {P(OLD_ROOT, 2, 1, 1)}, {MX}, NOT(CHAIN_INVALID, EXPIRED)},
    {"R-6698-2.1.1-3", "2: anchor not yet valid", {EARLY_ROOT_LEAF, EARLY_ROOT}, {P(EARLY_ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, NOT_YET_VALID)},
    {"R-7671-5.2.2-1", "2 0 0, expired anchor only in DNS", {OLD_ROOT_LEAF}, {P(OLD_ROOT, 2, 0, 0)}, {MX}, NOT(CHAIN_INVALID, EXPIRED)},
    {"R-7671-5.2.3-2", "2 1 0, key of an expired anchor", {OLD_ROOT_LEAF}, {P(OLD_ROOT, 2, 1, 0)}, {MX}, OK(0, 0)},
    {"R-6698-2.1.1-3", "2: what is above the anchor has expired", {OLD_ROOT_DEEP, OLD_ROOT_MID, OLD_ROOT}, {P(OLD_ROOT_MID, 2, 0, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: anchor in mid-chain, root sent", {DEEP, MID, ROOT}, {P(MID, 2, 1, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: padded in front of the issuer", {LEAF, STRANGER, MID, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: padded and out of order", {DEEP, STRANGER, ROOT, OLD_MID, MID, MID}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 2)},
    {"R-6698-2.1.1-3", "2: cross certificate in front of the anchor", {LEAF, CROSS, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: cross certificate behind the anchor", {LEAF, ROOT, CROSS}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: cross certificate is the anchor", {LEAF, ROOT, CROSS}, {P(CROSS, 2, 0, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: who cross-signed is the anchor", {LEAF, CROSS, ROOT, STRANGER}, {P(STRANGER, 2, 0, 1)}, {MX}, OK(0, 2)},
    {"R-6698-2.1.1-3", "2: the same, behind a root that is none", {LEAF, ROOT, CROSS, STRANGER}, {P(STRANGER, 2, 0, 1)}, {MX}, OK(0, 2)},
    {"R-6698-2.1.1-3", "2: leaf sent twice", {LEAF, LEAF, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: an impostor of that name", {LEAF, IMPOSTOR}, {P(IMPOSTOR, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, SIGNATURE)},
    {"R-6698-2.1.1-3", "2: the leaf's signature is another's", {BAD_SIGNATURE, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(CHAIN_INVALID, SIGNATURE)},
    {"R-7671-5.2.3-2", "2 1 0: the leaf's signature is another's", {BAD_SIGNATURE}, {P(ROOT, 2, 1, 0)}, {MX}, NOT(TLSA_MISMATCH, ANCHOR_MISSING)},
    {"R-6698-2.1.1-3", "2: issuer is no authority", {NO_CA_DEEP, NO_CA, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, NOT_CA)},
    {"R-6698-2.1.1-3", "2: anchor is no authority", {NO_CA_DEEP, NO_CA}, {P(NO_CA, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, NOT_CA)},
    {"R-6698-2.1.1-3", "2: issuer may not sign certificates", {MUTE_DEEP, MUTE_MID, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, NOT_CA)},
    {"R-6698-2.1.1-3", "2: issuer is for clients only", {CLIENT_DEEP, CLIENT_MID, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, PURPOSE)},
    {"R-6698-2.1.1-3", "2: issuer signed with SHA-1", {SHA1_DEEP, SHA1_MID, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, WEAK)},
    {"R-6698-2.1.1-3", "2: anchor signed with SHA-1, which nobody looks at", {SHA1_DEEP, SHA1_MID}, {P(SHA1_MID, 2, 0, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: path length of an intermediate kept", {SHUT_DEEP, SHUT_MID, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 2)},
    {"R-6698-2.1.1-3", "2: path length of an intermediate exceeded", {LOW_DEEP, LOW_MID, SHUT_MID, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, PATH_LENGTH)},
    {"R-7672-3.1.2-7 R-7671-5.2.1-1", "2 0 1: the anchor's path length kept", {SHUT_LEAF, SHUT_ROOT}, {P(SHUT_ROOT, 2, 0, 1)}, {MX}, OK(0, 1)},
    {"R-7672-3.1.2-7 R-7671-5.2.1-1", "2 0 1: the anchor's path length exceeded", {SHUT_ROOT_DEEP, UNDER_SHUT_MID, SHUT_ROOT}, {P(SHUT_ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, PATH_LENGTH)},
    {"R-7672-3.1.2-7 R-7671-5.2.1-1", "2 0 0: the same, anchor only in DNS", {SHUT_ROOT_DEEP, UNDER_SHUT_MID}, {P(SHUT_ROOT, 2, 0, 0)}, {MX}, NOT(CHAIN_INVALID, PATH_LENGTH)},
    {"R-7672-3.1.2-8", "2 0 1: the anchor issued again without a path length", {SHUT_ROOT_DEEP, UNDER_SHUT_MID, OPENED_ROOT}, {P(SHUT_ROOT, 2, 0, 1)}, {MX}, NOT(TLSA_MISMATCH, ANCHOR_MISSING)},
    {"R-7672-3.1.2-8", "2 1 1: the same, its key is all that counts", {SHUT_ROOT_DEEP, UNDER_SHUT_MID, OPENED_ROOT}, {P(SHUT_ROOT, 2, 1, 1)}, {MX}, OK(0, 2)},
    {"R-6698-2.1.1-3", "2: an intermediate's name constraint", {NARROW_DEEP, NARROW_MID, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, NAME_CONSTRAINT)},
    {"R-7672-3.1.2-7 R-7671-5.2.1-1", "2 0 1: the anchor's name constraint", {NARROW_LEAF, NARROW_ROOT}, {P(NARROW_ROOT, 2, 0, 1)}, {MX}, NOT(CHAIN_INVALID, NAME_CONSTRAINT)},
    {"R-7671-5.2.3-2", "2 1 0: a bare key constrains nothing", {NARROW_LEAF}, {P(NARROW_ROOT, 2, 1, 0)}, {MX}, OK(0, 0)},
    {"R-7671-4.2-1", "2: no proof of certificate transparency", {LEAF, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 1)},
    {"R-6698-2.1.1-3", "2: a key of 1024 bits", {RSA_1024, ROOT}, {P(ROOT, 2, 0, 1)}, {MX}, OK(0, 1)},
};
/* clang-format on */

static void test_cases(void)
{
    tls_run(cases, CHECK_COUNT(cases));
}

static const struct check_test tests[] = {{"usage 2", test_cases}};
SUITE(tls_anchors, tests);
