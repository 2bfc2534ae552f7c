// A disk that goes wrong, put under a program with LD_PRELOAD. What it does is switched on and off
// by files in the folder DISK_SWITCHES:
//   lie     fdatasync and fsync say that it is done, and do nothing
//   forget  pwrite says that it is done, and does nothing
//   stall   fdatasync and fsync make a file "stalled" there and wait until "stall" is gone
//   stall-database   the same, only where a checkpoint syncs: at a file whose name ends with .db
//   refuse-database  there they fail with EIO
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int has(const char *name) {
  const char *folder = getenv("DISK_SWITCHES");
  char path[4096];
  if (folder == NULL) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return access(path, F_OK) == 0;
}

static void note_stall(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/stalled", getenv("DISK_SWITCHES"));
  close(open(path, O_WRONLY | O_CREAT, 0600));
}

static int is_database(int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path);
  return length > 3 && memcmp(path + length - 3, ".db", 3) == 0;
}

static void stall(const char *name) {
  if (!has(name)) return;
  note_stall();
  while (has(name)) usleep(1000);
}

static int sync_file(long call, int descriptor) {
  if (has("lie")) return 0;
  stall("stall");
  if (is_database(descriptor)) {
    stall("stall-database");
    if (has("refuse-database")) {
      errno = EIO;
      return -1;
    }
  }
  return (int)syscall(call, descriptor);
}

int fdatasync(int descriptor) { return sync_file(SYS_fdatasync, descriptor); }

int fsync(int descriptor) { return sync_file(SYS_fsync, descriptor); }

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
  if (has("forget")) return (ssize_t)count;
  return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  return pwrite64(descriptor, bytes, count, offset);
}
