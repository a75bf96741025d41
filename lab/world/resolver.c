/* resolver.c - the resolvers that a world can have, and their configurations. */
#include "world/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "world/internal.h"

static const char conf_path[] = LAB_WORLD_DIR "/resolver.conf";

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
    "  trust-anchor-signaling: no\n"
    "  qname-minimisation: no\n  aggressive-nsec: no\n  discard-timeout: 0\n  serve-expired: no\n  "
    "prefetch: no\n"
    "  prefetch-key: no\n  minimal-responses: yes\n  rrset-roundrobin: no\n  prefer-ip4: yes\n"
    "  infra-cache-max-rtt: 1000\n" /* so that a server that never answers is given up in seconds */
    "  target-fetch-policy: \"0 0 0 0 0\"\n  do-not-query-localhost: no\n"
    "  local-zone: \"test.\" nodefault\n  local-zone: \"invalid.\" nodefault\n  local-zone: "
    "\"onion.\" nodefault\n"
    "  local-zone: \"home.arpa.\" nodefault\n"
    "  ratelimit: 0\n  ip-ratelimit: 0\n  jostle-timeout: 60000\n"
    /* Hundreds of messages start at once, and a question that the kernel drops costs a sender
       seconds. */
    "  so-rcvbuf: 1m\n"
    "  num-threads: 1\n  outgoing-range: 4096\n  num-queries-per-thread: 2048\n  incoming-num-tcp: "
    "100\n  outgoing-num-tcp: 100\n"
    "  msg-cache-size: 16m\n  rrset-cache-size: 32m\n  msg-cache-slabs: 1\n  rrset-cache-slabs: "
    "1\n  infra-cache-slabs: 1\n"
    "  key-cache-slabs: 1\n";

static int write_conf(struct lab_text *conf, struct lab_fault *fault)
{
    int rc = lab_file_write(conf_path, conf->text, conf->len, fault);

    free(conf->text);
    return rc;
}

static int write_unbound(const struct lab_world *w, struct lab_fault *fault)
{
    struct lab_text conf = {0};

    lab_text_put(&conf, "server:\n  interface: " LAB_RESOLVER "\n");
    if (w->ipv6)
        lab_text_put(&conf, "  interface: ::1\n");
    lab_text_put(&conf, "  do-ip6: %s\n%s  module-config: \"%siterator\"\n", w->ipv6 ? "yes" : "no",
                 settings, w->resolver->validates ? "validator " : "");
    lab_text_put(&conf, "remote-control:\n  control-enable: no\n");
    return write_conf(&conf, fault);
}

/* The file has ". 300 IN DS TAG ALGORITHM DIGEST HEX". */
int lab_world_put_anchor(struct lab_text *to, struct lab_fault *fault)
{
    char tag[8], algorithm[4], digest[4], hex[200];
    char *text = NULL;
    char *ds;
    int rc = lab_file_read(LAB_WORLD_DIR "/trust-anchor", &text, NULL, fault);

    if (rc != 0)
        return -1;
    ds = strstr(text, "DS");
    if (ds != NULL && sscanf(ds, "DS %7s %3s %3s %199s", tag, algorithm, digest, hex) == 4)
        lab_text_put(to, "trust-anchors { . static-ds %s %s %s \"%s\"; };\n", tag, algorithm,
                     digest, hex);
    else
        rc = lab_fail(fault, EX_SOFTWARE, "the trust anchor is no DS record");
    free(text);
    return rc;
}

/* As for Unbound: nothing but the question and the zones decides. */
static int write_bind(const struct lab_world *w, struct lab_fault *fault)
{
    struct lab_text conf = {0};

    lab_text_put(&conf,
                 "options {\n  directory \"" LAB_WORLD_DIR "\";\n  pid-file none;\n"
                 "  session-keyfile none;\n  listen-on { " LAB_RESOLVER "; };\n"
                 "  listen-on-v6 { %s };\n  recursion yes;\n  allow-query { any; };\n"
                 "  dnssec-validation yes;\n  minimal-responses yes;\n  empty-zones-enable no;\n"
                 "  qname-minimization off;\n  synth-from-dnssec no;\n  querylog yes;\n"
                 "  trust-anchor-telemetry no;\n  prefetch 0;\n  stale-answer-enable no;\n"
                 "  max-cache-size 32M;\n  servfail-ttl 0;\n  lame-ttl 0;\n"
                 "  fetches-per-server 0;\n  fetches-per-zone 0;\n  rrset-order { order none; };\n"
                 "};\ncontrols { };\n"
                 "zone \".\" { type hint; file \"root.hints\"; };\n",
                 w->ipv6 ? "::1;" : "none;");
    if (lab_world_put_anchor(&conf, fault) != 0) {
        free(conf.text);
        return -1;
    }
    return write_conf(&conf, fault);
}

