/* escape.h - texts that came from senders and hosts, made harmless for what they are put into.
 * Nothing of a run is trusted: transcripts hold whatever a peer has sent. */
#ifndef LAB_BASE_ESCAPE_H
#define LAB_BASE_ESCAPE_H

#include "base/base.h"

/* Appended to t: control characters become their pictures (U+2400 and on), octets that are no
 * UTF-8 and characters that turn the direction of writing U+FFFD. NULL is an empty text. */

/* Tabs and newlines become blanks: one line. */
void lab_put_line(struct lab_text *t, const char *s);
/* For HTML and XML, in a text or between double quotes. Tabs and newlines stay. */
void lab_put_markup(struct lab_text *t, const char *s, size_t len);
/* One line, no character of which means anything in Markdown, also in the cell of a table. */
void lab_put_markdown(struct lab_text *t, const char *s);
/* One line; # and \ as TAP wants them. */
void lab_put_tap(struct lab_text *t, const char *s);

/* A word of a command for a shell: between quotes where it would be something else without. The
 * only one that changes nothing, so that what is copied is true; what prints it makes it harmless.
 */
void lab_put_word(struct lab_text *t, const char *s);

/* Markup in which each {} is replaced by the next text, as lab_put_markup does it. As many texts as
 * {}. */
#define LAB_MARKUP(t, form, ...)                                 \
    lab_fill_markup(t, form, (const char *const[]){__VA_ARGS__}, \
                    LAB_COUNT(((const char *const[]){__VA_ARGS__})))
void lab_fill_markup(struct lab_text *t, const char *form, const char *const *texts, size_t count);

#endif
