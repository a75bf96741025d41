/* options.c - getopt_long over a table that is also the help text. */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complete.h"

#define OPTIONS_MAX 32u
#define HELP 1000

static void help(const struct lab_option *table, const char *usage)
{
    (void)printf("usage: danelab %s\n", usage);
    for (size_t i = 0; table[i].name != NULL; i++) {
        char *name = lab_format("%s%c%s--%s%s%s", table[i].letter != 0 ? "-" : "",
                                table[i].letter != 0 ? table[i].letter : ' ',
                                table[i].letter != 0 ? ", " : "   ", table[i].name,
                                table[i].value != NULL ? " " : "",
                                table[i].value != NULL ? table[i].value : "");

        (void)printf("  %-22s %s\n", name, table[i].says);
        free(name);
    }
}

/* The row that an answer of getopt_long stands for: its index, or its letter. */
static size_t place_of(const struct lab_option *table, int answer)
{
    size_t i = 0;

    if (answer < (int)OPTIONS_MAX)
        return (size_t)answer;
    while (table[i].letter != (char)answer)
        i++;
    return i;
}

int lab_options(int argc, char **argv, const struct lab_option *table, const char *usage,
                const char **got, int *first)
{
    struct option list[OPTIONS_MAX + 2] = {{NULL, 0, NULL, 0}};
    char letters[2 * OPTIONS_MAX + 2] = ":";
    size_t len = 1;
    size_t count = 0;
    int c;

    for (; count < OPTIONS_MAX && table[count].name != NULL; count++) {
        list[count] = (struct option){table[count].name,
                                      table[count].value != NULL ? required_argument : no_argument,
                                      NULL, (int)count};
        got[count] = NULL;
        if (table[count].letter == 0)
            continue;
        letters[len++] = table[count].letter;
        if (table[count].value != NULL)
            letters[len++] = ':';
    }
    list[count] = (struct option){"help", no_argument, NULL, HELP};
    if (argc > 1 && strcmp(argv[1], LAB_COMPLETE) == 0) {
        lab_complete(argc - 2, argv + 2, table, usage);
        return 0;
    }
    optind = 0;
    opterr = 0;
    while ((c = getopt_long(argc, argv, letters, list, NULL)) != -1) {
        if (c == HELP) {
            help(table, usage);
            return 0;
        }
        if (c == ':')
            return lab_complaint(2, "%s: option %s needs a value", argv[0], argv[optind - 1]);
        if (c == '?')
            return lab_complaint(2, "%s: no option %s; danelab %s --help lists them", argv[0],
                                 argv[optind - 1], argv[0]);
        got[place_of(table, c)] = optarg != NULL ? optarg : "";
    }
    *first = optind;
    return -1;
}

int lab_choice(const struct lab_option *option, const char *text)
{
    struct lab_text expected = {0};
    const char *word = option->value;
    int found = text == NULL ? 0 : -1;

    for (int i = 0; found < 0 && word != NULL; i++) {
        size_t len = strcspn(word, "|");
        const char *next = word[len] == '|' ? word + len + 1 : NULL;

        if (strlen(text) == len && memcmp(word, text, len) == 0)
            found = i;
        lab_text_put(&expected, "%s%.*s",
                     i == 0         ? ""
                     : next != NULL ? ", "
                                    : " or ",
                     (int)len, word);
        word = next;
    }
    if (found < 0)
        (void)lab_complaint(2, "--%s: no %s \"%s\"; expected %s", option->name, option->name, text,
                            expected.text);
    free(expected.text);
    return found;
}

long lab_number(const char *option, const char *text, long min, long max)
{
    char *end;
    long n;

    errno = 0;
    n = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || n < min || n > max)
        return lab_complaint(-1, "--%s: \"%s\" is no number from %ld to %ld", option, text, min,
                             max);
    return n;
}
