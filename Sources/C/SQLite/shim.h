// SQLite's C interface, and wrappers for the few things that Swift cannot say itself.
#pragma once
#include <signal.h>
#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

// sqlite3_config is variadic, which Swift cannot call.
static inline int dompet_sqlite3_config(int option, int value) {
  return sqlite3_config(option, value);
}

// sqlite3_db_config is variadic. Gives what the switch stands at afterwards, or -1.
static inline int dompet_sqlite3_db_config(sqlite3 *db, int option, int on) {
  int state = -1;
  return sqlite3_db_config(db, option, on, &state) == SQLITE_OK ? state : -1;
}

// SQLITE_TRANSIENT (SQLite takes a copy) is a cast of -1 to a function pointer. An empty buffer
// may have no address, and without an address SQLite would bind NULL.
static inline int dompet_sqlite3_bind_text(
    sqlite3_stmt *statement, int index, const void *text, sqlite3_uint64 length) {
  return sqlite3_bind_text64(
      statement, index, text ? (const char *)text : "", length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int dompet_sqlite3_bind_bytes(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
  return sqlite3_bind_blob64(statement, index, bytes ? bytes : "", length, SQLITE_TRANSIENT);
}

// SQLite's own descriptor: to close another one on the same file would drop this process's locks.
static inline int dompet_sqlite3_sync(sqlite3 *db) {
  sqlite3_file *file = NULL;
  int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code != SQLITE_OK || file == NULL || file->pMethods == NULL) return SQLITE_IOERR;
  return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

// SIGRTMIN is a macro that calls a function: glibc keeps the first ones for itself.
static inline int dompet_timer_signal(void) { return SIGRTMIN + 1; }

// A timer that signals the calling thread alone: the member that holds the thread's id has no
// public name in glibc, and lies in a union.
static inline int dompet_timer_for_this_thread(timer_t *timer) {
  struct sigevent event = {0};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = dompet_timer_signal();
  event._sigev_un._tid = gettid();
  return timer_create(CLOCK_MONOTONIC, &event, timer);
}
