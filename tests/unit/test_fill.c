/* test_fill.c - placeholders in records: what they become, and what is wrong with those that are
 * none. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "scen/fill.h"

/* Every certificate has these octets. */
#define DATA "00112233445566778899"

static int data(const void *self, const struct lab_scenario *s, const struct lab_placeholder *p,
                char **hex, struct lab_fault *fault)
{
    (void)self, (void)s;
    if (p->element != NULL && strcmp(p->element, "ca") != 0)
        return lab_fail(fault, EX_DATAERR, "no element %s", p->element);
    *hex = lab_strdup(p->element != NULL ? "cafe" : DATA);
    return 0;
}

/* clang-format off */
static const struct {
    const char *records, *want; /* want: the fault where it begins with "! " */
} cases[] = {
    {"",                                    ""},
    {"@ MX 10 mx\n\nmx A {a mx}",           "@ MX 10 mx\n\nmx A 198.18.0.16"},
    {"mx AAAA {aaaa mx}\n",                 "mx AAAA 2001:db8:18::1:0\n"},
    {"; {what} ever\nx A {a mx.ca} ; {a}",  "; {what} ever\nx A 198.18.0.17 ; {a}"},
    {"x TLSA {tlsa mx 3 1 1}",              "x TLSA 3 1 1 " DATA},
    {"x TLSA {tlsa mx 3 1 1}ff",            "x TLSA 3 1 1 " DATA "ff"},
    {"x TLSA {tlsa mx.d 255 0 255}",        "! no element d"},
    {"x TLSA 3 1 2 {digest mx 1 1}",        "x TLSA 3 1 2 " DATA},
    {"x TLSA 3 1 1 {digest mx 1 1 3}",      "x TLSA 3 1 1 001122"},
    {"x TLSA 3 1 1 {digest mx 1 1 10}00",   "x TLSA 3 1 1 " DATA "00"},
    {"x TLSA {digest mx.d 1 1}",            "! no element d"},
    {"x TLSA {digest mx 1 1 11}",           "! digest of mx, 11 octets, and there are 10; expected not more"},
    {"x TLSA {digest mx 1 1 33}",           "! placeholder `{digest mx 1 1 33}`; expected not more octets than there are, and one at least"},
    {"x TLSA {digest mx 1 0 65001}",        "! placeholder `{digest mx 1 0 65001}`; expected not more octets than there are, and one at least"},
    {"x TLSA {digest mx 256 1}",            "! placeholder `{digest mx 256 1}`; expected two numbers of 0 to 255"},
    {"x TLSA {tlsa mx 3 1 1x}",             "! placeholder `{tlsa mx 3 1 1x}`; expected three numbers of 0 to 255"},
    {"x TLSA {digest bare 1 1}",            "! placeholder `{digest bare 1 1}`: the host has no certificate; expected `cert` in world.hosts"},
    {"x A {a bare.ca}",                     "! placeholder `{a bare.ca}` names no host of this file; expected the name of one of world.hosts"},
    {"x TXT {octets 3}",                    "x TXT 5a5a5a"},
    {"x TXT {octets -1}",                   "! placeholder `{octets -1}`; expected 0 to 65000 octets"},
    {"x A {a mx\n}",                        "! `{` without `}`; expected a placeholder on one line"},
};
/* clang-format on */

static void test_fill(void)
{
    struct lab_host hosts[] = {{.name = (char[]){"mx"}, .cert = (char[]){"self-signed"}},
                               {.name = (char[]){"mx.ca"}, .cert = (char[]){"self-signed"}},
                               {.name = (char[]){"bare"}}};
    const struct lab_scenario s = {
        .id = (char[]){"s"}, .block = 1, .hosts = hosts, .hosts_count = CHECK_COUNT(hosts)};
    const struct lab_pinned pinned = {data, NULL};

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct lab_fault fault = {0};
        char *text = NULL;
        int rc = lab_fill_records(&s, cases[i].records, &pinned, &text, &fault);

        check_row(cases[i].records);
        if (strncmp(cases[i].want, "! ", 2) == 0) {
            check_int(rc, -1);
            check_str(fault.what, cases[i].want + 2);
        } else if (check_int(rc, 0)) {
            check_str(text, cases[i].want);
        }
        free(text);
    }
    check_row(NULL);
}

static const struct check_test tests[] = {{"placeholders become what they stand for", test_fill}};
SUITE(fill, tests);
