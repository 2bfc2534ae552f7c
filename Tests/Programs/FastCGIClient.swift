// The web server's side of FastCGI 1.0 (the Open Market specification) over a unix socket, written
// anew from the specification, so that it shares no mistake with the library of the programs.

import Foundation
import Support

/// The records of the protocol, right or wrong as a test wants them.
public enum Record {
  public static let begin: UInt8 = 1
  public static let abort: UInt8 = 2
  public static let end: UInt8 = 3
  public static let parameters: UInt8 = 4
  public static let input: UInt8 = 5
  public static let output: UInt8 = 6
  public static let data: UInt8 = 8
  public static let getValues: UInt8 = 9

  public static func make(
    _ type: UInt8, _ content: [UInt8] = [], id: UInt16 = 1, version: UInt8 = 1, padding: UInt8 = 0
  ) -> [UInt8] {
    let length = UInt16(truncatingIfNeeded: content.count)
    return [
      version, type, UInt8(id >> 8), UInt8(id & 255), UInt8(length >> 8), UInt8(length & 255),
      padding, 0,
    ] + content + [UInt8](repeating: 0xAA, count: Int(padding))
  }

  /// Role 1 is the responder's.
  public static func begin(role: UInt8 = 1, keepConnection: Bool = false, id: UInt16 = 1) -> [UInt8]
  {
    make(begin, [0, role, keepConnection ? 1 : 0, 0, 0, 0, 0, 0], id: id)
  }

  /// A stream cut into records, and the empty record that ends it.
  public static func stream(_ type: UInt8, _ content: [UInt8], id: UInt16 = 1) -> [UInt8] {
    var records: [UInt8] = []
    for start in stride(from: 0, to: content.count, by: 65_535) {
      records += make(type, Array(content[start...].prefix(65_535)), id: id)
    }
    return records + make(type, id: id)
  }

  /// A name and its value, with their lengths before them.
  public static func pair(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
    length(name.count) + length(value.count) + name + value
  }

  private static func length(_ count: Int) -> [UInt8] {
    if count < 128 { return [UInt8(count)] }
    return [UInt8(count >> 24 & 127) | 128] + [16, 8, 0].map { UInt8(count >> $0 & 255) }
  }
}

/// A request as nginx hands it on: parameters in order, and a body.
public struct Call: Sendable {
  public var parameters: [(name: String, value: [UInt8])] = []
  public var body: [UInt8]
  public var keepConnection = false

  /// - Parameter headers: as a client sends them; one that is repeated arrives twice.
  public init(
    _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8] = [],
    contentType: String? = nil
  ) {
    self.body = body
    add("REQUEST_METHOD", method)
    add("DOCUMENT_URI", path)
    add("QUERY_STRING", "")
    add("REMOTE_ADDR", "192.0.2.7")
    add("CONTENT_LENGTH", body.isEmpty ? "" : "\(body.count)")
    if let contentType { add("CONTENT_TYPE", contentType) }
    for (name, value) in headers {
      add("HTTP_" + name.uppercased().replacingOccurrences(of: "-", with: "_"), value)
    }
  }

  public init(_ method: String, _ path: String, headers: [(String, String)] = [], json: String) {
    self.init(
      method, path, headers: headers, body: Array(json.utf8), contentType: "application/json")
  }

  public mutating func add(_ name: String, _ value: String) {
    parameters.append((name, Array(value.utf8)))
  }

  public mutating func replace(_ name: String, with value: [UInt8]) {
    parameters.removeAll { $0.name == name }
    parameters.append((name, value))
  }

  public var bytes: [UInt8] {
    let pairs = parameters.flatMap { Record.pair(Array($0.name.utf8), $0.value) }
    return Record.begin(keepConnection: keepConnection) + Record.stream(Record.parameters, pairs)
      + Record.stream(Record.input, body)
  }
}

/// One connection to a program.
public final class FastCGIConnection {
  private let descriptor: Int32

  /// - Parameter timeoutSeconds: how long one read or write may take.
  public init(path: String, timeoutSeconds: Int = 60) throws {
    descriptor = try unixSocket()
    var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    let connected = withUnixAddress(path) { connect(descriptor, $0, $1) }
    guard connected == 0 else {
      let failure = SystemFailure(call: "connect to \(path)")
      close(descriptor)
      throw failure
    }
  }

  deinit { close(descriptor) }

  /// Sends all of it, as far as the program takes it.
  public func write(_ bytes: some Sequence<UInt8>) {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Tells the program that nothing more comes.
  public func endWriting() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// All that the program sends until it ends the connection.
  public func readToEnd() throws -> [UInt8] {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0 && errno == ECONNRESET { return received }
      guard count >= 0 else { throw SystemFailure(call: "recv") }
      guard count > 0 else { return received }
      received += buffer[..<count]
    }
  }
}

/// A new unix socket that no child process inherits.
public func unixSocket() throws -> Int32 {
  let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
  let descriptor = socket(AF_UNIX, type, 0)
  guard descriptor >= 0 else { throw SystemFailure(call: "socket") }
  return descriptor
}

public func withUnixAddress(
  _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
}
