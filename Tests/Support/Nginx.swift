// nginx alone, with the product's files and no program behind them: what it answers by itself.

import Foundation

/// A running nginx, stopped when this object goes. The configuration includes the product's files
/// as `dompet/…`; `127.0.0.1:8080` in it, and `:8081`, stand for `port` and `secondPort`.
public final class Nginx: Sendable {
  public let port: UInt16
  public let secondPort: UInt16
  public let directory: TemporaryDirectory
  private let child: Child

  /// The product's own complete configuration.
  public static let standalone: String = file("standalone.conf")

  /// - Parameter edits: text to replace in all of the product's files.
  public init(_ configuration: String = standalone, edits: [String: String] = [:]) throws {
    port = try freePort()
    secondPort = try freePort()
    directory = try TemporaryDirectory()
    try Self.write(configuration, to: directory, ports: (port, secondPort), edits: edits)
    child = try Child("/usr/sbin/nginx", Self.arguments(directory, ["-g", Self.directives]))
    for _ in 0..<1000 where (try? HTTPConnection(port: port)) == nil {
      if child.wait(timeoutSeconds: 0.01) != nil { throw NginxFailure(errors: child.errors) }
    }
  }

  deinit {
    child.signal(SIGTERM)
    _ = child.wait(timeoutSeconds: 10)
  }

  /// For one that many tests share: lets it run until the tests' process ends.
  public func shared() -> Nginx {
    child.keepUntilExit(directory)
    return self
  }

  /// What `nginx -t` says about a configuration.
  public static func check(_ configuration: String) throws -> CommandResult {
    let directory = try TemporaryDirectory()
    try write(configuration, to: directory, ports: (try freePort(), try freePort()))
    return try runCommand("/usr/sbin/nginx", arguments(directory, ["-t"]))
  }

  /// Lays out a prefix for nginx: its main file, the product's beside it, folders for state.
  public static func write(
    _ configuration: String, to directory: TemporaryDirectory, ports: (UInt16, UInt16),
    edits: [String: String] = [:]
  ) throws {
    let replaced =
      edits.merging([
        "unix:/run/dompet/": "unix:\(directory.path)/", "127.0.0.1:8080": "127.0.0.1:\(ports.0)",
        "127.0.0.1:8081": "127.0.0.1:\(ports.1)", "DIRECTORY": directory.path,
        "/etc/nginx/dompet/": directory.path + "/nginx/dompet/",
      ]) { $1 }
    func edited(_ text: String) -> String {
      replaced.reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
    }
    for folder in ["logs", "pids", "temporary"] {
      try directory.write("", to: "\(folder)/.keep")
    }
    try directory.write(edited(configuration), to: "nginx/nginx.conf")
    let files = try FileManager.default.contentsOfDirectory(atPath: Checkout.root + "/nginx")
    for name in files where name.firstMatch(of: /\.(?:conf|yaml|html|css)$/) != nil {
      try directory.write(edited(file(name)), to: "nginx/dompet/\(name)")
    }
  }

  /// One of the product's files; empty if it cannot be read.
  public static func file(_ name: String) -> String {
    (try? String(contentsOfFile: "\(Checkout.root)/nginx/\(name)", encoding: .utf8)) ?? ""
  }

  private static var directives: String {
    getuid() == 0 ? "daemon off; user root;" : "daemon off;"
  }

  private static func arguments(_ directory: TemporaryDirectory, _ more: [String]) -> [String] {
    let path = directory.path
    return ["-p", path + "/", "-c", path + "/nginx/nginx.conf", "-e", "stderr"] + more
  }
}

/// nginx did not start.
public struct NginxFailure: Error {
  public let errors: String
}
