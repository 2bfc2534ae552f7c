// A top-up: the row that the product writes, in a group of commits, without asking for an invoice.
// And a Xendit that answers at once: an invoice for every POST, none found for every GET.

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "reference.h"

struct top_up {
  struct job job;
  char id[40], reference[40], user[text_bytes_max], wallet[text_bytes_max];
  const char *key;
  long long amount, created_at;
};

static sqlite3_stmt *insert;

void prepare_top_up(void) {
  insert = prepare(writer_database(),
      "INSERT INTO wallet_top_ups (id, user_id, wallet_id, reference, idempotency_key, amount, "
      "currency, status, created_at, updated_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'IDR', 'PENDING', ?7, ?7)");
}

// A UUID of version 7, and today's reference.
static void name_top_up(struct top_up *top_up) {
  unsigned char b[18];
  struct tm day;
  time_t seconds = (time_t)(top_up->created_at / 1000000);
  if (getrandom(b, sizeof b, 0) != sizeof b) fail("getrandom");
  unsigned long long milliseconds = (unsigned long long)top_up->created_at / 1000;
  snprintf(top_up->id, sizeof top_up->id,
           "%08llx-%04llx-7%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", milliseconds >> 16,
           milliseconds & 0xffff, b[0] & 15, b[1], (b[2] & 63) | 128, b[3], b[4], b[5], b[6], b[7],
           b[8], b[9]);
  gmtime_r(&seconds, &day);
  snprintf(top_up->reference, sizeof top_up->reference,
           "WTU-%04d%02d%02d-%02X%02X%02X%02X%02X%02X%02X%02X", (day.tm_year + 1900) % 10000,
           (day.tm_mon + 1) % 100, day.tm_mday % 100, b[10], b[11], b[12], b[13], b[14], b[15],
           b[16], b[17]);
}

static int insert_top_up(struct job *job) {
  struct top_up *top_up = (struct top_up *)job;
  top_up->created_at = now_microseconds();
  name_top_up(top_up);
  bind_text(insert, 1, top_up->id);
  bind_text(insert, 2, top_up->user);
  bind_text(insert, 3, top_up->wallet);
  bind_text(insert, 4, top_up->reference);
  bind_text(insert, 5, top_up->key);
  sqlite3_bind_int64(insert, 6, top_up->amount);
  sqlite3_bind_int64(insert, 7, top_up->created_at);
  int code = sqlite3_step(insert);
  sqlite3_reset(insert);
  snprintf(job->answer, sizeof job->answer,
           "{\"id\":\"%s\",\"reference\":\"%s\",\"status\":\"PENDING\",\"amount\":\"%lld\","
           "\"currency\":\"IDR\",\"invoiceUrl\":null}",
           top_up->id, top_up->reference, top_up->amount);
  return code == SQLITE_DONE ? 201 : 400;
}

int answer_top_up(FCGX_Request *request, struct reader *reader, char *json) {
  struct top_up top_up = {.job.run = insert_top_up};
  char body[body_bytes_max + 1];
  const char *authorization = FCGX_GetParam("HTTP_AUTHORIZATION", request->envp);
  if (!find_bearer(reader, authorization, top_up.user, top_up.wallet)) return 401;
  if (read_body(request, body) < 0) return 413;
  top_up.key = FCGX_GetParam("HTTP_IDEMPOTENCY_KEY", request->envp);
  if (!(top_up.amount = read_number(body, "\"amount\":"))) return 400;
  int status = write_grouped(&top_up.job);
  snprintf(json, answer_bytes_max, "%s", top_up.job.answer);
  return status;
}

int answer_provider(FCGX_Request *request, char *json) {
  static unsigned count;
  char body[body_bytes_max + 1], reference[text_bytes_max], created[32], expires[32];
  const char *method = FCGX_GetParam("REQUEST_METHOD", request->envp);
  if (!method || strcmp(method, "POST")) return strcpy(json, "[]"), 200;
  if (read_body(request, body) < 0 || !read_text(body, "\"external_id\":", reference)) return 400;
  long long now = now_microseconds(), amount = read_number(body, "\"amount\":");
  unsigned number = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
  write_time(now, created, sizeof created);
  write_time(now + 86400000000, expires, sizeof expires);
  snprintf(json, answer_bytes_max,
           "{\"id\":\"%08llx%08llx%08x\",\"external_id\":\"%s\","
           "\"user_id\":\"62440e322008e87fb29c1fd0\",\"status\":\"PENDING\","
           "\"merchant_name\":\"Benchmark\",\"amount\":%lld,\"currency\":\"IDR\","
           "\"created\":\"%s\",\"updated\":\"%s\",\"expiry_date\":\"%s\","
           "\"invoice_url\":\"https://checkout.xendit.co/web/%s\",\"available_banks\":[],"
           "\"available_ewallets\":[],\"should_send_email\":false}",
           now / 1000000, now % 1000000, number, reference, amount, created, created, expires,
           reference);
  return 200;
}
