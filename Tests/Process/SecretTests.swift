// Where a program finds its secrets, and which it refuses.

import Foundation
import Support
import Programs
import Testing

@Suite("A secret", withoutStore, .enabled(if: Site.isBuilt, Site.notBuilt))
struct SecretTests {
  private let site: Site

  init() throws {
    site = try Site(["JWT_ACCESS_SECRET": ""])
  }

  private func refusal(_ environment: [String: String]) throws -> String {
    let result = try site.run("dompet-wallets", environment: environment)
    #expect(result.status == 78)
    #expect(!result.errors.contains("canary"))
    return result.errors
  }

  private func expectAccepted(_ environment: [String: String]) throws {
    let program = try site.start("dompet-wallets", environment: environment)
    let account = try site.makeAccount()
    let answer = try program.get("/api/v1/wallets/me", headers: [account.bearer])
    #expect(answer.status == 200, "\(answer.text)")
  }

  @Test("may lie in a file, with a line end behind it", arguments: ["", "\n", "\r\n"])
  func file(end: String) throws {
    let path = try site.directory.write(Site.jwtSecret + end, to: "secret")
    try expectAccepted(["JWT_ACCESS_SECRET_FILE": path])
  }

  @Test("may be a credential of systemd")
  func credential() throws {
    try site.directory.write(Site.jwtSecret, to: "credentials/JWT_ACCESS_SECRET")
    try expectAccepted(["CREDENTIALS_DIRECTORY": site.directory.path + "/credentials"])
  }

  @Test("in a file that is not there is refused, naming the variable")
  func missingFile() throws {
    let errors = try refusal(["JWT_ACCESS_SECRET_FILE": "\(site.directory.path)/canary-nowhere"])
    #expect(errors.contains("JWT_ACCESS_SECRET_FILE"))
  }

  @Test("in a folder, an empty file, or an endless one is refused")
  func unreadable() throws {
    let empty = try site.directory.write("\n\n", to: "empty")
    for path in [site.directory.path, empty, "/dev/zero", "/dev/null"] {
      #expect(try refusal(["JWT_ACCESS_SECRET_FILE": path]).contains("JWT_ACCESS_SECRET"))
    }
  }

  @Test("that is a credential which cannot be read is refused")
  func unreadableCredential() throws {
    try site.directory.write("", to: "credentials/JWT_ACCESS_SECRET/file")
    let errors = try refusal(["CREDENTIALS_DIRECTORY": site.directory.path + "/credentials"])
    #expect(errors.contains("JWT_ACCESS_SECRET"))
  }

  @Test("of 31 bytes is too short, of 32 is not")
  func length() throws {
    let short = String(repeating: "s", count: 31)
    #expect(try refusal(["JWT_ACCESS_SECRET": short]).contains("at least 32 bytes"))
    #expect(!(try refusal(["JWT_ACCESS_SECRET": short]).contains(short)))
    let result = try site.run("dompet-wallets", environment: ["JWT_ACCESS_SECRET": short + "s"])
    #expect(result.status == 64)
  }

  @Test("that is not UTF-8 is refused, from a file")
  func notUTF8File() throws {
    let path = site.directory.path + "/binary"
    try Data(repeating: 0xFF, count: 40).write(to: URL(filePath: path))
    #expect(try refusal(["JWT_ACCESS_SECRET_FILE": path]).contains("UTF-8"))
  }

  /// Repaired, all such secrets would be the same U+FFFD over and over.
  @Test("that is not UTF-8 is refused, from a variable too")
  func notUTF8Variable() throws {
    let name = "JWT_ACCESS_SECRET"
    let script = #"exec env \#(name)="$(printf '\377%.0s' $(seq 40))" "$0""#
    let result = try runCommand(
      "bash", ["-c", script, Checkout.program("dompet-wallets")],
      environment: site.environment.merging(["PATH": "/usr/bin:/bin", "LC_ALL": "C"]) { $1 })
    #expect(result.status == 78)
    #expect(result.errors.contains("UTF-8"))
  }

  @Test("before the current one signs nothing but still proves")
  func previous() throws {
    let settings = [
      "JWT_ACCESS_SECRET": "a-new-secret-of-more-than-32-bytes",
      "JWT_ACCESS_SECRET_PREVIOUS": Site.jwtSecret,
    ]
    try expectAccepted(settings)
    let login = try site.start("dompet-auth", environment: settings).post(
      "/api/v1/auth/login",
      json: #"{"username":"budi.santoso","password":"\#(Account.password)"}"#)
    let token = try #require(login.string("accessToken"), "\(login.text)")
    let later = try site.start(
      "dompet-wallets", environment: ["JWT_ACCESS_SECRET": "a-new-secret-of-more-than-32-bytes"])
    let answer = try later.get(
      "/api/v1/wallets/me", headers: [("Authorization", "Bearer \(token)")])
    #expect(answer.status == 200)
  }
}
