/* drawing.h - a scenario as a path through the stages of a delivery, as SVG: what is expected
 * beside what was seen. */
#ifndef LAB_JUDGE_DRAWING_H
#define LAB_JUDGE_DRAWING_H

#include "judge/judge.h"

struct lab_drawing {
    const struct lab_scenario *scenario;
    const struct lab_expect *expect;
    const char *profile;
    enum lab_policy policy;
    const struct lab_evidence *seen; /* NULL: only what is expected */
    const char *verdict;             /* NULL likewise */
};

/* Append a whole SVG document. It needs no other file, and follows the reader's light or dark
 * scheme. */
void lab_draw(const struct lab_drawing *drawing, struct lab_text *svg);

#endif
