/* resolver.c - the configuration of the sender's resolver. */
#include <stdlib.h>

#include "world/internal.h"

/* Nothing but the question and the zones may decide an answer: no minimised names, no denial made
 * out of earlier ones, no stale data, no limits on rate or time. */
static const char settings[] =
    "  do-daemonize: no\n  username: \"\"\n  chroot: \"\"\n  pidfile: \"\"\n  directory: "
    "\"" LAB_WORLD_DIR "\"\n"
    "  use-syslog: no\n  logfile: \"\"\n  verbosity: 1\n"
    "  log-queries: yes\n  log-replies: yes\n  log-tag-queryreply: yes\n  val-log-level: 2\n  ede: "
    "yes\n"
    "  root-hints: \"" LAB_WORLD_DIR "/root.hints\"\n  trust-anchor-file: \"" LAB_WORLD_DIR
    "/trust-anchor\"\n"
    "  module-config: \"validator iterator\"\n  trust-anchor-signaling: no\n"
    "  qname-minimisation: no\n  aggressive-nsec: no\n  discard-timeout: 0\n  serve-expired: no\n  "
    "prefetch: no\n"
    "  prefetch-key: no\n  minimal-responses: yes\n  rrset-roundrobin: no\n  prefer-ip4: yes\n"
    "  infra-cache-max-rtt: 1000\n" /* so that a server that never answers is given up in seconds */
    "  target-fetch-policy: \"0 0 0 0 0\"\n  do-not-query-localhost: no\n"
    "  local-zone: \"test.\" nodefault\n  local-zone: \"invalid.\" nodefault\n  local-zone: "
    "\"onion.\" nodefault\n"
    "  local-zone: \"home.arpa.\" nodefault\n"
    "  ratelimit: 0\n  ip-ratelimit: 0\n  jostle-timeout: 60000\n"
    "  num-threads: 1\n  outgoing-range: 4096\n  num-queries-per-thread: 2048\n  incoming-num-tcp: "
    "100\n  outgoing-num-tcp: 100\n"
    "  msg-cache-size: 16m\n  rrset-cache-size: 32m\n  msg-cache-slabs: 1\n  rrset-cache-slabs: "
    "1\n  infra-cache-slabs: 1\n"
    "  key-cache-slabs: 1\n";

int lab_world_write_resolver(const struct lab_world *w, struct lab_fault *fault)
{
    struct lab_text conf = {0};
    int rc;

    lab_text_put(&conf, "server:\n  interface: " LAB_RESOLVER "\n");
    if (w->ipv6)
        lab_text_put(&conf, "  interface: ::1\n");
    lab_text_put(&conf, "  do-ip6: %s\n%sremote-control:\n  control-enable: no\n",
                 w->ipv6 ? "yes" : "no", settings);
    rc = lab_file_write(LAB_WORLD_DIR "/unbound.conf", conf.text, conf.len, fault);
    free(conf.text);
    return rc;
}
