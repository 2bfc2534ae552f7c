// The steps that lead from an empty store to the schema of this program.

/// One step of the schema. Steps are applied in their order, each once in a store's life; a step
/// that was published never changes.
public struct Migration: Sendable {
  public let name: String
  public let kind: Kind
  /// An SQL script for SQLite, in UTF-8, without BEGIN and COMMIT.
  public let sqlite: [UInt8]
  /// The same for PostgreSQL.
  public let postgresql: [UInt8]

  /// What it means to programs of earlier releases.
  public enum Kind: Sendable {
    /// It only adds: whoever does not know it goes on working, whatever others write.
    case expands
    /// It takes something away or forbids something: whoever does not know it must not run.
    case contracts
  }

  public init(name: String, kind: Kind, sqlite: [UInt8], postgresql: [UInt8] = []) {
    self.name = name
    self.kind = kind
    self.sqlite = sqlite
    self.postgresql = postgresql
  }
}

/// A migration that a store has.
struct AppliedMigration {
  let name: String
  /// Whether programs that do not know it may go on.
  let expands: Bool
}

extension [Migration] {
  /// How many of these a store has, which may also have others that only expand.
  func knownCount(among applied: [AppliedMigration]) throws(StorageFailure) -> Int {
    for (found, migration) in zip(applied, self) where found.name != migration.name {
      throw .cannotOpen(evidence: "it has migration \(found.name) instead of \(migration.name)")
    }
    if let first = applied.dropFirst(count).first(where: { !$0.expands }) {
      throw .newerSchema(found: applied.count, known: count, first: first.name)
    }
    return Swift.min(applied.count, count)
  }

  /// Whether a program that knows these can work with a store that has those.
  func areKnown(among applied: [AppliedMigration]) -> Bool {
    applied.prefix(count).map(\.name) == map(\.name)
      && applied.dropFirst(count).allSatisfy(\.expands)
  }
}

/// How a program opens its store.
public enum OpeningMode: Sendable {
  /// A program that stays: creates what is missing and applies migrations where needed.
  case service
  /// A program that does one thing and ends: takes the schema as it is, or refuses.
  case single
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
