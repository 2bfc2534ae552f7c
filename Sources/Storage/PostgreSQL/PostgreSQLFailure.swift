// What PostgreSQL's SQLSTATEs mean to a caller, and to the transaction in which they came.

#if PostgreSQL
  import CPostgreSQL
  import Domain

  /// The first thing that went wrong in a transaction, or on the way to the server.
  struct PostgreSQLFailure {
    /// What it means for the transaction, in which nothing is committed yet but for `unknown`.
    enum Kind: Equatable {
      /// Others were in the way (40001, 40P01): another try may succeed.
      case conflict
      /// Somebody inserted the same key between our look and our insert (23505): the next look
      /// will find it.
      case duplicate
      /// The server went, or is one that may not write: another connection may succeed.
      case lost
      /// The time was up.
      case late
      /// Nobody can say whether it was committed.
      case unknown
      case other
    }

    let kind: Kind
    let refusal: Refusal

    init(_ kind: Kind, _ refusal: Refusal) {
      self.kind = kind
      self.refusal = refusal
    }

    /// - Parameter isWriting: whether the session is meant to write.
    init(_ result: PostgreSQLResult, isWriting: Bool, sql: String) {
      let state = result.state
      kind = PostgreSQLFailure.kind(of: state, isWriting: isWriting)
      // Messages of class 22 (data exception) quote values.
      let message = state.hasPrefix("22") ? "data exception" : result.message
      let evidence = "PostgreSQL \(state): \(message), in: \(sql)"
      let isTemporary = [.conflict, .lost].contains(kind) || PostgreSQLFailure.isTemporary(state)
      refusal = isTemporary ? .busy(evidence: evidence) : .broken(evidence: evidence)
    }

    /// https://www.postgresql.org/docs/15/errcodes-appendix.html
    private static func kind(of state: String, isWriting: Bool) -> Kind {
      switch state {
      case "40001", "40P01": .conflict
      case "23505": .duplicate
      // We talk to a standby, after a failover.
      case "25006": isWriting ? .lost : .other
      // Idle in a transaction for too long: the server has closed the connection.
      case "25P03": .late
      // What was prepared here is gone, or does not fit the schema any more; libpq itself has no
      // code for a connection that broke.
      case "26000", "0A000", "": .lost
      // Another number of values than placeholders is a mistake of ours.
      case "08P01": .other
      // Shut down, crashed, starting; the connection's own exceptions.
      case let state where state.hasPrefix("57P") || state.hasPrefix("08"): .lost
      default: .other
      }
    }

    /// Whether the same statement can succeed later: transaction rollback, insufficient resources,
    /// a lock, the time allowed, the operator's doing, the system's errors.
    private static func isTemporary(_ state: String) -> Bool {
      ["40", "53", "57", "58"].contains { state.hasPrefix($0) }
        || ["55P03", "25P02", "25P03"].contains(state)
    }
  }

  /// Owns a result.
  final class PostgreSQLResult {
    let handle: OpaquePointer

    init(owning handle: OpaquePointer) {
      self.handle = handle
    }

    deinit {
      PQclear(handle)
    }

    var status: ExecStatusType { PQresultStatus(handle) }

    /// The SQLSTATE; empty if libpq itself made this result.
    var state: String { field("C") }

    /// The server's own words, without the values that it may tell in its detail.
    var message: String {
      let primary = field("M")
      return primary.isEmpty ? "the connection broke" : primary
    }

    /// What the command did, such as `INSERT 0 1`.
    var tag: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }

    /// How many rows it inserted, updated or deleted.
    var changes: Int {
      let words = tag.split(separator: " ")
      guard let verb = words.first, ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(verb) else {
        return 0
      }
      return words.last.flatMap { Int($0) } ?? 0
    }

    /// A part of an error or a notice, by its letter in the protocol
    /// (https://www.postgresql.org/docs/15/protocol-error-fields.html).
    func field(_ letter: Unicode.Scalar) -> String {
      PQresultErrorField(handle, Int32(letter.value)).map { String(cString: $0) } ?? ""
    }
  }
#endif
