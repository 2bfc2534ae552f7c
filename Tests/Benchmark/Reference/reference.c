// What the product's speed is held against: the same work in plain C on libfcgi, by the shortest
// way. Started like a program of ours: its listening socket on descriptor 0.
//
//   DOCUMENT_URI .../constant         the text of REFERENCE_BODY: what FastCGI can reach
//                .../wallet           all of GET wallets/me: token, session, user, wallet, JSON
//                .../history          a page of GET wallets/me/transactions
//                .../credit-each      all of an event that reports a payment, with its own commit
//                .../credit-grouped   the same, one commit for all that wait
//                .../top-up           a top-up's row, committed in groups; no invoice
//                .../invoices         a stand-in Xendit
//
//   reference argon2 THREADS SECONDS  argon2id alone
//   reference sums DATABASE           what is in all wallets, and how many transactions
//
// Settings: DATABASE_URL, JWT_ACCESS_SECRET and XENDIT_WEBHOOK_TOKEN as for the product,
// WORKER_THREADS, REFERENCE_BODY. Connections demand what the product's do.

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reference.h"

static const char *constant_body;

void fail(const char *what) {
  fprintf(stderr, "reference: %s\n", what);
  exit(78);
}

const char *setting(const char *name) {
  const char *value = getenv(name);
  if (!value || !*value) fail(name);
  return value;
}

long long now_microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

void write_time(long long microseconds, char *text, size_t size) {
  time_t seconds = (time_t)(microseconds / 1000000);
  struct tm tm;
  gmtime_r(&seconds, &tm);
  snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (tm.tm_year + 1900) % 10000,
           (tm.tm_mon + 1) % 100, tm.tm_mday % 100, tm.tm_hour % 100, tm.tm_min % 100,
           tm.tm_sec % 100, (int)(microseconds / 1000 % 1000));
}

static int choose(FCGX_Request *request, struct reader *reader, const char *name, char *json) {
  const char *authorization = FCGX_GetParam("HTTP_AUTHORIZATION", request->envp);
  if (!strcmp(name, "/wallet")) return answer_wallet(reader, authorization, json);
  if (!strcmp(name, "/history")) return answer_history(reader, authorization, json);
  if (!strcmp(name, "/credit-each")) return answer_event(request, write_each, json);
  if (!strcmp(name, "/credit-grouped")) return answer_event(request, write_grouped, json);
  if (!strcmp(name, "/top-up")) return answer_top_up(request, reader, json);
  if (!strcmp(name, "/invoices")) return answer_provider(request, json);
  return 404;
}

static void answer(FCGX_Request *request, struct reader *reader) {
  char json[answer_bytes_max], head[256];
  const char *path = FCGX_GetParam("DOCUMENT_URI", request->envp);
  const char *name = path ? strrchr(path, '/') : NULL, *body = json;
  int status = 200;
  if (name && !strcmp(name, "/constant")) body = constant_body;
  else status = name ? choose(request, reader, name, json) : 404;
  if (status / 100 != 2) body = "{}";
  int length = snprintf(head, sizeof head,
                        "Status: %d\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n", status, strlen(body));
  FCGX_PutStr(head, length, request->out);
  FCGX_PutStr(body, (int)strlen(body), request->out);
}

// Each thread has its own connection and statements, and waits in accept like ours.
static void *work(void *unused) {
  struct reader reader;
  FCGX_Request request;
  prepare_reader(&reader);
  FCGX_InitRequest(&request, 0, 0);
  while (FCGX_Accept_r(&request) == 0) {
    answer(&request, &reader);
    FCGX_Finish_r(&request);
  }
  return unused;
}

int main(int argc, char **argv) {
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  if (argc == 4 && !strcmp(argv[1], "argon2")) return hash_passwords(atoi(argv[2]), atoi(argv[3]));
  if (argc == 3 && !strcmp(argv[1], "sums")) return print_sums(argv[2]);
  constant_body = setting("REFERENCE_BODY");
  prepare_key(setting("JWT_ACCESS_SECRET"));
  open_writer();
  prepare_credit();
  prepare_top_up();
  signal(SIGPIPE, SIG_IGN);
  FCGX_Init();
  pthread_t thread;
  for (int count = atoi(setting("WORKER_THREADS")); count > 1; count--) {
    if (pthread_create(&thread, NULL, work, NULL)) fail("a thread cannot be started");
  }
  work(NULL);
  return 71;
}
