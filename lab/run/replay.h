/* replay.h - the evidence of a case judged once more: nothing is run, nobody is asked. */
#ifndef LAB_RUN_REPLAY_H
#define LAB_RUN_REPLAY_H

#include "judge/judge.h"

struct lab_replay {
    char *name;                /* of the case */
    enum lab_verdict recorded; /* when the case ran */
    bool judged; /* false: the verdict did not come from the evidence (HANG, LAB-INVALID, ...) */
    struct lab_judgement judgement;
};

/* Read and judge a folder of evidence_dir.h. -1: it is none, or something in it cannot be read. */
LAB_MUST_USE int lab_replay_case(const char *dir, struct lab_replay *out, struct lab_fault *fault);
void lab_replay_free(struct lab_replay *replay);

#endif
