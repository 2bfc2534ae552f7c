// A server that knows nothing of Dompet yet, in namespaces of this machine.

import Foundation
import Support

/// systemd as process 1 on a root of its own, with nginx running (boot.bash); gone with this
/// object.
final class Server: Sendable {
  static let programs = ["auth", "wallets", "payments", "webhook"]

  /// Why there can be none here; nil if there can.
  static let obstacle: String? = {
    if let obstacle = Packages.obstacle { return obstacle }
    guard geteuid() == 0 else { return "needs root, to make namespaces and mounts" }
    guard FileManager.default.isExecutableFile(atPath: "/lib/systemd/systemd") else {
      return "needs systemd (it need not run)"
    }
    let trial = "mount -t tmpfs tmpfs /mnt && mount -t cgroup2 cgroup2 /mnt"
    let flags = ["--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--fork"]
    let result = try? runCommand("unshare", flags + ["sh", "-c", trial])
    guard result?.status == 0 else {
      return "needs namespaces, which this machine refuses: \(result?.errors ?? "no unshare")"
    }
    return nil
  }()

  private let folder: TemporaryDirectory
  private let child: Child
  /// Process 1 as this process numbers it.
  private let processID: pid_t

  /// Boots it, with these packages lying in /mnt as previous.deb and current.deb.
  init() throws {
    folder = try TemporaryDirectory()
    let packages = folder.path + "/packages"
    try FileManager.default.createDirectory(atPath: packages, withIntermediateDirectories: true)
    for (name, package) in [("previous", Packages.previous), ("current", Packages.current)] {
      try FileManager.default.copyItem(atPath: package.get(), toPath: "\(packages)/\(name).deb")
    }
    let child = try Child(Checkout.root + "/Tests/Package/boot.bash", [folder.path])
    self.child = child
    let processFile = folder.path + "/pid"
    var found: pid_t?
    try eventually("the server boots: \(child.errors)") {
      let text = try? String(contentsOfFile: processFile, encoding: .utf8)
      found = text.flatMap { pid_t($0.trimmingCharacters(in: .newlines)) }
      return found != nil
    }
    processID = found ?? 0
    try eventually("nginx runs") { try get("/").contains("the shop") }
  }

  deinit {
    child.signal(SIGTERM)
    _ = child.wait(timeoutSeconds: 20)
  }

  /// Runs lines of bash as root there.
  func run(_ lines: String) throws -> CommandResult {
    try runCommand(
      "nsenter",
      ["--all", "--target", "\(processID)", "--", "bash", "-euo", "pipefail", "-c", lines],
      timeoutSeconds: 120)
  }

  /// Runs lines of bash, whose output is given; they must not fail.
  @discardableResult
  func shell(_ lines: String) throws -> String {
    let result = try run(lines)
    guard result.status == 0 else {
      throw PackageFailure(errors: "\(lines)\n\(result.output)\(result.errors)")
    }
    return result.output.trimmingCharacters(in: .newlines)
  }

  /// `apt-get`, which asks nobody and keeps files that were edited.
  /// - Returns: all that it wrote.
  @discardableResult
  func apt(_ words: String, environment: String = "") throws -> String {
    let options = "--yes -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confold"
    return try shell(
      "DEBIAN_FRONTEND=noninteractive \(environment) apt-get \(options) \(words) 2>&1")
  }

  /// What is left to an operator after the installation.
  func setUp() throws {
    try makeSecrets()
    try include()
    try eventually("it serves") { try get("/healthz").hasSuffix(" 200") }
  }

  func makeSecrets() throws {
    try shell(
      """
      umask 077
      for name in JWT_ACCESS_SECRET XENDIT_SECRET_KEY XENDIT_WEBHOOK_TOKEN; do
        head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \\n' > /etc/dompet/secrets/$name
      done
      """)
  }

  /// One line in nginx's configuration, and a reload.
  func include() throws {
    try shell(
      """
      sed -i 's,# more,include dompet/dompet.conf;,' /etc/nginx/sites-enabled/shop
      workers=$(pgrep --parent "$(< /run/nginx.pid)")
      nginx -t && systemctl reload nginx
      # It returns before those have gone that know the old configuration.
      for worker in $workers; do
        while kill -0 $worker 2> /dev/null; do sleep 0.02; done
      done
      """)
  }

  /// What a path answers, and its status.
  func get(_ path: String) throws -> String {
    try run("curl --silent --max-time 10 -w ' %{http_code}' http://127.0.0.1\(path)").output
  }

  /// Sends JSON.
  func post(_ path: String, _ json: String) throws -> String {
    try shell(
      "curl --silent --max-time 10 -w ' %{http_code}' http://127.0.0.1\(path) --json '\(json)'")
  }

  /// The process of each program, in the server's own numbers; 0 for what does not run.
  func processes() throws -> [String: Int] {
    var found: [String: Int] = [:]
    for name in Self.programs {
      let text = try shell("systemctl show --value --property MainPID dompet-\(name).service")
      found[name] = Int(text)
    }
    return found
  }
}

/// That something did not come about.
struct Waited: Error {
  let what: String
}

/// Asks again and again, for a minute at most. It judges no speed.
func eventually(
  _ what: @autoclosure () -> String, _ condition: () throws -> Bool
) throws {
  let deadline = DispatchTime.now() + 60
  while try !condition() {
    guard DispatchTime.now() < deadline else { throw Waited(what: what()) }
    usleep(10_000)
  }
}
