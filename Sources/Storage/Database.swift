// What a storage engine owes: the ways in, and statements that run there.

import Domain

/// A store that many threads, and many programs, use at once. `read`, `glance` and `write` are the
/// only ways in.
public protocol Database: Sendable {
  /// Runs `body` on one snapshot: it sees everything that was durable when its first statement
  /// began, and nothing later. Writing is refused.
  ///
  /// Throws what `body` throws; `.busy` when the store cannot be read now.
  func read<T>(_ body: (any Connection) throws(Refusal) -> T) throws(Refusal) -> T

  /// As `read`, for a body that runs one statement. That is a snapshot by itself, so no transaction
  /// has to be begun and ended around it. A second statement is refused with `.broken`.
  func glance<T>(_ body: (any Connection) throws(Refusal) -> T) throws(Refusal) -> T

  /// Runs `body` alone among all writers; its effects are durable when this returns.
  ///
  /// `body` may run on another thread, in one transaction with other threads' bodies, and more than
  /// once: what it did to the store before is undone then. When it throws, its effects, and only
  /// its own, are undone. `.busy` is thrown when it was not done,
  /// or when nobody can say whether it was; that takes seconds at most, unless the disk itself
  /// hangs under this very thread.
  func write<T: Sendable>(
    _ body: @escaping @Sendable (any Connection) throws(Refusal) -> T
  ) throws(Refusal) -> T

  /// Whether this program can work on the store's schema: it is its own, or has only been expanded.
  func hasKnownSchema() throws(Refusal) -> Bool

  /// What has been done here since the process began.
  var figures: StorageFigures { get }
}

/// Where statements run; valid only within the `read` or `write` that handed it out.
///
/// SQL is one statement, written in the program (never glued from strings), with the placeholders
/// `$1`, `$2`, …, one for each value.
public protocol Connection {
  /// Runs a statement and hands out its rows, one after the other; nothing of them is kept.
  ///
  /// `row` may run other statements if few rows are to come: a server's connection answers one
  /// statement at a time, so that the rest is kept meanwhile, and beyond 10 000 rows it is
  /// `.broken`. Longer results are joined, or merged, in SQL.
  ///
  /// Throws what `row` throws; `.broken` for faulty SQL and violated constraints; `.busy` when the
  /// store cannot do it now.
  func forEach(
    _ sql: StaticString, _ values: [Value], _ row: (borrowing Row) throws(Refusal) -> Void
  ) throws(Refusal)

  /// Runs a statement to its end, and gives the number of rows that it inserted, updated or
  /// deleted. Throws as `forEach` does.
  @discardableResult
  func execute(_ sql: StaticString, _ values: [Value]) throws(Refusal) -> Int

  /// Runs statements to their ends, one after the other, until one fails. A server gets all of them
  /// before its first answer is waited for: one round trip instead of one for each. They and their
  /// values lie in memory meanwhile. Throws as `forEach` does.
  func executeAll(_ commands: [Command]) throws(Refusal)

  /// What follows in this transaction runs alone among all transactions that name one of these,
  /// and sees what those before it have committed. For what neither a row's lock nor a unique key
  /// can guard: a limit on a sum, say. Name all of them in one call, or two transactions could wait
  /// for each other. Names are compared by a hash, so that two rarely wait in vain.
  ///
  /// An engine with one writer at a time has nothing to do. Throws `.broken` in a read; `.busy`
  /// when the others were not through in time.
  func serialize(on names: [String]) throws(Refusal)

  /// Rows of this table were inserted with numbers of their own, up to this one: the next row that
  /// comes without gets a larger one.
  func resumeNumbering(of table: String, after number: Int64) throws(Refusal)

  /// Tells what is wrong with the store's own pages and indexes, in the engine's words. A server
  /// is looked after by its own tools (checksums, pg_amcheck): nothing then.
  func findDamage(_ found: (String) -> Void) throws(Refusal)

  /// Tells the table of each row that refers to one which is not there. A server's constraints
  /// cannot be off: nothing then.
  func findOrphans(_ found: (String) -> Void) throws(Refusal)

  /// Tells of each setting of the store's that is not as it must be, as this connection has it. A
  /// file's are set by the programs themselves: nothing then.
  func findHazards(_ found: (Hazard) -> Void) throws(Refusal)

  /// The size of a database on a server, in bytes; nil for a file, which has a size of its own.
  func databaseBytes() throws(Refusal) -> Int64?
}
