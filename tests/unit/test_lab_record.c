/* test_lab_record.c - run.jsonl is what lab/run.schema.json says of it. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "made_files.h"
#include "run/known.h"
#include "run/record.h"
#include "schema.h"

static char rule[] = "S16", tag[] = "alias";
static char *rules[] = {rule};
static char *tags[] = {tag};
static char id[] = "tlsa-x", title[] = "a \"title\" with <signs>", topic[] = "03-tlsa-lookup";
static char twin[] = "tlsa-y", path[] = "lab/run.schema.json"; /* any file will do for a digest */
static struct lab_scenario scenario = {.id = id,
                                       .title = title,
                                       .topic = topic,
                                       .rules = rules,
                                       .rules_count = 1,
                                       .tags = tags,
                                       .tags_count = 1,
                                       .twin = twin,
                                       .path = path};
static const struct lab_known row = {
    .verdict = LAB_V_LOST, .outcome = LAB_R_BOUNCED, .reference = "manual", .why = "bounces"};
static char reason[] = "TLSA_MISMATCH", text[] = "says so", address[] = "198.18.0.1";
static struct lab_claim claims[] = {{address, LAB_CLAIMED_ENCRYPTED}};

/* Each member has a description in the schema: what is written is documented. */
static void check_documented(const struct schema *schema, const char *part, json_t *record)
{
    json_t *known = json_object_get(json_object_get(json_object_get(schema->root, "$defs"), part),
                                    "properties");
    const char *name;
    json_t *member;

    json_object_foreach(record, name, member)
    {
        check_row(name);
        check_true(json_object_get(known, name) != NULL);
    }
    check_row(NULL);
}

static void check_line(struct schema *schema, const char *part, json_t *record)
{
    check_row(part);
    check_valid(schema, record);
    check_documented(schema, part, record);
}

static void test_cases(void)
{
    struct schema schema = schema_load("lab/run.schema.json");
    const struct lab_run_config config = {.profile = "rfc7672"};
    struct lab_case k = {.scenario = &scenario, .name = id, .outcome = LAB_R_NONE};

    for (int v = 0; v < LAB_V_COUNT; v++) {
        json_t *record;

        k.judgement.verdict = (enum lab_verdict)v;
        record = lab_record_verdict(&config, &k);
        check_line(&schema, "case", record);
        json_decref(record);
    }
    k.reason = reason;
    k.text = text;
    k.claims = claims;
    k.claims_count = 1;
    k.known = &row;
    k.stale = true;
    for (int o = 0; o <= LAB_R_UNSUPPORTED; o++) {
        json_t *record;

        k.outcome = (enum lab_report_outcome)o;
        record = lab_record_verdict(&config, &k);
        check_line(&schema, "case", record);
        check_str(json_string_value(json_object_get(record, "reference")), "manual");
        json_decref(record);
    }
    schema_free(&schema);
}

/* Header and footer, as they stand in the file, with a case that passed between them; if nothing
 * was sent it is recorded in the end. */
static void check_file(bool sent)
{
    static const char *const parts[] = {"header", "case", "footer"};
    struct schema schema = schema_load("lab/run.schema.json");
    char dir[] = SOME_DIR;
    struct lab_scenario *list[] = {&scenario};
    struct lab_run_config config = {.sut = "made",
                                    .profile = "rfc7672",
                                    .command = "danelab run",
                                    .scenarios = list,
                                    .count = 1,
                                    .lean = true};
    struct lab_case k = {.scenario = &scenario, .name = id, .outcome = LAB_R_DELIVERED};
    struct lab_run_result result = {.cases = &k, .count = 1, .passed = 1};
    struct lab_record *record = NULL;
    struct lab_fault fault;
    json_t *hello = json_pack("{s:s}", "name", "made");
    char *file, *lines = NULL, *rest, *line;
    unsigned number = 0;

    if (!made_dir(dir))
        return;
    config.out_dir = dir;
    file = lab_format("%s/run.jsonl", dir);
    check_int(lab_record_open(&config, hello, &record, &fault), 0);
    if (sent)
        check_int(lab_record_case(record, NULL, &k, NULL, NULL, &fault), 0);
    check_int(lab_record_close(&record, &result, &fault), 0);
    check_int(lab_file_read(file, &lines, NULL, &fault), 0);
    for (rest = lines; (line = strsep(&rest, "\n")) != NULL && *line != '\0' && number < 3;) {
        json_t *one = json_loads(line, 0, NULL);

        check_line(&schema, parts[number], one);
        check_str(json_string_value(json_object_get(one, "type")), parts[number++]);
        json_decref(one);
    }
    check_uint(number, 3);
    made_remove(dir);
    free(lines);
    free(file);
    json_decref(hello);
    schema_free(&schema);
}

static void test_file(void)
{
    check_file(true);
    check_file(false);
}

static const struct check_test tests[] = {{"cases", test_cases}, {"a whole file", test_file}};
SUITE(lab_record, tests);
