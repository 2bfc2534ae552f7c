// A slow disk: each wait for the disk takes 8 ms longer. To be preloaded (LD_PRELOAD).

#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int after_a_while(const char *name, int file) {
  struct timespec delay = {.tv_nsec = 8000000};
  int (*sync)(int);
  *(void **)&sync = dlsym(RTLD_NEXT, name);
  nanosleep(&delay, 0);
  return sync(file);
}

int fsync(int file) { return after_a_while("fsync", file); }

int fdatasync(int file) { return after_a_while("fdatasync", file); }
