/* sort.c - what a verdict counts as, for the runs that make sums and for the reports that read
 * them. */
#include "judge/judge.h"

enum lab_sort lab_verdict_sort(enum lab_verdict v)
{
    static const enum lab_sort sorts[] = {
#define X(name, word, sort) LAB_SORT_##sort,
        LAB_VERDICT_LIST(X)
#undef X
    };

    return v < LAB_V_COUNT ? sorts[v] : LAB_SORT_FAILED;
}

enum lab_sort lab_verdict_sort_with(enum lab_verdict v, bool known, bool stale)
{
    enum lab_sort plain = lab_verdict_sort(v);

    if (plain == LAB_SORT_BROKEN)
        return plain;
    if (stale)
        return LAB_SORT_FAILED;
    return plain == LAB_SORT_FAILED && known ? LAB_SORT_KNOWN : plain;
}

bool lab_verdict_gates(enum lab_verdict v)
{
    enum lab_sort sort = lab_verdict_sort(v);

    return sort == LAB_SORT_FAILED || sort == LAB_SORT_BROKEN;
}
