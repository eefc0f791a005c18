// The OpenSSL 3 headers that Weir uses, and those of their macros that Swift cannot import.
#ifndef WEIR_COPENSSL_SHIM_H
#define WEIR_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <linux/tls.h>

/// The options of every server context; the reasons stand in TLSContext.swift. 1 on success.
static inline int weir_ssl_ctx_configure(SSL_CTX *context) {
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
                     | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_ENABLE_KTLS);
    // Where records are handed over (KTLS), the library may keep pointing to what it wrote last unless it
    // releases its buffers; after a KeyUpdate it would then write over that.
    SSL_CTX_set_mode(
        context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)
        && SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384")
        && SSL_CTX_set_num_tickets(context, 1)
        && SSL_CTX_set_ciphersuites(
            context,
            "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256")
        && SSL_CTX_set_cipher_list(
            context, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL");
}

typedef int (*weir_ticket_callback)(
    SSL *, unsigned char *, unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int);

/// The callback that encrypts and decrypts session tickets with keys of ours. 1 on success.
static inline int weir_ssl_ctx_set_ticket_callback(
    SSL_CTX *context, weir_ticket_callback callback) {
    return (int)SSL_CTX_set_tlsext_ticket_key_evp_cb(context, callback);
}

/// Makes a MAC context HMAC-SHA-256 with a key; both are copied. 1 on success. (The parameters point
/// to their names, which a Swift String does not keep in place.)
static inline int weir_mac_set_key(EVP_MAC_CTX *context, const unsigned char *key, size_t count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key, count),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(context, parameters);
}

/// Adds a certificate to those that lead from the server's own to its authority. 1 on success.
static inline int weir_ssl_ctx_add_to_chain(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

/// Writes for whom a certificate was made out, in one line; what is not ASCII stays UTF-8.
static inline int weir_x509_print_subject(BIO *output, const X509 *certificate) {
    return X509_NAME_print_ex(
        output, X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
}

/// The alternative names of a certificate, for `weir_general_names_free`; NULL when it has none.
static inline GENERAL_NAMES *weir_x509_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

static inline int weir_general_names_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

static inline void weir_general_names_free(GENERAL_NAMES *names) {
    GENERAL_NAMES_free(names);
}

/// The bytes of one name if it is of this type (GEN_DNS or GEN_IPADD), else NULL. They belong to
/// `names`.
static inline const ASN1_STRING *weir_general_name(const GENERAL_NAMES *names, int index, int type) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    return name->type == type ? (type == GEN_DNS ? name->d.dNSName : name->d.iPAddress) : NULL;
}

/// The controls with which the library asks its BIO to write the records itself (openssl/bio.h names the
/// first two in a comment).
enum { WEIR_BIO_SET_RECORD_KEYS = 72, WEIR_BIO_SET_RECORD_TYPE = 74 };

/// What the records of a connection are sealed with (RFC 8446, section 5.3).
struct weir_record_keys {
    /// 16 or 32: of AES-128-GCM or AES-256-GCM. 0: there are no keys.
    unsigned key_bytes;
    unsigned char key[32];
    unsigned char nonce[12];
    /// The number of the next record.
    uint64_t sequence;
};

/// Reads what comes with WEIR_BIO_SET_RECORD_KEYS: what the kernel would be given (linux/tls.h). 0 for other
/// versions of TLS than 1.3, and for other ciphers.
static inline int weir_read_record_keys(const void *given, struct weir_record_keys *keys) {
    const struct tls_crypto_info *info = (const struct tls_crypto_info *)given;
    if (info->version != TLS_1_3_VERSION) return 0;
    const unsigned char *key, *iv, *salt, *sequence;
    if (info->cipher_type == TLS_CIPHER_AES_GCM_128) {
        const struct tls12_crypto_info_aes_gcm_128 *aes = (const struct tls12_crypto_info_aes_gcm_128 *)given;
        key = aes->key, iv = aes->iv, salt = aes->salt, sequence = aes->rec_seq;
        keys->key_bytes = sizeof aes->key;
    } else if (info->cipher_type == TLS_CIPHER_AES_GCM_256) {
        const struct tls12_crypto_info_aes_gcm_256 *aes = (const struct tls12_crypto_info_aes_gcm_256 *)given;
        key = aes->key, iv = aes->iv, salt = aes->salt, sequence = aes->rec_seq;
        keys->key_bytes = sizeof aes->key;
    } else {
        return 0;
    }
    for (unsigned at = 0; at < keys->key_bytes; at++) keys->key[at] = key[at];
    for (int at = 0; at < 4; at++) keys->nonce[at] = salt[at];
    for (int at = 0; at < 8; at++) keys->nonce[4 + at] = iv[at];
    keys->sequence = 0;
    for (int at = 0; at < 8; at++) keys->sequence = keys->sequence << 8 | sequence[at];
    return 1;
}

/// The nonce of the next record; counts the record.
static inline void weir_next_nonce(struct weir_record_keys *keys, unsigned char *nonce) {
    for (int at = 0; at < 12; at++) nonce[at] = keys->nonce[at];
    for (int at = 0; at < 8; at++) nonce[11 - at] ^= (unsigned char)(keys->sequence >> 8 * at);
    keys->sequence += 1;
}

static inline void weir_bio_clear_retry(BIO *bio) {
    BIO_clear_retry_flags(bio);
}

static inline void weir_bio_set_retry_read(BIO *bio) {
    BIO_set_retry_read(bio);
}

#endif
