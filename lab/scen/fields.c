/* fields.c - the schema, walked, beside what stands here about each key. */
#include "scen/fields.h"

#include <stdlib.h>
#include <string.h>

#include "scen/schema.h"

/* clang-format off */
static const struct {
    const char *section, *key, *fallback, *says;
} texts[] = {
    {"file", "id", "", "the file's name without `.yaml`: lower-case letters, digits, single hyphens, at most 40; the domain is `<id>.example.`"},
    {"file", "title", "", "one line, at most 100 octets, saying what happens; in quotes if it has a colon or a # in it"},
    {"file", "rules", "", "ids from `rules.tsv`"},
    {"file", "impact", "", "what goes wrong in the world if a sender gets it wrong"},
    {"file", "tags", "none", "words for `--tag`"},
    {"file", "family", "none", "this scenario once more for each, see below; in one line"},
    {"file", "twin", "none", "a scenario that differs in one fact and is delivered; needed wherever the first choice is not delivery"},
    {"file", "why", "", "prose: why this branch exists, and what happens without it"},
    {"file", "to", "`@`", "the domain that the message is sent to"},
    {"file", "recipients", "`[user]`", "mailboxes there; the first one's mail is judged, the others get the same message"},
    {"file", "attempts", "1", "how often the sender is asked; it must keep the message until the last attempt, which `accept` is about"},
    {"file", "world.zones", "", "at least one zone"},
    {"file", "world.hosts", "none", "at most 16 mail hosts"},
    {"file", "prove", "", "what must be true before the sender starts; at least one line"},
    {"file", "steps", "none", "what changes with time, one attempt after each"},
    {"file", "expect", "", "what the sender may do, for each version of the rules and each local policy; at least one"},

    {"zones", "name", "`@`", "`@`, a name below it, or `<id>--WORD.example.`"},
    {"zones", "signed", "`true`", "signed, with a DS record in the parent"},
    {"zones", "served", "`true`", "`false`: delegated, but the server does not know the zone"},
    {"zones", "resigned", "`true`", "`false`: at later steps its signatures stay what they are, and may run out"},
    {"zones", "denial", "`nsec`", "how absence is proven"},
    {"zones", "iterations", "0", "of NSEC3: extra iterations, 0 to 65535"},
    {"zones", "salt", "none", "of NSEC3: hex digits"},
    {"zones", "algorithm", "`ed25519`", "of its keys"},
    {"zones", "keys", "`csk`", "one key signs everything; or one the keys, and one the data (Ed25519 only)"},
    {"zones", "records", "", "master-file lines; SOA, NS and the delegation are added by the lab"},
    {"zones", "damage", "none", "what is spoilt after signing"},
    {"zones", "serve", "none", "what the zone's name server does with a question in place of answering it; the first line that fits counts"},
    {"zones", "spare", "`false`", "`true`: a second name server, without the faults of `serve`"},

    {"hosts", "name", "", "name of the host, and its key in placeholders and observations"},
    {"hosts", "cert", "none", "recipe of `certs/recipes.yaml`; left out for hosts that never get as far as TLS"},
    {"hosts", "names", "the host's own", "DNS names in the leaf certificate; SNI is compared with them"},
    {"hosts", "key_of", "a key of its own", "another host of the same `cert`, whose key this one uses too"},
    {"hosts", "smtp", "`starttls`", "behaviour, a row of `lab/smtp/behaviour.c`"},

    {"prove", "dns", "", "owner and type of a question"},
    {"prove", "is", "", "what the lab's resolver must make of the answer; `error` is SERVFAIL without a validation failure, or silence"},
    {"prove", "answer", "`any`", "what it must be; left out with `bogus` and `error`"},
    {"prove", "library", "the same as `is`", "what libunbound makes of it where it differs (algorithm 16 does, on Debian 12)"},
    {"prove", "ede", "any", "one of these extended errors (RFC 8914) must be in the reply of the default resolver"},
    {"prove", "records", "`any`", "at a step, compared with the one before"},

    {"steps", "at", "", "time since the start: `s`, `m`, `h` or `d`; later than the step before"},
    {"steps", "world.zones", "none", "what takes the place of the zone of the same name; all keys but `served`, `serve` and `spare`"},
    {"steps", "world.hosts", "none", "likewise; the address stays"},
    {"steps", "prove", "", "what is true then, asked of the sender's resolver with all that it has cached"},

    {"expect", "profiles", "", "versions of the rules: `rfc7672` `seed2013` `opp2013` `draft2014` `draft2014b` `postfix`"},
    {"expect", "policies", "`[dane]`", "local policies: `dane` `dane-only` `may` `encrypt`"},
    {"expect", "accept", "", "outcomes in order of preference; the first that fits counts"},
    {"expect", "reasons", "any", "reason words (lab/adapters/README.md) that a sender may give; one that gives none is not blamed"},
    {"expect", "require", "none", "observations that must be made, whichever outcome"},
    {"expect", "forbid", "none", "observations that must not be made"},

    {"damage", "recipe", "", "a recipe of `zones/damage.yaml`"},
    {"damage", "owner", "none", "only for recipes about one RRset: its name"},
    {"damage", "type", "none", "and its type"},

    {"serve", "owner", "", "name in the zone; `*` is every name below the zone, `*.NAME` every name below NAME"},
    {"serve", "type", "any", "type of the question"},
    {"serve", "as", "", "what happens"},

    {"accept", "outcome", "", "what becomes of the mail"},
    {"accept", "host", "any", "the host that it is delivered to"},
    {"accept", "over", "`any`", "how it is delivered"},
    {"accept", "as", "`PASS`", "the verdict"},
    {"accept", "note", "none", "why it is not PASS; needed then"},

    {"require", "see", "", "what is seen"},
    {"require", "at", "none", "the host; needed with all but `query`"},
    {"require", "of", "none", "with `query`: owner and type (`*.OWNER`: any name below); with `sni`: the name; in a zone of the file, but it need not exist"},

    {"serve.as", "drop", NULL, "no answer at all, which costs whoever asks some seconds: for few scenarios, with the tag `slow`"},
    {"serve.as", "drop-udp", NULL, "no answer over UDP"},
    {"serve.as", "delay", NULL, "each answer comes 0.3 s late, so that the resolver repeats the question"},
    {"serve.as", "refused", NULL, "that return code, and nothing else"},
    {"serve.as", "notimp", NULL, "likewise"},
    {"serve.as", "formerr", NULL, "likewise"},
    {"serve.as", "servfail", NULL, "likewise"},
    {"serve.as", "notauth", NULL, "likewise"},
    {"serve.as", "nxdomain", NULL, "the real answer with that return code"},
    {"serve.as", "noerror", NULL, "likewise"},
    {"serve.as", "empty", NULL, "NOERROR with nothing, no SOA and no proof"},
    {"serve.as", "truncated", NULL, "\"ask over TCP\""},
    {"serve.as", "truncated-no-tcp", NULL, "the same, and nobody listens there"},
    {"serve.as", "unsigned", NULL, "the answer without RRSIG and NSEC records, as from a server that ignores DO"},
    {"serve.as", "no-edns", NULL, "FORMERR to questions with EDNS"},
    {"serve.as", "other-question", NULL, "the answer names another type"},
    {"serve.as", "garbled", NULL, "the answer ends in the middle"},
    {"serve.as", "not-authoritative", NULL, "the answer without the flag that it comes from who is responsible (AA)"},
    {"serve.as", "claims-ad", NULL, "the answer with the flag that it has been validated (AD), which is not the name server's to say"},

    {"require.see", "query", NULL, "the sender asked the resolver"},
    {"require.see", "connect", NULL, "a connection was made"},
    {"require.see", "starttls", NULL, "STARTTLS was sent"},
    {"require.see", "tls", NULL, "the handshake was completed"},
    {"require.see", "sni", NULL, "the ClientHello had that name"},
    {"require.see", "mail", NULL, "MAIL was sent"},
    {"require.see", "clear-mail", NULL, "MAIL, RCPT or a message was sent outside TLS"},
};
/* clang-format on */

