/* json.c - helpers of json.h. */
#include "report/json.h"

#include <stdlib.h>
#include <string.h>

#include "report/clean.h"

bool dsmtp_json_put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

json_t *dsmtp_json_text(const char *s)
{
    json_t *value;
    char *clean;

    if (s == NULL)
        return json_null();
    clean = malloc(dsmtp_clean_room(s));
    if (clean == NULL)
        return NULL;
    value = json_string(dsmtp_clean(s, clean));
    free(clean);
    return value;
}

json_t *dsmtp_json_hex(const unsigned char *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = malloc(2 * len + 1);
    json_t *value;

    if (hex == NULL)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = digits[data[i] >> 4];
        hex[2 * i + 1] = digits[data[i] & 15];
    }
    value = json_stringn(hex, 2 * len);
    free(hex);
    return value;
}

/* The list, or NULL when an element could not be added. */
static json_t *whole(json_t *list, bool complete)
{
    if (complete)
        return list;
    json_decref(list);
    return NULL;
}

json_t *dsmtp_json_words(const char *words)
{
    json_t *list = json_array();
    bool ok = list != NULL;

    for (words += strspn(words, " "); ok && *words != '\0'; words += strspn(words, " ")) {
        size_t len = strcspn(words, " ");

        ok = json_array_append_new(list, json_stringn(words, len)) == 0;
        words += len;
    }
    return whole(list, ok);
}

json_t *dsmtp_json_list(const char *const *list, unsigned count)
{
    json_t *out = json_array();
    bool ok = out != NULL;

    for (unsigned i = 0; ok && i < count; i++)
        ok = json_array_append_new(out, dsmtp_json_text(list[i])) == 0;
    return whole(out, ok);
}

/* Not by json_dumps: where its buffer cannot grow for a key, it leaves that out and goes on. */
char *dsmtp_json_print(const json_t *object, size_t flags)
{
    const size_t how = flags | JSON_COMPACT | JSON_ENSURE_ASCII;
    size_t len = json_dumpb(object, NULL, 0, how);
    char *text = len > 0 ? malloc(len + 1) : NULL;

    if (text == NULL)
        return NULL;
    if (json_dumpb(object, text, len, how) == len) {
        text[len] = '\0';
        return text;
    }
    free(text);
    return NULL;
}

enum dsmtp_status dsmtp_json_write(FILE *to, json_t *object, bool complete)
{
    char *line = complete ? dsmtp_json_print(object, 0) : NULL;

    json_decref(object);
    if (line == NULL)
        return DSMTP_NOMEM;
    (void)fputs(line, to);
    (void)fputc('\n', to);
    free(line);
    return DSMTP_OK;
}
