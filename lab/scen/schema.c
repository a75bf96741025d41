/* schema.c - the layout of a scenario file: which key goes where in struct lab_scenario. */
#include "scen/schema.h"

#include <stdlib.h>

#include "scen/words.h"

#define LINE 300   /* longest one-line text: a domain name and what stands around it */
#define TEXT 65536 /* longest block of text */
#define MANY 64    /* entries of a list */

#define OPT CYAML_FLAG_OPTIONAL
#define PTR CYAML_FLAG_POINTER
#define STRICT CYAML_FLAG_STRICT
#define ONE_OF(key, flags, structure, member, table) \
    CYAML_FIELD_ENUM(key, flags | STRICT, structure, member, table, LAB_COUNT(table))

/* clang-format off */
static const cyaml_schema_value_t a_word = {CYAML_VALUE_STRING(PTR, char, 1, LINE)};
static const cyaml_schema_value_t a_policy = {CYAML_VALUE_ENUM(STRICT, enum lab_policy, lab_policy_words, LAB_COUNT(lab_policy_words))};

static const cyaml_schema_value_t a_family = {CYAML_VALUE_ENUM(STRICT, enum lab_family, lab_family_words, LAB_COUNT(lab_family_words))};

static const cyaml_schema_field_t damage_fields[] = {
    CYAML_FIELD_STRING_PTR("recipe", PTR, struct lab_damage, recipe, 1, LINE),
    CYAML_FIELD_STRING_PTR("owner", PTR | OPT, struct lab_damage, owner, 1, LINE),
    CYAML_FIELD_STRING_PTR("type", PTR | OPT, struct lab_damage, type, 1, LINE),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t a_damage = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_damage, damage_fields)};

static const cyaml_schema_field_t serve_fields[] = {
    CYAML_FIELD_STRING_PTR("owner", PTR, struct lab_serve, owner, 1, LINE),
    CYAML_FIELD_STRING_PTR("type", PTR | OPT, struct lab_serve, type, 1, LINE),
    ONE_OF("as", CYAML_FLAG_DEFAULT, struct lab_serve, as, lab_serve_words),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t a_serve = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_serve, serve_fields)};

#define ZONE_FIELDS(records_are)                                                                                       \
    CYAML_FIELD_STRING_PTR("name", PTR | OPT, struct lab_zone, name, 1, LINE),                                         \
    ONE_OF("signed", OPT, struct lab_zone, is_signed, lab_bool_words),                                                 \
    ONE_OF("served", OPT, struct lab_zone, served, lab_bool_words),                                                    \
    ONE_OF("resigned", OPT, struct lab_zone, resigned, lab_bool_words),                                                \
    ONE_OF("denial", OPT, struct lab_zone, denial, lab_denial_words),                                                  \
    CYAML_FIELD_UINT("iterations", OPT, struct lab_zone, iterations),                                                  \
    CYAML_FIELD_STRING_PTR("salt", PTR | OPT, struct lab_zone, salt, 1, LINE),                                         \
    ONE_OF("algorithm", OPT, struct lab_zone, algorithm, lab_algorithm_words),                                         \
    ONE_OF("keys", OPT, struct lab_zone, keys, lab_keys_words),                                                        \
    CYAML_FIELD_STRING_PTR("records", PTR | records_are, struct lab_zone, records, 1, TEXT),                           \
    CYAML_FIELD_SEQUENCE("damage", PTR | OPT, struct lab_zone, damage, &a_damage, 1, MANY),                            \
    CYAML_FIELD_SEQUENCE("serve", PTR | OPT, struct lab_zone, serve, &a_serve, 1, MANY),                               \
    ONE_OF("spare", OPT, struct lab_zone, spare, lab_bool_words),                                                      \
    CYAML_FIELD_END

static const cyaml_schema_field_t zone_fields[] = {ZONE_FIELDS(CYAML_FLAG_DEFAULT)};
static const cyaml_schema_value_t a_zone = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_zone, zone_fields)};

static const cyaml_schema_field_t host_fields[] = {
    CYAML_FIELD_STRING_PTR("name", PTR, struct lab_host, name, 1, LINE),
    CYAML_FIELD_STRING_PTR("cert", PTR | OPT, struct lab_host, cert, 1, LINE),
    CYAML_FIELD_SEQUENCE("names", PTR | OPT, struct lab_host, names, &a_word, 1, MANY),
    CYAML_FIELD_STRING_PTR("key_of", PTR | OPT, struct lab_host, key_of, 1, LINE),
    CYAML_FIELD_STRING_PTR("smtp", PTR | OPT, struct lab_host, smtp, 1, LINE),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t a_host = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_host, host_fields)};

