/* made_files.h - directories with files in them, for tests of what reads or writes such. */
#ifndef TESTS_UNIT_MADE_FILES_H
#define TESTS_UNIT_MADE_FILES_H

#include <stdbool.h>

/* What made_dir makes a name of. */
#define SOME_DIR "/tmp/danelab-unit-XXXXXX"

/* Make a directory from the template dir (ends in XXXXXX); false after a failed check. */
bool made_dir(char *dir);
/* A file in it; name may begin with folders, which are made. */
void made_file(const char *dir, const char *name, const char *text);
/* The directory away, and all that is in it. */
void made_remove(const char *dir);

#endif
