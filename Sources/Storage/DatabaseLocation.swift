// Where a database lies, and opening it with the engine that belongs there.

import Domain

/// A database in a file of this machine, or on a server.
public enum DatabaseLocation: Sendable, CustomStringConvertible {
  /// SQLite, at this path.
  case file(String)
  /// PostgreSQL, at this URL.
  case server(ServerURL)

  /// From a URL.
  /// - Throws: what is wrong with it, to be read after its name.
  public init(url: String) throws(Invalid) {
    if url.hasPrefix("sqlite:/"), url.utf8.count > "sqlite:/".utf8.count {
      self = .file(String(url.dropFirst("sqlite:".count)))
      return
    }
    guard let server = ServerURL(url) else {
      throw Invalid("must be sqlite: and an absolute path, or postgresql://…")
    }
    guard ServerURL.isSupported else {
      throw Invalid("names a server, and \(ServerURL.unsupported)")
    }
    self = .server(server)
  }

  /// The path, if it is a file.
  public var path: String? {
    if case .file(let path) = self { path } else { nil }
  }

  /// Without secrets.
  public var description: String {
    switch self {
    case .file(let path): path
    case .server(let url): url.description
    }
  }

  /// Throws as `SQLiteDatabase` and `PostgreSQLDatabase` do; `.cannotOpen` for a server if this
  /// program was built without its engine.
  public func open(
    migrations: [Migration], mode: OpeningMode
  ) throws(StorageFailure) -> any Database {
    switch self {
    case .file(let path):
      return try SQLiteDatabase(path: path, migrations: migrations, mode: mode)
    case .server(let url):
      #if PostgreSQL
        return try PostgreSQLDatabase(url, migrations: migrations, mode: mode)
      #else
        throw .cannotOpen(evidence: ServerURL.unsupported)
      #endif
    }
  }
}

/// A URL of PostgreSQL's (https://www.postgresql.org/docs/15/libpq-connect.html, 34.1.1.2), which
/// libpq reads; it may name several hosts. Its text holds a password: `description` does not.
public struct ServerURL: Sendable, CustomStringConvertible {
  /// With all secrets, for libpq alone.
  let text: String

  /// Far longer than any list of hosts.
  private static let bytesMax = 2048

  /// Whether this program was built with the engine.
  #if PostgreSQL
    public static let isSupported = true
  #else
    public static let isSupported = false
  #endif

  /// What is wrong with a URL in a program that was built without the engine.
  public static let unsupported =
    "this program was built without PostgreSQL; build it with swift build --traits PostgreSQL"

  /// nil if it is no such URL, longer than 2048 bytes, or holds blanks or control characters.
  public init?(_ text: String) {
    guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://"),
      text.utf8.count <= ServerURL.bytesMax, text.utf8.allSatisfy({ $0 > 32 && $0 != 127 })
    else { return nil }
    self.text = text
  }

  /// Hosts and database; no user, no password, no parameters.
  public var description: String {
    let scheme = text.hasPrefix("postgres://") ? "postgres://" : "postgresql://"
    let place = text.dropFirst(scheme.count).prefix { $0 != "?" }
    let afterUser = place.lastIndex(of: "@").map { place[place.index(after: $0)...] }
    return "postgresql://\(afterUser ?? place)"
  }
}