/* "world" is a level of the file, not of the structure: its fields lie in struct lab_scenario itself. */
#define WORLD_FIELDS(structure, zones_are)                                                                             \
    CYAML_FIELD_SEQUENCE("zones", PTR | zones_are, structure, zones, &a_zone, 1, LAB_MAX_HOSTS),                       \
    CYAML_FIELD_SEQUENCE("hosts", PTR | OPT, structure, hosts, &a_host, 1, LAB_MAX_HOSTS),                             \
    CYAML_FIELD_END

static const cyaml_schema_field_t world_fields[] = {WORLD_FIELDS(struct lab_scenario, CYAML_FLAG_DEFAULT)};

static const cyaml_schema_value_t a_number = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, unsigned)};
/* States of zones/states: no hosts, and records are those of the base if they are left out. */
static const cyaml_schema_field_t state_zone_fields[] = {ZONE_FIELDS(OPT)};
static const cyaml_schema_value_t a_state_zone = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_zone, state_zone_fields)};
static const cyaml_schema_field_t state_world_fields[] = {
    CYAML_FIELD_SEQUENCE("zones", PTR, struct lab_scenario, zones, &a_state_zone, 1, LAB_MAX_HOSTS),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t prove_fields[] = {
    CYAML_FIELD_STRING_PTR("dns", PTR, struct lab_prove, dns, 1, LINE),
    ONE_OF("is", CYAML_FLAG_DEFAULT, struct lab_prove, is, lab_security_words),
    ONE_OF("answer", OPT, struct lab_prove, answer, lab_answer_words),
    CYAML_FIELD_ENUM_PTR("library", PTR | OPT | STRICT, struct lab_prove, library, lab_security_words, LAB_COUNT(lab_security_words)),
    CYAML_FIELD_SEQUENCE("ede", PTR | OPT, struct lab_prove, ede, &a_number, 1, MANY),
    ONE_OF("records", OPT, struct lab_prove, records, lab_records_words),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t a_proof = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_prove, prove_fields)};

static const cyaml_schema_field_t change_fields[] = {WORLD_FIELDS(struct lab_later, OPT)};
static const cyaml_schema_field_t step_fields[] = {
    CYAML_FIELD_STRING_PTR("at", PTR, struct lab_later, at, 1, LINE),
    {.key = "world", .value = {CYAML_VALUE_MAPPING(OPT, struct lab_later, change_fields)}},
    CYAML_FIELD_SEQUENCE("prove", PTR, struct lab_later, prove, &a_proof, 1, MANY),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t a_step = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_later, step_fields)};

static const cyaml_schema_field_t accept_fields[] = {
    ONE_OF("outcome", CYAML_FLAG_DEFAULT, struct lab_accept, outcome, lab_outcome_words),
    CYAML_FIELD_STRING_PTR("host", PTR | OPT, struct lab_accept, host, 1, LINE),
    ONE_OF("over", OPT, struct lab_accept, over, lab_over_words),
    ONE_OF("as", OPT, struct lab_accept, as, lab_grade_words),
    CYAML_FIELD_STRING_PTR("note", PTR | OPT, struct lab_accept, note, 1, TEXT),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t an_accept = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_accept, accept_fields)};

static const cyaml_schema_field_t observation_fields[] = {
    ONE_OF("see", CYAML_FLAG_DEFAULT, struct lab_observation, see, lab_see_words),
    CYAML_FIELD_STRING_PTR("at", PTR | OPT, struct lab_observation, at, 1, LINE),
    CYAML_FIELD_STRING_PTR("of", PTR | OPT, struct lab_observation, of, 1, LINE),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t an_observation = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_observation, observation_fields)};

