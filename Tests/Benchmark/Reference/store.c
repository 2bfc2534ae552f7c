// The database, and two ways to write to it on one connection: a commit for each job, or one for
// all that wait, led by whoever comes first.

#include <pthread.h>
#include <string.h>

#include "reference.h"

static sqlite3 *database;
static sqlite3_stmt *begin, *commit, *roll_back, *save, *release, *undo;
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

// The jobs that wait for a group, and whether somebody leads one.
static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER;
static struct job *first, **end = &first;
static int has_leader;

// The numbers come from the product's Limits.swift, through the command line of the compiler.
#define TEXT(number) #number
#define PRAGMA_CACHE(kibibytes) "PRAGMA cache_size=-" TEXT(kibibytes)

sqlite3 *open_database(void) {
  sqlite3 *opened;
  const char *url = setting("DATABASE_URL");
  if (strncmp(url, "sqlite:", 7)) fail("DATABASE_URL");
  // Who comes first reads the log anew; the others wait for that.
  if (sqlite3_open_v2(url + 7, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ||
      sqlite3_busy_timeout(opened, 4000) ||
      sqlite3_exec(opened, "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                   PRAGMA_CACHE(readCacheKibibytes), NULL, NULL, NULL)) {
    fail("the database cannot be used");
  }
  sqlite3_wal_autocheckpoint(opened, 0);
  return opened;
}

sqlite3_stmt *prepare(sqlite3 *opened, const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v3(opened, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)) fail(sql);
  return statement;
}

void bind_text(sqlite3_stmt *statement, int place, const char *text) {
  sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
}

static int run(sqlite3_stmt *statement) {
  int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return code == SQLITE_DONE;
}

void open_writer(void) {
  database = open_database();
  sqlite3_exec(database, "PRAGMA temp_store=MEMORY; " PRAGMA_CACHE(writeCacheKibibytes), NULL,
               NULL, NULL);
  sqlite3_wal_autocheckpoint(database, checkpointPages);
  begin = prepare(database, "BEGIN IMMEDIATE");
  commit = prepare(database, "COMMIT");
  roll_back = prepare(database, "ROLLBACK");
  save = prepare(database, "SAVEPOINT job");
  release = prepare(database, "RELEASE job");
  undo = prepare(database, "ROLLBACK TO job");
}

sqlite3 *writer_database(void) { return database; }

static int has_succeeded(const struct job *job) { return job->status / 100 == 2; }

int write_each(struct job *job) {
  pthread_mutex_lock(&writing);
  job->status = 503;
  if (run(begin)) {
    job->status = job->run(job);
    if (!has_succeeded(job)) run(roll_back);
    else if (!run(commit)) run(roll_back), job->status = 503;
  }
  pthread_mutex_unlock(&writing);
  return job->status;
}

static struct job *take(void) {
  pthread_mutex_lock(&queue);
  struct job *job = first;
  if (job && !(first = job->next)) end = &first;
  pthread_mutex_unlock(&queue);
  return job;
}

// All that wait and all that come meanwhile; the list of those that were run.
static struct job *run_group(void) {
  struct job *group = NULL, *job;
  pthread_mutex_lock(&writing);
  int is_sound = run(begin);
  while ((job = take())) {
    job->next = group, group = job;
    job->status = 503;
    if (!is_sound) continue;
    is_sound = run(save);
    job->status = job->run(job);
    if (!has_succeeded(job)) is_sound &= run(undo);
    is_sound &= run(release);
  }
  if (!is_sound || !run(commit)) {
    run(roll_back);
    for (job = group; job; job = job->next) job->status = 503;
  }
  pthread_mutex_unlock(&writing);
  return group;
}

// Whoever waits first leads the next group; then all of this one are woken.
static void lead(void) {
  struct job *group = run_group(), *next;
  pthread_mutex_lock(&queue);
  has_leader = first != NULL;
  if (first) first->leads = 1, pthread_cond_signal(first->wake);
  for (; group; group = next) {
    next = group->next;
    group->is_done = 1;
    pthread_cond_signal(group->wake);
  }
  pthread_mutex_unlock(&queue);
}

int write_grouped(struct job *job) {
  pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
  job->wake = &wake;
  job->next = NULL, job->is_done = job->leads = 0;
  pthread_mutex_lock(&queue);
  *end = job, end = &job->next;
  if (!has_leader) has_leader = job->leads = 1;
  while (!job->is_done && !job->leads) pthread_cond_wait(&wake, &queue);
  pthread_mutex_unlock(&queue);
  if (!job->is_done) lead();
  return job->status;
}
