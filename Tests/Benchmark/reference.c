// What the product's speed is held against: the same work in plain C on libfcgi, by the shortest
// way. Started like a program of ours: its listening socket on descriptor 0.
//
//   DOCUMENT_URI .../constant   the text of REFERENCE_BODY: what FastCGI behind nginx can reach
//   DOCUMENT_URI .../wallet     all of GET /api/v1/wallets/me: token, session, user, wallet, JSON
//
// Settings: DATABASE_URL and JWT_ACCESS_SECRET as for the product, WORKER_THREADS, REFERENCE_BODY.

#define OPENSSL_SUPPRESS_DEPRECATED  // SHA256_CTX can be copied, so the key's pads are hashed once
#include <fcgiapp.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { token_bytes_max = 4096, text_bytes_max = 128, answer_bytes_max = 1024 };

struct claims {
  char user[text_bytes_max];
  char session[text_bytes_max];
};

static const char *database_path, *constant_body;
static SHA256_CTX inner_pad, outer_pad;
static char token_header[128];
static signed char base64url_values[256];

// One statement, so that it is its own snapshot.
static const char *const wallet_sql =
    "SELECT w.id, w.balance, w.currency, w.created_at, w.updated_at "
    "FROM sessions AS s JOIN users AS u ON u.id = s.user_id JOIN wallets AS w ON w.user_id = u.id "
    "WHERE s.id = ?1 AND s.user_id = ?2 AND s.ended_at IS NULL AND s.expires_at > ?3 "
    "AND u.is_active = 1";

static void fail(const char *what) {
  fprintf(stderr, "reference: %s\n", what);
  exit(78);
}

static const char *setting(const char *name) {
  const char *value = getenv(name);
  if (!value || !*value) fail(name);
  return value;
}

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
static void prepare_key(const char *secret) {
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

// A claim is looked for as the product writes it; the signature has been verified.
static int read_text(const char *json, const char *name, char *text) {
  const char *value = strstr(json, name);
  if (!value) return 0;
  value += strlen(name);
  const char *end = strchr(value, '"');
  if (!end || end == value || end - value >= text_bytes_max) return 0;
  memcpy(text, value, (size_t)(end - value));
  text[end - value] = 0;
  return 1;
}

static long long read_number(const char *json, const char *name) {
  const char *value = strstr(json, name);
  return value ? atoll(value + strlen(name)) : 0;
}

static int read_token(const char *authorization, long long now_seconds, struct claims *claims) {
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
         read_text(json, "\"sub\":\"", claims->user) &&
         read_text(json, "\"sid\":\"", claims->session);
}

static void write_time(long long microseconds, char *text, size_t size) {
  time_t seconds = (time_t)(microseconds / 1000000);
  struct tm tm;
  gmtime_r(&seconds, &tm);
  snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
           tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(microseconds / 1000 % 1000));
}

// The wallet of whom the token names, as JSON; 0 if there is none.
static int find_wallet(sqlite3_stmt *statement, const char *authorization, char *json) {
  struct timespec now;
  struct claims claims;
  clock_gettime(CLOCK_REALTIME, &now);
  if (!read_token(authorization, now.tv_sec, &claims)) return 0;
  sqlite3_bind_text(statement, 1, claims.session, -1, SQLITE_STATIC);
  sqlite3_bind_text(statement, 2, claims.user, -1, SQLITE_STATIC);
  sqlite3_bind_int64(statement, 3, now.tv_sec * 1000000LL + now.tv_nsec / 1000);
  int found = sqlite3_step(statement) == SQLITE_ROW;
  if (found) {
    char created[text_bytes_max], updated[text_bytes_max];
    write_time(sqlite3_column_int64(statement, 3), created, sizeof created);
    write_time(sqlite3_column_int64(statement, 4), updated, sizeof updated);
    snprintf(json, answer_bytes_max,
             "{\"id\":\"%s\",\"balance\":\"%lld.00\",\"currency\":\"%s\","
             "\"createdAt\":\"%s\",\"updatedAt\":\"%s\"}",
             sqlite3_column_text(statement, 0), (long long)sqlite3_column_int64(statement, 1),
             sqlite3_column_text(statement, 2), created, updated);
  }
  sqlite3_reset(statement);
  return found;
}

static void answer(FCGX_Request *request, sqlite3_stmt *statement) {
  char json[answer_bytes_max], head[256];
  const char *path = FCGX_GetParam("DOCUMENT_URI", request->envp), *body = constant_body;
  const char *status = "200";
  const char *name = path ? strrchr(path, '/') : NULL;
  if (name && !strcmp(name, "/wallet")) {
    const char *authorization = FCGX_GetParam("HTTP_AUTHORIZATION", request->envp);
    body = json;
    if (!find_wallet(statement, authorization, json)) status = "401", body = "{}";
  }
  int length = snprintf(head, sizeof head,
                        "Status: %s\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n", status, strlen(body));
  FCGX_PutStr(head, length, request->out);
  FCGX_PutStr(body, (int)strlen(body), request->out);
}

// Each thread has its own connection and statement, and waits in accept like ours.
static void *work(void *unused) {
  sqlite3 *database;
  sqlite3_stmt *statement;
  FCGX_Request request;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(database_path, &database, flags, NULL) ||
      sqlite3_prepare_v2(database, wallet_sql, -1, &statement, NULL)) {
    fail("the database cannot be used");
  }
  sqlite3_wal_autocheckpoint(database, 0);
  FCGX_InitRequest(&request, 0, 0);
  while (FCGX_Accept_r(&request) == 0) {
    answer(&request, statement);
    FCGX_Finish_r(&request);
  }
  return unused;
}

int main(void) {
  const char *url = setting("DATABASE_URL");
  if (strncmp(url, "sqlite:", 7)) fail("DATABASE_URL");
  database_path = url + 7;
  constant_body = setting("REFERENCE_BODY");
  memset(base64url_values, -1, sizeof base64url_values);
  for (int i = 0; i < 64; i++) base64url_values[(unsigned char)base64url[i]] = (signed char)i;
  prepare_key(setting("JWT_ACCESS_SECRET"));
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  signal(SIGPIPE, SIG_IGN);
  FCGX_Init();
  pthread_t thread;
  for (int count = atoi(setting("WORKER_THREADS")); count > 1; count--) {
    if (pthread_create(&thread, NULL, work, NULL)) fail("a thread cannot be started");
  }
  work(NULL);
  return 71;
}
