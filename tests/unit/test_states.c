/* test_states.c - the loader of zones/states: the real files, and files with faults. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cli/common.h"
#include "scen/states.h"
#include "sign/sign.h"

#define BAD "tests/golden/bad-states"

struct heard {
    struct lab_text text;
    unsigned lines;
};

static void hear(void *self, const char *line)
{
    struct heard *h = self;

    lab_text_put(&h->text, "%s\n", line);
    h->lines++;
}

/* Every recipe and every fault of the server has a state; one that has none is named. */
static void test_complete(void)
{
    struct heard h = {{NULL, 0, 0}, 0};
    struct lab_damage_list recipes;
    struct lab_known_damage *list;
    struct lab_lint_context context = {0};
    struct lab_states states;
    struct lab_fault fault;

    if (!check_int(lab_damage_load("zones/damage.yaml", &recipes, &fault), 0))
        return;
    list = lab_calloc(recipes.count + 1, sizeof(*list));
    for (unsigned i = 0; i < recipes.count; i++)
        list[i] = (struct lab_known_damage){recipes.list[i].name, recipes.list[i].on_rrset,
                                            recipes.list[i].makes};
    list[recipes.count] = (struct lab_known_damage){"unheard-of", false, LAB_BOGUS};
    context.damage = list;
    context.damage_count = recipes.count;
    check_int(lab_states_load("zones/states", &context, hear, &h, &states), 0);
    check_uint(h.lines, 0);
    check_true(states.count > 200);
    lab_states_free(&states);
    context.damage_count++;
    check_int(lab_states_load("zones/states", &context, hear, &h, &states), 1);
    check_str(h.text.text, "zones/states:1:1: recipe `unheard-of` is shown by no state; expected "
                           "one with bogus\n");
    lab_states_free(&states);
    free(h.text.text);
    lab_damage_free(&recipes);
    free(list);
}

static void test_bad(void)
{
    static const struct lab_known_damage list[] = {{"bad-signature", true, LAB_BOGUS}};
    const struct lab_lint_context context = {.damage = list, .damage_count = 1};
    struct heard h = {{NULL, 0, 0}, 0};
    struct lab_states states;
    struct lab_fault fault;
    char *want = NULL;
    int faults = lab_states_load(BAD, &context, hear, &h, &states);

    check_uint(h.lines, 9);
    check_int(faults, (int)h.lines);
    if (check_int(lab_file_read(BAD "/expected.txt", &want, NULL, &fault), 0))
        check_str(h.text.text, want);
    lab_states_free(&states);
    free(want);
    free(h.text.text);
    h = (struct heard){{NULL, 0, 0}, 0};
    check_int(lab_states_load("tests/golden/none", &context, hear, &h, &states), -1);
    check_uint(h.lines, 1);
    free(h.text.text);
}

/* Without the recipes nothing is loaded; what the callers release then is empty. */
static void test_no_source(void)
{
    const struct lab_paths paths = {.source = "tests/golden/none"};
    struct lab_catalogue catalogue;
    struct lab_states states;

    memset(&catalogue, 0xff, sizeof(catalogue));
    memset(&states, 0xff, sizeof(states));
    check_int(lab_suite_load(&paths, "scenarios", &catalogue), -1);
    check_uint(catalogue.count, 0);
    check_true(catalogue.list == NULL);
    check_int(lab_suite_states(&paths, &states), -1);
    check_uint(states.count, 0);
    check_uint(states.files_count, 0);
    check_true(states.list == NULL && states.files == NULL);
}

static const struct check_test tests[] = {
    {"complete", test_complete}, {"faults", test_bad}, {"no source", test_no_source}};
SUITE(states, tests);
