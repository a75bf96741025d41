/* cmd_hosts.c - danelab hosts: behaviours and certificate recipes, one line each. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/hosts_text.h"
#include "cli/options.h"
#include "pki/recipe.h"
#include "smtp/smtp.h"

static void put_behaviours(struct lab_text *out)
{
    const struct lab_behaviour *b;

    lab_text_put(out, "## Behaviours (`smtp`)\n\n| name | the host |\n|---|---|\n");
    for (size_t i = 0; (b = lab_behaviour_at(i)) != NULL; i++)
        lab_text_put(out, "| `%s` | %s |\n", b->name, b->says);
}

/* The elements that records can pin; in brackets those that the server does not send. */
static void put_elements(struct lab_text *out, const struct lab_recipe *recipe)
{
    for (unsigned e = 0; e < recipe->chain_count; e++) {
        const bool sent = recipe->chain[e].sent != LAB_NO;

        lab_text_put(out, "%s%s%s%s", e > 0 ? " " : "", sent ? "" : "(", recipe->chain[e].element,
                     sent ? "" : ")");
    }
}

static void put_recipes(struct lab_text *out, const struct lab_recipes *recipes)
{
    lab_text_put(out, "\n## Certificates (`cert`)\n\nElements in brackets are not sent.\n\n"
                      "| name | elements | what the host shows |\n|---|---|---|\n");
    for (unsigned r = 0; r < recipes->list_count; r++) {
        lab_text_put(out, "| `%s` | ", recipes->list[r].name);
        put_elements(out, &recipes->list[r]);
        lab_text_put(out, " | %s |\n", recipes->list[r].says);
    }
}

int lab_hosts_text(const char *recipes_path, char **out, struct lab_fault *fault)
{
    struct lab_recipes *recipes = NULL;
    struct lab_text text = {0};

    if (lab_recipes_load(recipes_path, &recipes, fault) != 0)
        return -1;
    lab_text_put(&text, "# Hosts\n\nWhat the `hosts` of a scenario can be: the rows of "
                        "`lab/smtp/behaviour.c` and the recipes of `certs/recipes.yaml`,\n"
                        "as `danelab hosts` prints them.\n\n");
    put_behaviours(&text);
    put_recipes(&text, recipes);
    lab_recipes_free(&recipes);
    *out = text.text;
    return 0;
}

int lab_cmd_hosts(int argc, char **argv)
{
    static const struct lab_option none[] = {{NULL, NULL, NULL, 0}};
    struct lab_fault fault;
    char *path;
    char *text;
    int first;
    int rc = lab_options(argc, argv, none, "hosts", NULL, &first);

    if (rc >= 0)
        return rc;
    if (first < argc)
        return lab_complaint(2, "hosts takes no arguments");
    path = lab_format("%s/certs/recipes.yaml", lab_paths_find()->source);
    rc = lab_hosts_text(path, &text, &fault);
    free(path);
    if (rc != 0)
        return lab_complaint(fault.status, "%s", fault.what);
    (void)fputs(text, stdout);
    free(text);
    return 0;
}
