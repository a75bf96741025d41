/* base.c - faults, allocation, strings and files of base.h. */
#include "base/base.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int lab_fail(struct lab_fault *fault, int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fault->status = status;
    (void)vsnprintf(fault->what, sizeof(fault->what), format, args);
    va_end(args);
    return -1;
}

int lab_fail_errno(struct lab_fault *fault, const char *format, ...)
{
    const char *reason = strerror(errno);
    size_t used;
    va_list args;

    va_start(args, format);
    fault->status = EX_OSERR;
    (void)vsnprintf(fault->what, sizeof(fault->what), format, args);
    va_end(args);
    used = strlen(fault->what);
    (void)snprintf(fault->what + used, sizeof(fault->what) - used, ": %s", reason);
    return -1;
}

void *lab_must(void *p)
{
    if (p == NULL) {
        (void)fputs("danelab: out of memory\n", stderr);
        exit(EX_OSERR);
    }
    return p;
}

void *lab_calloc(size_t count, size_t size)
{
    return lab_must(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *lab_realloc(void *old, size_t count, size_t size)
{
    return lab_must(reallocarray(old, count > 0 ? count : 1, size > 0 ? size : 1));
}

char *lab_strdup(const char *s)
{
    return lab_must(strdup(s));
}

char *lab_strndup(const char *s, size_t len)
{
    return lab_must(strndup(s, len));
}

char *lab_format(const char *format, ...)
{
    char *out = NULL;
    va_list args;
    int n;

    va_start(args, format);
    n = vasprintf(&out, format, args);
    va_end(args);
    return lab_must(n < 0 ? NULL : out);
}

void lab_text_add(struct lab_text *t, const char *s, size_t len)
{
    if (t->len + len + 1 > t->room) {
        t->room = (t->len + len + 1) * 2;
        t->text = lab_realloc(t->text, t->room, 1);
    }
    if (len > 0)
        memcpy(t->text + t->len, s, len);
    t->len += len;
    t->text[t->len] = '\0';
}

void lab_text_put(struct lab_text *t, const char *format, ...)
{
    char *piece = NULL;
    va_list args;
    int n;

    va_start(args, format);
    n = vasprintf(&piece, format, args);
    va_end(args);
    (void)lab_must(n < 0 ? NULL : piece);
    lab_text_add(t, piece, (size_t)n);
    free(piece);
}

const char *lab_plural(size_t n)
{
    return n == 1 ? "" : "s";
}

char *lab_hex(const uint8_t *data, size_t len)
{
    static const char digit[] = "0123456789abcdef";
    char *out = lab_calloc(len * 2 + 1, 1);

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digit[data[i] >> 4];
        out[2 * i + 1] = digit[data[i] & 15];
    }
    return out;
}

int lab_file_read(const char *path, char **text, size_t *len, struct lab_fault *fault)
{
    struct lab_text all = {0};
    char chunk[65536];
    size_t n;
    FILE *f = fopen(path, "re");

    if (f == NULL)
        return lab_fail_errno(fault, "%s: cannot open", path);
    lab_text_add(&all, "", 0);
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        lab_text_add(&all, chunk, n);
    if (ferror(f) != 0) {
        (void)lab_fail_errno(fault, "%s: cannot read", path);
        (void)fclose(f);
        free(all.text);
        return -1;
    }
    (void)fclose(f);
    *text = all.text;
    if (len != NULL)
        *len = all.len;
    return 0;
}

int lab_file_write(const char *path, const char *text, size_t len, struct lab_fault *fault)
{
    FILE *f = fopen(path, "we");

    if (f == NULL)
        return lab_fail_errno(fault, "%s: cannot create", path);
    if (fwrite(text, 1, len, f) != len || fflush(f) != 0) {
        (void)lab_fail_errno(fault, "%s: cannot write", path);
        (void)fclose(f);
        return -1;
    }
    return fclose(f) == 0 ? 0 : lab_fail_errno(fault, "%s: cannot close", path);
}

int lab_make_dirs(const char *path, struct lab_fault *fault)
{
    char *copy = lab_strdup(path);
    int rc = 0;

    for (char *p = copy + 1; rc == 0 && *p != '\0'; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(copy, 0755) != 0 && errno != EEXIST)
            rc = lab_fail_errno(fault, "%s: cannot make directory", copy);
        *p = '/';
    }
    if (rc == 0 && mkdir(copy, 0755) != 0 && errno != EEXIST)
        rc = lab_fail_errno(fault, "%s: cannot make directory", copy);
    free(copy);
    return rc;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

int lab_remove_all(const char *path, struct lab_fault *fault)
{
    struct stat st;

    if (lstat(path, &st) != 0 && errno == ENOENT)
        return 0;
    return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0
               ? 0
               : lab_fail_errno(fault, "%s: cannot remove", path);
}

int64_t lab_now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
