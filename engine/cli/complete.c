/* complete.c - candidates of complete.h. */
#include "cli/complete.h"

#include <string.h>

void dsmtp_complete_offer(const char *typed, const char *candidate)
{
    if (strncmp(typed, candidate, strlen(typed)) == 0)
        (void)puts(candidate);
}

static void offer_profiles(enum dsmtp_takes command, const char *typed)
{
    (void)command;
    for (unsigned i = 0; dsmtp_profile_at(i) != NULL; i++)
        dsmtp_complete_offer(typed, dsmtp_profile_at(i)->name);
}

/* SWITCH=VALUE, but numbers. */
static void offer_settings(enum dsmtp_takes command, const char *typed)
{
    (void)command;
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        const struct dsmtp_switch_info *s = dsmtp_switch_info((enum dsmtp_switch)i);

        for (unsigned v = 0; s->max == 0 && s->values[v] != NULL; v++) {
            char setting[80];

            (void)snprintf(setting, sizeof(setting), "%s=%s", s->word, s->values[v]);
            dsmtp_complete_offer(typed, setting);
        }
    }
}

static void offer_policies(enum dsmtp_takes command, const char *typed)
{
    (void)command;
    for (unsigned i = 0; i < DSMTP_POLICY_COUNT; i++)
        if (i != DSMTP_POLICY_FINGERPRINT)
            dsmtp_complete_offer(typed, dsmtp_policy_name((enum dsmtp_policy)i));
}

static void offer_formats(enum dsmtp_takes command, const char *typed)
{
    static const char *const words[] = {"text", "markdown", "json"};
    enum dsmtp_grid_form form;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (dsmtp_options_format(words[i], command, &form))
            dsmtp_complete_offer(typed, words[i]);
}

static void offer_versions(enum dsmtp_takes command, const char *typed)
{
    (void)command;
    static const char *const words[] = {"1.0", "1.1", "1.2", "1.3"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        dsmtp_complete_offer(typed, words[i]);
}

/* What a value of the option of that name, or a word of that kind among the arguments, can be. */
static const struct {
    const char *name;
    void (*offer)(enum dsmtp_takes command, const char *typed);
} kinds[] = {
    {"profile", offer_profiles}, {"PROFILE", offer_profiles},        {"set", offer_settings},
    {"format", offer_formats},   {"default-policy", offer_policies}, {"tls-min", offer_versions}};

static void offer_kind(enum dsmtp_takes command, const char *typed, const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, name) == 0)
            kinds[i].offer(command, typed);
}

/* Is the word this option, alone or with "=" and a value? */
static bool is_option(const char *word, const char *name, char letter)
{
    size_t len = strcspn(word, "=");

    if (letter != 0 && word[0] == '-' && word[1] == letter && word[2] == '\0')
        return true;
    return len > 2 && strncmp(word, "--", 2) == 0 && strlen(name) == len - 2 &&
           strncmp(word + 2, name, len - 2) == 0;
}

/* The option with a value that a word is, or NULL. */
static const char *valued(enum dsmtp_takes command, const char *word)
{
    const char *name, *value;
    char letter;

    for (unsigned i = 0; dsmtp_options_at(i, &name, &value, &letter); i++)
        if (dsmtp_options_takes(i, command) && value != NULL && is_option(word, name, letter))
            return name;
    return NULL;
}

static void offer_options(enum dsmtp_takes command, const char *typed)
{
    const char *name, *value;
    char letter;

    for (unsigned i = 0; dsmtp_options_at(i, &name, &value, &letter); i++) {
        char option[40];

        (void)snprintf(option, sizeof(option), "--%s", name);
        if (dsmtp_options_takes(i, command))
            dsmtp_complete_offer(typed, option);
    }
}

/* Words in lower case are meant as they are, in the first place. A kind that is asked for twice is
 * offered once. */
static void offer_arguments(enum dsmtp_takes command, const char *typed, const char *arguments,
                            bool first)
{
    char last[20] = "";

    while (*(arguments += strspn(arguments, "[]| .")) != '\0' && *arguments != '<') {
        size_t len = strcspn(arguments, "[]| .");
        char word[sizeof(last)];

        (void)snprintf(word, sizeof(word), "%.*s", (int)len, arguments);
        if (first && word[0] >= 'a' && word[0] <= 'z')
            dsmtp_complete_offer(typed, word);
        else if (strcmp(word, last) != 0)
            offer_kind(command, typed, word);
        (void)memcpy(last, word, sizeof(last));
        arguments += len;
    }
}

void dsmtp_complete(enum dsmtp_takes command, const char *arguments, int count, char *const *words)
{
    const char *typed = count > 0 ? words[count - 1] : "";
    const char *value = strchr(typed, '=');
    const char *before = count > 1 && strchr(words[count - 2], '=') == NULL
                             ? valued(command, words[count - 2])
                             : NULL;
    const char *here = value != NULL ? valued(command, typed) : NULL;

    if (before != NULL)
        offer_kind(command, typed, before);
    else if (here != NULL)
        offer_kind(command, value + 1, here);
    else if (typed[0] == '-')
        offer_options(command, typed);
    else
        offer_arguments(command, typed, arguments, count <= 1);
}
