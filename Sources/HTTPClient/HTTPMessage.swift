// What goes out, what comes back, and how it can fail.

/// One request. Names and values of headers are visible ASCII and spaces; a request that breaks
/// this is not sent.
public struct HTTPRequest: Sendable {
  /// Capital letters. `GET` and `HEAD` carry no body; all others do, if only an empty one.
  public var method: String
  /// Absolute, `http` or `https`, without a user name.
  public var url: String
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]?
  /// The user name of HTTP Basic (RFC 7617), with an empty password.
  public var user: String?

  public init(
    method: String, url: String, headers: [(name: String, value: String)] = [],
    body: [UInt8]? = nil, user: String? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.user = user
  }

  /// A request that may go out twice without harm (RFC 9110, section 9.2.2).
  var isSafeToRepeat: Bool {
    method == "GET" || method == "HEAD"
  }
}

/// One complete response, whatever its status; redirects are returned, not followed.
public struct HTTPResponse: Sendable {
  public var status: Int
  /// Names in lower case, in the order received.
  public var headers: [(name: String, value: String)]
  /// As sent: a compressed body (nobody asked for one) stays compressed.
  public var body: [UInt8]

  public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of this name (in lower case).
  public func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }
}

/// Why there is no response. The evidence is libcurl's words, at most 255 bytes, for the log.
public enum HTTPFailure: Error, Equatable, Sendable {
  /// Surely nothing of the request left this machine: no name, no connection, no valid
  /// certificate, or a request that cannot be sent at all.
  case notSent(evidence: String)
  /// The request may have been carried out: a time-out, a reset, or an answer that is no HTTP or
  /// too large.
  case unknown(evidence: String)
}

/// The bounds of an exchange.
public struct HTTPLimits: Sendable {
  /// Name, connection and TLS together. A healthy server takes a fraction of a second.
  public var connectSeconds = 3
  /// From the first step to the last byte, however slowly bytes drip. Under nginx's patience with
  /// the programs (20 s).
  public var totalSeconds = 15
  /// After any decoding, so that a small body cannot unfold into a large one.
  public var bodyBytesMax = 1_048_576
  /// All header lines of all (also interim) responses together.
  public var headerBytesMax = 65_536

  public init() {}
}
