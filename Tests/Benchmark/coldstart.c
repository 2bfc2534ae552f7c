// How long a cold program takes to its first answer: it is started with a listening socket on
// descriptor 0 that already holds a request, as systemd or spawn-fcgi would do.
//
//   coldstart TIMES PROGRAM NAME=VALUE ...   the request's parameters (CGI/1.1)
//
// Prints the median and the longest, in milliseconds from before fork to the answer's first bytes.
// Ends with 1 if an answer is not 200.

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum { request_bytes_max = 16384, times_max = 1000, patience_milliseconds = 10000 };
enum { begin_request = 1, parameters = 4, standard_input = 5 };  // FastCGI 1.0, section 8

static unsigned char request[request_bytes_max];
static size_t request_count;

static void fail(int status, const char *what) {
  fprintf(stderr, "coldstart: %s\n", what);
  exit(status);
}

static void append(const void *bytes, size_t count) {
  if (request_count + count > sizeof request) fail(EX_USAGE, "the request is too long");
  memcpy(request + request_count, bytes, count);
  request_count += count;
}

static void append_header(int type, size_t length) {
  append((unsigned char[]){1, (unsigned char)type, 0, 1, (unsigned char)(length >> 8),
                           (unsigned char)length, 0, 0}, 8);
}

static void append_length(size_t length) {
  append((unsigned char[]){(unsigned char)(length >> 24 | 0x80), (unsigned char)(length >> 16),
                           (unsigned char)(length >> 8), (unsigned char)length}, 4);
}

static void build_request(char **pairs) {
  append_header(begin_request, 8);
  append((unsigned char[]){0, 1, 0, 0, 0, 0, 0, 0}, 8);  // a responder; close afterwards
  for (; *pairs; pairs++) {
    const char *value = strchr(*pairs, '=');
    if (!value) fail(EX_USAGE, "a parameter is NAME=VALUE");
    size_t name_length = (size_t)(value++ - *pairs), value_length = strlen(value);
    append_header(parameters, 8 + name_length + value_length);
    append_length(name_length);
    append_length(value_length);
    append(*pairs, name_length);
    append(value, value_length);
  }
  append_header(parameters, 0);
  append_header(standard_input, 0);
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

// The listener's name is chosen by the kernel and lies in no file system.
static int listen_and_connect(int *client) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t length = sizeof(sa_family_t);
  int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  *client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&address, length)) fail(EX_OSERR, "bind");
  length = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &length);
  if (listen(listener, 8) || connect(*client, (struct sockaddr *)&address, length) ||
      write(*client, request, request_count) != (ssize_t)request_count) {
    fail(EX_OSERR, "the request cannot be queued");
  }
  return listener;
}

static double first_answer(char *program) {
  char answer[1024] = "";
  int client, listener = listen_and_connect(&client);
  double begin = milliseconds();
  pid_t child = fork();
  if (child == 0) {
    dup2(listener, 0);
    close(listener);
    execl(program, program, (char *)NULL);
    _exit(EX_UNAVAILABLE);
  }
  close(listener);
  struct pollfd readable = {.fd = client, .events = POLLIN};
  poll(&readable, 1, patience_milliseconds);
  double taken = milliseconds() - begin;
  ssize_t count = recv(client, answer, sizeof answer - 1, MSG_DONTWAIT);
  close(client);
  kill(child, SIGTERM);
  waitpid(child, NULL, 0);
  // The first 8 bytes are the record's header.
  if (count < 8 || !strstr(answer + 8, "Status: 200")) fail(1, "an answer was not 200");
  return taken;
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

int main(int argc, char **argv) {
  double taken[times_max];
  int times = argc > 2 ? atoi(argv[1]) : 0;
  if (times < 1 || times > times_max) fail(EX_USAGE, "coldstart TIMES PROGRAM NAME=VALUE ...");
  build_request(argv + 3);
  for (int i = 0; i < times; i++) taken[i] = first_answer(argv[2]);
  qsort(taken, (size_t)times, sizeof *taken, compare);
  printf("%.1f %.1f\n", taken[times / 2], taken[times - 1]);
  return 0;
}
