// Just enough JSON: members are found by their text, and nothing is checked.

#include <stdlib.h>
#include <string.h>

#include "reference.h"

int read_text(const char *json, const char *name, char *text) {
  const char *value = strstr(json, name);
  if (!value) return 0;
  value += strlen(name);
  if (*value++ != '"') return 0;
  const char *end = strchr(value, '"');
  if (!end || end == value || end - value >= text_bytes_max) return 0;
  memcpy(text, value, (size_t)(end - value));
  text[end - value] = 0;
  return 1;
}

long long read_number(const char *json, const char *name) {
  const char *value = strstr(json, name);
  return value ? atoll(value + strlen(name)) : 0;
}

long read_body(FCGX_Request *request, char *body) {
  const char *length = FCGX_GetParam("CONTENT_LENGTH", request->envp);
  long count = length ? atol(length) : 0;
  if (count < 0 || count > body_bytes_max) return -1;
  if (FCGX_GetStr(body, (int)count, request->in) != count) return -1;
  body[count] = 0;
  return count;
}
