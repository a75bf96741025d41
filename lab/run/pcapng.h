/* pcapng.h - packets as a file for Wireshark and tshark, with the TLS secrets inside, so that it
 * opens decrypted. */
#ifndef LAB_RUN_PCAPNG_H
#define LAB_RUN_PCAPNG_H

#include "run/packets.h"

/* The TLS secrets of a world (lines of NSS's key log format), read once. */
struct lab_secrets {
    char *text;
};
LAB_MUST_USE int lab_secrets_open(const char *path, struct lab_secrets *out,
                                  struct lab_fault *fault);
void lab_secrets_close(struct lab_secrets *secrets);

/* Write them, on the lab's clock (epoch_ns: what the monotonic clock's zero is there, in
 * nanoseconds since 1970); only the secrets of TLS sessions that these packets began. */
LAB_MUST_USE int lab_pcapng_write(const char *path, const struct lab_packet *const *packets,
                                  size_t count, const struct lab_secrets *secrets, int64_t epoch_ns,
                                  struct lab_fault *fault);

#endif
