/* differ.c - see differ.h. */
#include "report/differ.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    bool worse;
    const char *means;
} kinds[] = {
#define X(name, word, worse, means) {word, worse, means},
    LAB_CHANGE_LIST(X)
#undef X
};

const char *lab_change_name(enum lab_change_kind k)
{
    return kinds[k].word;
}

const char *lab_change_means(enum lab_change_kind k)
{
    return kinds[k].means;
}

bool lab_change_is_worse(enum lab_change_kind k)
{
    return kinds[k].worse;
}

static bool same_text(const struct lab_entry *a, const struct lab_entry *b, const char *key)
{
    const char *x = lab_entry_text(a, key);
    const char *y = lab_entry_text(b, key);

    return x != NULL && y != NULL && strcmp(x, y) == 0;
}

static bool judged(const struct lab_entry *e)
{
    enum lab_sort s = lab_verdict_sort(e->verdict);

    return s == LAB_SORT_GOOD || s == LAB_SORT_FAILED;
}

static bool fails(const struct lab_entry *e)
{
    return lab_verdict_sort(e->verdict) == LAB_SORT_FAILED;
}

/* Known or not: that is about the expect file, not about the sender. COUNT: nothing changed. */
static enum lab_change_kind kind_of(const struct lab_entry *before, const struct lab_entry *after)
{
    bool same = before->verdict == after->verdict && same_text(before, after, "outcome");
    unsigned was = lab_verdict_rank(before->verdict);
    unsigned is = lab_verdict_rank(after->verdict);

    if (same)
        return LAB_CHANGE_COUNT;
    if (judged(before) && !judged(after))
        return LAB_CHANGE_UNJUDGED;
    if (fails(after) && !fails(before))
        return LAB_CHANGE_FAILING;
    if (fails(before) && judged(after) && !fails(after))
        return LAB_CHANGE_MENDED;
    if (is > was && judged(before) && (fails(before) || after->verdict == LAB_V_NON_STRICT))
        return LAB_CHANGE_WORSE;
    return LAB_CHANGE_MANNER;
}

static void add(struct lab_differ *d, enum lab_change_kind kind, const struct lab_entry *before,
                const struct lab_entry *after)
{
    d->list = lab_realloc(d->list, d->count + 1, sizeof(*d->list));
    d->list[d->count++] = (struct lab_change){kind, before, after};
    d->of[kind]++;
}

static void compare(struct lab_differ *d, const struct lab_entry *before,
                    const struct lab_entry *after)
{
    enum lab_change_kind kind = kind_of(before, after);
    bool known = lab_entry_text(before, "scenario_sha256") != NULL &&
                 lab_entry_text(after, "scenario_sha256") != NULL;
    bool other = known && !same_text(before, after, "scenario_sha256");

    d->both++;
    d->other += other ? 1 : 0;
    d->blind += known ? 0 : 1;
    if (kind != LAB_CHANGE_COUNT)
        add(d, other ? LAB_CHANGE_SCENARIO : kind, before, after);
}

static unsigned rank(const struct lab_change *c)
{
    unsigned before = c->before != NULL ? lab_verdict_rank(c->before->verdict) : 0;
    unsigned after = c->after != NULL ? lab_verdict_rank(c->after->verdict) : 0;

    return before > after ? before : after;
}

const struct lab_entry *lab_change_entry(const struct lab_change *c)
{
    return c->after != NULL ? c->after : c->before;
}

static int by_kind(const void *a, const void *b)
{
    const struct lab_change *x = a;
    const struct lab_change *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (rank(x) != rank(y))
        return rank(x) > rank(y) ? -1 : 1;
    return strcmp(lab_change_entry(x)->name, lab_change_entry(y)->name);
}

void lab_differ_make(const struct lab_ran *old, const struct lab_ran *new, struct lab_differ *out)
{
    memset(out, 0, sizeof(*out));
    out->old = old;
    out->new = new;
    for (size_t i = 0; i < new->count; i++) {
        const struct lab_entry *before = lab_ran_find(old, new->list[i].name);

        if (before != NULL)
            compare(out, before, &new->list[i]);
        else
            add(out, LAB_CHANGE_APPEARED, NULL, &new->list[i]);
    }
    for (size_t i = 0; i < old->count; i++)
        if (lab_ran_find(new, old->list[i].name) == NULL)
            add(out, LAB_CHANGE_GONE, &old->list[i], NULL);
    if (out->count > 0)
        qsort(out->list, out->count, sizeof(*out->list), by_kind);
}

void lab_differ_free(struct lab_differ *d)
{
    free(d->list);
    memset(d, 0, sizeof(*d));
}

static void note_header(const struct lab_differ *d, const char *key, const char *what,
                        struct lab_text *out)
{
    const char *a = lab_ran_text(d->old, key);
    const char *b = lab_ran_text(d->new, key);

    if (a != NULL && b != NULL && strcmp(a, b) != 0)
        lab_text_put(out, "other %s: %s, then %s\n", what, a, b);
}

static void note_trouble(const struct lab_ran *ran, const char *which, struct lab_text *out)
{
    if (!lab_ran_whole(ran))
        lab_text_put(out, "the %s run did not end: only %zu of its cases %s recorded\n", which,
                     ran->count, ran->count == 1 ? "is" : "are");
    if (ran->sums[LAB_SORT_BROKEN] > 0)
        lab_text_put(out, "the %s run has %u lab or adapter error%s\n", which,
                     ran->sums[LAB_SORT_BROKEN], lab_plural(ran->sums[LAB_SORT_BROKEN]));
}

char *lab_differ_notes(const struct lab_differ *d)
{
    struct lab_text out = {0};

    lab_text_add(&out, "", 0);
    if (d->both == 0)
        lab_text_put(&out, "not comparable: no case is in both runs\n");
    note_header(d, "sut", "sender", &out);
    note_header(d, "profile", "profile, so that other things are expected", &out);
    note_header(d, "resolver", "resolver", &out);
    note_header(d, "variant", "variant", &out);
    if (d->other > 0)
        lab_text_put(&out,
                     "%u of %u scenarios are not the same in both runs; what changed in them is "
                     "listed apart and does not count\n",
                     d->other, d->both);
    if (d->blind > 0)
        lab_text_put(&out, "of %u scenario%s it is not known whether %s the same\n", d->blind,
                     lab_plural(d->blind), d->blind == 1 ? "it is" : "they are");
    note_trouble(d->old, "old", &out);
    note_trouble(d->new, "new", &out);
    return out.text;
}

int lab_differ_status(const struct lab_differ *d)
{
    if (d->both == 0)
        return 2;
    for (int k = 0; k < LAB_CHANGE_COUNT; k++)
        if (lab_change_is_worse((enum lab_change_kind)k) && d->of[k] > 0)
            return 1;
    if (!lab_ran_whole(d->old) || !lab_ran_whole(d->new))
        return 5;
    return d->new->sums[LAB_SORT_BROKEN] > 0 ? 3 : 0;
}
