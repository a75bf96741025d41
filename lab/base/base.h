/* base.h - what every part of the lab uses: faults, allocation that cannot fail, strings, files. */
#ifndef LAB_BASE_BASE_H
#define LAB_BASE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sysexits.h>

#define LAB_MUST_USE __attribute__((warn_unused_result))
#define LAB_NEVER_NULL __attribute__((returns_nonnull))
#define LAB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define LAB_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Why something failed: a sysexits status and one line for a person. Functions that can fail return
 * 0 or -1 and, at -1, have filled the caller's fault. */
struct lab_fault {
    int status;     /* EX_DATAERR, EX_OSERR, ... */
    char what[512]; /* one line, no newline at its end */
};

/* Fill fault; always returns -1, so that `return lab_fail(...)` reads well. */
int lab_fail(struct lab_fault *fault, int status, const char *format, ...) LAB_PRINTF(3, 4);
/* The same, with ": strerror(errno)" at the end. */
int lab_fail_errno(struct lab_fault *fault, const char *format, ...) LAB_PRINTF(2, 3);

/* Memory: never NULL; the process ends with EX_OSERR when there is none. Release with free(). */
LAB_NEVER_NULL void *lab_calloc(size_t count, size_t size);
LAB_NEVER_NULL void *lab_realloc(void *old, size_t count, size_t size);
LAB_NEVER_NULL char *lab_strdup(const char *s);
LAB_NEVER_NULL char *lab_strndup(const char *s, size_t len);
LAB_NEVER_NULL char *lab_format(const char *format, ...) LAB_PRINTF(1, 2);
/* p, or the same end of the process if it is NULL: for what libraries give. */
LAB_NEVER_NULL void *lab_must(void *p);

/* A growing string. Zero-initialise it; text is never NULL after the first append. free(text) when
 * done. */
struct lab_text {
    char *text;
    size_t len;
    size_t room;
};
void lab_text_add(struct lab_text *t, const char *s, size_t len);
void lab_text_put(struct lab_text *t, const char *format, ...) LAB_PRINTF(2, 3);

/* What makes a word that stands behind n, and that has its plural in s, fit it: "" or "s". */
const char *lab_plural(size_t n);

/* Lower-case hex of len octets; the caller frees it. */
char *lab_hex(const uint8_t *data, size_t len);

/* Files. read: whole file as a NUL-terminated string (len may be NULL). write: replaces the file,
 * mode 0644. */
LAB_MUST_USE int lab_file_read(const char *path, char **text, size_t *len, struct lab_fault *fault);
LAB_MUST_USE int lab_file_write(const char *path, const char *text, size_t len,
                                struct lab_fault *fault);
/* Make a directory and its parents; existing ones are fine. */
LAB_MUST_USE int lab_make_dirs(const char *path, struct lab_fault *fault);
/* Remove what is there, a directory with all that is in it; no link is followed. Nothing there is
 * fine. */
LAB_MUST_USE int lab_remove_all(const char *path, struct lab_fault *fault);
/* Milliseconds of the monotonic clock. */
int64_t lab_now_ms(void);

#endif
