// One HTTP exchange over libcurl, with a limit on everything.
//
// A handle keeps its connections alive from one exchange to the next, so idle handles are kept
// and the one used last, whose connection is warm, is taken first.

import CCurl
import Synchronization

/// A client for any number of threads; each exchange blocks the thread that asks for it.
///
/// HTTP/1.1; TLS 1.2 or later with verification; no redirects, no proxy (not even the
/// environment's), no cookies, no compression. The program is expected to ignore SIGPIPE.
public final class HTTPClient: Sendable {
  private let limits: HTTPLimits
  private let authoritiesFile: String?
  private let idle = Mutex<[Handle]>([])

  /// - Parameter authoritiesFile: the certificates (PEM) to trust instead of the system's.
  public init(limits: HTTPLimits = .init(), authoritiesFile: String? = nil) {
    self.limits = limits
    self.authoritiesFile = authoritiesFile
  }

  deinit {
    idle.withLock { handles in handles.forEach { $0.free() } }
  }

  /// Sends the request once and returns the whole response. Only `GET` and `HEAD` are repeated,
  /// once, when a kept connection turns out to be closed.
  ///
  /// - Parameter timeoutMilliseconds: for everything together, if shorter than the limits' total.
  public func send(
    _ request: HTTPRequest, timeoutMilliseconds: Int? = nil
  ) throws(HTTPFailure) -> HTTPResponse {
    let total = limits.totalSeconds * 1000
    let milliseconds = min(timeoutMilliseconds ?? total, total)
    guard milliseconds > 0 else { throw .notSent(evidence: "no time left") }
    let handle = try takeHandle()
    defer { idle.withLock { $0.append(handle) } }
    let exchange = Exchange(limits: limits, isSafeToRepeat: request.isSafeToRepeat)
    return try withExtendedLifetime(exchange) { () throws(HTTPFailure) in
      var options = Options(handle)
      options.setPolicy(authoritiesFile: authoritiesFile)
      options.setTimes(milliseconds: milliseconds, connectSeconds: limits.connectSeconds)
      options.setReceivers(exchange)
      options.setRequest(request)
      defer { options.freeHeaders() }
      guard options.fault == nil else { throw .notSent(evidence: options.fault ?? "") }
      return try exchange.perform(on: handle)
    }
  }

  private func takeHandle() throws(HTTPFailure) -> Handle {
    if let handle = idle.withLock({ $0.popLast() }) { return handle }
    guard libraryIsReady, let handle = Handle() else {
      throw .notSent(evidence: "libcurl gives no handle")
    }
    return handle
  }
}

/// libcurl wants to be initialised once in a process; a global constant is.
private let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

/// A handle of libcurl with the buffer for its error texts.
///
/// `@unchecked Sendable` because libcurl lets any thread use a handle, one at a time, and a handle
/// is either in the pool or in the hands of one thread.
struct Handle: @unchecked Sendable {
  let curl: UnsafeMutableRawPointer
  let errorText: UnsafeMutablePointer<CChar>

  init?() {
    guard let curl = curl_easy_init() else { return nil }
    self.curl = curl
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
  }

  func free() {
    curl_easy_cleanup(curl)
    errorText.deallocate()
  }
}
