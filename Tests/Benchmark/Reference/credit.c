// A whole credit: what the product does for an event that reports a payment, on the same tables
// and under the same triggers. What it leaves out: judging anything but a first payment of the
// right amount, and whether that came late.

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "reference.h"

struct event {
  struct job job;
  const char *body;
  long body_bytes;
  long long amount;
  char invoice[text_bytes_max], reference[text_bytes_max], status[text_bytes_max];
  unsigned char digest[32];
};

struct wallet {
  char id[text_bytes_max];
  long long sequence, balance, created_at;
  unsigned char head[32];
};

static const char *callback_token;
static sqlite3_stmt *find_event, *find_top_up, *pay, *find_wallet, *append, *move, *store;

void prepare_credit(void) {
  sqlite3 *database = writer_database();
  callback_token = setting("XENDIT_WEBHOOK_TOKEN");
  find_event = prepare(database, "SELECT state FROM webhook_events WHERE digest = ?1");
  find_top_up = prepare(database,
      "SELECT id, wallet_id, amount FROM wallet_top_ups WHERE reference = ?1");
  pay = prepare(database,
      "UPDATE wallet_top_ups SET status = 'PAID', paid_at = ?2, paid_invoice_id = ?3, "
      "paid_late = 0, lease_until = NULL, updated_at = ?2 WHERE id = ?1 AND status <> 'PAID'");
  find_wallet = prepare(database,
      "SELECT sequence, balance, head, updated_at FROM wallets WHERE id = ?1");
  append = prepare(database,
      "INSERT INTO wallet_transactions (wallet_id, sequence, type, amount, balance_after, "
      "description, reference, invoice_id, counterparty, created_at, hash) "
      "VALUES (?1, ?2, 'TOP_UP', ?3, ?4, ?5, ?6, ?7, 'xendit', ?8, ?9)");
  move = prepare(database,
      "UPDATE wallets SET balance = ?3, may_be_negative = 0, sequence = ?2, head = ?4, "
      "updated_at = ?5 WHERE id = ?1 AND sequence = ?2 - 1");
  store = prepare(database,
      "INSERT INTO webhook_events (digest, body, invoice_id, reference, status, state, "
      "received_at, amount, currency) VALUES (?1, ?2, ?3, ?4, ?5, 'settled', ?6, ?7, 'IDR')");
}

static int run(sqlite3_stmt *statement) {
  int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return code == SQLITE_DONE && sqlite3_changes(writer_database()) == 1;
}

static int pay_top_up(struct event *event, long long now, struct wallet *wallet) {
  char id[text_bytes_max];
  bind_text(find_top_up, 1, event->reference);
  int found = sqlite3_step(find_top_up) == SQLITE_ROW &&
              sqlite3_column_int64(find_top_up, 2) == event->amount;
  if (found) {
    snprintf(id, sizeof id, "%s", sqlite3_column_text(find_top_up, 0));
    snprintf(wallet->id, sizeof wallet->id, "%s", sqlite3_column_text(find_top_up, 1));
  }
  sqlite3_reset(find_top_up);
  if (!found) return 0;
  bind_text(pay, 1, id);
  sqlite3_bind_int64(pay, 2, now);
  bind_text(pay, 3, event->invoice);
  return run(pay);
}

// The wallet's next row, hashed as Ledger/Chain.swift says.
static int link_chain(const struct event *event, long long now, struct wallet *wallet) {
  unsigned char bytes[1024];
  bind_text(find_wallet, 1, wallet->id);
  int found = sqlite3_step(find_wallet) == SQLITE_ROW;
  if (found) {
    wallet->sequence = sqlite3_column_int64(find_wallet, 0) + 1;
    wallet->balance = sqlite3_column_int64(find_wallet, 1) + event->amount;
    memcpy(bytes, sqlite3_column_blob(find_wallet, 2), 32);
    wallet->created_at = sqlite3_column_int64(find_wallet, 3);
    if (wallet->created_at < now) wallet->created_at = now;
  }
  sqlite3_reset(find_wallet);
  if (!found) return 0;
  int count = snprintf((char *)bytes + 32, sizeof bytes - 32,
                       "[\"%s\",%lld,\"TOP_UP\",%lld,%lld,\"%s\",\"%s\",\"xendit\",%lld]",
                       wallet->id, wallet->sequence, event->amount, wallet->balance,
                       event->reference, event->invoice, wallet->created_at);
  SHA256(bytes, 32 + (size_t)count, wallet->head);
  return 1;
}

