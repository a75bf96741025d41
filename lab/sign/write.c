/* write.c - the signed tree as files: zones, an nsd.conf for each level, root hints, trust anchor.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sign/tree.h"

static const struct {
    const char *dir;
    const char *address4;
    const char *address6;
} levels[LAB_LEVEL_COUNT] = {
    {"root", LAB_ROOT_SERVER4, LAB_ROOT_SERVER6},
    {"tld", LAB_TLD_SERVER4, LAB_TLD_SERVER6},
    {"leaf", LAB_LEAF_SERVER4, LAB_LEAF_SERVER6},
};

/* Names of zones are lower case and without escapes (tree.c): their texts tell. */
static bool is_above(const char *above, size_t len, const char *name, size_t name_len)
{
    return name_len > len && strcmp(name + name_len - len, above) == 0 &&
           (len == 1 || name[name_len - len - 1] == '.');
}

/* The zone with the longest name above each one. */
void lab_tree_link(struct lab_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        struct lab_tree_zone *zone = tree->zones[i];

        const size_t name_len = strlen(zone->name);
        size_t best = 0;

        zone->parent = NULL;
        for (size_t j = 0; j < tree->count; j++) {
            struct lab_tree_zone *above = tree->zones[j];
            const size_t len = strlen(above->name);

            if (len > best && is_above(above->name, len, zone->name, name_len)) {
                zone->parent = above;
                best = len;
            }
        }
    }
}

/* "x.example.zone", "root.zone"; the caller frees it. */
static char *file_name(const struct lab_tree_zone *zone)
{
    return zone->parent == NULL ? lab_strdup("root.zone") : lab_format("%szone", zone->name);
}

/* A TLSA record without association data has no text form that NSD takes: the generic one of RFC
 * 3597. */
static bool bare_tlsa(const ldns_rr *rr)
{
    return ldns_rr_get_type(rr) == LDNS_RR_TYPE_TLSA &&
           (ldns_rr_rd_count(rr) == 3 || ldns_rdf_size(ldns_rr_rdf(rr, 3)) == 0);
}

static void put_rr(ldns_buffer *to, const ldns_rr *rr)
{
    if (!bare_tlsa(rr)) {
        (void)ldns_rr2buffer_str_fmt(to, ldns_output_format_nocomments, rr);
        return;
    }
    (void)ldns_rdf2buffer_str(to, ldns_rr_owner(rr));
    ldns_buffer_printf(to, "\t%u\tIN\tTYPE52\t\\# 3 %02x%02x%02x\n", ldns_rr_ttl(rr),
                       ldns_rdf2native_int8(ldns_rr_rdf(rr, 0)),
                       ldns_rdf2native_int8(ldns_rr_rdf(rr, 1)),
                       ldns_rdf2native_int8(ldns_rr_rdf(rr, 2)));
}

static void put_others(ldns_buffer *to, const struct lab_rrset *set)
{
    for (size_t i = 0; set->others != NULL && i < ldns_rr_list_rr_count(set->others); i++)
        put_rr(to, ldns_rr_list_rr(set->others, i));
}

ldns_buffer *lab_built_text(const struct lab_built *built)
{
    ldns_buffer *text = lab_must(ldns_buffer_new(65536));

    for (size_t i = 0; i < built->count; i++) {
        const struct lab_rrset *set = &built->sets[i];

        for (size_t j = 0; j < ldns_rr_list_rr_count(set->rrs); j++)
            put_rr(text, ldns_rr_list_rr(set->rrs, j));
        if (set->others_first)
            put_others(text, set);
        if (set->sig != NULL)
            put_rr(text, set->sig);
        if (!set->others_first)
            put_others(text, set);
    }
    return text;
}

static int write_built(const struct lab_built *built, const char *path, struct lab_fault *fault)
{
    ldns_buffer *text = lab_built_text(built);
    int rc = lab_file_write(path, (const char *)ldns_buffer_begin(text), ldns_buffer_position(text),
                            fault);

    ldns_buffer_free(text);
    return rc;
}

