// Comma-separated values by RFC 4180, a record at a time, from a file that nobody has looked at.
// Lines end with CR LF or LF. A mistake within a record leaves the records after it readable.

/// Reads records.
struct CSVReader {
  /// One record, on one line or several.
  struct Record {
    /// On which it begins, from 1.
    let line: Int
    let fields: [String]
    /// What is wrong with its form; the fields are then of no use.
    let fault: String?
  }

  enum Failure: Error {
    case unreadable(FileBytes.Failure)
    /// The record that begins on this line is longer than any of a person, and perhaps without end.
    case tooLong(line: Int)
  }

  /// The longest fields that are meant take 1500 bytes altogether, in quotes twice that.
  static let recordBytesMax = 16_384

  private enum Place {
    case begin, plain, quoted, afterQuote, afterReturn
  }

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private let bytes: FileBytes
  private var line = 1
  private var place = Place.begin
  private var field: [UInt8] = []
  private var fields: [String] = []
  private var fault: String?

  init(_ bytes: FileBytes) {
    self.bytes = bytes
  }

  /// The next record; nil at the end of the file.
  mutating func next() throws(Failure) -> Record? {
    let first = line
    var length = 0
    (place, field, fields, fault) = (.begin, [], [], nil)
    while let byte = try nextByte() {
      length += 1
      guard length <= CSVReader.recordBytesMax else { throw .tooLong(line: first) }
      if byte == UInt8(ascii: "\n") { line += 1 }
      if take(byte) { return record(first) }
      if first == 1, length == 3, field == CSVReader.byteOrderMark, fields.isEmpty {
        (field, place) = ([], .begin)
      }
    }
    if length == 0 { return nil }
    if place == .quoted { note("a quote is not closed") }
    if place == .afterReturn { note("a carriage return stands without a line feed") }
    endField()
    return record(first)
  }

  /// - Returns: whether the record is whole.
  private mutating func take(_ byte: UInt8) -> Bool {
    switch (place, byte) {
    case (.begin, UInt8(ascii: "\"")), (.afterQuote, UInt8(ascii: "\"")):
      if place == .afterQuote { field.append(byte) }
      place = .quoted
    case (.quoted, UInt8(ascii: "\"")):
      place = .afterQuote
    case (.quoted, _):
      field.append(byte)
    case (_, UInt8(ascii: "\n")):
      endField()
      return true
    case (.afterReturn, _):
      note("a carriage return stands without a line feed")
      place = .plain
      return take(byte)
    case (_, UInt8(ascii: "\r")):
      place = .afterReturn
    case (_, UInt8(ascii: ",")):
      endField()
    default:
      if place == .afterQuote { note("something follows a closing quote") }
      if byte == UInt8(ascii: "\"") { note("a quote stands in a field that has no quotes around") }
      place = .plain
      field.append(byte)
    }
    return false
  }

  private mutating func endField() {
    if field.contains(0) { note("holds a NUL") }
    let text = String(validating: field, as: UTF8.self)
    if text == nil { note("is not UTF-8") }
    fields.append(text ?? "")
    field.removeAll(keepingCapacity: true)
    place = .begin
  }

  private mutating func note(_ mistake: String) {
    fault = fault ?? mistake
  }

  private func record(_ first: Int) -> Record {
    Record(line: first, fields: fields, fault: fault)
  }

  private func nextByte() throws(Failure) -> UInt8? {
    do throws(FileBytes.Failure) {
      return try bytes.next()
    } catch {
      throw .unreadable(error)
    }
  }
}
