// libcurl's easy interface. curl_easy_setopt and curl_easy_getinfo are variadic, and Swift calls
// no variadic C function; so there is one function here for each type that is really passed.
#include <curl/curl.h>

// long: switches, time-outs, sizes. The type must be exact: an int would be read as a long.
static inline CURLcode dompet_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

// char *: libcurl copies every string that it is given (COPYPOSTFIELDS too, up to the size set).
static inline CURLcode dompet_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

// void *: what a callback gets, and the error buffer. libcurl keeps the pointer.
static inline CURLcode dompet_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

// The list of request headers. libcurl keeps the pointer.
static inline CURLcode dompet_curl_set_headers(CURL *handle, struct curl_slist *headers) {
  return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

// The callback for header lines and the one for the body have one type.
static inline CURLcode dompet_curl_set_receiver(CURL *handle, CURLoption option,
                                                curl_write_callback receiver) {
  return curl_easy_setopt(handle, option, receiver);
}

// The callback that runs just before a request goes out on a connection.
static inline CURLcode dompet_curl_set_prerequest(CURL *handle, curl_prereq_callback callback) {
  return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
}

// A macro with a cast, which Swift does not import.
static const long dompet_curl_basic = (long)CURLAUTH_BASIC;

// The last status code received; 0 if there was none.
static inline long dompet_curl_status(CURL *handle) {
  long status = 0;
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}
