/* test_name.c - host names, in text and from the wire. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "model/name.h"

#define L63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"
#define N253                \
    L63 "." L63 "." L63 "." \
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghi"

/* clang-format off */
static const struct { const char *label, *text, *want; enum dsmtp_status status; } texts[] = {
    {"plain",          "mx1.d.example",   "mx1.d.example", DSMTP_OK},
    {"one label",      "localhost",       "localhost",     DSMTP_OK},
    {"upper case",     "MX1.D.Example",   "mx1.d.example", DSMTP_OK},
    {"dot at the end", "d.example.",      "d.example",     DSMTP_OK},
    {"underscore",     "_25._tcp.d",      "_25._tcp.d",    DSMTP_OK},
    {"digits",         "198.18.0.1",      "198.18.0.1",    DSMTP_OK},
    {"longest label",  L63 ".d",          L63 ".d",        DSMTP_OK},
    {"longest name",   N253,              N253,            DSMTP_OK},
    {"and a dot",      N253 ".",          N253,            DSMTP_OK},
    {"too long",       N253 "x",          NULL,            DSMTP_TOOBIG},
    {"label of 64",    L63 "x.d",         NULL,            DSMTP_SYNTAX},
    {"empty",          "",                NULL,            DSMTP_SYNTAX},
    {"root",           ".",               NULL,            DSMTP_SYNTAX},
    {"two dots",       "d..example",      NULL,            DSMTP_SYNTAX},
    {"dots at end",    "d.example..",     NULL,            DSMTP_SYNTAX},
    {"leading dot",    ".d.example",      NULL,            DSMTP_SYNTAX},
    {"blank",          "d example",       NULL,            DSMTP_SYNTAX},
    {"end of line",    "d.example\n",     NULL,            DSMTP_SYNTAX},
    {"brackets",       "[192.0.2.1]",     NULL,            DSMTP_SYNTAX},
    {"colon",          "2001:db8::1",     NULL,            DSMTP_SYNTAX},
    {"asterisk",       "*.d.example",     NULL,            DSMTP_SYNTAX},
    {"escape",         "a\\.d.example",   NULL,            DSMTP_SYNTAX},
    {"8 bit",          "b\xc3\xbc" "cher.example", NULL,   DSMTP_SYNTAX},
};

static const struct { const char *label, *wire; size_t len; const char *want; size_t used; enum dsmtp_status status; } wires[] = {
    {"name",              "\3MX1\1d\0",     7,  "mx1.d", 7, DSMTP_OK},
    {"octets behind it",  "\1d\0rest",      7,  "d",     3, DSMTP_OK},
    {"root",              "\0",             1,  "",      1, DSMTP_OK},
    {"nothing",           "",               0,  NULL,    0, DSMTP_SYNTAX},
    {"no end",            "\1d",            2,  NULL,    0, DSMTP_SYNTAX},
    {"cut label",         "\5abc",          4,  NULL,    0, DSMTP_SYNTAX},
    {"label to the end",  "\3abc",          4,  NULL,    0, DSMTP_SYNTAX},
    {"pointer",           "\xc0\x0c",       2,  NULL,    0, DSMTP_SYNTAX},
    {"reserved type",     "\x41" "a\0",     3,  NULL,    0, DSMTP_SYNTAX},
    {"dot in a label",    "\3a.b\0",        5,  NULL,    0, DSMTP_SYNTAX},
    {"NUL in a label",    "\3a\0b\0",       5,  NULL,    0, DSMTP_SYNTAX},
    {"blank in a label",  "\3a b\0",        5,  NULL,    0, DSMTP_SYNTAX},
};
/* clang-format on */

static void test_parse(void)
{
    for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
        char out[DSMTP_NAME_SIZE] = "before";

        check_row(texts[i].label);
        check_int(dsmtp_name_parse(texts[i].text, out), texts[i].status);
        check_str(out, texts[i].status == DSMTP_OK ? texts[i].want : "before");
    }
}

static void test_wire(void)
{
    for (size_t i = 0; i < CHECK_COUNT(wires); i++) {
        char out[DSMTP_NAME_SIZE] = "before";
        size_t used = 0;

        check_row(wires[i].label);
        check_int(dsmtp_name_from_wire((const uint8_t *)wires[i].wire, wires[i].len, out, &used),
                  wires[i].status);
        check_str(out, wires[i].status == DSMTP_OK ? wires[i].want : "before");
        check_uint(used, wires[i].used);
    }
}

