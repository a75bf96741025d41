/* out_dir.h - the directory that a run leaves its records in: it holds one run only. */
#ifndef LAB_RUN_OUT_DIR_H
#define LAB_RUN_OUT_DIR_H

#include "base/base.h"

/* Make BASE, or BASE-2, BASE-3, ... if that is there: a directory that no other run has, made with
 * its parents. With a suffix (".1") the directories are BASE.1, BASE-2.1, ... *base: what it was
 * without the suffix, the caller's to free; it is replaced when it is taken. */
LAB_MUST_USE int lab_out_make(char **base, const char *suffix, struct lab_fault *fault);

/* May a run be written to dir? It may if dir is not there, is empty, or holds a run of danelab's
 * and whatever else somebody put beside it. fault says what else is there: wrong usage. */
LAB_MUST_USE int lab_out_check(const char *dir, struct lab_fault *fault);

/* Before the sender is opened: its files of the run before move aside. If it cannot be opened they
 * are had back with lab_out_restore, unless it has left something that it said. */
LAB_MUST_USE int lab_out_aside(const char *dir, struct lab_fault *fault);
void lab_out_restore(const char *dir);

/* Take away the run before: the folders of the cases that its run.jsonl names, the sender's files
 * that moved aside, and run.jsonl. Nothing else. */
LAB_MUST_USE int lab_out_clear(const char *dir, struct lab_fault *fault);

#endif