static int build_zone(const struct lab_tree *tree, const struct lab_tree_zone *zone,
                      struct lab_built *out, struct lab_fault *fault)
{
    if (lab_built_make(tree, zone, out, fault) != 0)
        return -1;
    if (!zone->is_signed)
        return 0;
    lab_denial_add(out);
    return lab_built_sign(out, fault) != 0 || lab_damage_apply(out, fault) != 0 ? -1 : 0;
}

/* Zones that are not served are built too, for the faults in them. */
static int write_zone(const struct lab_tree *tree, const struct lab_tree_zone *zone,
                      const char *dir, struct lab_fault *fault)
{
    struct lab_built built = {0};
    char *file = file_name(zone);
    char *path = lab_format("%s/%s/%s", dir, levels[zone->level].dir, file);
    int rc = zone->as_it_is ? 0 : build_zone(tree, zone, &built, fault);

    if (rc == 0 && !zone->as_it_is && zone->served)
        rc = write_built(&built, path, fault);
    lab_built_free(&built);
    free(path);
    free(file);
    return rc;
}

/* Zones do not depend on each other, and signatures are most of the work: as many threads as
 * processors. */
#define MAX_WORKERS 8

struct work {
    const struct lab_tree *tree;
    const char *dir;
    atomic_size_t next;
};

struct worker {
    pthread_t thread;
    struct work *work;
    size_t failed; /* number of the zone that fault is about; the tree's count if there is none */
    struct lab_fault fault;
};

/* Takes zones in order and stops at its first fault: the first zone with a fault is always reached
 * by some worker. */
static void *write_some(void *self)
{
    struct worker *w = self;
    const struct lab_tree *tree = w->work->tree;
    size_t i;

    while ((i = atomic_fetch_add(&w->work->next, 1)) < tree->count) {
        if (write_zone(tree, tree->zones[i], w->work->dir, &w->fault) != 0) {
            w->failed = i;
            break;
        }
    }
    return NULL;
}

static int write_zones(const struct lab_tree *tree, const char *dir, struct lab_fault *fault)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = processors < 1             ? 1
                    : processors > MAX_WORKERS ? MAX_WORKERS
                                               : (size_t)processors;
    struct work work = {.tree = tree, .dir = dir};
    struct worker workers[MAX_WORKERS] = {{.work = &work}};
    size_t first = tree->count;
    size_t started = 0;

    for (size_t i = 0; i < wanted; i++)
        workers[i] = (struct worker){.work = &work, .failed = tree->count};
    while (started + 1 < wanted && pthread_create(&workers[started + 1].thread, NULL, write_some,
                                                  &workers[started + 1]) == 0)
        started++;
    (void)write_some(&workers[0]);
    for (size_t i = 1; i <= started; i++)
        (void)pthread_join(workers[i].thread, NULL);
    for (size_t i = 0; i <= started; i++) {
        if (workers[i].failed < first) {
            first = workers[i].failed;
            *fault = workers[i].fault;
        }
    }
    return first < tree->count ? -1 : 0;
}

static int write_text(const char *dir, const char *name, struct lab_text *text,
                      struct lab_fault *fault)
{
    char *path = lab_format("%s/%s", dir, name);
    int rc = lab_file_write(path, text->text, text->len, fault);

    free(path);
    free(text->text);
    return rc;
}

/* No user change and no chroot: NSD runs as the one user that a user namespace has. IPv6 has no
 * "any address of this prefix is local" for bind(), hence freebind. */
static int write_conf(const struct lab_tree *tree, enum lab_level level, const char *dir,
                      struct lab_fault *fault)
{
    char *own = lab_format("%s/%s", dir, levels[level].dir);
    struct lab_text conf = {0};
    int rc;

