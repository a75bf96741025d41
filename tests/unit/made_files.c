/* made_files.c - see made_files.h. */
#include "made_files.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check.h"

bool made_dir(char *dir)
{
    return check_true(mkdtemp(dir) != NULL);
}

void made_file(const char *dir, const char *name, const char *text)
{
    struct lab_fault fault;
    char *path = lab_format("%s/%s", dir, name);
    char *slash = strrchr(path, '/');

    *slash = '\0';
    check_int(lab_make_dirs(path, &fault), 0);
    *slash = '/';
    check_int(lab_file_write(path, text, strlen(text), &fault), 0);
    free(path);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

void made_remove(const char *dir)
{
    check_int(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}
