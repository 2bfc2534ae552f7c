// What nobody expects: it is answered and logged, and nothing stops.

import Foundation
import Support
import Testing

@Suite("The unexpected", .enabled(if: Stack.isBuilt, "needs the release build"))
struct UnexpectedTests {
  @Test("is answered with 500, tells the client nothing, and is in the log under its request id")
  func broken() throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    let header = ("Authorization", "Bearer \(client.token)")
    try stack.sql("ALTER TABLE wallets RENAME TO purses")
    let answer = try HTTP.send("GET", "/api/v1/wallets/me", port: stack.port, headers: [header])
    #expect(answer.status == 500)
    #expect(answer.header("content-type") == "application/problem+json")
    #expect(answer.json["type"] as? String == "urn:dompet:problem:internal")
    #expect(!answer.text.contains("wallets") && !answer.text.contains("SQL"))
    let id = try #require(answer.json["requestId"] as? String)
    let line = stack.log(of: "dompet-wallets").split(separator: "\n").first { $0.contains(id) }
    let words =
      PostgreSQL.isTried ? #"relation \"wallets\" does not exist"# : "no such table: wallets"
    #expect(line?.contains(words) == true, "\(line ?? "")")

    try stack.sql("ALTER TABLE purses RENAME TO wallets")
    #expect(try client.balance() == "0.00")
  }

  @Test("a full disk: writes are answered 503, reads go on, and it heals by itself", aboutSQLite)
  func fullDisk() throws {
    let disk = try SmallDisk()
    let stack = try Stack(["--no-rate-limit"], directory: disk.path + "/run")
    let client = try Client(on: stack)
    try disk.fill()
    let refused = try client.topUp(50_000, key: "a")
    #expect(refused.status == 503)
    #expect(refused.header("retry-after") != nil)
    #expect(try client.balance() == "0.00")
    try disk.free()
    #expect(try client.topUp(50_000, key: "a").status == 201)
  }
}

/// A file system of a few megabytes in memory, gone with this object.
private final class SmallDisk {
  let path: String
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path
    let mounted = try runCommand("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", path])
    try #require(mounted.status == 0, "\(mounted.errors)")
  }

  deinit { _ = try? runCommand("umount", ["--lazy", path]) }

  func fill() throws {
    _ = try runCommand("dd", ["if=/dev/zero", "of=\(path)/ballast", "bs=4k"])
  }

  func free() throws {
    try FileManager.default.removeItem(atPath: path + "/ballast")
  }
}
