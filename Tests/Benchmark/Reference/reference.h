// The parts of the reference, each in the file of its name.

#include <fcgiapp.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stddef.h>

enum { text_bytes_max = 128, answer_bytes_max = 16384, body_bytes_max = 65536 };

// reference.c: ends the program with sysexits' 78.
void fail(const char *what);
const char *setting(const char *name);
long long now_microseconds(void);
// RFC 3339 in UTC with milliseconds.
void write_time(long long microseconds, char *text, size_t size);

// json.c: a member is looked for as the product and the driver write it, without white space; name
// is such as "\"id\":".
int read_text(const char *json, const char *name, char *text);
long long read_number(const char *json, const char *name);
// The body, ended with NUL; its length, or -1 if it is too long.
long read_body(FCGX_Request *request, char *body);

// token.c
struct claims {
  char user[text_bytes_max];
  char session[text_bytes_max];
};
void prepare_key(const char *secret);
int read_token(const char *authorization, long long now_seconds, struct claims *claims);

// store.c: what every connection demands; and the one writer connection, used by one at a time.
sqlite3 *open_database(void);
sqlite3_stmt *prepare(sqlite3 *database, const char *sql);
void bind_text(sqlite3_stmt *statement, int place, const char *text);

// Runs within a transaction; the status of its answer, written to `answer`. What is not 200 or 201
// leaves nothing behind.
struct job {
  int (*run)(struct job *job);
  int status;
  char answer[512];
  struct job *next;
  pthread_cond_t *wake;
  int is_done, leads;
};
void open_writer(void);
int write_each(struct job *job);
int write_grouped(struct job *job);
sqlite3 *writer_database(void);

// wallet.c: reading, with statements of the thread's own. Each writes JSON and gives the status.
struct reader {
  sqlite3_stmt *wallet, *history;
};
void prepare_reader(struct reader *reader);
int answer_wallet(struct reader *reader, const char *authorization, char *json);
int answer_history(struct reader *reader, const char *authorization, char *json);
// The ids of the bearer and of the wallet; 0 if there is none.
int find_bearer(struct reader *reader, const char *authorization, char *user, char *wallet);

// credit.c: POST of an event; write is one of the two above.
void prepare_credit(void);
int answer_event(FCGX_Request *request, int (*write)(struct job *), char *json);

// top_up.c: a top-up without an invoice; and Xendit, as far as the product's call needs it.
void prepare_top_up(void);
int answer_top_up(FCGX_Request *request, struct reader *reader, char *json);
int answer_provider(FCGX_Request *request, char *json);

// measure.c: what is not FastCGI. Each gives the program's status.
int hash_passwords(int threads, int seconds);
int print_sums(const char *path);
