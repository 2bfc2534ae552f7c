// The package as it lies there: what is in it, what it needs, what lintian says about it.

import Foundation
import Support
import Testing

@Suite(
  "The package",
  .enabled(if: Packages.obstacle == nil, Comment(rawValue: Packages.obstacle ?? "")))
struct ContentTests {
  private static let programs =
    ["usr/bin/dompet"] + Server.programs.map { "usr/libexec/dompet/dompet-\($0)" }
  private let package: String

  init() throws {
    package = try Packages.current.get()
  }

  @Test("passes lintian without errors and warnings")
  func lintian() throws {
    let result = try runCommand(
      "lintian", ["--allow-root", "--fail-on", "error,warning", package], timeoutSeconds: 300)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test("has every unit, every file that nginx includes, and the programs at their places")
  func contents() throws {
    let found = Set(try Entry.all(of: package).map(\.path))
    var expected = Self.programs + ["etc/dompet/dompet.env", "etc/nginx/conf.d/dompet.conf"]
    expected += ["usr/lib/sysusers.d/dompet.conf", "usr/lib/tmpfiles.d/dompet.conf"]
    expected += ["openapi.yaml", "docs.html", "docs.css"].map { "etc/nginx/dompet/\($0)" }
    expected += try files("www", #/.+/#).map { "etc/nginx/dompet/www/\($0)" }
    expected += ["copyright", "changelog.gz", "README.md.gz"].map { "usr/share/doc/dompet/\($0)" }
    expected.append("usr/share/doc/dompet/examples/dompet-alerts.yaml")
    expected += ["dompet", "dompet-verify"].map { "usr/share/man/man1/\($0).1.gz" }
    expected += try files("systemd", #/\.(?:service|socket|timer|target|d\/.+)$/#)
      .map { "lib/systemd/system/\($0)" }
    expected += try files("", #/^dompet(?!-sandbox)[^\/]*\.conf$/#).map { "etc/nginx/dompet/\($0)" }
    #expect(Set(expected).subtracting(found) == [])
  }

  @Test("has nothing that is for development")
  func development() throws {
    let paths = try Entry.all(of: package).map(\.path)
    #expect(!paths.contains { $0.contains("sandbox") || $0.contains("standalone") })
  }

  @Test("belongs to root, who alone may write, and alone may look at the secrets")
  func modes() throws {
    for entry in try Entry.all(of: package) {
      #expect(entry.owner == "root/root")
      let isProgram = Self.programs.contains(entry.path)
      let mode =
        switch entry.path {
        case "etc/dompet/secrets": "drwx------"
        case _ where entry.mode.hasPrefix("d"): "drwxr-xr-x"
        default: isProgram ? "-rwxr-xr-x" : "-rw-r--r--"
        }
      #expect(entry.mode == mode, "\(entry.path)")
    }
  }

  @Test("asks before it replaces any file below /etc, and no other")
  func configurationFiles() throws {
    let listed = try Packages.command("dpkg-deb", "--info", package, "conffiles")
    let found = try Entry.all(of: package).filter { $0.mode.hasPrefix("-") }.map(\.path)
    #expect(
      Set(listed.split(separator: "\n").map(String.init))
        == Set(found.filter { $0.hasPrefix("etc/") }.map { "/" + $0 }))
  }

  @Test("depends on the C libraries that the programs load, and not on Swift")
  func dependencies() throws {
    let depends = try field("Depends")
    let libraries = [
      "libargon2-1", "libc6", "libcrypt1", "libcurl4", "libfcgi0ldbl", "libsqlite3-0",
    ]
    for name in libraries { #expect(depends.contains("\(name) (>= "), "\(depends)") }
    let tree = try TemporaryDirectory()
    try Packages.command("dpkg-deb", "--extract", package, tree.path)
    for program in Self.programs {
      let header = try Packages.command("objdump", "-p", "\(tree.path)/\(program)")
      #expect(header.contains("libsqlite3") && !header.contains("libswift"), "\(program)")
    }
    #expect(!depends.contains("swift"))
  }

  @Test("has the version that the changelog begins with, which dompet prints")
  func version() throws {
    let changelog = try text("nginx/debian/changelog")
    let version = try #require(changelog.firstMatch(of: #/^dompet \(([^)]+)\)/#)?.1)
    #expect(try field("Version") == version)
    let printed = try Packages.command(Checkout.program("dompet"), "--version")
    #expect(printed == "\(version)\n")
  }

  @Test("is the same, byte for byte, when it is built again")
  func reproducible() throws {
    let again = try Packages.build()
    #expect(again != package)
    let first = try #require(FileManager.default.contents(atPath: package))
    #expect(FileManager.default.contents(atPath: again) == first)
  }

  @Test("names its licence, and that of what it contains")
  func licence() throws {
    let licence = try text("nginx/debian/copyright")
    #expect(licence.contains("License: MIT") && licence.contains("Runtime Library Exception"))
    let readme = try text("README.md")
    #expect(readme.contains("Licence: MIT"))
  }

  private func field(_ name: String) throws -> String {
    try Packages.command("dpkg-deb", "--field", package, name).trimmingCharacters(in: .newlines)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(Checkout.root)/\(name)", encoding: .utf8)
  }

  /// The files below a folder of `nginx` that match.
  private func files(_ folder: String, _ pattern: Regex<Substring>) throws -> [String] {
    let found = try FileManager.default.subpathsOfDirectory(
      atPath: "\(Checkout.root)/nginx/\(folder)")
    let matching = found.filter { $0.contains(pattern) }
    #expect(!matching.isEmpty)
    return matching
  }
}
