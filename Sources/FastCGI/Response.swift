// What a handler answers, and its form on the wire: a CGI response (RFC 3875, section 6).

/// An answer: status, header fields in order, and a body that is there whole or made while it is
/// sent.
public struct Response: Sendable {
  /// Makes a body while it is sent: hands piece after piece to `send`, which returns when it has
  /// been taken. It throws if the reader does not take it, and the stream where it cannot go on:
  /// then the connection is cut, so that what was sent does not pass for the whole.
  public typealias Stream =
    @Sendable (_ send: (_ piece: [UInt8]) throws(StreamCut) -> Void) throws(StreamCut) -> Void

  /// The HTTP status code.
  public var status: Int
  /// Header fields besides Content-Length, which the server adds where the length is known.
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]
  /// What follows `body`. It is not run for HEAD.
  public var stream: Stream?

  public init(
    status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    stream: Stream? = nil
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.stream = stream
  }

  /// Writes the whole answer through `write`, which returns false if the reader does not take it.
  /// - Returns: whether all of it has been written.
  func send(to request: borrowing Request, through write: ([UInt8]) -> Bool) -> Bool {
    guard write(serialized(for: request)) else { return false }
    guard let stream, request.parameter("REQUEST_METHOD") != "HEAD" else { return true }
    do throws(StreamCut) {
      try stream { piece throws(StreamCut) in
        guard write(piece) else { throw StreamCut() }
      }
      return true
    } catch {
      return false
    }
  }

  /// The bytes for nginx: header fields, an empty line, and the body unless the call was HEAD
  /// (RFC 9110, section 9.3.2: same fields, no content).
  func serialized(for request: borrowing Request) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256 + body.count)
    bytes.append(field: "Status", String(status) + " " + reasonPhrase(of: status))
    for (name, value) in headers { bytes.append(field: name, value) }
    if status != 204, stream == nil { bytes.append(field: "Content-Length", String(body.count)) }
    bytes.append(13)
    bytes.append(10)
    if request.parameter("REQUEST_METHOD") != "HEAD" { bytes.append(contentsOf: body) }
    return bytes
  }
}

/// A streamed body ends before its end.
public struct StreamCut: Error {
  public init() {}
}

/// The words behind a status (RFC 9110, section 15), which nginx passes on as they are.
private func reasonPhrase(of status: Int) -> String {
  switch status {
  case 200: "OK"
  case 201: "Created"
  case 204: "No Content"
  case 303: "See Other"
  case 400: "Bad Request"
  case 401: "Unauthorized"
  case 403: "Forbidden"
  case 404: "Not Found"
  case 405: "Method Not Allowed"
  case 409: "Conflict"
  case 413: "Content Too Large"
  case 415: "Unsupported Media Type"
  case 422: "Unprocessable Content"
  case 429: "Too Many Requests"
  case 500: "Internal Server Error"
  case 502: "Bad Gateway"
  case 503: "Service Unavailable"
  default: "Status"
  }
}

extension [UInt8] {
  /// One header field. Control characters would end it early and begin another: they become
  /// spaces (RFC 9110, section 5.5).
  fileprivate mutating func append(field name: String, _ value: String) {
    append(contentsOf: name.utf8)
    append(58)
    append(32)
    for byte in value.utf8 { append(byte < 32 || byte == 127 ? 32 : byte) }
    append(13)
    append(10)
  }
}
