// A straight-line writer of compact JSON: what is called is what is written, in that order, with
// no tree in between. It puts the commas.

/// Writes one JSON value (RFC 8259) to `bytes`. Quotes, backslashes and control characters are
/// escaped; everything else is written as UTF-8.
public struct JSONWriter {
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  public init() {
    bytes.reserveCapacity(256)
  }

  public mutating func object(_ body: (inout JSONWriter) -> Void) {
    nest(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  public mutating func array(_ body: (inout JSONWriter) -> Void) {
    nest(UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  /// Ends a line, between values that stand a line each.
  public mutating func endLine() {
    bytes.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  /// A whole value: the text itself, or the next element of an array.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: raw("null")
    case .bool(let bool): raw(bool ? "true" : "false")
    case .number(let number): raw(number.text)
    case .string(let text): element(text)
    case .array(let elements):
      array { for element in elements { $0.value(element) } }
    case .object(let members):
      object {
        for member in members {
          $0.name(member.name)
          $0.value(member.value)
        }
      }
    }
  }

  // MARK: members of an object

  /// nil is written as `null`.
  public mutating func member(_ name: String, _ value: String?) {
    self.name(name)
    if let value { element(value) } else { raw("null") }
  }

  public mutating func member(_ name: String, _ value: Int64) {
    self.name(name)
    raw(String(value))
  }

  public mutating func member(_ name: String, _ value: Bool) {
    self.name(name)
    raw(value ? "true" : "false")
  }

  /// A number written as it is: `digits` must keep the grammar of a JSON number.
  public mutating func number(_ name: String, digits: String) {
    self.name(name)
    raw(digits)
  }

  public mutating func member(_ name: String, object body: (inout JSONWriter) -> Void) {
    self.name(name)
    object(body)
  }

  public mutating func member(_ name: String, array body: (inout JSONWriter) -> Void) {
    self.name(name)
    array(body)
  }

  public mutating func member(_ name: String, json value: JSONValue) {
    self.name(name)
    self.value(value)
  }

  // MARK: elements of an array

  public mutating func element(_ value: String) {
    separate()
    quote(value)
  }

  /// nil is written as `null`.
  public mutating func element(_ value: String?) {
    if let value { element(value) } else { raw("null") }
  }

  public mutating func element(_ value: Int64) {
    raw(String(value))
  }

  public mutating func element(object body: (inout JSONWriter) -> Void) {
    object(body)
  }

  // MARK: - characters

  private mutating func nest(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(open)
    needsComma = false
    body(&self)
    bytes.append(close)
    needsComma = true
  }

  private mutating func name(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  private mutating func raw(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// Hardly any text has something to escape: so it is copied first, and written anew if it has.
  private mutating func quote(_ text: String) {
    let text = text.utf8.span
    var needsEscape = false
    bytes.append(UInt8(ascii: "\""))
    bytes.append(addingCapacity: text.count) { bytes in
      for index in text.indices {
        let byte = text[index]
        if JSONWriter.isEscaped(byte) { needsEscape = true }
        bytes.append(byte)
      }
    }
    if needsEscape {
      bytes.removeLast(text.count)
      for index in text.indices { character(text[index]) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func character(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
    case 0x08: bytes.append(contentsOf: "\\b".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0C: bytes.append(contentsOf: "\\f".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0..<0x10: bytes.append(contentsOf: "\\u000\(String(byte, radix: 16))".utf8)
    case 0x10..<0x20: bytes.append(contentsOf: "\\u00\(String(byte, radix: 16))".utf8)
    default: bytes.append(byte)
    }
  }
}
