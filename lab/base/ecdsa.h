/* ecdsa.h - ECDSA whose random number only the key and the message decide, so that two worlds are
 * the same. For keys that are public on purpose. */
#ifndef LAB_BASE_ECDSA_H
#define LAB_BASE_ECDSA_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAB_ECDSA_MAX 96 /* octets of a signature: twice the order of P-384 */

/* Sign data with a key on P-256 (SHA-256) or P-384 (SHA-384): r and s as RFC 6605, section 4, has
 * them, each as long as the curve's order. false: the key is none of these. */
bool lab_ecdsa(const EVP_PKEY *pkey, const uint8_t *data, size_t data_len,
               uint8_t out[LAB_ECDSA_MAX], size_t *len);

#endif
