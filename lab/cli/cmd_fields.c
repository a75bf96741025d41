/* cmd_fields.c - danelab fields: the keys of a scenario file, as Markdown or for the manual page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/options.h"
#include "scen/fields.h"

enum { FORMAT };
enum { MARKDOWN, MDOC };

static const struct lab_option table[] = {
    [FORMAT] = {"format", "markdown|mdoc", "as tables, or for danelab-scenario(5) (markdown)", 0},
    {NULL, NULL, NULL, 0},
};

static bool begins(const struct lab_fields *fields, size_t i)
{
    return i == 0 || fields->list[i - 1].section != fields->list[i].section;
}

/* Words first: they are what is looked for. */
static char *said(const struct lab_field *f)
{
    const bool listed = f->words != NULL && strcmp(f->words, "`false` `true`") != 0;

    return lab_format("%s%s%s", listed ? f->words : "", listed ? ": " : "",
                      f->says != NULL ? f->says : "");
}

static void put_markdown(const struct lab_fields *fields, size_t i)
{
    const struct lab_field *f = &fields->list[i];
    char *text = said(f);

    if (begins(fields, i))
        (void)printf("%s| %s | what |%s\n|---|---|%s\n", i > 0 ? "\n" : "", f->section,
                     f->fallback != NULL ? " without it |" : "", f->fallback != NULL ? "---|" : "");
    (void)printf("| `%s` | %s |", f->key, text);
    if (f->fallback != NULL)
        (void)printf(" %s |", f->needed ? "*needed*" : f->fallback);
    (void)putchar('\n');
    free(text);
}

/* `word` becomes a .Ql line, with the punctuation around it as mdoc wants it. */
static void put_words(const char *text)
{
    char *copy = lab_strdup(text);
    char *rest = copy;
    char *part;

    for (bool typed = false; (part = strsep(&rest, "`")) != NULL; typed = !typed) {
        size_t marks;

        if (typed) {
            char *next = rest != NULL ? rest : part + strlen(part);

            (void)printf(".Ql %s", part);
            marks = strspn(next, ".,:;)");
            for (size_t k = 0; k < marks; k++)
                (void)printf(" %c", next[k]);
            (void)putchar('\n');
            if (rest != NULL)
                rest += marks;
            continue;
        }
        part += strspn(part, " ");
        marks = strlen(part);
        while (marks > 0 && part[marks - 1] == ' ')
            part[--marks] = '\0';
        if (*part != '\0')
            (void)puts(part);
    }
    free(copy);
}

static void put_mdoc(const struct lab_fields *fields, size_t i)
{
    const struct lab_field *f = &fields->list[i];
    char *text = said(f);

    if (begins(fields, i) && i > 0)
        (void)printf(".El\n.Ss %s %s\n.Bl -tag -width Ds\n",
                     f->fallback != NULL ? "Elements of" : "Words for", f->section);
    else if (i == 0)
        (void)puts(".Ss The file\n.Bl -tag -width Ds");
    (void)printf(".It Cm %s\n", f->key);
    put_words(text);
    if (f->needed) {
        (void)puts("(needed)");
    } else if (f->fallback != NULL) {
        char *without = lab_format("(without it: %s)", f->fallback);

        put_words(without);
        free(without);
    }
    if (i + 1 == fields->count)
        (void)puts(".El");
    free(text);
}

int lab_cmd_fields(int argc, char **argv)
{
    const char *got[LAB_COUNT(table)];
    struct lab_fields fields;
    int first, format;
    int rc = lab_options(argc, argv, table, "fields [OPTION]...", got, &first);

    if (rc >= 0)
        return rc;
    format = lab_choice(&table[FORMAT], got[FORMAT]);
    if (format < 0)
        return 2;
    if (first < argc)
        return lab_complaint(2, "fields takes no arguments");
    lab_fields_make(&fields);
    for (size_t i = 0; i < fields.count; i++)
        (format == MDOC ? put_mdoc : put_markdown)(&fields, i);
    lab_fields_free(&fields);
    return 0;
}
