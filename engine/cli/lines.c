/* lines.c - the splitter of lines.h. */
#include "cli/lines.h"

#include <string.h>

#define BLANKS " \t\r\v\f"
/* As much of a bad line as is shown. */
#define SHOWN 60u

char *dsmtp_lines_room(struct dsmtp_lines *l, size_t *room)
{
    if (l->start > 0) {
        memmove(l->buffer, l->buffer + l->start, l->end - l->start);
        l->end -= l->start;
        l->start = 0;
    }
    *room = DSMTP_LINES_ROOM - l->end;
    return l->buffer + l->end;
}

void dsmtp_lines_filled(struct dsmtp_lines *l, size_t count)
{
    l->end += count;
    l->over = l->over || count == 0;
}

/* The target on a line, "" if there is none. */
static char *strip(char *text)
{
    char *end = text;

    for (; *end != '\0'; end++)
        if (*end == '#' && (end == text || strchr(BLANKS, end[-1]) != NULL))
            break;
    while (end > text && strchr(BLANKS, end[-1]) != NULL)
        end--;
    *end = '\0';
    return text + strspn(text, BLANKS);
}

static enum dsmtp_line_kind bad(struct dsmtp_line *out, char *text, const char *why)
{
    text[strnlen(text, SHOWN)] = '\0';
    out->text = text;
    out->why = why;
    return DSMTP_LINE_BAD;
}

/* A line of len octets, NUL-terminated; DSMTP_LINE_MORE: nothing on it. */
static enum dsmtp_line_kind read_line(struct dsmtp_lines *l, char *text, size_t len,
                                      struct dsmtp_line *out)
{
    static const char mark[] = "\xef\xbb\xbf";
    bool passed = l->passing;

    l->passing = false;
    if (passed)
        return DSMTP_LINE_MORE;
    *out = (struct dsmtp_line){.number = ++l->number};
    if (l->number == 1 && strncmp(text, mark, sizeof(mark) - 1) == 0) {
        text += sizeof(mark) - 1;
        len -= sizeof(mark) - 1;
    }
    if (len > DSMTP_LINE_MAX)
        return bad(out, text, "the line is too long for a target");
    if (memchr(text, '\0', len) != NULL)
        return bad(out, text, "a NUL octet on the line");
    out->text = strip(text);
    return out->text[0] != '\0' ? DSMTP_LINE_TARGET : DSMTP_LINE_MORE;
}

/* A line that does not end is told of once, as soon as it is too long; its rest is passed over. */
static enum dsmtp_line_kind begin_passing(struct dsmtp_lines *l, struct dsmtp_line *out)
{
    enum dsmtp_line_kind kind = DSMTP_LINE_MORE;

    l->buffer[l->end] = '\0';
    if (!l->passing)
        kind = read_line(l, l->buffer + l->start, l->end - l->start, out);
    l->passing = true;
    l->start = l->end;
    return kind;
}

enum dsmtp_line_kind dsmtp_lines_next(struct dsmtp_lines *l, struct dsmtp_line *out)
{
    while (l->start < l->end) {
        char *text = l->buffer + l->start;
        size_t left = l->end - l->start;
        char *end = memchr(text, '\n', left);
        enum dsmtp_line_kind kind;

        /* A mark at the beginning and the line end itself do not count. */
        if (end == NULL && left > DSMTP_LINE_MAX + 3)
            return begin_passing(l, out);
        if (end == NULL && !l->over)
            return DSMTP_LINE_MORE;
        if (end == NULL)
            end = text + left;
        *end = '\0';
        l->start += (size_t)(end - text) + 1;
        if (l->start > l->end)
            l->start = l->end;
        kind = read_line(l, text, (size_t)(end - text), out);
        if (kind != DSMTP_LINE_MORE)
            return kind;
    }
    return l->over ? DSMTP_LINE_END : DSMTP_LINE_MORE;
}