#define SECTIONS_MAX 16

/* Sections that are still to be made: the keys of a mapping, which is put off once, wherever it is
 * used; or words that are explained one by one. */
struct section {
    const cyaml_schema_field_t *fields;
    const cyaml_schema_value_t *words; /* or NULL */
    const char *name;
};
struct walk {
    struct section sections[SECTIONS_MAX];
    size_t count;
    struct lab_fields *out;
};

static char *words_of(const cyaml_schema_value_t *value)
{
    struct lab_text text = {0};

    if (value->type != CYAML_ENUM)
        return NULL;
    lab_text_put(&text, "%s", "");
    for (uint32_t i = 0; i < value->enumeration.count; i++)
        lab_text_put(&text, "%s`%s`", i > 0 ? " " : "", value->enumeration.strings[i].str);
    return text.text;
}

/* Is the i-th text about that key? */
static bool is_about(size_t i, const struct lab_field *field)
{
    return strcmp(texts[i].section, field->section) == 0 && strcmp(texts[i].key, field->key) == 0;
}

static void explain(struct lab_field *field)
{
    for (size_t i = 0; i < LAB_COUNT(texts); i++) {
        if (!is_about(i, field))
            continue;
        field->fallback = texts[i].fallback;
        field->says = texts[i].says;
    }
}

