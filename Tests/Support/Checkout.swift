// Where things lie in the checkout that the tests belong to.

import Foundation

/// The checkout, found from where this file was compiled.
public enum Checkout {
  public static let root: String = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .path(percentEncoded: false).trimmingSuffix("/")

  /// What lies beside the checkout; may be absent.
  public static let shared = root + "/../shared"

  /// The programs as `nginx/run --no-build` starts them, with the engine that is tried.
  public static func program(_ name: String) -> String { programs + "/" + name }
  public static let programs =
    root + (PostgreSQL.isTried ? "/.build-postgresql/release" : "/.build/release")

  /// Whether the named programs have been built for release.
  public static func isBuilt(_ names: String...) -> Bool {
    names.allSatisfy { FileManager.default.isExecutableFile(atPath: program($0)) }
  }
}

/// The tools written in Python that `Tests/run` installs into a virtual environment.
public enum Python {
  public static let directory = Checkout.root + "/.build-tests/python/bin"
  public static let interpreter = directory + "/python3"
  public static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: interpreter) }

  /// The path of a command such as `gixy`, if its package is installed.
  public static func tool(_ name: String) -> String? {
    let path = directory + "/" + name
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
