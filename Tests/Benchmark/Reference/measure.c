// What is not FastCGI: argon2id alone, and the sums of a database.

#include <argon2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "reference.h"

enum { memory_kib = 47104, passes = 1, lanes = 1, hashes_max = 100000 };

static long long end_microseconds;
static int count;
static double milliseconds[hashes_max];

static void *hash(void *unused) {
  unsigned char salt[16] = "reference", result[32];
  for (;;) {
    long long begin = now_microseconds();
    if (begin >= end_microseconds) return unused;
    if (argon2id_hash_raw(passes, memory_kib, lanes, "correct horse battery", 21, salt,
                          sizeof salt, result, sizeof result)) {
      fail("argon2id");
    }
    int place = __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
    if (place < hashes_max) milliseconds[place] = (double)(now_microseconds() - begin) / 1e3;
  }
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static double percentile(double part) { return milliseconds[(int)((count - 1) * part)]; }

static double microseconds_each(struct timeval time) {
  return ((double)time.tv_sec * 1e6 + (double)time.tv_usec) / count;
}

// One line: hashes, hashes a second, p50, p99 and p99.9 in ms, user and system time of each in µs.
int hash_passwords(int threads, int seconds) {
  pthread_t others[16];
  struct rusage usage;
  if (threads < 1 || threads > 16 || seconds < 1 || seconds > 60) fail("argon2 THREADS SECONDS");
  long long begin = now_microseconds();
  end_microseconds = begin + seconds * 1000000LL;
  for (int i = 1; i < threads; i++) {
    if (pthread_create(&others[i], NULL, hash, NULL)) fail("a thread cannot be started");
  }
  hash(NULL);
  for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
  double taken = (double)(now_microseconds() - begin) / 1e6;
  getrusage(RUSAGE_SELF, &usage);
  qsort(milliseconds, (size_t)count, sizeof *milliseconds, compare);
  printf("%d %.1f %.3f %.3f %.3f %.1f %.1f\n", count, count / taken, percentile(0.5),
         percentile(0.99), percentile(0.999), microseconds_each(usage.ru_utime),
         microseconds_each(usage.ru_stime));
  return 0;
}

// One line: the sum of all balances, the number of transactions, and that of wallets. A wallet
// numbers its transactions without a hole; that they are there is for `dompet verify` to say.
int print_sums(const char *path) {
  sqlite3 *database;
  if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL)) fail(path);
  sqlite3_wal_autocheckpoint(database, 0);
  sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  sqlite3_stmt *sums = prepare(
      database, "SELECT sum(balance), sum(sequence), count(*) FROM wallets");
  if (sqlite3_step(sums) != SQLITE_ROW) fail("the wallets cannot be added up");
  printf("%lld %lld %lld\n", (long long)sqlite3_column_int64(sums, 0),
         (long long)sqlite3_column_int64(sums, 1), (long long)sqlite3_column_int64(sums, 2));
  _exit(fflush(stdout));  // without closing: the log stays for the programs that use it
}
