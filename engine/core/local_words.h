/* local_words.h - the words of an entry of the policy table: level and attributes. */
#ifndef DSMTP_CORE_LOCAL_WORDS_H
#define DSMTP_CORE_LOCAL_WORDS_H

#include "base/arena.h"
#include "base/status.h"
#include "model/entry.h"

#define DSMTP_LOCAL_LEVELS "none, may, encrypt, dane, dane-only, fingerprint, verify or secure"

/* A piece of the file. */
struct dsmtp_local_word {
    const char *at;
    size_t len;
    unsigned line, column; /* of its first octet, from 1 */
};

/* What is needed to understand a word, or to say where it is wrong. */
struct dsmtp_local_reader {
    struct dsmtp_arena *arena;
    const char *file;
    struct dsmtp_fault *fault;
};

/* DSMTP_SYNTAX: "FILE:LINE:COLUMN: what". */
enum dsmtp_status dsmtp_local_wrong(const struct dsmtp_local_reader *r, unsigned line,
                                    unsigned column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

DSMTP_MUST_USE enum dsmtp_status dsmtp_local_level(const struct dsmtp_local_reader *r,
                                                   const struct dsmtp_local_word *word,
                                                   struct dsmtp_local_entry *out);

/* One NAME=VALUE; the level is known. DSMTP_SYNTAX, DSMTP_NOMEM. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_local_attribute(const struct dsmtp_local_reader *r,
                                                       const struct dsmtp_local_word *word,
                                                       struct dsmtp_local_entry *out);

/* Is the entry, all words read, one that a peer can meet? address: its key is one. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_local_complete(const struct dsmtp_local_reader *r,
                                                      const struct dsmtp_local_entry *entry,
                                                      bool address);

#endif
