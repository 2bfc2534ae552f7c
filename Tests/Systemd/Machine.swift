// A machine that systemd has booted, in namespaces of this one.

import Foundation
import Support

/// systemd as process 1 on a root of its own, with nginx, Dompet's units and a stand-in Xendit
/// (boot.bash), and who asks it.
final class Machine: Sendable {
  static let programs = ["auth", "wallets", "payments", "webhook"]
  static let tasks = ["reconcile", "backup", "prune"]
  /// Named in full where it is looked at from outside.
  static let services = (programs + tasks).map { "dompet-\($0).service" }

  /// One for all tests, which therefore run one after the other.
  static let shared: Result<Machine, any Error> = Result { try Machine() }

  /// Why there can be none here; nil if there can.
  static let obstacle: String? = {
    let names = ["dompet", "dompet-sandbox"] + programs.map { "dompet-\($0)" }
    guard names.allSatisfy({ Checkout.isBuilt($0) }) else { return "needs the release build" }
    guard geteuid() == 0 else { return "needs root, to make namespaces and mounts" }
    guard FileManager.default.isExecutableFile(atPath: "/lib/systemd/systemd") else {
      return "needs systemd (it need not run)"
    }
    let trial = """
      mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work &&
      mount -t overlay overlay /mnt -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work &&
      mount -t cgroup2 cgroup2 /mnt
      """
    let flags = ["--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--fork"]
    let result = try? runCommand("unshare", flags + ["sh", "-c", trial])
    guard result?.status == 0 else {
      return "needs namespaces, which this machine refuses: \(result?.errors ?? "no unshare")"
    }
    return nil
  }()

  /// Process 1 as this process numbers it.
  private let processID: pid_t

  private init() throws {
    let folder = try TemporaryDirectory()
    let child = try Child(Checkout.root + "/Tests/Systemd/boot.bash", [folder.path])
    child.keepUntilExit(folder)
    var found: pid_t?
    try eventually("the machine boots: \(child.errors)") {
      let text = try? String(contentsOfFile: folder.path + "/pid", encoding: .utf8)
      found = text.flatMap { pid_t($0.trimmingCharacters(in: .newlines)) }
      return found != nil
    }
    processID = found ?? 0
    try eventually("everything is started") {
      try run("systemctl", "is-active", "rig.target").status == 0
    }
  }

  /// Runs a command as the machine's root, wherever it ends.
  @discardableResult
  func run(_ words: String..., input: String = "") throws -> CommandResult {
    try runCommand(
      "nsenter", ["--all", "--target", "\(processID)", "--"] + words, input: Array(input.utf8))
  }

  /// Runs lines of bash, whose output is given; they must not fail.
  @discardableResult
  func shell(_ lines: String) throws -> String {
    let result = try run("bash", "-euo", "pipefail", "-c", lines)
    guard result.status == 0 else { throw CommandFailed(lines: lines, errors: result.errors) }
    return result.output.trimmingCharacters(in: .newlines)
  }

  /// A property of a unit, as `systemctl show` says it.
  func property(_ name: String, of unit: String) throws -> String {
    try shell("systemctl show --value --property \(name) \(unit)")
  }

  /// The process of a program in the machine's own numbers; nil if it does not run.
  func process(of program: String) throws -> Int? {
    let text = try property("MainPID", of: "dompet-\(program).service")
    return Int(text).flatMap { $0 == 0 ? nil : $0 }
  }

  /// Runs `body` with this thread in the machine's network: what connects there, connects within.
  func inside<T>(_ body: () throws -> T) throws -> T {
    let own = try Network("/proc/thread-self/ns/net")
    try Network("/proc/\(processID)/ns/net").enter()
    defer { try? own.enter() }
    return try body()
  }
}

/// That a command in the machine failed.
struct CommandFailed: Error {
  let lines: String
  let errors: String
}

/// That something did not come about.
struct Waited: Error {
  let what: String
}

/// Asks again and again, for half a minute at most. It judges no speed.
func eventually(
  _ what: @autoclosure () -> String, _ condition: () throws -> Bool
) throws {
  for _ in 0..<3000 {
    if try condition() { return }
    usleep(10_000)
  }
  throw Waited(what: what())
}

/// A network namespace.
private struct Network: ~Copyable {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFailure(call: "open \(path)") }
  }

  deinit { close(descriptor) }

  func enter() throws {
    guard let setns, setns(descriptor, 0) == 0 else { throw SystemFailure(call: "setns") }
  }
}

/// setns(2), which glibc shows to C with _GNU_SOURCE only. It works on the calling thread.
private let setns: (@convention(c) (CInt, CInt) -> CInt)? = {
  // Any library that is loaded.
  guard let function = dlsym(nil, "setns") else { return nil }
  return unsafeBitCast(function, to: (@convention(c) (CInt, CInt) -> CInt).self)
}()
