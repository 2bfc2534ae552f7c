// One row of PostgreSQL's, read by column number.

#if PostgreSQL
  import CPostgreSQL
  import Domain

  /// A row of a result in text format. What its type allows is read, and nothing else: a sum of
  /// BIGINT is NUMERIC, for instance, and counts as an integer as long as it is one.
  struct PostgreSQLRow {
    /// Types by their number (src/include/catalog/pg_type.dat).
    private enum Kind {
      static let boolean: Oid = 16
      static let bytes: Oid = 17
      /// INT8, INT2, INT4, NUMERIC.
      static let numbers: [Oid] = [20, 21, 23, 1700]
      /// TEXT, VARCHAR, CHAR(n), NAME.
      static let texts: [Oid] = [25, 1043, 1042, 19]
    }

    private let result: OpaquePointer
    private let index: Int32

    init(_ index: Int32, of result: OpaquePointer) {
      self.result = result
      self.index = index
    }

    func integer(_ column: Int) throws(Refusal) -> Int64 {
      let (text, kind) = try value(column)
      if kind == Kind.boolean, let first = text.first, text.count == 1 {
        if first == UInt8(ascii: "t") { return 1 }
        if first == UInt8(ascii: "f") { return 0 }
      }
      if Kind.numbers.contains(kind), let integer = Int64(digits: text) { return integer }
      throw .broken(evidence: "column \(column) holds PostgreSQL type \(kind), not an integer")
    }

    func text(_ column: Int) throws(Refusal) -> String {
      let (text, kind) = try value(column)
      guard Kind.texts.contains(kind) else {
        throw .broken(evidence: "column \(column) holds PostgreSQL type \(kind), not text")
      }
      return try string(of: text, column)
    }

    func bytes(_ column: Int) throws(Refusal) -> [UInt8] {
      let (text, kind) = try value(column)
      guard kind == Kind.bytes, let bytes = [UInt8](hexadecimal: text) else {
        throw .broken(evidence: "column \(column) holds PostgreSQL type \(kind), not BYTEA in hex")
      }
      return bytes
    }

    func isNull(_ column: Int) -> Bool {
      exists(column) && PQgetisnull(result, index, Int32(column)) == 1
    }

    private func exists(_ column: Int) -> Bool {
      column >= 0 && column < Int(PQnfields(result))
    }

    /// Valid as long as the result.
    private func value(
      _ column: Int
    ) throws(Refusal) -> (text: UnsafeRawBufferPointer, kind: Oid) {
      guard exists(column) else { throw .broken(evidence: "there is no column \(column)") }
      let number = Int32(column)
      guard !isNull(column), let start = PQgetvalue(result, index, number) else {
        throw .broken(evidence: "column \(column) holds NULL")
      }
      let count = Int(PQgetlength(result, index, number))
      return (UnsafeRawBufferPointer(start: start, count: count), PQftype(result, number))
    }
  }

  extension Int64 {
    /// Decimal digits with at most a minus before them; nil for anything else, or what is larger.
    init?(digits text: UnsafeRawBufferPointer) {
      let isNegative = text.first == UInt8(ascii: "-")
      let digits = isNegative ? text.dropFirst() : text[...]
      guard !digits.isEmpty else { return nil }
      var value: Int64 = 0
      for byte in digits {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        let digit = Int64(byte - UInt8(ascii: "0"))
        let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
        // Counted downwards, since there is one more below zero than above.
        let (sum, overflows) = tens.subtractingReportingOverflow(digit)
        if isTooLarge || overflows { return nil }
        value = sum
      }
      if isNegative {
        self = value
      } else {
        guard value != .min else { return nil }
        self = -value
      }
    }
  }

  extension [UInt8] {
    /// BYTEA as PostgreSQL writes it: `\x` and two digits for each byte.
    init?(hexadecimal text: UnsafeRawBufferPointer) {
      guard text.count >= 2, text.count.isMultiple(of: 2), text[0] == UInt8(ascii: "\\"),
        text[1] == UInt8(ascii: "x")
      else { return nil }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(text.count / 2 - 1)
      for place in stride(from: 2, to: text.count, by: 2) {
        guard let high = nibble(text[place]), let low = nibble(text[place + 1]) else { return nil }
        bytes.append(high << 4 | low)
      }
      self = bytes
    }
  }

  private func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
#endif
