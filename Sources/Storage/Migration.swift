// The steps that lead from an empty store to the schema of this program.

/// One step of the schema. Steps are applied in their order, each once in a store's life; a step
/// that was published never changes.
public struct Migration: Sendable {
  public let name: String
  /// An SQL script for SQLite, in UTF-8, without BEGIN and COMMIT.
  public let sqlite: [UInt8]

  public init(name: String, sqlite: [UInt8]) {
    self.name = name
    self.sqlite = sqlite
  }
}

/// Why a program cannot work with its store.
public enum StorageFailure: Error, Equatable, Sendable {
  /// The store was made by a newer program: it has more migrations than this one knows.
  case newerSchema(found: Int, known: Int)
  /// The store lacks migrations, and this program was told not to apply any.
  case olderSchema(found: Int, known: Int)
  case cannotOpen(evidence: String)
}
