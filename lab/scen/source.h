/* source.h - one scenario file as libyaml sees it: every fault gets the line and column of what is
 * wrong. Private to scen. */
#ifndef LAB_SCEN_SOURCE_H
#define LAB_SCEN_SOURCE_H

#include <yaml.h>

#include "base/base.h"

#define LAB_MAX_FILE (256 * 1024)
#define LAB_MAX_FAULTS 50 /* reported for one file; all are counted */

struct lab_source {
    const char *path;
    char *text;
    size_t len;
    yaml_document_t doc;
    bool open;          /* doc holds a document */
    const char *within; /* places are below this one, "states[3]."; NULL: below the top */
    bool silent;        /* count faults, but do not report them */
    int faults;
    void (*report)(void *self, const char *line);
    void *self;
};

/* A place in the file: "rules[1]", "world.zones[0].name". Too long a path is cut. */
struct lab_place {
    char text[128];
};
struct lab_place lab_place(const char *format, ...) LAB_PRINTF(1, 2);

/* Read and parse path (kept, not copied). Faults are reported and counted; false: there is nothing
 * to go on with. */
bool lab_source_open(struct lab_source *s, const char *path, bool silent,
                     void (*report)(void *self, const char *line), void *self);
/* The same with text in the place of what the file has; it becomes the source's. */
bool lab_source_open_text(struct lab_source *s, const char *path, char *text, bool silent,
                          void (*report)(void *self, const char *line), void *self);
void lab_source_close(struct lab_source *s);

/* Report a fault at a mark, at a place (or the nearest part of it that is in the file), or at the
 * key that leads to it. */
void lab_complain_mark(struct lab_source *s, const yaml_mark_t *mark, const char *format, ...)
    LAB_PRINTF(3, 4);
void lab_complain(struct lab_source *s, struct lab_place place, const char *format, ...)
    LAB_PRINTF(3, 4);
/* The same inside a block of text at place: line counts from 0 within the block; token is looked
 * for in it. */
void lab_complain_line(struct lab_source *s, struct lab_place place, size_t line, const char *token,
                       const char *format, ...) LAB_PRINTF(5, 6);
/* Does the file say anything at this place? */
bool lab_source_has(struct lab_source *s, struct lab_place place);
/* Does a comment follow what it says there, without quotes? */
bool lab_source_cut(struct lab_source *s, struct lab_place place);

#endif
