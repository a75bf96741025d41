/* status.h - why the engine itself cannot go on. What was found out about a destination is never a
 * status: see model/verdict.h. */
#ifndef DSMTP_BASE_STATUS_H
#define DSMTP_BASE_STATUS_H

/* X(name, text): the enum and the texts both come from this list. */
#define DSMTP_STATUS_LIST(X)             \
    X(OK, "success")                     \
    X(AGAIN, "more input needed")        \
    X(NOMEM, "out of memory")            \
    X(TOOBIG, "input exceeds its limit") \
    X(SYNTAX, "malformed input")         \
    X(MISUSE, "call out of order")       \
    X(SYSTEM, "system call failed")

enum dsmtp_status {
#define X(name, text) DSMTP_##name,
    DSMTP_STATUS_LIST(X)
#undef X
};

#define DSMTP_MUST_USE __attribute__((warn_unused_result))

/* Return early on failure; the only control-flow macro of the project. */
#define DSMTP_TRY(expr)                     \
    do {                                    \
        enum dsmtp_status status_ = (expr); \
        if (status_ != DSMTP_OK)            \
            return status_;                 \
    } while (0)

/* A sentence for people; never NULL. */
const char *dsmtp_status_text(enum dsmtp_status status);

/* What a person needs beyond the code: file and line, errno, a library's message. Filled by
 * adapters and parsers of user input; the caller owns it. */
struct dsmtp_fault {
    enum dsmtp_status status;
    char what[640];
};

/* Fill fault and return status. */
enum dsmtp_status dsmtp_fault_set(struct dsmtp_fault *fault, enum dsmtp_status status,
                                  const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
