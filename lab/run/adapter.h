/* adapter.h - talking to a sender's adapter: one JSON object a line out, one reply a line back.
 *
 * The protocol, for whoever writes an adapter, is in lab/adapters/README.md. Requests carry a
 * running "seq", every reply repeats it; anything else is a breach and becomes ADAPTER-ERROR, never
 * a verdict about the sender. */
#ifndef LAB_RUN_ADAPTER_H
#define LAB_RUN_ADAPTER_H

#include <jansson.h>

#include "base/base.h"
#include "world/world.h"

struct lab_adapter;

/* Is there an adapter of that name? The fault of -1 names the one that was meant. */
LAB_MUST_USE int lab_adapter_find(const struct lab_paths *paths, const char *name,
                                  struct lab_fault *fault);

/* Start lab/adapters/NAME/adapter in the sender's place. work: directory it may write to (its
 * working directory; created). */
LAB_MUST_USE int lab_adapter_open(const struct lab_world *world, const struct lab_paths *paths,
                                  const char *name, const char *work, struct lab_adapter **out,
                                  struct lab_fault *fault);

/* How a request was answered. UNSUPPORTED: declared, with the reason in reply["reason"]. */
enum lab_answer_kind { LAB_ADAPTER_OK, LAB_ADAPTER_UNSUPPORTED };

/* Send request (its "verb" set; seq is added here) and wait for the reply, at most seconds.
 * progress: called for interim replies
 * ({"seq":N,"progress":K}) and about ten times a second, with the latest K; may be NULL. *reply:
 * the caller's reference, to be released with json_decref. -1: breach, death, error reply or
 * deadline; fault says which. request is consumed. */
typedef void lab_adapter_progress(void *arg, unsigned done);
LAB_MUST_USE int lab_adapter_call(struct lab_adapter *a, json_t *request, unsigned seconds,
                                  lab_adapter_progress *progress, void *arg, json_t **reply,
                                  enum lab_answer_kind *kind, struct lab_fault *fault);

/* Did the last failed call fail because the deadline passed? */
bool lab_adapter_timed_out(const struct lab_adapter *a);

/* Ends it: end of file on its input, a second of grace, then SIGKILL to its process group. */
void lab_adapter_close(struct lab_adapter **a);

#endif
