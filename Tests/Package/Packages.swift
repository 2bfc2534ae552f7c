// The packages that are looked at, built once for all tests.

import Foundation
import Support

enum Packages {
  /// What `nginx/package` makes of the release build.
  static let current = Result { try build() }

  /// One that came before it: the same programs under a lower version, but two configuration files
  /// have one line more.
  static let previous = Result { try age(build("--version", "0.0.1", compression: "none")) }
  static let changedSince = ["etc/dompet/dompet.env", "etc/nginx/dompet/dompet-errors.conf"]
  static let oldLine = "# This was so in version 0.0.1."

  /// Why there can be none here; nil if there can.
  static let obstacle: String? = {
    let names = ["dompet", "dompet-auth", "dompet-wallets", "dompet-payments", "dompet-webhook"]
    guard names.allSatisfy({ Checkout.isBuilt($0) }) else { return Stack.notBuilt }
    let tools = ["/usr/bin/dpkg-shlibdeps", "/usr/bin/lintian"]
    guard tools.allSatisfy(FileManager.default.isExecutableFile) else {
      return "needs Debian's dpkg-dev and lintian"
    }
    return nil
  }()

  /// Builds one into a folder that stays until the tests' process ends.
  /// - Returns: its path, which is all that is printed to standard output.
  static func build(_ arguments: String..., compression: String = "gzip") throws -> String {
    let folder = try TemporaryDirectory()
    // Compressing well would take most of the time.
    let quickly = ["DPKG_DEB_COMPRESSOR_TYPE": compression, "DPKG_DEB_COMPRESSOR_LEVEL": "1"]
    let child = try Child(
      Checkout.root + "/nginx/package", ["--no-build", "--output", folder.path] + arguments,
      environment: Stack.environment.merging(quickly) { $1 })
    // It may have to build the generator of the manual.
    guard child.wait(timeoutSeconds: 600) == 0 else { throw PackageFailure(errors: child.errors) }
    child.keepUntilExit(folder)
    return child.output.trimmingCharacters(in: .newlines)
  }

  private static func age(_ package: String) throws -> String {
    let tree = try TemporaryDirectory()
    try command("dpkg-deb", "--raw-extract", package, tree.path + "/tree")
    for name in changedSince {
      let file = try FileHandle(forWritingTo: URL(filePath: tree.path + "/tree/" + name))
      try file.seekToEnd()
      try file.write(contentsOf: Data((oldLine + "\n").utf8))
      try file.close()
    }
    try command(
      "dpkg-deb", "-Znone", "--root-owner-group", "--build", tree.path + "/tree", package)
    return package
  }

  /// Runs a command that must not fail.
  @discardableResult
  static func command(_ words: String...) throws -> String {
    let result = try runCommand("env", words, timeoutSeconds: 120)
    guard result.status == 0 else { throw PackageFailure(errors: result.output + result.errors) }
    return result.output
  }
}

/// A package that cannot be built, or a tool that failed.
struct PackageFailure: Error {
  let errors: String
}

/// A file or folder in a package, as `dpkg-deb --contents` lists it.
struct Entry: Equatable {
  let mode: String
  let owner: String
  /// Without a slash at either end.
  let path: String

  static func all(of package: String) throws -> [Entry] {
    try Packages.command("dpkg-deb", "--contents", package).split(separator: "\n").map { line in
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      let path = words[5].dropFirst(2)
      return Entry(
        mode: String(words[0]), owner: String(words[1]),
        path: String(path.hasSuffix("/") ? path.dropLast() : path))
    }
  }
}