static void put_off(struct walk *w, const cyaml_schema_field_t *fields,
                    const cyaml_schema_value_t *words, const char *name)
{
    for (size_t i = 0; i < w->count; i++)
        if (fields != NULL && w->sections[i].fields == fields)
            return;
    if (w->count == SECTIONS_MAX)
        abort();
    w->sections[w->count++] = (struct section){fields, words, name};
}

/* Are the words of this key explained one by one? Then as what section. */
static const char *section_of_words(const char *section, const char *key)
{
    const size_t len = strlen(section);

    for (size_t i = 0; i < LAB_COUNT(texts); i++)
        if (strncmp(texts[i].section, section, len) == 0 && texts[i].section[len] == '.' &&
            strcmp(texts[i].section + len + 1, key) == 0)
            return texts[i].section;
    return NULL;
}

static void add(struct walk *w, const char *section, char *key, const cyaml_schema_value_t *value)
{
    const char *words = section_of_words(section, key);
    struct lab_fields *out = w->out;
    struct lab_field *field;

    out->list = lab_realloc(out->list, out->count + 1, sizeof(*out->list));
    field = &out->list[out->count++];
    *field = (struct lab_field){.section = section,
                                .key = key,
                                .words = words == NULL ? words_of(value) : NULL,
                                .needed = (value->flags & CYAML_FLAG_OPTIONAL) == 0};
    explain(field);
    if (words != NULL)
        put_off(w, NULL, value, words);
}

static void add_words(struct walk *w, const struct section *section)
{
    for (uint32_t i = 0; i < section->words->enumeration.count; i++) {
        static const cyaml_schema_value_t none = {.flags = CYAML_FLAG_OPTIONAL};

        add(w, section->name, lab_strdup(section->words->enumeration.strings[i].str), &none);
    }
}

/* One mapping; those in it are a part of it ("world.zones"), those in its lists come later. */
static void walk(struct walk *w, const cyaml_schema_field_t *fields, const char *section,
                 const char *prefix)
{
    for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++) {
        char *key = lab_format("%s%s", prefix, f->key);

        if (f->value.type == CYAML_MAPPING) {
            char *below = lab_format("%s.", key);

            walk(w, f->value.mapping.fields, section, below);
            free(below);
            free(key);
            continue;
        }
        add(w, section, key, &f->value);
        if (f->value.type == CYAML_SEQUENCE && f->value.sequence.entry->type == CYAML_MAPPING)
            put_off(w, f->value.sequence.entry->mapping.fields, NULL, f->key);
    }
}

void lab_fields_make(struct lab_fields *out)
{
    struct walk w = {.out = out};

    *out = (struct lab_fields){0};
    put_off(&w, lab_scenario_schema.mapping.fields, NULL, "file");
    for (size_t i = 0; i < w.count; i++) {
        if (w.sections[i].words != NULL)
            add_words(&w, &w.sections[i]);
        else
            walk(&w, w.sections[i].fields, w.sections[i].name, "");
    }
}

void lab_fields_free(struct lab_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        free(fields->list[i].key);
        free(fields->list[i].words);
    }
    free(fields->list);
    *fields = (struct lab_fields){0};
}

const char *lab_fields_stale(const struct lab_fields *fields)
{
    for (size_t i = 0; i < LAB_COUNT(texts); i++) {
        size_t k = 0;

        while (k < fields->count && !is_about(i, &fields->list[k]))
            k++;
        if (k == fields->count)
            return texts[i].key;
    }
    return NULL;
}