/* Names of labels of one octet or of 63, from far below the limit to beyond it; cut anywhere it is
 * no name. */
static void test_wire_lengths(void)
{
    static const size_t label[] = {1, 7, 63};

    for (size_t k = 0; k < CHECK_COUNT(label); k++) {
        for (size_t count = 1; count * (label[k] + 1) < 300; count++) {
            uint8_t wire[400];
            char out[DSMTP_NAME_SIZE];
            size_t len = 0, used = 0;

            for (size_t i = 0; i < count; i++) {
                wire[len++] = (uint8_t)label[k];
                memset(wire + len, 'a', label[k]);
                len += label[k];
            }
            wire[len++] = 0;
            check_rowf("%zu labels of %zu", count, label[k]);
            if (len <= 255) {
                check_int(dsmtp_name_from_wire(wire, len, out, &used), DSMTP_OK);
                check_uint(strlen(out), len - 2);
                check_uint(used, len);
            } else {
                check_int(dsmtp_name_from_wire(wire, len, out, &used), DSMTP_SYNTAX);
            }
            for (size_t cut = 0; cut < len && len < 80; cut++)
                check_int(dsmtp_name_from_wire(wire, cut, out, &used), DSMTP_SYNTAX);
        }
    }
}

/* R-7672-2.2.3-5: of the port that is used. */
static void test_tlsa_owner(void)
{
    char out[DSMTP_NAME_SIZE];
    char base[DSMTP_NAME_SIZE] = N253;

    check_int(dsmtp_name_tlsa("mx.d.example", 25, out), DSMTP_OK);
    check_str(out, "_25._tcp.mx.d.example");
    check_int(dsmtp_name_tlsa("d", 65535, out), DSMTP_OK);
    check_str(out, "_65535._tcp.d");
    check_int(dsmtp_name_tlsa(base, 25, out), DSMTP_TOOBIG);
    check_int(dsmtp_name_tlsa(base + 9, 25, out), DSMTP_OK);
    check_uint(strlen(out), DSMTP_NAME_MAX);
    check_int(dsmtp_name_tlsa(base + 8, 25, out), DSMTP_TOOBIG);
}

static void test_address(void)
{
    static const char *const yes[] = {"192.0.2.1", "::1", "2001:db8::25", "::ffff:192.0.2.1"};
    static const char *const no[] = {"",          "192.0.2", "192.0.2.256", "192.0.2.1.",
                                     "d.example", "[::1]",   "::1%lo",      "0x7f.0.0.1"};

    for (size_t i = 0; i < CHECK_COUNT(yes); i++) {
        check_row(yes[i]);
        check_true(dsmtp_name_is_address(yes[i]));
    }
    for (size_t i = 0; i < CHECK_COUNT(no); i++) {
        check_row(no[i]);
        check_true(!dsmtp_name_is_address(no[i]));
    }
}

static void test_address_text(void)
{
    static const struct {
        const char *text, *want;
    } addresses[] = {
        {"198.18.0.1", "198.18.0.1"},
        {"2001:DB8:0:0::1", "2001:db8::1"},
        {"IPv6:2001:db8::1", "2001:db8::1"},
        {"ipv6:::1", "::1"},
        {"198.18.0", NULL},
        {"198.18.0.01x", NULL},
        {"IPv6:198.18.0.1", NULL},
        {"2001:db8", NULL},
        {"mx.d.example", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < CHECK_COUNT(addresses); i++) {
        char out[DSMTP_NAME_SIZE] = "";
        bool got = dsmtp_name_address(addresses[i].text, out);

        check_row(addresses[i].text);
        check_int(got, addresses[i].want != NULL);
        if (got)
            check_str(out, addresses[i].want);
    }
}

static const struct check_test tests[] = {{"text", test_parse},
                                          {"wire", test_wire},
                                          {"wire, all lengths", test_wire_lengths},
                                          {"TLSA owner", test_tlsa_owner},
                                          {"addresses", test_address},
                                          {"one text for an address", test_address_text}};
SUITE(name, tests);
