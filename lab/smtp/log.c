/* log.c - JSON lines, each written at once so that no line is ever half there. */
#include "smtp/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static json_t *or_die(json_t *value)
{
    if (value == NULL)
        abort(); /* out of memory: all texts are valid by now */
    return value;
}

static void add_utf8(struct lab_text *t, unsigned char c)
{
    const char two[2] = {(char)(0xc0 | (c >> 6)), (char)(0x80 | (c & 0x3f))};
    const char one = (char)c;

    if (c == 0)
        lab_text_put(t, "\xef\xbf\xbd");
    else if (c < 0x80)
        lab_text_add(t, &one, 1);
    else
        lab_text_add(t, two, 2);
}

json_t *lab_smtp_json(const char *text, size_t len)
{
    struct lab_text clean = {0};
    json_t *value;
    size_t i;

    if (text == NULL)
        return or_die(json_null());
    value = memchr(text, 0, len) == NULL ? json_stringn(text, len) : NULL;
    if (value != NULL)
        return value;
    for (i = 0; i < len; i++)
        add_utf8(&clean, (unsigned char)text[i]);
    value = or_die(json_stringn(clean.text, clean.len));
    free(clean.text);
    return value;
}

json_t *lab_smtp_json_text(const char *text)
{
    return lab_smtp_json(text, text != NULL ? strlen(text) : 0);
}

static void write_line(struct lab_smtp_log *log, const char *line, size_t len)
{
    ssize_t n;

    do
        n = write(log->fd, line, len);
    while (n < 0 && errno == EINTR);
    if (n >= 0 && (size_t)n == len)
        return;
    if (n >= 0)
        errno = ENOSPC;
    log->failed = true;
    (void)lab_fail_errno(&log->fault, "SMTP log");
}

void lab_smtp_log(struct lab_smtp_log *log, unsigned conn, const char *event, json_t *fields)
{
    json_t *line = or_die(json_pack("{s:I, s:I, s:s}", "t", (json_int_t)lab_now_ms(), "conn",
                                    (json_int_t)conn, "event", event));
    char *text;
    size_t len;

    if (fields != NULL)
        (void)json_object_update(line, fields);
    json_decref(fields);
    text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    json_decref(line);
    if (text == NULL)
        abort();
    len = strlen(text);
    text[len++] = '\n'; /* in the place of its NUL */
    write_line(log, text, len);
    free(text);
}
