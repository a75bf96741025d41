/* test_discover_set.c - discovery under single switches, other profiles, own hosts and limits: each
 * value changes what it says, and nothing but that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fakes/discovery.h"

enum { MEMORY = 4 << 20, SELF_MAX = 3 };

struct setting {
    const char *set; /* "PROFILE SWITCH=VALUE ..." */
    enum dsmtp_policy policy;
    const char *nexthop;
    unsigned port;
    const char *self[SELF_MAX];
};

/* Every order of answers gives the same plan, which is put into plan. */
static void plan_of(const struct setting *s, const struct fake_world *world, char *plan,
                    size_t room)
{
    for (unsigned n = 0; n < 8; n++) {
        struct dsmtp_profile p = *dsmtp_profile_at(0);
        struct dsmtp_discover_config config = {.target = "t",
                                               .nexthop = s->nexthop != NULL ? s->nexthop : "d.e",
                                               .kind = DSMTP_NEXTHOP_DOMAIN,
                                               .profile = &p,
                                               .policy = s->policy,
                                               .port = s->port != 0 ? s->port : 25,
                                               .self = {s->self, 0}};
        char words[200], text[600], *word, *at = words;
        struct dsmtp_arena arena;
        struct dsmtp_discover d;
        struct dsmtp_fault fault;

        snprintf(words, sizeof(words), "%s", s->set);
        while ((word = strsep(&at, " ")) != NULL) {
            if (strchr(word, '=') != NULL)
                check_int(dsmtp_profile_set(&p, word, &fault), DSMTP_OK);
            else if (check_true(dsmtp_profile_find(word) != NULL))
                p = *dsmtp_profile_find(word);
        }
        if (config.nexthop[0] == '[') {
            config.kind = DSMTP_NEXTHOP_HOST;
            config.nexthop++;
        }
        while (config.self.count < SELF_MAX && s->self[config.self.count] != NULL)
            config.self.count++;
        dsmtp_arena_init(&arena, MEMORY);
        check_int(dsmtp_discover_init(&d, &arena, &config), DSMTP_OK);
        check_int(fake_discover(&d, world, n < 2 ? (enum fake_order)n : FAKE_SHUFFLED, n),
                  DSMTP_OK);
        fake_describe(dsmtp_discover_plan(&d), text, sizeof(text));
        if (n == 0)
            snprintf(plan, room, "%s", text);
        else
            check_str(text, plan);
        dsmtp_arena_fini(&arena);
    }
}

/* clang-format off */
#define SEC  DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_DATA
#define INS  DSMTP_SECURITY_INSECURE, DSMTP_PRESENCE_DATA
#define SNO  DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_NODATA
#define INO  DSMTP_SECURITY_INSECURE, DSMTP_PRESENCE_NODATA
#define SNX  DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_NXDOMAIN
#define BOG  DSMTP_SECURITY_BOGUS, DSMTP_PRESENCE_FAILED, ""
#define ERR  DSMTP_SECURITY_ERROR, DSMTP_PRESENCE_FAILED, ""
#define MX(...)    {.name = "d.e", .type = DSMTP_RR_MX, __VA_ARGS__}
#define A(n, ...)  {.name = n, .type = DSMTP_RR_A, __VA_ARGS__}
#define A6(n, ...) {.name = n, .type = DSMTP_RR_AAAA, __VA_ARGS__}
#define AL(n, ...) {.name = n, .type = DSMTP_RR_CNAME, __VA_ARGS__}
#define TL(n, ...) {.name = "_25._tcp." n, .type = DSMTP_RR_TLSA, __VA_ARGS__}
#define IP         "198.18.0.1"
#define IP2        "198.18.0.2"
#define IP6        "2001:db8::1"
#define GOOD(n)    A(n, SEC, IP), TL(n, SEC, "311")
#define DANE       DSMTP_POLICY_DANE
#define ONLY       DSMTP_POLICY_DANE_ONLY
#define WITH(...)  {.policy = DANE, .set = __VA_ARGS__}

