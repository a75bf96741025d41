/* test_system.c - what is read from resolv.conf(5), and which addresses are understood? */
#include "adapt/system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapt/address.h"
#include "check.h"

/* clang-format off */
static const struct {
    const char *label;
    const char *text; /* NULL: no file */
    const char *servers;
    bool trust_ad;
} files[] = {
    {"no file",             NULL,                                                         "127.0.0.1", false},
    {"empty",               "",                                                           "127.0.0.1", false},
    {"one",                 "nameserver 192.0.2.1\n",                                     "192.0.2.1", false},
    {"no newline at end",   "nameserver 192.0.2.1",                                       "192.0.2.1", false},
    {"tabs, CR",            "nameserver\t192.0.2.1 \r\n",                                 "192.0.2.1", false},
    {"both families",       "nameserver 2001:db8::1\nnameserver 192.0.2.1\n",             "2001:db8::1 192.0.2.1", false},
    {"four",                "nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver 127.0.0.3\n"
                            "nameserver 192.0.2.1\noptions trust-ad\n",                   "127.0.0.1 127.0.0.2 127.0.0.3", true},
    {"comments",            "# nameserver 192.0.2.2\n;nameserver 192.0.2.3\nnameserver 192.0.2.1 # x\n"
                            "#options trust-ad\n",                                        "192.0.2.1", false},
    {"not at the start",    " nameserver 192.0.2.1\n\toptions trust-ad\n",                "127.0.0.1", false},
    {"trust-ad among more", "options ndots:5 trust-ad edns0\nsearch d.example\ndomain e.example\nsortlist 192.0.2.0\n",
                                                                                          "127.0.0.1", true},
    {"two lines of options", "nameserver ::1\noptions trust-ad\noptions rotate\n",         "::1", true},
    {"nearly trust-ad",     "nameserver ::1\noptions trust-add no-trust-ad TRUST-AD\n",   "::1", false},
    {"zone by name",        "nameserver fe80::1%lo\n",                                    "fe80::1%lo", false},
    {"zone by number",      "nameserver fe80::1%1\n",                                     "fe80::1%1", false},
    /* 127.0.0.1 stands in, but nobody has called it trustworthy (R-7672-2.1.1-8). */
    {"zone that is not here", "nameserver fe80::1%nowhere0\noptions trust-ad\n",          "127.0.0.1", false},
    {"nonsense",            "nameserver\nnameserver localhost\nnameserver 127.0.0.1@54\noptions trust-ad\n",
                                                                                          "127.0.0.1", false},
    {"one nonsense",        "nameserver 999.0.0.1\nnameserver 127.0.0.1\noptions trust-ad\n", "127.0.0.1", false},
};

static const struct {
    const char *text;
    unsigned port; /* 0: refused */
    bool loopback;
} addresses[] = {
    {"127.0.0.1",         53,    true},
    {"127.255.0.9@5353",  5353,  true},
    {"::1",               53,    true},
    {"::1@65535",         65535, true},
    {"192.0.2.1@1",       1,     false},
    {"::ffff:127.0.0.1",  53,    false},
    {"fe80::1%lo@53",     53,    false},
    {"fe80::1%1",         53,    false},
    {"fe80::1%",          0,     false},
    {"fe80::1%0",         0,     false},
    {"fe80::1%4294967297", 0,    false},
    {"fe80::1%nowhere0",  0,     false},
    {"192.0.2.1%lo",      0,     false},
    {"fe80::1%lo%lo",     0,     false},
    {"fe80::1@53%lo",     0,     false},
    {"",                  0,     false},
    {"@53",               0,     false},
    {"127.0.0.1@",        0,     false},
    {"127.0.0.1@0",       0,     false},
    {"127.0.0.1@65536",   0,     false},
    {"127.0.0.1@000053",  0,     false},
    {"127.1",             0,     false},
    {"[::1]",             0,     false},
    {"0000000000000000000000000000000000000000000000000000000000000000000001", 0, false},
};
/* clang-format on */

static void test_resolv_conf(void)
{
    char file[] = "/tmp/unit-resolv-XXXXXX";
    struct dsmtp_resolv_conf conf;
    int fd = mkstemp(file);

    check_true(fd >= 0);
    for (size_t i = 0; i < CHECK_COUNT(files); i++) {
        char servers[300] = "";
        const char *text = files[i].text != NULL ? files[i].text : "";

        check_row(files[i].label);
        check_int(ftruncate(fd, 0), 0);
        check_int(pwrite(fd, text, strlen(text), 0), (int64_t)strlen(text));
        dsmtp_system_resolv_conf(files[i].text != NULL ? file : "/nowhere/resolv.conf", &conf);
        for (size_t s = 0; s < conf.server_count; s++)
            snprintf(servers + strlen(servers), sizeof(servers) - strlen(servers), "%s%s",
                     s > 0 ? " " : "", conf.servers[s]);
        check_str(servers, files[i].servers);
        check_int(conf.trust_ad, files[i].trust_ad);
    }
    (void)close(fd);
    (void)unlink(file);
}

static void test_addresses(void)
{
    for (size_t i = 0; i < CHECK_COUNT(addresses); i++) {
        struct dsmtp_endpoint at;
        bool good = addresses[i].port != 0;

        check_row(addresses[i].text);
        if (!check_int(dsmtp_address_parse(addresses[i].text, 53, &at),
                       good ? DSMTP_OK : DSMTP_SYNTAX) ||
            !good)
            continue;
        /* Both families keep the port in the same place. */
        check_uint(ntohs(at.sa.v4.sin_port), addresses[i].port);
        check_int(dsmtp_address_is_loopback(&at), addresses[i].loopback);
        if (strchr(addresses[i].text, '%') != NULL)
            check_uint(at.sa.v6.sin6_scope_id, 1);
    }
}

static const struct check_test tests[] = {
    {"resolv.conf", test_resolv_conf},
    {"addresses", test_addresses},
};
SUITE(system, tests);
