// Access tokens: JWTs signed with HS256, as the product makes them.

#define OPENSSL_SUPPRESS_DEPRECATED  // SHA256_CTX can be copied, so the key's pads are hashed once
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "reference.h"

enum { token_bytes_max = 4096 };

static SHA256_CTX inner_pad, outer_pad;
static char token_header[128];
static signed char base64url_values[256];

// RFC 4648, section 5.
static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void base64url_encode(const unsigned char *bytes, size_t count, char *text) {
  unsigned bits = 0, bit_count = 0;
  for (size_t i = 0; i < count; i++) {
    bits = bits << 8 | bytes[i];
    for (bit_count += 8; bit_count >= 6;) *text++ = base64url[bits >> (bit_count -= 6) & 63];
  }
  if (bit_count) *text++ = base64url[bits << (6 - bit_count) & 63];
  *text = 0;
}

// The number of bytes, or -1 if a character is none of the alphabet's.
static long base64url_decode(const char *text, size_t count, unsigned char *bytes) {
  unsigned bits = 0, bit_count = 0;
  unsigned char *end = bytes;
  for (size_t i = 0; i < count; i++) {
    int value = base64url_values[(unsigned char)text[i]];
    if (value < 0) return -1;
    bits = bits << 6 | (unsigned)value;
    if ((bit_count += 6) >= 8) *end++ = (unsigned char)(bits >> (bit_count -= 8));
  }
  return end - bytes;
}

// HMAC (RFC 2104): both pads are hashed here, once.
void prepare_key(const char *secret) {
  memset(base64url_values, -1, sizeof base64url_values);
  for (int i = 0; i < 64; i++) base64url_values[(unsigned char)base64url[i]] = (signed char)i;
  unsigned char key[64] = {0}, inner[64], outer[64], digest[32];
  size_t length = strlen(secret);
  if (length > sizeof key) SHA256((const unsigned char *)secret, length, key);
  else memcpy(key, secret, length);
  for (int i = 0; i < 64; i++) inner[i] = key[i] ^ 0x36, outer[i] = key[i] ^ 0x5c;
  SHA256_Init(&inner_pad), SHA256_Update(&inner_pad, inner, sizeof inner);
  SHA256_Init(&outer_pad), SHA256_Update(&outer_pad, outer, sizeof outer);

  SHA256_CTX hash;
  SHA256_Init(&hash), SHA256_Update(&hash, "dompet-kid:", 11);
  SHA256_Update(&hash, secret, length), SHA256_Final(digest, &hash);
  char key_id[17], json[80];
  for (int i = 0; i < 8; i++) sprintf(key_id + 2 * i, "%02x", digest[i]);
  int count = sprintf(json, "{\"alg\":\"HS256\",\"kid\":\"%s\",\"typ\":\"JWT\"}", key_id);
  base64url_encode((unsigned char *)json, (size_t)count, token_header);
}

static int signature_is_right(const char *input, size_t input_length, const char *signature) {
  unsigned char digest[32], given[64];
  SHA256_CTX hash = inner_pad;
  SHA256_Update(&hash, input, input_length), SHA256_Final(digest, &hash);
  hash = outer_pad;
  SHA256_Update(&hash, digest, sizeof digest), SHA256_Final(digest, &hash);
  return strlen(signature) == 43 && base64url_decode(signature, 43, given) == 32 &&
         CRYPTO_memcmp(digest, given, 32) == 0;
}

int read_token(const char *authorization, long long now_seconds, struct claims *claims) {
  char json[token_bytes_max];
  if (!authorization || strncasecmp(authorization, "bearer ", 7)) return 0;
  const char *token = authorization + 7, *payload = strchr(token, '.');
  const char *signature = payload ? strchr(payload + 1, '.') : NULL;
  if (!signature || strlen(token) > token_bytes_max) return 0;
  size_t header_length = (size_t)(payload++ - token);
  if (header_length != strlen(token_header) || memcmp(token, token_header, header_length) ||
      !signature_is_right(token, (size_t)(signature - token), signature + 1)) {
    return 0;
  }
  long count = base64url_decode(payload, (size_t)(signature - payload), (unsigned char *)json);
  if (count < 0) return 0;
  json[count] = 0;
  return strstr(json, "\"iss\":\"dompet\"") && read_number(json, "\"exp\":") > now_seconds &&
         read_number(json, "\"iat\":") <= now_seconds + 60 &&
         read_text(json, "\"sub\":", claims->user) &&
         read_text(json, "\"sid\":", claims->session);
}
