/* test_record.c - types of records have their names. */
#include "check.h"
#include "model/record.h"

static void test_types(void)
{
    static const struct {
        enum dsmtp_rrtype type;
        const char *name;
    } types[] = {{DSMTP_RR_A, "A"},         {DSMTP_RR_NS, "NS"},
                 {DSMTP_RR_CNAME, "CNAME"}, {DSMTP_RR_MX, "MX"},
                 {DSMTP_RR_AAAA, "AAAA"},   {DSMTP_RR_DNAME, "DNAME"},
                 {DSMTP_RR_DS, "DS"},       {DSMTP_RR_NSEC3PARAM, "NSEC3PARAM"},
                 {DSMTP_RR_TLSA, "TLSA"},   {(enum dsmtp_rrtype)6, "?"}};

    for (size_t i = 0; i < CHECK_COUNT(types); i++)
        check_str(dsmtp_rrtype_name(types[i].type), types[i].name);
}

static const struct check_test tests[] = {{"types", test_types}};
SUITE(record, tests);
