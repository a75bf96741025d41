/* console.h - what a person sees of a run: one line a case, a bar on a terminal, and for a failure
 * what was expected and seen. */
#ifndef LAB_RUN_CONSOLE_H
#define LAB_RUN_CONSOLE_H

#include "run/run.h"

struct lab_console {
    enum lab_loudness loudness;
    bool terminal; /* standard output is one, and shows a bar */
    bool colour;
    bool bar;         /* a bar is on the screen now */
    unsigned columns; /* of the terminal */
};

/* Colours and a bar are for terminals; neither for TERM=dumb, no colours if NO_COLOR is not empty.
 */
void lab_console_init(struct lab_console *c, enum lab_loudness loudness);
/* Draw or redraw the bar; only on a terminal. */
void lab_console_bar(struct lab_console *c, const char *phase, unsigned done, unsigned total);
/* The bar of a process that was ended, if there is one: its line is for others now. */
void lab_console_end(const struct lab_console *c);
/* A line of text above the bar. */
void lab_console_say(struct lab_console *c, const char *format, ...) LAB_PRINTF(2, 3);
void lab_console_case(struct lab_console *c, const struct lab_run_config *config,
                      const struct lab_case *k, const char *rerun);
/* Below the line that says which control failed: what to do. phase: its batch. */
void lab_console_controls(struct lab_console *c, const struct lab_run_config *config,
                          const char *phase);
/* The last lines; the very last is "N passed, N failed, N skipped". */
void lab_console_sum(struct lab_console *c, const struct lab_run_config *config,
                     const struct lab_run_result *r);

#endif
