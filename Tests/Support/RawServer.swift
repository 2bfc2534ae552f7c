// A server over raw sockets that says exactly what a test tells it to say, right or wrong.

import Foundation
import Synchronization

/// Listens on a free port of 127.0.0.1; each connection runs the script in a thread of its own.
public final class RawServer: Sendable {
  public let port: Int
  public var url: String { "http://127.0.0.1:\(port)" }
  /// The heads and bodies of all requests read so far, in the order of their arrival.
  public var requests: [String] { seen.withLock { $0 } }
  /// How many connections have been accepted.
  public var connections: Int { accepted.withLock { $0 } }

  private let listener: Int32
  private let seen = Mutex<[String]>([])
  private let accepted = Mutex(0)

  /// - Parameter accepting: false for a server that listens and never accepts, with a full queue.
  public init(
    accepting: Bool = true, _ script: @escaping @Sendable (RawConnection) -> Void
  ) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = RawServer.loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = self.listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, accepting ? 64 : 0) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    guard bound else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    if accepting { Thread.detachNewThread { self.accept(script) } } else { fillQueue() }
  }

  /// Ends accepting; running connections end with their scripts.
  public func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func accept(_ script: @escaping @Sendable (RawConnection) -> Void) {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      let number = accepted.withLock { count in
        count += 1
        return count
      }
      Thread.detachNewThread {
        let connection = RawConnection(descriptor, number: number) { request in
          self.seen.withLock { $0.append(request) }
        }
        script(connection)
        connection.close()
      }
    }
    close(listener)
  }

  /// With the queue full, the kernel leaves further connection attempts without an answer.
  private func fillQueue() {
    for _ in 0..<2 {
      let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
      let client = socket(AF_INET, type | O_NONBLOCK, 0)
      var address = RawServer.loopback(port: port)
      withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
  }

  private static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    return address
  }
}

/// One accepted connection, in the hands of its script.
public final class RawConnection {
  /// 1 for the server's first connection.
  public let number: Int
  private let descriptor: Int32
  private let note: (String) -> Void
  private var isOpen = true

  init(_ descriptor: Int32, number: Int, note: @escaping (String) -> Void) {
    self.descriptor = descriptor
    self.number = number
    self.note = note
  }

  /// Reads one request with its body (by Content-Length); nil when the peer has closed.
  @discardableResult
  public func readRequest() -> String? {
    var text = ""
    while !text.contains("\r\n\r\n") {
      guard let more = readSome() else { return nil }
      text += more
    }
    let parts = text.components(separatedBy: "\r\n\r\n")
    let length = parts[0].lowercased().components(separatedBy: "content-length: ")
      .dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) }
    while text.utf8.count < parts[0].utf8.count + 4 + (length ?? 0) {
      guard let more = readSome() else { return nil }
      text += more
    }
    note(text)
    return text
  }

  private func readSome() -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// Sends all bytes; false when the peer is gone.
  @discardableResult
  public func write(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  @discardableResult
  public func write(_ text: String) -> Bool {
    write(Array(text.utf8))
  }

  /// Sends a complete response with a Content-Length.
  @discardableResult
  public func respond(_ status: String, headers: [String] = [], body: String = "") -> Bool {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
    return write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// Waits until the peer has closed.
  public func waitForClose() {
    while readSome() != nil {}
  }

  /// Ends the connection with a TCP reset.
  public func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    close()
  }

  public func close() {
    if isOpen { Glibc.close(descriptor) }
    isOpen = false
  }
}
