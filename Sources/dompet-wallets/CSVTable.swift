// A table in CSV (RFC 4180), row by row. What a person wrote cannot become a formula in the
// spreadsheet that opens it.

/// Writes rows; the first one names the columns.
struct CSVTable {
  private var bytes: [UInt8] = []

  init(_ columns: String...) {
    row { row in
      for column in columns { row.text(column) }
    }
  }

  /// A row: each of its cells is written in turn.
  mutating func row(_ write: (inout CSVRow) -> Void) {
    var row = CSVRow()
    write(&row)
    bytes += row.bytes
    bytes += [13, 10]
  }

  /// What has been written since this was last asked.
  mutating func takeBytes() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }
}

/// The cells of a row, from left to right.
struct CSVRow {
  fileprivate private(set) var bytes: [UInt8] = []
  private var isFirst = true

  /// As it is: digits, a sign, a point.
  mutating func number(_ digits: String) {
    separate()
    bytes += digits.utf8
  }

  /// With `'` before it where a spreadsheet would take it for a formula
  /// (owasp.org/www-community/attacks/CSV_Injection), and in quotes where CSV wants that.
  mutating func text(_ text: String) {
    separate()
    let isFormula = text.utf8.first.map { "=+-@\t\r".utf8.contains($0) } ?? false
    let cell = (isFormula ? [UInt8(ascii: "'")] : []) + text.utf8
    guard cell.contains(where: { "\",\r\n".utf8.contains($0) }) else {
      bytes += cell
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in cell {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func separate() {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
  }
}