static const cyaml_schema_field_t expect_fields[] = {
    CYAML_FIELD_SEQUENCE("profiles", PTR, struct lab_expect, profiles, &a_word, 1, MANY),
    CYAML_FIELD_SEQUENCE("policies", PTR | OPT, struct lab_expect, policies, &a_policy, 1, LAB_POLICY_COUNT),
    CYAML_FIELD_SEQUENCE("accept", PTR, struct lab_expect, accept, &an_accept, 1, MANY),
    CYAML_FIELD_SEQUENCE("reasons", PTR | OPT, struct lab_expect, reasons, &a_word, 1, MANY),
    CYAML_FIELD_SEQUENCE("require", PTR | OPT, struct lab_expect, require, &an_observation, 1, MANY),
    CYAML_FIELD_SEQUENCE("forbid", PTR | OPT, struct lab_expect, forbid, &an_observation, 1, MANY),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t an_expect = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_expect, expect_fields)};

#define WHAT_IT_IS                                                                                                     \
    CYAML_FIELD_STRING_PTR("to", PTR | OPT, struct lab_scenario, to, 1, LINE),                                         \
    CYAML_FIELD_SEQUENCE("recipients", PTR | OPT, struct lab_scenario, recipients, &a_word, 1, MANY),                  \
    ONE_OF("attempts", OPT, struct lab_scenario, attempts, lab_attempts_words),                                        \
    {.key = "world", .value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_scenario, world_fields)}},           \
    CYAML_FIELD_SEQUENCE("prove", PTR, struct lab_scenario, prove, &a_proof, 1, MANY),                                 \
    CYAML_FIELD_SEQUENCE("steps", PTR | OPT, struct lab_scenario, steps, &a_step, 1, LAB_MAX_STEPS),                   \
    CYAML_FIELD_SEQUENCE("expect", PTR, struct lab_scenario, expect, &an_expect, 1, MANY),                             \
    CYAML_FIELD_END

static const cyaml_schema_field_t scenario_fields[] = {
    CYAML_FIELD_STRING_PTR("id", PTR, struct lab_scenario, id, 1, LINE),
    CYAML_FIELD_STRING_PTR("title", PTR, struct lab_scenario, title, 1, TEXT),
    CYAML_FIELD_SEQUENCE("rules", PTR, struct lab_scenario, rules, &a_word, 1, MANY),
    ONE_OF("impact", CYAML_FLAG_DEFAULT, struct lab_scenario, impact, lab_impact_words),
    CYAML_FIELD_SEQUENCE("tags", PTR | OPT, struct lab_scenario, tags, &a_word, 1, MANY),
    CYAML_FIELD_SEQUENCE("family", PTR | OPT, struct lab_scenario, families, &a_family, 1, 2),
    CYAML_FIELD_STRING_PTR("twin", PTR | OPT, struct lab_scenario, twin, 1, LINE),
    CYAML_FIELD_STRING_PTR("why", PTR, struct lab_scenario, why, 1, TEXT),
    WHAT_IT_IS,
};
static const cyaml_schema_field_t behaviour_fields[] = {WHAT_IT_IS};
static const cyaml_schema_field_t state_fields[] = {
    CYAML_FIELD_STRING_PTR("name", PTR, struct lab_scenario, id, 1, LINE),
    CYAML_FIELD_STRING_PTR("says", PTR, struct lab_scenario, title, 1, TEXT),
    {.key = "world", .value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_scenario, state_world_fields)}},
    CYAML_FIELD_SEQUENCE("prove", PTR, struct lab_scenario, prove, &a_proof, 1, MANY),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t a_state = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_scenario, state_fields)};
static const cyaml_schema_field_t state_file_fields[] = {
    CYAML_FIELD_STRING_PTR("base", PTR, struct lab_state_file, base, 1, TEXT),
    CYAML_FIELD_SEQUENCE("states", PTR, struct lab_state_file, states, &a_state, 1, 1000),
    CYAML_FIELD_END,
};
/* clang-format on */

const cyaml_schema_value_t lab_states_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct lab_state_file, state_file_fields)};
const cyaml_schema_value_t lab_scenario_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct lab_scenario, scenario_fields)};
const cyaml_schema_value_t lab_behaviour_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct lab_scenario, behaviour_fields)};

static void *memory(void *self, void *old, size_t size)
{
    (void)self;
    if (size == 0) {
        free(old);
        return NULL;
    }
    return lab_realloc(old, 1, size);
}

const cyaml_config_t lab_cyaml_config = {
    .mem_fn = memory,
    .log_level =
        CYAML_LOG_WARNING, /* without a log function: silent; check.c has said it already */
    .flags = CYAML_CFG_NO_ALIAS,
};
