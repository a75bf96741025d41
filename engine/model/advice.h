/* advice.h - what is to be said to whoever publishes a destination's DNS and runs its servers.
 *
 * Each row of the list: X(name, word, severity, rules, what it is, what it means for mail, remedy).
 * ERROR: a sender that follows the rules does not deliver there now. WARNING: protection is missing
 * or incomplete, or a change that is to be expected stops mail. NOTICE: it could be done better.
 *
 * Example: two MX hosts, of which one has TLSA records: PARTIAL, a warning about the destination.
 */
#ifndef DSMTP_MODEL_ADVICE_H
#define DSMTP_MODEL_ADVICE_H

#define DSMTP_SEVERITY_LIST(X) \
    X(ERROR, "error")          \
    X(WARNING, "warning")      \
    X(NOTICE, "notice")

/* clang-format off */
#define DSMTP_ADVICE_LIST(X)                                                                                                    \
    /* the destination */                                                                                                       \
    X(MX_LOOKUP_FAILS, "mx-lookup-fails", ERROR, "R-7672-2.1.2-1",                                                              \
      "the MX lookup fails or does not validate",                                                                               \
      "senders do not know where to deliver, and defer all mail",                                                               \
      "mend the signatures, the DS record or the name servers of the domain")                                                   \
    X(NULL_MX, "null-mx", NOTICE, "R-7505-3-1",                                                                                 \
      "the domain has a null MX",                                                                                               \
      "it accepts no mail: every message goes back to its author",                                                              \
      "none is needed, if that is what was meant")                                                                              \
    X(NULL_MX_BESIDE, "null-mx-beside-others", WARNING, "R-7505-3-2",                                                           \
      "a null MX record stands beside others",                                                                                  \
      "some senders use the others, some return all mail",                                                                      \
      "remove the one or the others")                                                                                           \
    X(MX_INSECURE, "mx-insecure", WARNING, "R-7672-2.2.1-2 R-7672-2.2.1-11",                                                    \
      "the MX records are not protected by DNSSEC, though a host has TLSA records",                                             \
      "whoever forges the MX answer leads mail to a host of his own, which the TLSA records do not prevent",                    \
      "sign the domain, and have its DS record published")                                                                      \
    X(PARTIAL, "partial", WARNING, "R-7672-2.2.1-13",                                                                           \
      "some hosts have usable TLSA records, this one has not",                                                                  \
      "an attacker who keeps senders from the others gets mail that he can read and change",                                    \
      "publish TLSA records for every host that the MX records name")                                                           \
    /* hosts and their addresses */                                                                                             \
    X(NO_ADDRESS, "host-without-address", WARNING, "R-5321-5.1-8",                                                              \
      "the host has no address",                                                                                                \
      "no mail can reach it",                                                                                                   \
      "give it addresses, or take it out of the MX records; these name hosts, never addresses")                                 \
    X(ADDRESS_LOOKUP_FAILS, "address-lookup-fails", ERROR, "R-7672-2.2.2-14",                                                   \
      "a lookup of the host's addresses or of its alias fails or does not validate",                                            \
      "senders that validate do not deliver to this host",                                                                      \
      "mend the signatures, the DS record or the name servers of the zone")                                                     \
    X(ADDRESS_HALF_FAILS, "address-lookup-half-fails", WARNING, "R-7672-2.2.2-14",                                              \
      "of the lookups for IPv4 and IPv6 addresses one fails or does not validate",                                              \
      "some senders go on with the other, some do not deliver to this host",                                                    \
      "mend the signatures or the name servers of the zone")                                                                    \
    X(MX_ALIAS, "mx-alias", WARNING, "R-5321-5.1-8 R-7672-2.2.2-2",                                                             \
      "the MX record names an alias",                                                                                           \
      "some senders refuse that, and whose TLSA records count hangs on the security of every link",                             \
      "let the MX record name what the alias leads to")                                                                         \
    X(HOST_INSECURE, "host-insecure", NOTICE, "R-7672-2.2.2-6",                                                                 \
      "the host's addresses are not protected by DNSSEC",                                                                       \
      "senders do not ask for TLSA records: whoever is on the way can read and change mail",                                    \
      "sign the host's zone, and publish TLSA records")                                                                         \
    X(TLSA_USELESS, "tlsa-at-insecure-host", WARNING, "R-7672-2.2.2-6",                                                         \
      "TLSA records exist for a host whose addresses are not protected by DNSSEC",                                              \
      "no sender looks at them",                                                                                                \
      "sign the host's zone, and have its DS record published")                                                                 \
    /* TLSA lookups */                                                                                                          \
    X(NO_TLSA, "no-tlsa", NOTICE, "R-7672-2.2-7",                                                                               \
      "the host has no TLSA records",                                                                                           \
      "TLS is not demanded of it: whoever is on the way can read and change mail",                                              \
      "publish 3 1 1 with the SHA2-256 digest of the server's public key")                                                      \
    X(TLSA_INSECURE, "tlsa-insecure", WARNING, "R-7672-2.2-7 R-6698-4.1-4",                                                     \
      "the host's TLSA records are not protected by DNSSEC",                                                                    \
      "they count as none",                                                                                                     \
      "sign every zone on the way to them, those of aliases included")                                                          \
    X(TLSA_LOOKUP_FAILS, "tlsa-lookup-fails", ERROR, "R-7672-2.1.2-4",                                                          \
      "the TLSA lookup fails or does not validate",                                                                             \
      "senders do not deliver to this host, whether it has TLSA records or not",                                                \
      "mend signatures, proofs of absence or name servers, and firewalls that do not let such questions through")               \
    X(TLSA_UNSIGNED_FAILS, "tlsa-lookup-fails-unsigned", WARNING, "R-7672-2.2.2-15",                                            \
      "the name servers of the unsigned host do not answer TLSA questions",                                                     \
      "senders that ask all the same do not deliver to it; once the zone is signed nobody does",                                \
      "let the name servers say NOERROR or NXDOMAIN, as for every type that does not exist")                                    \
    X(TLSA_AT_ALIAS, "tlsa-at-alias-only", NOTICE, "R-7672-2.2.2-13",                                                           \
      "the TLSA records stand at the alias, not at the name that it leads to",                                                  \
      "who runs the target need not know of them when its keys change, and records there would come first",                     \
      "have them published where the host is run, and name that host in the MX records")                                        \
    X(TLSA_AT_TARGET, "tlsa-at-target-only", NOTICE, "R-7672-2.2.2-12",                                                         \
      "the TLSA records stand at the target of the alias only",                                                                 \
      "if any link of the alias becomes insecure they count no more, and nobody is told",                                       \
      "let the MX record name the target")                                                                                      \
    X(SHARED, "tlsa-shared", NOTICE, "R-7672-2.2.3-10",                                                                         \
      "hosts share a record of usage 3",                                                                                        \
      "they must have the same key at all times: one that gets another first loses its mail",                                   \
      "share keys only among machines that are one service, or let each host have its own records")                             \
    /* the records */                                                                                                           \
    X(USAGE_PKIX, "usage-0-or-1", WARNING, "R-7672-3.1.3-1 S43",                                                                \
      "a record of certificate usage 0 or 1",                                                                                   \
      "for mail between servers it means nothing; with no other record TLS is demanded and nobody authenticated",               \
      "publish usage 3 in place of 1, and 2 in place of 0 if the server sends that certificate")                                \
    X(UNKNOWN, "unknown-parameter", WARNING, "R-6698-4.1-5 R-7671-2-4",                                                         \
      "a record whose usage, selector or matching type is not defined",                                                         \
      "no sender can use it",                                                                                                   \
      "publish 3 1 1")                                                                                                          \
    X(MALFORMED, "malformed-record", WARNING, "R-6698-4.1-6",                                                                   \
      "a record whose data cannot be what its parameters say",                                                                  \
      "no sender can use it",                                                                                                   \
      "compute it anew from the certificate; a SHA2-256 digest has 32 octets, SHA2-512 has 64")                                 \
    X(ALL_UNUSABLE, "all-unusable", WARNING, "R-7672-2.2-5",                                                                    \
      "the host has TLSA records, and none is usable",                                                                          \
      "senders demand TLS, but take any certificate: whoever is on the way can read and change mail",                           \
      "publish 3 1 1 with the SHA2-256 digest of the server's public key")                                                      \
    X(FULL_DATA, "full-data", NOTICE, "R-7671-10.1.2-1 R-7672-3.1.2-5",                                                         \
      "a record holds a whole certificate or key",                                                                              \
      "answers become large, which some networks lose",                                                                         \
      "publish a SHA2-256 digest (matching type 1)")                                                                            \
    X(ANSWER_BIG, "answer-too-big", WARNING, "R-7671-10.1.1-1 R-7672-9.2-3",                                                    \
      "the TLSA answer does not fit into one packet",                                                                           \
      "where fragments or DNS over TCP are lost the lookup fails, and mail is deferred",                                        \
      "publish fewer records, and digests in place of whole certificates")                                                      \
    X(SHA512_ONLY, "sha512-only", NOTICE, "R-7671-2-3",                                                                         \
      "a digest of SHA2-512, and none of SHA2-256, for a usage and selector",                                                   \
      "a sender that knows only what it must cannot use the record",                                                            \
      "publish SHA2-256 (matching type 1), which is enough by itself")                                                          \
    X(DIGESTS_UNEVEN, "digests-uneven", WARNING, "R-7671-8.3-1",                                                                \
      "for one usage and selector there are more records of one digest than of another",                                        \
      "senders look at the strongest digest they know: a key that only the other has does not count for all",                   \
      "publish every key with the same digests, or with SHA2-256 only")                                                         \
    X(CERT_PINNED, "certificate-pinned", WARNING, "R-7672-3.1.1-5 R-7672-3.1-1 S42",                                            \
      "only the certificate is published, not its key",                                                                         \
      "with the next certificate, even for the same key, all mail stops unless its record came before it",                      \
      "publish 3 1 1, and keep the key when the certificate is renewed")                                                        \
    X(TA_KEY, "anchor-by-key", NOTICE, "R-7672-3.1.2-6",                                                                        \
      "a record of usage 2 names a key, not a certificate",                                                                     \
      "constraints of the authority's certificate are not pinned",                                                              \
      "publish 2 0 1")                                                                                                          \
    X(TTL_LONG, "ttl-long", NOTICE, "R-7671-13-1 R-7672-9.2-3",                                                                 \
      "the TLSA records live long in caches",                                                                                   \
      "when a key is lost, mail is deferred until the old records have left all caches",                                        \
      "an hour is enough; more than a day is too much")                                                                         \
    X(SIGNATURE_LONG, "signature-long", NOTICE, "R-7671-11-1 R-7671-13-2",                                                      \
      "the signature of the TLSA records is valid for long",                                                                    \
      "for so long an attacker can play back records that were withdrawn",                                                      \
      "sign for days or a few weeks")                                                                                           \
    /* the zones that they rest on */                                                                                           \
    X(DNSSEC_SHA1, "dnssec-sha1", WARNING, "R-9905-2-1",                                                                        \
      "a zone is signed with SHA-1",                                                                                            \
      "resolvers begin to take it for unsigned: protection goes without a word",                                                \
      "change to algorithm 13 or 15")                                                                                           \
    X(DS_SHA1, "ds-sha1", WARNING, "R-8624-3.3-1",                                                                              \
      "the DS records of a zone are SHA-1 digests",                                                                             \
      "systems that refuse SHA-1 take the zone for unsigned: protection goes without a word",                                   \
      "have a DS record with SHA2-256 (digest type 2) published")                                                               \
    X(NSEC3_ITERATIONS, "nsec3-iterations", WARNING, "R-9276-3.1-1",                                                            \
      "a zone uses NSEC3 with extra iterations",                                                                                \
      "resolvers take such proofs for insecure or for failed: protection goes, or mail is deferred",                            \
      "no extra iterations and no salt, or NSEC")                                                                               \
    /* connections */                                                                                                           \
    X(UNREACHABLE, "unreachable", WARNING, "R-5321-5.1-9",                                                                      \
      "no connection to the address",                                                                                           \
      "senders go on to other addresses and hosts, if there are any",                                                           \
      "let the server listen, or take the address out of DNS; many networks block port 25 on the way out")                      \
    X(SESSION_FAILS, "session-fails", WARNING, "R-5321-5.1-9",                                                                  \
      "the server does not hold the session as far as to where mail begins",                                                    \
      "senders go on to other addresses and hosts, if there are any",                                                           \
      "see what the server has said, and its log")                                                                              \
    X(NO_STARTTLS, "no-starttls", ERROR, "R-7672-2.2-1 R-7672-9.2-1",                                                           \
      "TLSA records exist, but the server does not offer STARTTLS, or refuses it",                                              \
      "senders do not deliver to it",                                                                                           \
      "offer STARTTLS to everybody at any time, or remove the TLSA records")                                                    \
    X(TLS_OLD, "tls-too-old", ERROR, "R-7671-3-1",                                                                              \
      "the server has no version of TLS from 1.2 on",                                                                           \
      "senders that offer nothing older do not deliver to it",                                                                  \
      "let the server speak TLS 1.2 and 1.3")                                                                                   \
    X(SNI_REFUSED, "server-name-refused", ERROR, "R-7672-8.1-5 R-7671-3-3",                                                     \
      "the server ends the handshake because it does not know the name in SNI",                                                 \
      "senders put the TLSA base domain there, and do not deliver",                                                             \
      "let the server show its default certificate for every other name, and where there is none")                              \
    X(SNI_DEMANDED, "server-name-demanded", WARNING, "R-7672-8.1-4 R-7672-8.1-5",                                               \
      "the server ends the handshake with a client that names no server",                                                       \
      "senders without SNI do not deliver, or deliver in clear",                                                                \
      "let the server show its default certificate then")                                                                       \
    X(STARTTLS_SOMETIMES, "starttls-not-always", ERROR, "R-7672-9.2-1",                                                         \
      "TLSA records exist, but of two connections the server offers STARTTLS on one only",                                      \
      "senders do not deliver on the other",                                                                                    \
      "offer STARTTLS to everybody at any time, also to those whom a filter keeps waiting")                                     \
    X(HANDSHAKE_FAILS, "handshake-fails", ERROR, "R-7671-10.3-3",                                                               \
      "TLSA records exist, but the TLS handshake fails",                                                                        \
      "senders do not deliver to it",                                                                                           \
      "mend the server's TLS: ciphers that others have, no certificate demanded of clients")                                    \
    X(ADDRESSES_DIFFER, "addresses-differ", WARNING, "R-7672-8.1-3",                                                            \
      "the addresses of a host show different keys",                                                                            \
      "every key needs a record of its own, and where one is forgotten mail is deferred by chance",                             \
      "use one key for all, or a name and records for each")                                                                    \
    /* certificates and records */                                                                                              \
    X(NO_MATCH, "no-match", ERROR, "R-7672-8.1-3 R-7671-10.3-3",                                                                \
      "the server's certificate matches no usable TLSA record",                                                                 \
      "senders do not deliver to it",                                                                                           \
      "publish the present key (3 1 1) beside what there is; before the next roll-over wait for old records to leave the caches") \
    X(TA_NOT_SENT, "anchor-not-sent", ERROR, "R-7672-3.1.2-2 R-7671-5.2-1 R-7672-3.1.2-4",                                      \
      "no certificate that the server sends is the one that a record of usage 2 names",                                         \
      "senders cannot build a chain to it, and do not deliver",                                                                 \
      "let the server send that certificate, even if it is a root; or publish 3 1 1")                                           \
    X(TA_NAME, "name-mismatch", ERROR, "R-7672-3.1.2-1",                                                                        \
      "under usage 2, the certificate bears none of the names that senders accept",                                             \
      "senders do not deliver to it",                                                                                           \
      "put the host's name into the certificate as a DNS name; or publish 3 1 1, to which names do not matter")                 \
    X(TA_DATES, "certificate-out-of-date", ERROR, "R-7671-10.3-3",                                                              \
      "under usage 2, a certificate of the chain has expired or is not valid yet",                                              \
      "senders do not deliver to it",                                                                                           \
      "renew it; or publish 3 1 1, to which dates do not matter")                                                               \
    X(TA_WEAK, "chain-too-weak", ERROR, "R-6698-4.1-7",                                                                         \
      "under usage 2, a key or signature of the chain is too weak, as SHA-1 is",                                                \
      "senders whose TLS library refuses it do not deliver",                                                                    \
      "have the certificates issued anew, with SHA2-256 and RSA of 2048 bits or an elliptic curve")                             \
    X(TA_CHAIN, "chain-invalid", ERROR, "R-7671-10.3-3",                                                                        \
      "under usage 2, the certificates make no valid chain from the anchor to the server",                                      \
      "senders do not deliver to it",                                                                                           \
      "let the server send every certificate between, issued for servers and within the issuers' limits")                       \
    X(WILDCARD, "wildcard-too-wide", WARNING, "R-7672-3.2.3-7",                                                                 \
      "the certificate fits only if \"*\" may stand for several labels",                                                        \
      "senders that read it as one label, as most do, do not deliver",                                                          \
      "name the host itself in the certificate")                                                                                \
    X(TA_IN_DNS, "anchor-in-dns-only", WARNING, "R-7672-3.1.2-2 R-7671-5.2.3-3",                                                \
      "a record of usage 2 holds only because the whole certificate or key stands in DNS: the server does not send it",         \
      "senders that look for the anchor among the certificates of the server do not deliver",                                   \
      "let the server send that certificate, even if it is a root")                                                             \
    X(ANCHOR_IS_LEAF, "usage-2-names-the-server", WARNING, "R-7672-3.1.2-2",                                                    \
      "a record of usage 2 names the server's own certificate or key",                                                          \
      "that is no anchor: it authenticates nobody",                                                                             \
      "publish it with usage 3")                                                                                                \
    X(LEAF_IS_ANCHOR, "usage-3-names-an-issuer", WARNING, "R-7672-3.1.1-1",                                                     \
      "a record of usage 3 names a certificate above the server's own",                                                         \
      "under usage 3 only the server's own counts: it authenticates nobody",                                                    \
      "publish it with usage 2, or the server's key with usage 3")                                                              \
    X(COMBINATION, "combination-fails", WARNING, "R-7671-8-1 R-7671-8-2 R-7671-8.4-1 R-7672-9.2-2",                             \
      "one combination of usage, selector and matching type has no record that holds, though another has",                      \
      "senders that know only this one, or rank it first, do not deliver",                                                      \
      "publish the present certificate or key in every combination, or drop this one")                                          \
    X(UNMATCHED, "record-unmatched", NOTICE, "R-7672-4-3 R-7672-4-1 R-7671-8.1-1",                                              \
      "a record matches nothing that the servers show, while another of its kind does",                                         \
      "none, if it is for the next key or for one that other clients see; else whoever has the old key still passes",           \
      "remove it if its key is retired")
/* clang-format on */

enum dsmtp_severity {
#define X(name, word) DSMTP_SEVERITY_##name,
    DSMTP_SEVERITY_LIST(X)
#undef X
        DSMTP_SEVERITY_COUNT
};

enum dsmtp_advice_kind {
#define X(name, word, severity, rules, what, consequence, remedy) DSMTP_ADVICE_##name,
    DSMTP_ADVICE_LIST(X)
#undef X
        DSMTP_ADVICE_COUNT
};

struct dsmtp_advice_row {
    const char *word; /* for machines; never changes its meaning */
    enum dsmtp_severity severity;
    const char *rules; /* ids, separated by spaces */
    const char *what, *consequence, *remedy;
};

struct dsmtp_advice {
    enum dsmtp_advice_kind kind;
    const char *host;    /* or the zone; NULL: the destination as a whole */
    const char *address; /* NULL: all of the host */
    const char *detail;  /* what exactly, or NULL */
};

const char *dsmtp_severity_name(enum dsmtp_severity v);
const struct dsmtp_advice_row *dsmtp_advice_row(enum dsmtp_advice_kind kind);

#endif
