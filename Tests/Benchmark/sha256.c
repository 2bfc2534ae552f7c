// SHA-256 (FIPS 180-4) in plain C, by the same algorithm as Sources/Crypto: the rounds written out,
// a window of sixteen words on the schedule, sums of rotations in the same forms. What the Swift is
// measured against.
//
//   sha256 COUNT   hashes a message of 64 KiB so often
//
// Prints the nanoseconds it took, and the digest.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

enum { message_bytes = 65536 };

static uint32_t rotated(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

static uint32_t read_word(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// The word at i, which gives way to the one sixteen after it.
static inline uint32_t take(uint32_t w[16], int i) {
  uint32_t word = w[i], after = w[(i + 1) & 15], before = w[(i + 14) & 15];
  w[i] = word + w[(i + 9) & 15] + (rotated(rotated(after, 11) ^ after, 7) ^ after >> 3) +
         (rotated(rotated(before, 2) ^ before, 17) ^ before >> 10);
  return word;
}

#define ROUND(a, b, c, d, e, f, g, h, input)                                                   \
  do {                                                                                         \
    uint32_t sum = h + (input) + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) +           \
                   ((e & f) ^ (~e & g));                                                       \
    d += sum;                                                                                  \
    h = (rotated(rotated(a, 9) ^ a, 13) ^ rotated(a, 2)) + (((a ^ b) & (b ^ c)) ^ b) + sum;    \
  } while (0)

#define EIGHT(i, k0, k1, k2, k3, k4, k5, k6, k7)           \
  do {                                                     \
    ROUND(a, b, c, d, e, f, g, h, k0 + take(w, i));        \
    ROUND(h, a, b, c, d, e, f, g, k1 + take(w, i + 1));    \
    ROUND(g, h, a, b, c, d, e, f, k2 + take(w, i + 2));    \
    ROUND(f, g, h, a, b, c, d, e, k3 + take(w, i + 3));    \
    ROUND(e, f, g, h, a, b, c, d, k4 + take(w, i + 4));    \
    ROUND(d, e, f, g, h, a, b, c, k5 + take(w, i + 5));    \
    ROUND(c, d, e, f, g, h, a, b, k6 + take(w, i + 6));    \
    ROUND(b, c, d, e, f, g, h, a, k7 + take(w, i + 7));    \
  } while (0)

static void compress(uint32_t state[8], const uint8_t *block) {
  uint32_t w[16];
  for (int i = 0; i < 16; i++) w[i] = read_word(block + 4 * i);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  EIGHT(0, 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
        0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5);
  EIGHT(8, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
        0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174);
  EIGHT(0, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
        0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da);
  EIGHT(8, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
        0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967);
  EIGHT(0, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
        0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85);
  EIGHT(8, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
        0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070);
  EIGHT(0, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
        0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3);
  EIGHT(8, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
        0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2);
  uint32_t outcome[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; i++) state[i] += outcome[i];
}

static void hash(const uint8_t *message, size_t count, uint8_t digest[32]) {
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  size_t done = 0;
  for (; count - done >= 64; done += 64) compress(state, message + done);
  uint8_t last[128] = {0};
  size_t rest = count - done, last_bytes = rest < 56 ? 64 : 128;
  memcpy(last, message + done, rest);
  last[rest] = 0x80;
  for (int i = 0; i < 8; i++) last[last_bytes - 1 - i] = (uint8_t)((uint64_t)count * 8 >> 8 * i);
  for (size_t i = 0; i < last_bytes; i += 64) compress(state, last + i);
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

static long long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int count, char **arguments) {
  long times = count == 2 ? strtol(arguments[1], NULL, 10) : 0;
  if (times < 1) return EX_USAGE;
  static uint8_t message[message_bytes];
  for (int i = 0; i < message_bytes; i++) message[i] = (uint8_t)i;
  uint8_t digest[32];
  long long begin = nanoseconds();
  for (long i = 0; i < times; i++) {
    hash(message, message_bytes, digest);
    message[0] ^= digest[0];  // each depends on the one before, so that none can be left out
  }
  printf("%lld\n", nanoseconds() - begin);
  for (int i = 0; i < 32; i++) printf("%02x", digest[i]);
  printf("\n");
  return EX_OK;
}
