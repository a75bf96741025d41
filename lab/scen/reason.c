/* reason.c - reason.h. */
#include "scen/reason.h"

#include <string.h>

#include "base/base.h"
#include "scen/near.h"

static const struct lab_reason reasons[] = {
#define X(about, word) {about, #word},
    LAB_REASON_LIST(X)
#undef X
};

const struct lab_reason *lab_reason_at(size_t i)
{
    return i < LAB_COUNT(reasons) ? &reasons[i] : NULL;
}

bool lab_reason_known(const char *word)
{
    for (size_t i = 0; i < LAB_COUNT(reasons); i++) {
        if (strcmp(reasons[i].word, word) == 0)
            return true;
    }
    return false;
}

static const char *word_at(const void *list, size_t i)
{
    (void)list;
    return reasons[i].word;
}

const char *lab_reason_near(const char *word)
{
    return lab_near(word, word_at, NULL, LAB_COUNT(reasons));
}
