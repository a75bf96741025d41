/* test_survey.c - what is asked for the publisher's sake, and what is not. */
#include "core/survey.h"

#include <stdio.h>
#include <string.h>

#include "advice_case.h"
#include "check.h"

/* clang-format off */
#define HOST(why)  .level = DSMTP_LEVEL_MAY, .reason = DSMTP_REASON_##why
#define UNASKED    .survey = DSMTP_PRESENCE_COUNT

static const struct { struct advice_case c; const char *want; } cases[] = {
    {{"insecure host",        .hosts = {{HOST(ADDRESS_INSECURE)}}}, "TLSA _25._tcp.mx1.d.example"},
    {{"the second is",        .hosts = {{HOST(TLSA_ABSENT), UNASKED}, {HOST(ADDRESS_INSECURE)}}}, "TLSA _25._tcp.mx2.d.example"},
    {{"asked before",         .hosts = {{HOST(TLSA_ABSENT), UNASKED}}}, ""},
    {{"no address",           .hosts = {{HOST(NO_ADDRESS)}}}, ""},
    {{"a literal",            .hosts = {{HOST(ADDRESS_LITERAL)}}}, ""},
    {{"a zone",               .algorithm = 13}, "DS d.example NSEC3PARAM d.example"},
    {{"a zone, insecure",     .algorithm = 13, .mx = DSMTP_SECURITY_INSECURE}, ""},
    {{"both",                 .algorithm = 13, .hosts = {{HOST(ADDRESS_INSECURE)}}}, "TLSA _25._tcp.mx1.d.example DS d.example NSEC3PARAM d.example"},
};
/* clang-format on */

static void ask_all(struct dsmtp_survey *survey, char *out, size_t room)
{
    struct dsmtp_question *q;

    out[0] = '\0';
    while ((q = dsmtp_survey_want(survey)) != NULL) {
        const struct dsmtp_answer answer = {
            .query = q->query, .presence = DSMTP_PRESENCE_NODATA, .ttl = 7};
        size_t used = strlen(out);

        (void)snprintf(out + used, room - used, "%s%s %s", used > 0 ? " " : "",
                       dsmtp_rrtype_name(q->query.type), q->query.name);
        check_true(!q->answered);
        check_int(dsmtp_survey_feed(survey, q, &answer), DSMTP_OK);
        check_true(q->answered && q->answer.ttl == 7);
    }
}

static void test_questions(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct advice_stage s;
        struct dsmtp_survey survey;
        char got[300];

        check_row(cases[i].c.label);
        advice_stage_init(&s, &cases[i].c);
        check_int(dsmtp_survey_init(&survey, &s.arena, &s.discover), DSMTP_OK);
        ask_all(&survey, got, sizeof(got));
        check_str(got, cases[i].want);
        advice_stage_fini(&s);
    }
}

/* The root is nobody's, a zone is asked once, and however many there are it ends. */
static void test_zones(void)
{
    static const struct advice_case plain = {"plain", .mx = DSMTP_SECURITY_SECURE};
    struct advice_stage s;
    struct dsmtp_survey survey;
    char names[DSMTP_SURVEY_ZONES_MAX + 4][12];
    struct dsmtp_question list[DSMTP_SURVEY_ZONES_MAX + 4] = {{.host = 0}};
    struct dsmtp_question *questions[DSMTP_SURVEY_ZONES_MAX + 4];

    advice_stage_init(&s, &plain);
    for (unsigned i = 0; i < CHECK_COUNT(list); i++) {
        (void)snprintf(names[i], sizeof(names[i]), "z%u.example", i / 2);
        list[i].answer.signature.signer = i == 0 ? "." : names[i];
        questions[i] = &list[i];
    }
    s.discover.questions = questions;
    s.discover.count = CHECK_COUNT(list);
    check_int(dsmtp_survey_init(&survey, &s.arena, &s.discover), DSMTP_OK);
    check_uint(survey.zone_count, CHECK_COUNT(list) / 2);
    check_str(survey.zones[0]->signer, "z0.example");
    check_str(survey.zones[1]->signer, "z1.example");
    for (unsigned i = 0; i < CHECK_COUNT(list); i++)
        (void)snprintf(names[i], sizeof(names[i]), "z%u.example", i);
    check_int(dsmtp_survey_init(&survey, &s.arena, &s.discover), DSMTP_OK);
    check_uint(survey.zone_count, DSMTP_SURVEY_ZONES_MAX);
    advice_stage_fini(&s);
}

static void test_starved(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        enum dsmtp_status status = DSMTP_NOMEM;

        check_row(cases[i].c.label);
        for (size_t room = 0; status != DSMTP_OK && check_true(room < 20000); room += 16) {
            struct advice_stage s;
            struct dsmtp_survey survey;

            advice_stage_init(&s, &cases[i].c);
            s.arena.limit = s.arena.used + room;
            status = dsmtp_survey_init(&survey, &s.arena, &s.discover);
            if (status != DSMTP_OK)
                check_int(status, DSMTP_NOMEM);
            advice_stage_fini(&s);
        }
    }
}

static const struct check_test tests[] = {
    {"questions", test_questions}, {"zones", test_zones}, {"starved", test_starved}};
SUITE(survey, tests);