    lab_text_put(&conf,
                 "server:\n  ip-address: %s\n  ip-address: %s\n  ip-freebind: yes\n  port: 53\n",
                 levels[level].address4, levels[level].address6);
    lab_text_put(&conf,
                 "  zonesdir: \"%s\"\n  logfile: \"%s/nsd.log\"\n  pidfile: \"%s/nsd.pid\"\n", own,
                 own, own);
    lab_text_put(
        &conf,
        "  zonelistfile: \"%s/zone.list\"\n  xfrdfile: \"%s/xfrd.state\"\n  xfrdir: \"%s\"\n", own,
        own, own);
    lab_text_put(
        &conf,
        "  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  server-count: 1\n  tcp-count: 100\n"
        "  hide-version: yes\n  rrl-ratelimit: 0\n  rrl-whitelist-ratelimit: 0\n  zonefiles-write: "
        "0\n"
        "  xfrd-reload-timeout: 0\n"                  /* SIGHUP is to count at once */
        "  xfrd-tcp-max: 1\n  xfrd-tcp-pipeline: 1\n" /* else 16384 getrandom() at start */
        "remote-control:\n  control-enable: no\n");
    for (size_t i = 0; i < tree->count; i++) {
        const struct lab_tree_zone *zone = tree->zones[i];
        char *file = file_name(zone);

        if (zone->served && zone->level == level)
            lab_text_put(&conf, "zone:\n  name: \"%s\"\n  zonefile: \"%s\"\n", zone->name, file);
        free(file);
    }
    rc = write_text(own, "nsd.conf", &conf, fault);
    free(own);
    return rc;
}

/* NS records of the root and the addresses of all name servers in the root's own names. */
static int write_hints(const struct lab_tree_zone *root, const char *dir, struct lab_fault *fault)
{
    ldns_buffer *text = lab_must(ldns_buffer_new(1024));
    struct lab_text hints = {0};

    for (size_t i = 0; i < root->records.count; i++) {
        const ldns_rr *ns = root->records.list[i].rr;

        if (ldns_rr_get_type(ns) != LDNS_RR_TYPE_NS ||
            ldns_dname_compare(ldns_rr_owner(ns), root->origin) != 0)
            continue;
        put_rr(text, ns);
        for (size_t j = 0; j < root->records.count; j++) {
            const ldns_rr *rr = root->records.list[j].rr;

            if ((ldns_rr_get_type(rr) == LDNS_RR_TYPE_A ||
                 ldns_rr_get_type(rr) == LDNS_RR_TYPE_AAAA) &&
                ldns_dname_compare(ldns_rr_owner(rr), ldns_rr_rdf(ns, 0)) == 0)
                put_rr(text, rr);
        }
    }
    lab_text_add(&hints, (const char *)ldns_buffer_begin(text), ldns_buffer_position(text));
    ldns_buffer_free(text);
    return write_text(dir, "root.hints", &hints, fault);
}

static int write_anchor(const struct lab_tree *tree, const struct lab_tree_zone *root,
                        const char *dir, struct lab_fault *fault)
{
    ldns_rr *ds = lab_zone_key_ds(&tree->keys[LAB_KEY_ROOT], root->origin, LDNS_SHA256);
    char *line = lab_must(ldns_rr2str(ds));
    struct lab_text anchor = {0};

    lab_text_put(&anchor, "%s", line);
    free(line);
    ldns_rr_free(ds);
    return write_text(dir, "trust-anchor", &anchor, fault);
}

static int write_all(struct lab_tree *tree, const char *dir, struct lab_fault *fault)
{
    const struct lab_tree_zone *root = tree->zones[0];

    for (int level = 0; level < LAB_LEVEL_COUNT; level++) {
        char *own = lab_format("%s/%s", dir, levels[level].dir);
        int rc = lab_make_dirs(own, fault);

        free(own);
        if (rc != 0 || write_conf(tree, (enum lab_level)level, dir, fault) != 0)
            return -1;
    }
    if (write_zones(tree, dir, fault) != 0)
        return -1;
    return write_hints(root, dir, fault) != 0 ? -1 : write_anchor(tree, root, dir, fault);
}

int lab_tree_write(struct lab_tree *tree, const char *dir, struct lab_fault *fault)
{
    char *absolute;
    int rc;

    lab_tree_link(tree);
    if (lab_make_dirs(dir, fault) != 0)
        return -1;
    absolute = realpath(dir, NULL); /* NSD changes its directory */
    if (absolute == NULL)
        return lab_fail_errno(fault, "%s: cannot find directory", dir);
    rc = write_all(tree, absolute, fault);
    free(absolute);
    return rc;
}