/* Its log of questions is made to look like Unbound's. Questions of its own have no address. */
static int write_knot(const struct lab_world *w, struct lab_fault *fault)
{
    struct lab_text conf = {0};

    lab_text_put(&conf, "net.listen('" LAB_RESOLVER "', 53, { kind = 'dns' })\n");
    if (w->ipv6)
        lab_text_put(&conf, "net.listen('::1', 53, { kind = 'dns' })\n");
    lab_text_put(
        &conf,
        "net.ipv6 = %s\n"
        "modules = { 'policy', 'hints > iterate' }\n"
        "hints.root_file('" LAB_WORLD_DIR "/root.hints')\n"
        "trust_anchors.remove('.')\n"
        "trust_anchors.add_file('" LAB_WORLD_DIR "/trust-anchor', true)\n"
        "trust_anchors.set_insecure({})\n"
        "modules.unload('ta_signal_query')\nmodules.unload('ta_sentinel')\n"
        "modules.unload('priming')\nmodules.unload('detect_time_skew')\n"
        "modules.unload('detect_time_jump')\n"
        "policy.add(function (req, query)\n"
        "  if req.qsource.addr ~= nil then\n"
        "    io.stderr:write('[kresd] query: 127.0.0.1 ', kres.dname2str(query.sname), ' ',\n"
        "      kres.tostring.type[query.stype] or ('TYPE' .. query.stype), ' IN\\n')\n"
        "  end\n  return nil\nend)\n"
        "cache.open(32 * MB, 'lmdb://" LAB_WORLD_DIR "/knot')\ncache.clear()\n",
        w->ipv6 ? "true" : "false");
    return write_conf(&conf, fault);
}

static const char not_validating[] =
    "the AD bit is never set, so a sender that relies on it has no DANE and says nothing: give the "
    "resolver a trust anchor "
    "and its validator (module-config: \"validator iterator\"), or a sender that validates itself; "
    "\"dig +dnssec . NS\" must show ad";
static const char no_trust_ad[] =
    "since glibc 2.31 the C library hides the AD bit unless resolv.conf says \"options trust-ad\": "
    "say it, for a resolver on this host only";

static const char hides_ad[] = "Unbound, validating; /etc/resolv.conf lacks \"options trust-ad\"";

/* clang-format off */
static const struct lab_resolver resolvers[] = {
    {"unbound", "Unbound, validating", "unbound", "unbound", {"-dc", conf_path}, true, true, NULL, write_unbound},
    {"unbound-novalidate", "Unbound that does not validate", "unbound", "unbound", {"-dc", conf_path}, false, true,
     not_validating, write_unbound},
    {"unbound-no-trust-ad", hides_ad, "unbound", "unbound", {"-dc", conf_path}, true, false,
     no_trust_ad, write_unbound},
    {"bind", "BIND 9 (named), validating", "named", "bind9", {"-g", "-n", "1", "-c", conf_path}, true, true, NULL, write_bind},
    {"knot", "Knot Resolver (kresd), validating", "kresd", "knot-resolver", {"-n", "-q", "-c", conf_path, LAB_WORLD_DIR}, true, true, NULL, write_knot},
};
/* clang-format on */

const struct lab_resolver *lab_resolver_at(size_t index)
{
    return index < LAB_COUNT(resolvers) ? &resolvers[index] : NULL;
}

const struct lab_resolver *lab_resolver_find(const char *name)
{
    for (size_t i = 0; i < LAB_COUNT(resolvers); i++) {
        if (strcmp(resolvers[i].name, name) == 0)
            return &resolvers[i];
    }
    return NULL;
}

int lab_world_write_resolver(const struct lab_world *w, struct lab_fault *fault)
{
    return w->resolver->write(w, fault);
}

int lab_world_start_resolver(struct lab_world *w, struct lab_fault *fault)
{
    char *argv[LAB_RESOLVER_WORDS + 2] = {lab_strdup(LAB_WORLD_DIR "/resolver")};
    int rc;

    for (size_t i = 0; i < LAB_RESOLVER_WORDS && w->resolver->words[i] != NULL; i++)
        argv[i + 1] = lab_strdup(w->resolver->words[i]);
    rc = lab_daemon_start(&w->daemons[LAB_D_RESOLVER], argv, &w->sender, w->bin, fault);
    for (size_t i = 0; argv[i] != NULL; i++)
        free(argv[i]);
    return rc;
}
