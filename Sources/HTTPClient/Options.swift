// The options of one exchange, each with its reason where the name does not give it.

import CCurl

/// Sets options on a handle, from a clean slate, and remembers the first fault.
struct Options {
  private let handle: Handle
  private var headers: UnsafeMutablePointer<curl_slist>?
  /// What keeps the request from being sent.
  private(set) var fault: String?

  /// Forgets all options of the exchange before; connections stay open.
  init(_ handle: Handle) {
    self.handle = handle
    curl_easy_reset(handle.curl)
    handle.errorText.pointee = 0
    note(dompet_curl_set_pointer(handle.curl, CURLOPT_ERRORBUFFER, handle.errorText))
  }

  /// What holds for every exchange.
  mutating func setPolicy(authoritiesFile: String?) {
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    if let authoritiesFile { set(CURLOPT_CAINFO, authoritiesFile) }
    set(CURLOPT_FOLLOWLOCATION, 0)
    // Empty: not even the environment's (http_proxy, https_proxy, ALL_PROXY).
    set(CURLOPT_PROXY, "")
    set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    // As the caller wrote it: libcurl would resolve `..`.
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
    set(CURLOPT_USERAGENT, "dompet")
    // Time-outs without SIGALRM, which threads cannot share.
    set(CURLOPT_NOSIGNAL, 1)
    // Else an exchange that timed out waits for the resolver's thread, past its deadline.
    set(CURLOPT_QUICK_EXIT, 1)
    // A handle keeps its buffers, and requests are small: the least that libcurl takes.
    set(CURLOPT_UPLOAD_BUFFERSIZE, 16_384)
    // Servers close idle connections, often after 60 s; do not race them.
    set(CURLOPT_MAXAGE_CONN, 30)
  }

  mutating func setTimes(milliseconds: Int, connectSeconds: Int) {
    set(CURLOPT_TIMEOUT_MS, milliseconds)
    set(CURLOPT_CONNECTTIMEOUT_MS, min(connectSeconds * 1000, milliseconds))
  }

  /// The exchange must outlive the transfer.
  mutating func setReceivers(_ exchange: Exchange) {
    let pointer = Unmanaged.passUnretained(exchange).toOpaque()
    note(dompet_curl_set_prerequest(handle.curl, mayIssueRequest))
    note(dompet_curl_set_pointer(handle.curl, CURLOPT_PREREQDATA, pointer))
    note(dompet_curl_set_receiver(handle.curl, CURLOPT_HEADERFUNCTION, receiveHeader))
    note(dompet_curl_set_pointer(handle.curl, CURLOPT_HEADERDATA, pointer))
    note(dompet_curl_set_receiver(handle.curl, CURLOPT_WRITEFUNCTION, receiveBody))
    note(dompet_curl_set_pointer(handle.curl, CURLOPT_WRITEDATA, pointer))
  }

  mutating func setRequest(_ request: HTTPRequest) {
    set(CURLOPT_URL, request.url)
    if let user = request.user {
      set(CURLOPT_HTTPAUTH, dompet_curl_basic)
      set(CURLOPT_USERNAME, user)
      set(CURLOPT_PASSWORD, "")
    }
    setMethod(request)
    setHeaders(request)
  }

  private mutating func setMethod(_ request: HTTPRequest) {
    guard !request.method.isEmpty, request.method.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 }) else {
      return refuse("the method is not of capital letters")
    }
    switch request.method {
    case "GET": set(CURLOPT_HTTPGET, 1)
    case "HEAD": set(CURLOPT_NOBODY, 1)
    default:
      let body = request.body ?? []
      set(CURLOPT_POST, 1)
      set(CURLOPT_CUSTOMREQUEST, request.method)
      set(CURLOPT_POSTFIELDSIZE, body.count)
      let code = body.withUnsafeBytes { bytes in
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        return dompet_curl_set_text(handle.curl, CURLOPT_COPYPOSTFIELDS, start)
      }
      note(code)
    }
  }

  private mutating func setHeaders(_ request: HTTPRequest) {
    // Waiting for "100 Continue" costs a second with servers that do not know it.
    append("Expect:")
    // libcurl's own default would be that of an HTML form.
    if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      append("Content-Type:")
    }
    for (name, value) in request.headers {
      guard isToken(name), value.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) else {
        return refuse("a header is not of visible ASCII")
      }
      append(value.isEmpty ? "\(name);" : "\(name): \(value)")  // libcurl's way to write it empty
    }
    note(dompet_curl_set_headers(handle.curl, headers))
  }

  private func isToken(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 58 && $0 != 59 }
  }

  /// Frees the list of headers, once the transfer is over.
  mutating func freeHeaders() {
    curl_slist_free_all(headers)
    headers = nil
  }

  private mutating func append(_ line: String) {
    guard let longer = curl_slist_append(headers, line) else { return refuse("no memory") }
    headers = longer
  }

  private mutating func set(_ option: CURLoption, _ value: Int) {
    note(dompet_curl_set_long(handle.curl, option, value))
  }

  private mutating func set(_ option: CURLoption, _ value: String) {
    guard !value.utf8.contains(0) else { return refuse("a text holds a NUL") }
    note(dompet_curl_set_text(handle.curl, option, value))
  }

  private mutating func note(_ code: CURLcode) {
    if code != CURLE_OK { refuse(String(cString: curl_easy_strerror(code))) }
  }

  private mutating func refuse(_ reason: String) {
    fault = fault ?? reason
  }
}
