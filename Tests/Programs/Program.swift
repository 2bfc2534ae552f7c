// A program of the release build, started as systemd starts it: with a listening socket on
// descriptor 0 that somebody else has made and keeps.

import Foundation
import Support
import Synchronization

/// A listening unix socket. It outlives the programs that serve it.
public final class Listener: Sendable {
  public let path: String
  public let descriptor: Int32

  public init(path: String) throws {
    self.path = path
    descriptor = try unixSocket()
    let listener = descriptor
    let isBound = withUnixAddress(path) { bind(listener, $0, $1) } == 0
    guard isBound, listen(descriptor, 511) == 0 else { throw SystemFailure(call: "bind \(path)") }
  }

  /// Hands on a socket that does not listen; it is not closed here.
  public init(adopting socket: Int32) {
    path = ""
    descriptor = dup(socket)
  }

  deinit { close(descriptor) }

  /// Sends these bytes on a connection of their own and reads what comes until its end.
  public func exchange(_ bytes: [UInt8], endWriting: Bool = false) throws -> Exchange {
    let connection = try FastCGIConnection(path: path)
    connection.write(bytes)
    if endWriting { connection.endWriting() }
    return Exchange(try connection.readToEnd())
  }

  /// Asks, and gives the one answer.
  public func ask(_ call: Call) throws -> Answer {
    let exchange = try exchange(call.bytes)
    guard exchange.isClean, exchange.answers.count == 1 else { throw NoAnswer() }
    return exchange.answers[0]
  }
}

/// The connection ended without one whole answer.
public struct NoAnswer: Error {}

/// A running program; killed when this object goes.
public final class Program: Sendable {
  public let processID: pid_t
  public let listener: Listener
  private let errorsPath: String
  private let endStatus = Mutex<Int32?>(nil)

  /// - Parameter blocked: signals that the program finds blocked, as a careless parent leaves them.
  public init(
    path: String, listener: Listener, environment: [String: String], errorsPath: String,
    blocked: [Int32] = []
  ) throws {
    self.listener = listener
    self.errorsPath = errorsPath
    processID = try spawn(
      path, environment, input: listener.descriptor, errorsPath: errorsPath, blocked: blocked)
  }

  deinit {
    kill(SIGKILL)
    _ = wait()
  }

  public func kill(_ signal: Int32) {
    endStatus.withLock { if $0 == nil { Glibc.kill(processID, signal) } }
  }

  /// Its exit status (128 + the signal if one ended it), or nil if it still runs after that time.
  public func wait(timeoutSeconds: Double = 30) -> Int32? {
    let deadline = DispatchTime.now() + timeoutSeconds
    while true {
      let ended = endStatus.withLock { known in
        var status: Int32 = 0
        if known == nil, waitpid(processID, &status, WNOHANG) == processID {
          known = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f
        }
        return known
      }
      if ended != nil || DispatchTime.now() >= deadline { return ended }
      usleep(2000)
    }
  }

  /// SIGTERM, and its exit status.
  public func stop() -> Int32? {
    kill(SIGTERM)
    return wait()
  }

  public var isRunning: Bool { wait(timeoutSeconds: 0) == nil }

  /// What it has written to standard error.
  public var errors: String { (try? String(contentsOfFile: errorsPath, encoding: .utf8)) ?? "" }

  /// How many connections it has accepted and not closed. Each bears the name of its listener.
  public var connections: Int {
    let folder = "/proc/\(processID)/fd/"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let links = names.map {
      try? FileManager.default.destinationOfSymbolicLink(atPath: folder + $0)
    }
    // Without a server it has no sockets besides, and this is often asked for what is soon over.
    guard PostgreSQL.isTried else { return links.count { $0?.hasPrefix("socket:") == true } - 1 }
    // A file of unknown size, of which FileManager would read 4 KiB.
    let file = try? FileHandle(forReadingFrom: URL(filePath: "/proc/net/unix")).readToEnd()
    let sockets = String(decoding: file ?? Data(), as: UTF8.self)
    let named = sockets.split(separator: "\n").filter { $0.hasSuffix(" " + listener.path) }
    let numbers = named.map { "socket:[\($0.split(separator: " ")[6])]" }
    return numbers.count { links.contains($0) } - 1
  }

  public func ask(_ call: Call) throws -> Answer { try listener.ask(call) }

  public func get(_ path: String, headers: [(String, String)] = []) throws -> Answer {
    try ask(Call("GET", path, headers: headers))
  }

  public func post(_ path: String, headers: [(String, String)] = [], json: String) throws -> Answer
  {
    try ask(Call("POST", path, headers: headers, json: json))
  }
}

private func spawn(
  _ path: String, _ variables: [String: String], input: Int32, errorsPath: String,
  blocked: [Int32]
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  var attributes = posix_spawnattr_t()
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  let create = O_WRONLY | O_CREAT | O_APPEND
  posix_spawn_file_actions_adddup2(&actions, input, 0)
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 2, errorsPath, create, 0o600)
  // What other tests have open just now is none of the program's business.
  closeAll(from: 3, in: &actions)
  var mask = sigset_t()
  var all = sigset_t()
  sigemptyset(&mask)
  sigfillset(&all)
  for signal in blocked { sigaddset(&mask, signal) }
  posix_spawnattr_setsigmask(&attributes, &mask)
  posix_spawnattr_setsigdefault(&attributes, &all)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

  let arguments = [strdup(path), nil]
  let environment = variables.map { strdup("\($0)=\($1)") } + [nil]
  defer { (arguments + environment).forEach { free($0) } }
  var processID: pid_t = 0
  let error = posix_spawn(&processID, path, &actions, &attributes, arguments, environment)
  guard error == 0 else { throw SystemFailure(call: "posix_spawn \(path)", number: error) }
  return processID
}

/// posix_spawn_file_actions_addclosefrom_np, which glibc declares only under _GNU_SOURCE.
private func closeAll(from first: Int32, in actions: inout posix_spawn_file_actions_t) {
  typealias Function =
    @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
  guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return }
  _ = unsafeBitCast(symbol, to: Function.self)(&actions, first)
}
