// The steps that lead from an empty store to the schema of this program.

/// One step of the schema. Steps are applied in their order, each once in a store's life; a step
/// that was published never changes.
public struct Migration: Sendable {
  public let name: String
  public let kind: Kind
  /// An SQL script for SQLite, in UTF-8, without BEGIN and COMMIT.
  public let sqlite: [UInt8]

  /// What it means to programs of earlier releases.
  public enum Kind: Sendable {
    /// It only adds: whoever does not know it goes on working, whatever others write.
    case expands
    /// It takes something away or forbids something: whoever does not know it must not run.
    case contracts
  }

  public init(name: String, kind: Kind, sqlite: [UInt8]) {
    self.name = name
    self.kind = kind
    self.sqlite = sqlite
  }
}

/// Why a program cannot work with its store.
public enum StorageFailure: Error, Equatable, Sendable {
  /// The store was made by a newer program: it has more migrations than this one knows, and
  /// `first` is the first of them that does more than to expand.
  case newerSchema(found: Int, known: Int, first: String)
  /// The store lacks migrations, and this program was told not to apply any.
  case olderSchema(found: Int, known: Int)
  case cannotOpen(evidence: String)
}
