// A small HTTP/1.1 client over plain sockets, which sends whatever bytes a test wants.

import Foundation

/// An answer as it came.
public struct HTTPAnswer: Sendable {
  public let status: Int
  /// In the order in which they came, the names in lower case.
  public let headers: [(name: String, value: String)]
  public let body: [UInt8]

  /// The value of a header that came exactly once.
  public func header(_ name: String) -> String? {
    let values = headers(name)
    return values.count == 1 ? values[0] : nil
  }

  public func headers(_ name: String) -> [String] {
    headers.filter { $0.name == name }.map(\.value)
  }

  public var text: String { String(decoding: body, as: UTF8.self) }

  /// The members of the body, if that is a JSON object; else none.
  public var json: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
  }
}

public enum HTTPClientError: Error {
  /// The connection ended before a whole answer had come; these bytes had.
  case noAnswer([UInt8])
  case timeout([UInt8])
}

public enum HTTP {
  /// Sends a well-formed request to 127.0.0.1 on a connection of its own.
  public static func send(
    _ method: String, _ path: String, port: UInt16, headers: [(String, String)] = [],
    body: [UInt8]? = nil, timeoutSeconds: Int = 30
  ) throws -> HTTPAnswer {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    return try exchange(
      Array((head + "\r\n").utf8) + (body ?? []), port: port, timeoutSeconds: timeoutSeconds)
  }

  /// Sends a JSON body.
  public static func send(
    _ method: String, _ path: String, port: UInt16, headers: [(String, String)] = [],
    json: String, timeoutSeconds: Int = 30
  ) throws -> HTTPAnswer {
    try send(
      method, path, port: port, headers: [("Content-Type", "application/json")] + headers,
      body: Array(json.utf8), timeoutSeconds: timeoutSeconds)
  }

  /// Sends these bytes, right or wrong, and reads one answer.
  public static func exchange(
    _ request: [UInt8], port: UInt16, timeoutSeconds: Int = 30
  ) throws -> HTTPAnswer {
    let connection = try HTTPConnection(port: port, timeoutSeconds: timeoutSeconds)
    connection.write(request)
    return try connection.readAnswer(isHead: request.starts(with: Array("HEAD ".utf8)))
  }
}

/// One TCP connection to 127.0.0.1.
public final class HTTPConnection {
  private let descriptor: Int32
  private var received: [UInt8] = []

  public init(port: UInt16, timeoutSeconds: Int = 30) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemFailure(call: "socket") }
    var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    var address = loopback(port: port)
    let connected = withSocketAddress(&address) { connect(descriptor, $0, $1) }
    // On failure too, deinit closes the descriptor.
    guard connected == 0 else { throw SystemFailure(call: "connect to port \(port)") }
  }

  deinit { close(descriptor) }

  /// Sends all of it; a peer that has gone shows when the answer is read.
  public func write(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// The next whole answer on this connection.
  public func readAnswer(isHead: Bool = false) throws -> HTTPAnswer {
    var atEnd = false
    while true {
      if let (answer, used) = parseAnswer(received, isHead: isHead, atEnd: atEnd) {
        received.removeFirst(used)
        return answer
      }
      if atEnd { throw HTTPClientError.noAnswer(received) }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0 && errno == EAGAIN { throw HTTPClientError.timeout(received) }
      if count > 0 { received += buffer[..<count] } else { atEnd = true }
    }
  }
}

/// A port that nobody listens on now.
public func freePort() throws -> UInt16 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { throw SystemFailure(call: "socket") }
  defer { close(descriptor) }
  var address = loopback(port: 0)
  guard withSocketAddress(&address, { bind(descriptor, $0, $1) }) == 0 else {
    throw SystemFailure(call: "bind")
  }
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  _ = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
  }
  return UInt16(bigEndian: address.sin_port)
}

private func loopback(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return address
}

private func withSocketAddress(
  _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
  withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}
