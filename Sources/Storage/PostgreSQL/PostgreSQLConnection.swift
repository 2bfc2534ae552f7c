// A connection to the server, and the statements that were prepared on it.

#if PostgreSQL
  import CPostgreSQL
  import Domain

  /// Owns one connection, which closes with it.
  ///
  /// One thread at a time uses a connection, since the pool lends it to one. That is why it may be
  /// Sendable.
  final class PostgreSQLConnection: Connection, @unchecked Sendable {
    enum Purpose { case reading, writing, migrating }

    let handle: OpaquePointer
    let purpose: Purpose
    /// The first failure since it was lent.
    private(set) var failure: PostgreSQLFailure?
    /// Whether it is of no more use.
    private(set) var isLost = false
    /// While it is set, the server's answer is waited for until then.
    var deadline: Deadline?
    /// How many statements may still be run, where that is limited.
    var statementsLeft: Int?
    /// Whether this transaction has changed a row.
    var hasWritten = false
    /// What the server last warned of.
    var warning: String?

    var statements = PreparedServerStatements()
    /// The rows that are still on their way.
    private var stream: RowStream?
    private var expectsTransaction = false

    /// Throws `.busy` when no server of the URL takes the connection, `.broken` when it is not of
    /// the kind that it must be.
    init(_ url: ServerURL, _ purpose: Purpose, mode: OpeningMode) throws(Refusal) {
      handle = try PostgreSQLConnection.connect(url)
      self.purpose = purpose
      listen()
      try setUp(mode)
    }

    deinit {
      PQfinish(handle)
    }

    func forEach(
      _ sql: StaticString, _ values: [Value], _ row: (borrowing Row) throws(Refusal) -> Void
    ) throws(Refusal) {
      let stream = try start(sql, values)
      PQsetSingleRowMode(handle)
      defer { abandon(stream) }
      while let result = try next(of: stream) {
        defer { withExtendedLifetime(result) {} }
        for index in 0..<max(0, PQntuples(result.handle)) {
          try row(Row(.postgresql(PostgreSQLRow(index, of: result.handle))))
        }
      }
    }

    @discardableResult
    func execute(_ sql: StaticString, _ values: [Value]) throws(Refusal) -> Int {
      let stream = try start(sql, values)
      while try next(of: stream) != nil {}
      return stream.changes
    }

    /// Begins a loan.
    func lend(until deadline: Deadline?) {
      failure = nil
      statementsLeft = nil
      self.deadline = deadline
    }

    /// Notes a failure, and makes a refusal of it.
    func fail(_ failure: PostgreSQLFailure) -> Refusal {
      if self.failure == nil { self.failure = failure }
      switch failure.kind {
      case .lost, .late, .unknown: isLost = true
      case .conflict, .duplicate, .other: break
      }
      return failure.refusal
    }

    func lost(_ what: String) -> Refusal {
      fail(PostgreSQLFailure(.lost, .busy(evidence: "PostgreSQL: \(what)")))
    }
  }

  // Transactions.
  extension PostgreSQLConnection {
    func begin() throws(Refusal) {
      hasWritten = false
      switch purpose {
      case .reading: try execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", [])
      case .writing, .migrating: try execute("BEGIN ISOLATION LEVEL READ COMMITTED", [])
      }
      expectsTransaction = true
    }

    /// Whether a transaction is open in which nothing has failed.
    var isInTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INTRANS }

    /// Ends the transaction, if there is still one. Should that fail, the connection is lost, and
    /// the server ends it.
    func rollBack() {
      expectsTransaction = false
      guard !isLost else { return }
      if let stream { abandon(stream) }
      guard !isLost, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
      do throws(Refusal) {
        try run("ROLLBACK")
      } catch {
        isLost = true
      }
    }

    func transactionEnds() {
      expectsTransaction = false
    }

    /// Runs a script of statements without placeholders.
    func run(_ script: String) throws(Refusal) {
      try mayStart(script)
      guard PQsendQuery(handle, script) == 1 else { throw lost("a script could not be sent") }
      let stream = RowStream(script)
      self.stream = stream
      while try next(of: stream) != nil {}
    }
  }

  // A statement's way: prepared once, sent, its rows received one after the other.
  extension PostgreSQLConnection {
    private func start(_ sql: StaticString, _ values: [Value]) throws(Refusal) -> RowStream {
      let (name, parameters) = try prepared(sql, values)
      guard parameters.send(to: name, on: handle) else {
        throw lost("a statement could not be sent: \(sql)")
      }
      let stream = RowStream(sql.description)
      self.stream = stream
      return stream
    }

    /// The name of the statement, which may be sent next, and its values.
    func prepared(
      _ sql: StaticString, _ values: [Value]
    ) throws(Refusal) -> (name: String, parameters: PostgreSQLParameters) {
      if let left = statementsLeft {
        guard left > 0 else { throw .broken(evidence: "one statement too many: \(sql)") }
        statementsLeft = left - 1
      }
      guard sql.hasPointerRepresentation else {
        throw .broken(evidence: "a single character is no statement: \(sql)")
      }
      try mayStart(sql.description)
      let parameters = PostgreSQLParameters(values)
      if let name = statements.find(sql, parameters.types) { return (name, parameters) }
      return (try prepare(sql, parameters.types), parameters)
    }

    /// The connection takes one statement at a time: what is left of the one before is received.
    private func mayStart(_ sql: String) throws(Refusal) {
      guard !isLost else { throw failure?.refusal ?? .busy(evidence: "the connection is lost") }
      // Without its transaction, a statement would be a transaction of its own.
      guard !expectsTransaction || PQtransactionStatus(handle) != PQTRANS_IDLE else {
        throw .broken(evidence: "the transaction ended before: \(sql)")
      }
      guard let stream else { return }
      while let result = try receive(stream) {
        guard stream.waiting.count < Limits.waitingRowsMax else {
          throw .broken(evidence: "too many rows wait for \(sql), of: \(stream.sql)")
        }
        stream.waiting.append(result)
      }
    }

    private func prepare(_ sql: StaticString, _ types: [Oid]) throws(Refusal) -> String {
      let (name, types) = statements.name(for: sql, types)
      let text = sql.description
      guard PQsendPrepare(handle, name, text, Int32(clamping: types.count), types) == 1 else {
        throw lost("a statement could not be sent: \(text)")
      }
      let stream = RowStream(text)
      self.stream = stream
      while try next(of: stream) != nil {}
      statements.keep(name, for: sql, types)
      return name
    }

    /// The next result with rows; nil after the last.
    private func next(of stream: RowStream) throws(Refusal) -> PostgreSQLResult? {
      if let result = stream.waiting.popFirst() { return result }
      if stream === self.stream { return try receive(stream) }
      // It failed while the rest of it was received for another statement's sake.
      if let refusal = stream.refusal { throw refusal }
      return nil
    }

    private func receive(_ stream: RowStream) throws(Refusal) -> PostgreSQLResult? {
      while let result = try nextResult() {
        switch result.status {
        case PGRES_SINGLE_TUPLE: return result
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
          stream.changes = result.changes
          if stream.changes > 0 { hasWritten = true }
        case PGRES_EMPTY_QUERY:
          stream.refusal = .broken(evidence: "no statement: \(stream.sql)")
        case PGRES_FATAL_ERROR where stream.refusal == nil:
          stream.refusal = fail(
            PostgreSQLFailure(result, isWriting: purpose != .reading, sql: stream.sql))
        case PGRES_FATAL_ERROR: break
        default:
          throw lost("result of an unexpected kind \(result.status.rawValue), in: \(stream.sql)")
        }
      }
      self.stream = nil
      if let refusal = stream.refusal { throw refusal }
      return nil
    }

    /// What the server says next about what was sent; nil when that was all.
    func nextResult() throws(Refusal) -> PostgreSQLResult? {
      while PQisBusy(handle) != 0 {
        guard Patience.awaitInput(PQsocket(handle), until: deadline) else {
          throw fail(PostgreSQLFailure(.late, .busy(evidence: "PostgreSQL: no answer in time")))
        }
        // If the connection broke, the next result says so.
        if PQconsumeInput(handle) == 0 { break }
      }
      return PQgetResult(handle).map(PostgreSQLResult.init(owning:))
    }

    /// Takes no more of its rows, and keeps the connection if there are not too many.
    private func abandon(_ stream: RowStream) {
      guard stream === self.stream else { return }
      do throws(Refusal) {
        for _ in 0..<Limits.unwantedRowsMax where try receive(stream) == nil { return }
      } catch {
        return
      }
      // No reason to run anything again.
      isLost = true
    }
  }
#endif