static int post(const struct event *event, const struct wallet *wallet) {
  char description[text_bytes_max + 16];
  snprintf(description, sizeof description, "Top-up %s", event->reference);
  bind_text(append, 1, wallet->id);
  sqlite3_bind_int64(append, 2, wallet->sequence);
  sqlite3_bind_int64(append, 3, event->amount);
  sqlite3_bind_int64(append, 4, wallet->balance);
  bind_text(append, 5, description);
  bind_text(append, 6, event->reference);
  bind_text(append, 7, event->invoice);
  sqlite3_bind_int64(append, 8, wallet->created_at);
  sqlite3_bind_blob(append, 9, wallet->head, 32, SQLITE_STATIC);
  bind_text(move, 1, wallet->id);
  sqlite3_bind_int64(move, 2, wallet->sequence);
  sqlite3_bind_int64(move, 3, wallet->balance);
  sqlite3_bind_blob(move, 4, wallet->head, 32, SQLITE_STATIC);
  sqlite3_bind_int64(move, 5, wallet->created_at);
  return run(append) && run(move);
}

static int store_event(const struct event *event, long long now) {
  sqlite3_bind_blob(store, 1, event->digest, 32, SQLITE_STATIC);
  sqlite3_bind_blob(store, 2, event->body, (int)event->body_bytes, SQLITE_STATIC);
  bind_text(store, 3, event->invoice);
  bind_text(store, 4, event->reference);
  bind_text(store, 5, event->status);
  sqlite3_bind_int64(store, 6, now);
  sqlite3_bind_int64(store, 7, event->amount);
  return run(store);
}

static int settle(struct job *job) {
  struct event *event = (struct event *)job;
  struct wallet wallet;
  long long now = now_microseconds();
  sqlite3_bind_blob(find_event, 1, event->digest, 32, SQLITE_STATIC);
  int is_known = sqlite3_step(find_event) == SQLITE_ROW;
  sqlite3_reset(find_event);
  if (!is_known && !(pay_top_up(event, now, &wallet) && link_chain(event, now, &wallet) &&
                     post(event, &wallet) && store_event(event, now))) {
    return 400;
  }
  snprintf(job->answer, sizeof job->answer, "{\"received\":true,\"credited\":%s,\"status\":\"%s\"}",
           is_known ? "false" : "true", event->status);
  return 200;
}

int answer_event(FCGX_Request *request, int (*write)(struct job *), char *json) {
  struct event event = {.job.run = settle};
  char body[body_bytes_max + 1];
  const char *token = FCGX_GetParam("HTTP_X_CALLBACK_TOKEN", request->envp);
  size_t length = strlen(callback_token);
  if (!token || strlen(token) != length || CRYPTO_memcmp(token, callback_token, length)) return 401;
  if ((event.body_bytes = read_body(request, body)) < 0) return 413;
  event.body = body;
  if (!read_text(body, "\"id\":", event.invoice) || !read_text(body, "\"status\":", event.status) ||
      !read_text(body, "\"external_id\":", event.reference) || strcmp(event.status, "PAID")) {
    return 400;
  }
  event.amount = read_number(body, "\"paid_amount\":");
  if (!event.amount) event.amount = read_number(body, "\"amount\":");
  SHA256((unsigned char *)body, (size_t)event.body_bytes, event.digest);
  int status = write(&event.job);
  snprintf(json, answer_bytes_max, "%s", event.job.answer);
  return status;
}
