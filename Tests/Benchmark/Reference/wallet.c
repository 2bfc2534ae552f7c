// Reading for a bearer: all of GET wallets/me and of a page of its history.

#include <stdio.h>

#include "reference.h"

enum { page_rows = 20 };

// One statement, so that it is its own snapshot.
static const char wallet_sql[] =
    "SELECT w.id, w.balance, w.currency, w.created_at, w.updated_at, w.sequence "
    "FROM sessions AS s JOIN users AS u ON u.id = s.user_id JOIN wallets AS w ON w.user_id = u.id "
    "WHERE s.id = ?1 AND s.user_id = ?2 AND s.ended_at IS NULL AND s.expires_at > ?3 "
    "AND u.is_active = 1";

// The product's, without its filters.
static const char history_sql[] =
    "SELECT sequence, type, amount, balance_after, description, reference, created_at "
    "FROM wallet_transactions WHERE wallet_id = ?1 AND sequence BETWEEN 1 AND ?2 "
    "ORDER BY sequence DESC LIMIT ?3";

void prepare_reader(struct reader *reader) {
  sqlite3 *database = open_database();
  reader->wallet = prepare(database, wallet_sql);
  reader->history = prepare(database, history_sql);
}

// Whether there is a row, on which the statement then stands; it must be reset.
static int find(sqlite3_stmt *wallet, const char *authorization, struct claims *claims) {
  long long now = now_microseconds();
  if (!read_token(authorization, now / 1000000, claims)) return 0;
  bind_text(wallet, 1, claims->session);
  bind_text(wallet, 2, claims->user);
  sqlite3_bind_int64(wallet, 3, now);
  return sqlite3_step(wallet) == SQLITE_ROW;
}

int answer_wallet(struct reader *reader, const char *authorization, char *json) {
  struct claims claims;
  sqlite3_stmt *row = reader->wallet;
  int found = find(row, authorization, &claims);
  if (found) {
    char created[text_bytes_max], updated[text_bytes_max];
    write_time(sqlite3_column_int64(row, 3), created, sizeof created);
    write_time(sqlite3_column_int64(row, 4), updated, sizeof updated);
    snprintf(json, answer_bytes_max,
             "{\"id\":\"%s\",\"balance\":\"%lld.00\",\"currency\":\"%s\","
             "\"createdAt\":\"%s\",\"updatedAt\":\"%s\"}",
             sqlite3_column_text(row, 0), (long long)sqlite3_column_int64(row, 1),
             sqlite3_column_text(row, 2), created, updated);
  }
  sqlite3_reset(row);
  return found ? 200 : 401;
}

int find_bearer(struct reader *reader, const char *authorization, char *user, char *wallet) {
  struct claims claims;
  int found = find(reader->wallet, authorization, &claims);
  if (found) {
    snprintf(user, text_bytes_max, "%s", claims.user);
    snprintf(wallet, text_bytes_max, "%s", sqlite3_column_text(reader->wallet, 0));
  }
  sqlite3_reset(reader->wallet);
  return found;
}

static int write_item(sqlite3_stmt *row, const char *wallet, char *json, size_t size) {
  char created[text_bytes_max];
  write_time(sqlite3_column_int64(row, 6), created, sizeof created);
  return snprintf(json, size,
                  "{\"id\":\"%s-%lld\",\"type\":\"%s\",\"amount\":\"%lld.00\","
                  "\"balanceAfter\":\"%lld.00\",\"description\":\"%s\",\"reference\":\"%s\","
                  "\"createdAt\":\"%s\"}",
                  wallet, (long long)sqlite3_column_int64(row, 0), sqlite3_column_text(row, 1),
                  (long long)sqlite3_column_int64(row, 2), (long long)sqlite3_column_int64(row, 3),
                  sqlite3_column_text(row, 4), sqlite3_column_text(row, 5), created);
}

int answer_history(struct reader *reader, const char *authorization, char *json) {
  struct claims claims;
  char wallet[text_bytes_max], *place = json, *end = json + answer_bytes_max;
  if (!find(reader->wallet, authorization, &claims)) return sqlite3_reset(reader->wallet), 401;
  snprintf(wallet, sizeof wallet, "%s", sqlite3_column_text(reader->wallet, 0));
  sqlite3_int64 newest = sqlite3_column_int64(reader->wallet, 5), last = 0;
  sqlite3_reset(reader->wallet);

  sqlite3_stmt *row = reader->history;
  bind_text(row, 1, wallet);
  sqlite3_bind_int64(row, 2, newest);
  sqlite3_bind_int(row, 3, page_rows + 1);
  place += snprintf(place, 16, "{\"items\":[");
  int count = 0, has_more = 0;
  while (sqlite3_step(row) == SQLITE_ROW && !(has_more = count == page_rows)) {
    if (count++) *place++ = ',';
    place += write_item(row, wallet, place, (size_t)(end - place));
    last = sqlite3_column_int64(row, 0);
  }
  sqlite3_reset(row);
  size_t room = (size_t)(end - place);
  if (has_more) snprintf(place, room, "],\"nextCursor\":\"%s-%lld\"}", wallet, (long long)last);
  else snprintf(place, room, "],\"nextCursor\":null}");
  return 200;
}
