// What else on the machine has to do with the programs.

import Glibc

extension Inspection {
  private static let programs = ["auth", "wallets", "payments", "webhook"]

  mutating func timeSource() {
    if LocalFiles.status("/run/systemd/timesync/synchronized") != nil {
      return ok("time", "systemd-timesyncd keeps it")
    }
    let said = output(of: "timedatectl show --property=NTPSynchronized --value")
    switch said?.split(separator: "\n").first {
    case "yes": ok("time", "it is kept over the network")
    case "no":
      warning("time", "nothing keeps the clock right", "apt install systemd-timesyncd, or chrony")
    default:
      warning(
        "time", "nobody here can say whether something keeps the clock right",
        "On a machine of its own: apt install systemd-timesyncd. In a container the host does it.")
    }
  }

  /// The sockets by their names, wherever they lie.
  mutating func nginx() {
    guard output(of: "command -v nginx") != nil else {
      return warning("nginx", "it is not installed here", "Something must pass requests on.")
    }
    guard let configuration = output(of: "nginx -T") else {
      return warning("nginx", "nginx -T fails", "Run it yourself, as root.")
    }
    let missing = Inspection.programs.filter { !configuration.contains("dompet-\($0).sock") }
    if missing.isEmpty {
      ok("nginx", "its configuration names the sockets of all programs")
    } else {
      problem(
        "nginx", "its configuration does not name dompet-\(missing[0]).sock",
        "\(Installation.nginxLines); then nginx -t && systemctl reload nginx")
    }
  }

  /// Processes that have the database open and are not ours: SQLite's own tools can take the log
  /// away from under the programs.
  mutating func holders(of path: String) {
    let files = Set(["", "-wal", "-shm"].map { (LocalFiles.real(path) ?? path) + $0 })
    var hidden = 0
    var strangers = 0
    for process in LocalFiles.names(in: "/proc") ?? [] where Int32(process) != nil {
      guard let descriptors = LocalFiles.names(in: "/proc/\(process)/fd") else {
        // One that ends meanwhile is not hidden.
        if LocalFiles.status("/proc/\(process)") != nil { hidden += 1 }
        continue
      }
      let holds = descriptors.contains { descriptor in
        LocalFiles.link("/proc/\(process)/fd/\(descriptor)").map(files.contains) ?? false
      }
      let program = LocalFiles.split(LocalFiles.link("/proc/\(process)/exe") ?? "?").name
      guard holds, program.prefix(while: { $0 != "-" && $0 != " " }) != "dompet" else { continue }
      strangers += 1
      warning(
        "holders", "process \(process), \(program.printable), has the database open",
        "Read with sqlite3 -readonly, write with dompet; end everything else.")
    }
    if hidden > 0 {
      warning("holders", "\(hidden) processes could not be looked into", "Run this as root.")
    } else if strangers == 0 {
      ok("holders", "no process but ours has the database open")
    }
  }

  /// What a command writes; nil if it fails. It is one of the constants above, never a person's
  /// words.
  private func output(of command: StaticString) -> String? {
    let words = "PATH=$PATH:/usr/sbin:/sbin; timeout 20 sh -c '\(command)' 2> /dev/null"
    guard let stream = unsafe popen(words, "r") else { return nil }
    let content = try? LocalFiles.read(descriptor: unsafe fileno(stream), bytesMax: 16_777_216)
    guard unsafe pclose(stream) == 0, let content else { return nil }
    return String(decoding: content, as: UTF8.self)
  }
}

extension LocalFiles {
  /// The path without symbolic links.
  fileprivate static func real(_ path: String) -> String? {
    guard let found = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(found) }
    return unsafe String(cString: found)
  }
}
