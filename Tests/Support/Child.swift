// A process that a test starts, watches and ends.

import Foundation
import Synchronization

/// A child process in a process group of its own. Foundation's Process is not used, because its
/// children may inherit a blocked SIGTERM.
public final class Child: Sendable {
  public let processID: pid_t
  /// The files that its two outputs go to.
  public let outputPath: String
  public let errorsPath: String
  private let files: TemporaryDirectory
  private let ended = Mutex<Int32?>(nil)

  /// Starts a program, found in `PATH` unless it has a slash.
  /// - Parameter environment: the whole environment of the child; this process's own when nil.
  public init(
    _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
    input: [UInt8] = []
  ) throws {
    files = try TemporaryDirectory()
    let inputPath = files.path + "/in"
    outputPath = files.path + "/out"
    errorsPath = files.path + "/err"
    try Data(input).write(to: URL(filePath: inputPath))

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let create = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, outputPath, create, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errorsPath, create, 0o600)

    let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" }
    processID = try spawn([program] + arguments, variables, &actions)
  }

  /// Lets it run until the tests' process ends, and removes its files and these folders then: for
  /// what lives in a static, which nobody destroys.
  public func keepUntilExit(_ folders: TemporaryDirectory...) {
    kept.withLock { all in
      if all.isEmpty { atexit { endKept() } }
      all.append((self, [files] + folders))
    }
  }

  /// Sends a signal to the process if it still runs, or to its whole group.
  public func signal(_ number: Int32, toGroup: Bool = false) {
    ended.withLock {
      if $0 == nil || toGroup { kill(toGroup ? -processID : processID, number) }
    }
  }

  /// Its exit status (128 + the signal if one ended it), or nil if it still runs after that time.
  public func wait(timeoutSeconds: Double) -> Int32? {
    let deadline = DispatchTime.now() + timeoutSeconds
    while true {
      if let status = reap() { return status }
      if DispatchTime.now() >= deadline { return nil }
      usleep(5000)
    }
  }

  private func reap() -> Int32? {
    ended.withLock { known in
      var status: Int32 = 0
      if known == nil, waitpid(processID, &status, WNOHANG) == processID {
        let signal = status & 0x7f
        known = signal == 0 ? (status >> 8) & 0xff : 128 + signal
      }
      return known
    }
  }

  public var output: String { Self.text(outputPath) }
  public var errors: String { Self.text(errorsPath) }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}

private let kept = Mutex<[(Child, [TemporaryDirectory])]>([])

private func endKept() {
  kept.withLock { all in
    for (child, _) in all { child.signal(SIGTERM) }
    for (child, folders) in all {
      _ = child.wait(timeoutSeconds: 40)
      folders.forEach { $0.remove() }
    }
  }
}

/// What a command did.
public struct CommandResult: Sendable {
  public let status: Int32
  public let output: String
  public let errors: String
}

/// That a command had to be ended.
public struct CommandTimeout: Error {
  public let command: String
  public let output: String
  public let errors: String
}

/// Runs a command to its end; if it takes longer, ends its whole group and throws `CommandTimeout`.
@discardableResult
public func runCommand(
  _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
  input: [UInt8] = [], timeoutSeconds: Double = 60
) throws -> CommandResult {
  let child = try Child(program, arguments, environment: environment, input: input)
  guard let status = child.wait(timeoutSeconds: timeoutSeconds) else {
    child.signal(SIGKILL, toGroup: true)
    _ = child.wait(timeoutSeconds: 5)
    let command = ([program] + arguments).joined(separator: " ")
    throw CommandTimeout(command: command, output: child.output, errors: child.errors)
  }
  return CommandResult(status: status, output: child.output, errors: child.errors)
}

private func spawn(
  _ words: [String], _ variables: [String], _ actions: inout posix_spawn_file_actions_t
) throws -> pid_t {
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  var all = sigset_t()
  sigemptyset(&none)
  sigfillset(&all)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setsigdefault(&attributes, &all)
  posix_spawnattr_setpgroup(&attributes, 0)
  let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
  posix_spawnattr_setflags(&attributes, Int16(flags))

  let arguments = words.map { strdup($0) } + [nil]
  let environment = variables.map { strdup($0) } + [nil]
  defer { (arguments + environment).forEach { free($0) } }
  var processID: pid_t = 0
  let error = posix_spawnp(
    &processID, words[0], &actions, &attributes, arguments, environment)
  guard error == 0 else { throw SystemFailure(call: "posix_spawnp \(words[0])", number: error) }
  return processID
}
