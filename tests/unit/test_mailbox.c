/* test_mailbox.c - envelope addresses: what may stand in MAIL and RCPT. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/mailbox.h"

/* clang-format off */
static const struct {
    const char *address;
    const char *want; /* in the fault; NULL: it is good */
} rows[] = {
    {"user@d.example", NULL},
    {"user@[192.0.2.1]", NULL},
    {"\"a@b\"@d.example", NULL},
    {"\xc3\xbc\xe0\xa0\x80\xf0\x90\x80\x80@d.example", NULL},
    {"user", "expected user@domain"},
    {"@d.example", "expected user@domain"},
    {"a@b@d.example", "more than one @"},
    {"a\rb@d.example", "control character"},
    {"a\x7f@d.example", "control character"},
    {"a b@d.example", "space or angle bracket"},
    {"a<b@d.example", "space or angle bracket"},
    {"\xc3@d.example", "neither ASCII nor UTF-8"},
    {"\xc0\x80@d.example", "neither ASCII nor UTF-8"},
    {"\xed\xa0\x80@d.example", "neither ASCII nor UTF-8"},
    {"\xf5@d.example", "neither ASCII nor UTF-8"},
    {"user@d\xc3\xbc.example", "domain is not ASCII"},
    {"user@d.example:25", "without a port"},
    {"user@[192.0.2.1]:25", "without a port"},
    {"user@[mx.d.example]", "without a port"},
    {"user@a..example", ""},
};
/* clang-format on */

static void test_parse(void)
{
    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        struct dsmtp_nexthop domain;
        struct dsmtp_fault fault = {0};
        enum dsmtp_status status = dsmtp_mailbox_parse(rows[i].address, &domain, &fault);

        check_row(rows[i].address);
        check_int(status, rows[i].want == NULL ? DSMTP_OK : DSMTP_SYNTAX);
        if (rows[i].want != NULL)
            check_has(fault.what, rows[i].want);
    }
}

static void test_long(void)
{
    char address[DSMTP_MAILBOX_MAX + 20];
    struct dsmtp_nexthop domain;
    struct dsmtp_fault fault = {0};

    memset(address, 'u', sizeof(address));
    (void)snprintf(address + DSMTP_MAILBOX_MAX - 9, 20, "@d.example");
    check_int(dsmtp_mailbox_parse(address, &domain, &fault), DSMTP_SYNTAX);
    check_has(fault.what, "longer than 254 octets");
    check_int(dsmtp_mailbox_parse(address + 1, &domain, &fault), DSMTP_OK);
}

static void test_strip(void)
{
    char bare[] = "<user@d.example>", open[] = "<user@d.example", empty[] = "<>", none[] = "";

    check_str(dsmtp_mailbox_strip(bare), "user@d.example");
    check_str(dsmtp_mailbox_strip(open), "<user@d.example");
    check_str(dsmtp_mailbox_strip(empty), "");
    check_str(dsmtp_mailbox_strip(none), "");
}

static const struct check_test tests[] = {
    {"addresses", test_parse}, {"as long as may be", test_long}, {"brackets", test_strip}};
SUITE(mailbox, tests);
