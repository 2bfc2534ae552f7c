// Prepared statements, their parameters, and the rows that they give.

#if PostgreSQL
  import CPostgreSQL
  import Domain

  /// The statements that were prepared on one connection. They are found again by the address of
  /// their text in the program, as in SQLite, and by the types of their parameters.
  struct PreparedServerStatements {
    private var addresses: [UInt] = []
    private var statements: [(name: String, types: [Oid])] = []

    func find(_ sql: StaticString, _ types: [Oid]) -> String? {
      let address = UInt(bitPattern: sql.utf8Start)
      for (place, found) in addresses.enumerated() where found == address {
        if fits(types, statements[place].types) { return statements[place].name }
      }
      return nil
    }

    /// A new name, and the types to prepare it with: where a NULL leaves one open, that of an
    /// earlier call.
    func name(for sql: StaticString, _ types: [Oid]) -> (name: String, types: [Oid]) {
      let address = UInt(bitPattern: sql.utf8Start)
      var types = types
      for (found, statement) in zip(addresses, statements)
      where found == address && statement.types.count == types.count {
        types = zip(types, statement.types).map { $0 == 0 ? $1 : $0 }
      }
      return ("s\(statements.count)", types)
    }

    mutating func keep(_ name: String, for sql: StaticString, _ types: [Oid]) {
      addresses.append(UInt(bitPattern: sql.utf8Start))
      statements.append((name, types))
    }

    /// NULL fits any type.
    private func fits(_ types: [Oid], _ prepared: [Oid]) -> Bool {
      types.count == prepared.count
        && zip(types, prepared).allSatisfy { $0 == 0 || $0 == $1 }
    }
  }

  /// A statement's values in binary format, as libpq takes them. Their types are those of the
  /// cases: INT8, TEXT, BYTEA; of a NULL, what the statement makes of it.
  struct PostgreSQLParameters {
    private(set) var types: [Oid] = []
    /// All values, one after the other; never without an address.
    private var bytes: [UInt8] = [0]
    private var places: [Int?] = []
    private var lengths: [Int32] = []

    init(_ values: [Value]) {
      for value in values {
        switch value {
        case .null: append(0, nil)
        case .integer(let integer):
          append(20, withUnsafeBytes(of: integer.bigEndian) { Array($0) }[...])
        case .text(let text): append(25, Array(text.utf8)[...])
        case .bytes(let bytes): append(17, bytes[...])
        }
      }
    }

    private mutating func append(_ type: Oid, _ value: ArraySlice<UInt8>?) {
      types.append(type)
      places.append(value == nil ? nil : bytes.count)
      lengths.append(Int32(clamping: value?.count ?? 0))
      if let value { bytes += value }
      // So that a value of no bytes has an address, too: without one it would be NULL.
      bytes.append(0)
    }

    /// - Returns: false if it could not be sent.
    func send(to statement: String, on connection: OpaquePointer) -> Bool {
      bytes.withUnsafeBytes { buffer in
        let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
        let pointers = places.map { place in place.flatMap { place in start.map { $0 + place } } }
        let formats = [Int32](repeating: 1, count: places.count)
        return PQsendQueryPrepared(
          connection, statement, Int32(clamping: places.count), pointers, lengths, formats, 0) == 1
      }
    }
  }

  /// The rows of one statement, and how it came out.
  final class RowStream {
    let sql: String
    /// What came while another statement was run.
    var waiting = ArraySlice<PostgreSQLResult>()
    var changes = 0
    var refusal: Refusal?

    init(_ sql: String) {
      self.sql = sql
    }
  }
#endif