static const struct { struct setting setting; struct fake_record world[9]; const char *want; } cases[] = {
    /* C4, C5: an insecure MX answer */
    {WITH("insecure_mx=dane"),         {MX(INS, "1 m"), GOOD("m")},                                "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m"},
    {WITH("insecure_mx=encrypt"),      {MX(INS, "1 m"), GOOD("m")},                                "attempt MX_INSECURE 3 | m encrypt MX_INSECURE m=1"},
    {WITH("insecure_mx=encrypt"),      {MX(INS, "1 m"), A("m", SEC, IP)},                          "attempt TLSA_ABSENT 3 | m may TLSA_ABSENT m=0"},
    {WITH("insecure_mx=encrypt"),      {MX(INS, "1 m"), A("m", SEC, IP), TL("m", BOG)},            "defer TLSA_BOGUS 3 | m skip TLSA_BOGUS m=0"},
    {WITH("insecure_mx=encrypt"),      {MX(INS, "1 m"), A("m", INS, IP), TL("m", SEC, "311")},     "attempt ADDRESS_INSECURE 2 | m may ADDRESS_INSECURE"},
    {WITH("insecure_mx=encrypt"),      {MX(SEC, "1 m"), GOOD("m")},                                "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("insecure_mx=may"),          {MX(INS, "1 m"), GOOD("m")},                                "attempt MX_INSECURE 2 | m may MX_INSECURE"},
    {WITH("insecure_mx_refids=all"),   {MX(INS, "1 m", "x"), A("m", SEC, IP, "r"), TL("r", SEC, "211")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE r=1 for r,m,d.e,x"},
    {WITH("insecure_mx_refids=base"),  {MX(INS, "1 m", "x"), A("m", SEC, IP, "r"), TL("r", SEC, "211")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE r=1 for r"},
    {WITH("insecure_mx_refids=mxhost"), {MX(INS, "1 m", "x"), A("m", SEC, IP, "r"), TL("r", SEC, "211")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE r=1 for m"},
    /* C14: audit; not where DANE is mandatory */
    {WITH("auth_failure=audit"),       {MX(SEC, "1 m"), GOOD("m")},                                "attempt TLSA_USABLE 3 | m audit TLSA_USABLE m=1 for m,d.e"},
    {WITH("auth_failure=audit"),       {MX(INS, "1 m"), GOOD("m")},                                "attempt TLSA_USABLE 3 | m audit TLSA_USABLE m=1 for m"},
    {WITH("auth_failure=audit"),       {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", BOG)},            "defer TLSA_BOGUS 3 | m skip TLSA_BOGUS m=0"},
    {{.set = "auth_failure=audit", .policy = ONLY}, {MX(SEC, "1 m"), GOOD("m")},                   "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("auth_failure=audit insecure_mx=encrypt"), {MX(INS, "1 m"), GOOD("m")},                  "attempt MX_INSECURE 3 | m encrypt MX_INSECURE m=1"},
    /* C24: insecure TLSA records against stripping; absent ones are no reason */
    {WITH("insecure_tlsa=avoid_downgrade"), {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", INS, "311")}, "attempt TLSA_INSECURE 3 | m encrypt TLSA_INSECURE m=0"},
    {WITH("insecure_tlsa=avoid_downgrade"), {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", INO)},       "attempt TLSA_INSECURE 3 | m may TLSA_INSECURE m=0"},
    {WITH("insecure_tlsa=avoid_downgrade"), {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", INS, "311"), TL("m", INO)}, "attempt TLSA_INSECURE 3 | m encrypt TLSA_INSECURE m=0"},
    {WITH("insecure_tlsa=avoid_downgrade"), {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", INO), TL("m", INS, "311")}, "attempt TLSA_INSECURE 3 | m encrypt TLSA_INSECURE m=0"},
    {WITH("insecure_tlsa=avoid_downgrade"), {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", INS, "311"), TL("m", SEC, "311")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("insecure_tlsa=ignore"),     {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", INS, "311")},     "attempt TLSA_INSECURE 3 | m may TLSA_INSECURE m=0"},
    {{.set = "insecure_tlsa=avoid_downgrade", .policy = ONLY}, {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", INS, "311")}, "defer DANE_REQUIRED 3 | m skip DANE_REQUIRED m=0"},
    /* C3 */
    {WITH("all_unusable=defer"),       {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "111")},     "defer TLSA_UNUSABLE 3 | m skip TLSA_UNUSABLE m=1"},
    {WITH("all_unusable=may"),         {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "111")},     "attempt TLSA_UNUSABLE 3 | m may TLSA_UNUSABLE m=1"},
    /* C1, C2 */
    {WITH("usage0=map2"),              {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "011")},     "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("usage0=map2_full_only"),    {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "011")},     "attempt TLSA_UNUSABLE 3 | m encrypt TLSA_UNUSABLE m=1"},
    {WITH("usage1=map3"),              {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "111")},     "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    /* E3: no such domain */
    {WITH("mx_nxdomain=bounce"),       {MX(SNX), GOOD("d.e")},                                     "bounce NO_SUCH_DOMAIN 1"},
    {WITH("mx_nxdomain=as_nodata"),    {MX(SNX), GOOD("d.e")},                                     "attempt TLSA_USABLE 3 | d.e dane TLSA_USABLE d.e=1 for d.e"},
    {WITH("mx_nxdomain=as_nodata"),    {MX(SNX)},                                                  "bounce NO_SUCH_DOMAIN 2 | d.e skip NO_ADDRESS"},
    {WITH("mx_nxdomain=as_nodata"),    {MX(BOG)},                                                  "defer MX_BOGUS 1"},
    /* C6, C7 */
    {WITH("no_mx=impute_validated"),   {MX(SNO), A("d.e", SEC, IP, "r"), TL("r", SEC, "211")},     "attempt TLSA_USABLE 3 | d.e dane TLSA_USABLE r=1 for r,d.e"},
    {WITH("nodata_insecure=impute"),   {MX(INO), GOOD("d.e")},                                     "attempt TLSA_USABLE 3 | d.e dane TLSA_USABLE d.e=1 for d.e"},
    {WITH("nodata_insecure=opportunistic"), {MX(INO), GOOD("d.e")},                                "attempt TLSA_USABLE 3 | d.e dane TLSA_USABLE d.e=1 for d.e"},
    {WITH("nodata_insecure=opportunistic insecure_mx=may"), {MX(INO), GOOD("d.e")},                "attempt MX_INSECURE 2 | d.e may MX_INSECURE"},
    /* E34: null MX beside others */
    {WITH("nullmx_mixed=ignore"),      {MX(SEC, "0 .; 1 m"), GOOD("m")},                           "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("nullmx_mixed=null"),        {MX(SEC, "0 .; 1 m"), GOOD("m")},                           "bounce NULL_MX 1"},
    /* E13: numbers; E57: a single label */
    {WITH("mx_numeric=address"),       {MX(SEC, "1 198.18.0.9")},                                  "attempt ADDRESS_LITERAL 1 | 198.18.0.9 may ADDRESS_LITERAL"},
    {{.set = "mx_numeric=address", .policy = ONLY}, {MX(SEC, "1 198.18.0.9")},                     "defer DANE_REQUIRED 1 | 198.18.0.9 skip DANE_REQUIRED"},
    {WITH("mx_numeric=drop"),          {MX(SEC, "1 198.18.0.9")},                                  "bounce NO_VALID_MX 1"},
    {WITH("mx_numeric=name"),          {MX(SEC, "1 198.18.0.9; 2 m"), GOOD("m")},                  "attempt TLSA_USABLE 3 | 198.18.0.9 skip NO_ADDRESS | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("tld_mx=drop"),              {MX(SEC, "1 m; 2 n.e"), GOOD("n.e")},                       "attempt TLSA_USABLE 3 | n.e dane TLSA_USABLE n.e=1 for n.e,d.e"},
    /* C29: MX hosts that are aliases */
    {WITH("mx_cname=refuse"),          {MX(SEC, "1 m; 2 n"), A("m", SEC, IP, "r"), GOOD("n")},     "attempt TLSA_USABLE 3 | m skip MX_ALIAS | n dane TLSA_USABLE n=1 for n,d.e"},
    {WITH("mx_cname=refuse"),          {MX(SEC, "1 m"), A("m", INS, IP, "r"), AL("m", SEC, "r")},  "defer MX_ALIAS 2 | m skip MX_ALIAS"},
    {WITH("mx_cname=refuse"),          {MX(SEC, "1 m"), A("m", BOG), A6("m", SNO, NULL, "r")},     "defer ADDRESS_BOGUS 2 | m skip ADDRESS_BOGUS"},
    {WITH("mx_cname=refuse"),          {MX(SNO), A("d.e", SEC, IP, "r"), TL("r", SEC, "311")},     "attempt TLSA_USABLE 3 | d.e dane TLSA_USABLE r=1 for r,d.e"},
    {{.set = "mx_cname=refuse", .policy = DANE, .nexthop = "[h"}, {A("h", SEC, IP, "r"), TL("r", SEC, "311")}, "attempt TLSA_USABLE 2 | h dane TLSA_USABLE r=1 for r,h"},
    {{.set = "mx_cname=refuse", .policy = DSMTP_POLICY_MAY}, {MX(SEC, "1 m"), A("m", SEC, IP, "r")}, "defer MX_ALIAS 2 | m skip MX_ALIAS"},
    /* C8: base domains */
    {WITH("host_base=expanded_only"),  {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("m", SEC, "311")}, "attempt TLSA_ABSENT 3 | m may TLSA_ABSENT r=0"},
    {WITH("host_base=expanded_only"),  {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", SEC, "311")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE r=1 for r,d.e"},
    {WITH("host_base=expanded_only"),  {MX(SEC, "1 m"), GOOD("m")},                                 "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("host_base=expanded_only"),  {MX(SEC, "1 m"), A("m", INS, IP, "r"), AL("m", SEC, "r"), TL("m", SEC, "311")}, "attempt ADDRESS_INSECURE 2 | m may ADDRESS_INSECURE"},
    {WITH("host_base=expanded_only addr_precheck=off"), {MX(SEC, "1 m"), A("m", INS, IP, "r"), TL("m", SEC, "311"), TL("r", SEC, "311")}, "attempt TLSA_INSECURE 2 | m may TLSA_INSECURE"},
    {WITH("host_base=exchange"),       {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", SEC, "311")}, "attempt TLSA_ABSENT 3 | m may TLSA_ABSENT m=0"},
    /* C9, C10 */
    {WITH("addr_precheck=off"),        {MX(SEC, "1 m"), A("m", INS, IP), TL("m", SEC, "311")},      "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("alias_probe=off"),          {MX(SEC, "1 m"), A("m", INS, IP, "r"), AL("m", SEC, "r"), TL("m", SEC, "311")}, "attempt ADDRESS_INSECURE 2 | m may ADDRESS_INSECURE"},
    /* E8, E9: A and AAAA differ */
    {WITH("family_status=any"),        {MX(SEC, "1 m"), A("m", INS, IP), A6("m", SEC, IP6), TL("m", SEC, "311")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("family_status=worst"),      {MX(SEC, "1 m"), A("m", INS, IP), A6("m", SEC, IP6), TL("m", SEC, "311")}, "attempt ADDRESS_INSECURE 2 | m may ADDRESS_INSECURE"},
    {WITH("addr_partial_error=use_found"), {MX(SEC, "1 m"), A6("m", ERR), GOOD("m")},               "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("addr_partial_error=skip"),  {MX(SEC, "1 m"), A6("m", ERR), GOOD("m")},                   "defer ADDRESS_ERROR 2 | m skip ADDRESS_ERROR"},
    {WITH("addr_partial_error=use_found"), {MX(SEC, "1 m"), A("m", INS, IP), A6("m", BOG)},         "defer ADDRESS_BOGUS 2 | m skip ADDRESS_BOGUS"},
    {WITH("addr_partial_error=use_any"), {MX(SEC, "1 m"), A("m", INS, IP), A6("m", BOG)},           "attempt ADDRESS_INSECURE 2 | m may ADDRESS_INSECURE"},
    /* E11: alias chains of the host, the domain and the TLSA records */
    {WITH("chain_limit=16"),           {MX(SEC, "1 m"), A("m", SEC, IP, "r", 16), TL("r", SEC, "311")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE r=1 for r,d.e"},
    {WITH("chain_limit=2"),            {MX(SEC, "1 m"), A("m", SEC, IP, "r", 2), TL("r", SEC, "311")},  "attempt TLSA_USABLE 3 | m dane TLSA_USABLE r=1 for r,d.e"},
    {WITH("chain_limit=2"),            {MX(SEC, "1 m"), A("m", SEC, IP, "r", 3), TL("r", SEC, "311")},  "defer ADDRESS_ERROR 2 | m skip ADDRESS_ERROR"},
    {WITH("chain_limit=2"),            {MX(SEC, "1 m", "x", 3), GOOD("m")},                         "defer MX_ERROR 1"},
    {WITH("chain_limit=2"),            {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "311", "_t", 3)}, "defer TLSA_ERROR 3 | m skip TLSA_ERROR m=0"},
    {WITH("chain_limit=2"),            {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SNO, NULL, "_t", 3)}, "defer TLSA_ERROR 3 | m skip TLSA_ERROR m=0"},
    /* an alias of the TLSA name moves nothing but the records */
    {WITH("rfc7672"),                  {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "211", "_t.x")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    /* E23 */
    {WITH("tlsa_max=2"),               {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "311; 312")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=2 for m,d.e"},
    {WITH("tlsa_max=2"),               {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "311; 312; 301")}, "defer TLSA_ERROR 3 | m skip TLSA_ERROR m=0"},
    /* C16, E15: names */
    {WITH("ta_refids=base+nexthop"),   {MX(SEC, "1 m", "x"), GOOD("m")},                            "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("ta_refids=base"),           {MX(SEC, "1 m", "x"), GOOD("m")},                            "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m"},
    {WITH("host_refids=base"),         {MX(SNO), A("d.e", SEC, IP, "r"), TL("r", SEC, "311")},      "attempt TLSA_USABLE 3 | d.e dane TLSA_USABLE r=1 for r"},
    {WITH("host_refids=base+nexthop"), {MX(SNO), A("d.e", SEC, IP, "r"), TL("r", SEC, "311")},      "attempt TLSA_USABLE 3 | d.e dane TLSA_USABLE r=1 for r,d.e"},
    /* C21: ports */
    {{.set = "port_label=actual", .policy = DANE, .port = 587}, {MX(SEC, "1 m"), GOOD("m")},        "attempt TLSA_ABSENT 3 | m may TLSA_ABSENT m=0"},
    {{.set = "port_label=25", .policy = DANE, .port = 587}, {MX(SEC, "1 m"), GOOD("m")},            "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {{.set = "rfc7672", .policy = DANE, .port = 587}, {MX(SEC, "1 m"), A("m", SEC, IP), {.name = "_587._tcp.m", .type = DSMTP_RR_TLSA, SEC, "311"}}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {{.set = "rfc7672", .policy = DANE, .port = 587, .nexthop = "[h"}, {A("h", SEC, IP), {.name = "_587._tcp.h", .type = DSMTP_RR_TLSA, SEC, "311"}}, "attempt TLSA_USABLE 2 | h dane TLSA_USABLE h=1 for h"},
    /* R-5321-5.1-13: own MX records */
    {{.set = "rfc7672", .policy = DANE, .self = {"me"}}, {MX(SEC, "1 m; 2 me; 3 n"), GOOD("m")},    "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {{.set = "rfc7672", .policy = DANE, .self = {"me"}}, {MX(SEC, "1 me; 3 n"), GOOD("n")},         "bounce MAIL_LOOP 1"},
    {{.set = "rfc7672", .policy = DANE, .self = {"me"}}, {MX(INS, "1 m; 1 me"), GOOD("m")},         "bounce MAIL_LOOP 1"},
    {{.set = "rfc7672", .policy = DANE, .self = {"me"}}, {MX(SEC, "1 m; 2 me"), A("m", SEC, IP), TL("m", BOG)}, "defer TLSA_BOGUS 3 | m skip TLSA_BOGUS m=0"},
    {{.set = "self_after_skip=bounce", .policy = DANE, .self = {"me"}}, {MX(SEC, "1 m; 2 me"), A("m", SEC, IP), TL("m", BOG)}, "defer TLSA_BOGUS 3 | m skip TLSA_BOGUS m=0"},
    {{.set = "self_after_skip=bounce", .policy = DANE, .self = {"me"}}, {MX(SEC, "1 m; 2 me"), A("m", ERR)}, "defer ADDRESS_ERROR 2 | m skip ADDRESS_ERROR"},
    {{.set = "self_after_skip=defer", .policy = DANE, .self = {"me"}}, {MX(SEC, "1 m; 2 me")},      "defer NO_ADDRESS 2 | m skip NO_ADDRESS"},
    {{.set = "self_after_skip=bounce", .policy = DANE, .self = {"me"}}, {MX(SEC, "1 m; 2 me")},     "bounce MAIL_LOOP 2 | m skip NO_ADDRESS"},
    {{.set = "rfc7672", .policy = DANE, .self = {"x", IP2}}, {MX(SEC, "1 m; 2 o; 2 p; 3 n"), GOOD("m"), A("o", SEC, IP2), A("n", SEC, IP)}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {{.set = "rfc7672", .policy = DANE, .self = {IP2}}, {MX(SEC, "1 m; 2 o; 2 p"), GOOD("m"), A("o", SEC, IP), A("p", SEC, IP2)}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {{.set = "rfc7672", .policy = DANE, .self = {IP2}}, {MX(SEC, "1 m; 2 o; 2 p"), GOOD("m"), A("p", SEC, IP), A("o", SEC, IP2)}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {{.set = "rfc7672", .policy = DANE, .self = {IP6}}, {MX(SEC, "1 o"), A6("o", SEC, IP6), A("o", SEC, IP)}, "bounce MAIL_LOOP 3"},
    {{.set = "rfc7672", .policy = DANE, .self = {"me"}}, {MX(SEC, "1 m; 2 o"), GOOD("m"), A("o", SEC, IP2, "me")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {{.set = "rfc7672", .policy = DANE, .self = {"d.e"}}, {MX(SNO), GOOD("d.e")},                   "bounce MAIL_LOOP 1"},
    {{.set = "rfc7672", .policy = DANE, .self = {IP}}, {MX(SNO), GOOD("d.e")},                      "bounce MAIL_LOOP 3"},
    {{.set = "rfc7672", .policy = DANE, .nexthop = "[h", .self = {"h", IP}}, {GOOD("h")},           "attempt TLSA_USABLE 2 | h dane TLSA_USABLE h=1 for h"},
    {{.set = "rfc7672", .policy = DANE, .self = {"me"}}, {MX(BOG)},                                 "defer MX_BOGUS 1"},
    /* the profiles between the seed and the standard, and Postfix */
    {WITH("opp2013"),    {MX(SEC, "1 m"), A("m", INS, IP), TL("m", SEC, "011; 111")},               "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=2 for m,d.e"},
    {WITH("opp2013"),    {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "011; 411")},               "attempt TLSA_UNUSABLE 3 | m encrypt TLSA_UNUSABLE m=2"},
    {WITH("opp2013"),    {MX(INS, "1 m"), GOOD("m")},                                               "attempt MX_INSECURE 2 | m may MX_INSECURE"},
    {WITH("opp2013"),    {MX(SEC, "1 m", "x"), A("m", SEC, IP, "r"), TL("m", SEC, "311")},          "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"},
    {WITH("draft2014"),  {MX(INS, "1 m"), GOOD("m")},                                               "attempt MX_INSECURE 2 | m may MX_INSECURE"},
    {WITH("draft2014"),  {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "111")},                    "attempt TLSA_UNUSABLE 3 | m encrypt TLSA_UNUSABLE m=1"},
    {WITH("draft2014"),  {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", INS, "311")},                    "attempt TLSA_INSECURE 3 | m may TLSA_INSECURE m=0"},
    {WITH("draft2014b"), {MX(INS, "1 m"), GOOD("m")},                                               "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m"},
    {WITH("draft2014b"), {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", INS, "311")},                    "attempt TLSA_INSECURE 3 | m encrypt TLSA_INSECURE m=0"},
    {WITH("postfix"),    {MX(SNX), GOOD("d.e")},                                                    "attempt TLSA_USABLE 3 | d.e dane TLSA_USABLE d.e=1 for d.e"},
    {WITH("postfix"),    {MX(INS, "1 m", "x"), GOOD("m")},                                          "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e,x"},
    {WITH("postfix"),    {MX(SEC, "0 .; 1 m"), GOOD("m")},                                          "bounce NULL_MX 1"},
    {WITH("postfix"),    {MX(SEC, "1 198.18.0.9")},                                                 "attempt ADDRESS_LITERAL 1 | 198.18.0.9 may ADDRESS_LITERAL"},
};
/* clang-format on */

static void test_cases(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct fake_world world = {cases[i].world, 0};
        char got[600];

        while (world.count < CHECK_COUNT(cases[i].world) &&
               cases[i].world[world.count].name != NULL)
            world.count++;
        check_rowf("%s: %s", cases[i].setting.set, cases[i].want);
        plan_of(&cases[i].setting, &world, got, sizeof(got));
        check_str(got, cases[i].want);
    }
}

/* R-7671-7-3, R-7671-10.2-1; sni: what the first host of the plan is asked for. */
static void test_sni(void)
{
    static const struct fake_record records[] = {MX(SEC, "1 m"), A("m", SEC, IP, "r"),
                                                 TL("r", SEC, "311")};
    static const struct {
        uint16_t value;
        const char *want;
    } values[] = {{DSMTP_SNI_BASE, "r"}, {DSMTP_SNI_EXCHANGE, "m"}, {DSMTP_SNI_OFF, NULL}};

    for (size_t i = 0; i < CHECK_COUNT(values); i++) {
        const struct fake_world world = {records, CHECK_COUNT(records)};
        struct dsmtp_profile p = *dsmtp_profile_at(0);
        const struct dsmtp_discover_config config = {
            .target = "d.e", .nexthop = "d.e", .profile = &p, .policy = DANE, .port = 25};
        struct dsmtp_arena arena;
        struct dsmtp_discover d;

        p.value[DSMTP_SWITCH_SNI] = values[i].value;
        dsmtp_arena_init(&arena, MEMORY);
        check_int(dsmtp_discover_init(&d, &arena, &config), DSMTP_OK);
        check_int(fake_discover(&d, &world, FAKE_FIRST_FIRST, 0), DSMTP_OK);
        if (check_true(dsmtp_discover_plan(&d) != NULL))
            check_str(dsmtp_discover_plan(&d)->hosts[0].sni, values[i].want);
        dsmtp_arena_fini(&arena);
    }
}

/* So many addresses, or TLSA records, and no more: beyond it is an error, never "none". */
static void test_limits(void)
{
    static char data[200 * 12], tlsa[1100 * 5];

    for (unsigned over = 0; over < 2; over++) {
        const struct setting setting = WITH("rfc7672");
        const struct fake_record many_a[] = {MX(SEC, "1 m"), A("m", SEC, data),
                                             TL("m", SEC, "311")};
        const struct fake_record many_tlsa[] = {MX(SEC, "1 m"), A("m", SEC, IP),
                                                TL("m", SEC, tlsa)};
        char got[600];

        data[0] = tlsa[0] = '\0';
        for (unsigned i = 0; i < DSMTP_ADDRESSES_MAX + over; i++)
            snprintf(data + strlen(data), sizeof(data) - strlen(data), "198.18.0.%u;", i + 1);
        for (unsigned i = 0; i < 100 + over; i++)
            snprintf(tlsa + strlen(tlsa), sizeof(tlsa) - strlen(tlsa), "311;");
        check_rowf("%u over the limit", over);
        plan_of(&setting, &(struct fake_world){many_a, 3}, got, sizeof(got));
        check_str(got, over == 0 ? "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d.e"
                                 : "defer ADDRESS_ERROR 2 | m skip ADDRESS_ERROR");
        plan_of(&setting, &(struct fake_world){many_tlsa, 3}, got, sizeof(got));
        check_str(got, over == 0 ? "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=100 for m,d.e"
                                 : "defer TLSA_ERROR 3 | m skip TLSA_ERROR m=0");
    }
}

/* Hosts whose TLSA answers together are larger than anything honest: those beyond are errors. */
static void test_octets(void)
{
    enum { HOSTS = 100 };
    static uint8_t big[60000];
    static char mx[HOSTS * 10];
    const struct dsmtp_rdata rdata = {big, sizeof(big)};
    const struct dsmtp_discover_config config = {.target = "d.e",
                                                 .nexthop = "d.e",
                                                 .profile = dsmtp_profile_at(0),
                                                 .policy = DANE,
                                                 .port = 25};
    static struct fake_reply reply;
    struct dsmtp_question *q;
    struct dsmtp_arena arena;
    struct dsmtp_discover d;
    const struct dsmtp_plan *plan;
    unsigned errors = 0;

    mx[0] = '\0';
    for (unsigned i = 0; i < HOSTS; i++)
        snprintf(mx + strlen(mx), sizeof(mx) - strlen(mx), "1 h%u;", i);
    dsmtp_arena_init(&arena, 2 * DSMTP_OCTETS_MAX);
    check_int(dsmtp_discover_init(&d, &arena, &config), DSMTP_OK);
    while ((q = dsmtp_discover_want(&d)) != NULL) {
        const struct fake_record record = {
            q->query.name, q->query.type, SEC, q->query.type == DSMTP_RR_MX ? mx : IP, NULL, 0};
        const struct fake_record none = {q->query.name, q->query.type, SNO, NULL, NULL, 0};

        fake_answer_from(q->query.type == DSMTP_RR_AAAA || q->query.type == DSMTP_RR_TLSA ? &none
                                                                                          : &record,
                         &q->query, &reply);
        if (q->query.type == DSMTP_RR_TLSA) {
            reply.answer.presence = DSMTP_PRESENCE_DATA;
            reply.answer.records = &rdata;
            reply.answer.count = 1;
        }
        check_int(dsmtp_discover_feed(&d, q, &reply.answer), DSMTP_OK);
    }
    plan = dsmtp_discover_plan(&d);
    if (check_true(plan != NULL))
        for (unsigned i = 0; i < plan->host_count; i++) {
            check_true(plan->hosts[i].level != DSMTP_LEVEL_MAY);
            errors += plan->hosts[i].reason == DSMTP_REASON_TLSA_ERROR ? 1 : 0;
        }
    check_true(errors > 0 && errors < HOSTS);
    dsmtp_arena_fini(&arena);
}

static const struct check_test tests[] = {{"switches and profiles", test_cases},
                                          {"SNI", test_sni},
                                          {"limits", test_limits},
                                          {"too many octets", test_octets}};
SUITE(discover_set, tests);
