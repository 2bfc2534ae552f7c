// A JSON text (RFC 8259) as a value. Numbers keep their digits and objects their order, so that
// nothing a sender wrote is lost or rounded before a type has judged it.

/// Any JSON value. A string may hold any Unicode scalar, U+0000 included.
public enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])
}

/// One name and its value in an object.
public struct JSONMember: Equatable, Sendable {
  public let name: String
  public let value: JSONValue

  public init(name: String, value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// Why bytes are not accepted as JSON.
public struct JSONSyntaxError: Error, Equatable, Sendable {
  /// The byte at which reading stopped, counted from 0.
  public let offset: Int
  /// The offending value as a JSON Pointer (RFC 6901) where the grammar was kept but a name came
  /// twice or the nesting is too deep; nil where the grammar is broken.
  public let pointer: String?
  /// What is wrong, in words that the sender may read.
  public let reason: String
}

extension JSONValue {
  /// The deepest nesting of arrays and objects that is read.
  public static let depthMax = 32

  /// Reads one JSON text, RFC 8259 to the letter, in UTF-8 without a byte order mark. Where the
  /// RFC leaves a choice this refuses: a name given twice in one object (compared by Unicode
  /// scalars after unescaping), half a surrogate pair, nesting beyond `depthMax`.
  public static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
    var reader = JSONReader(bytes)
    return try reader.document()
  }

  /// The member of that name, compared by Unicode scalars; nil if there is none or this is no
  /// object.
  public subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    for index in members.indices where members[index].name.hasSameScalars(as: name) {
      return members[index].value
    }
    return nil
  }

  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  public var number: JSONNumber? {
    if case .number(let number) = self { number } else { nil }
  }

  public var bool: Bool? {
    if case .bool(let bool) = self { bool } else { nil }
  }

  public var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }
}

extension String {
  /// Swift's `==` holds canonically equivalent strings for equal (U+212A, the Kelvin sign, and
  /// `K`); names in JSON are equal only if they are the same scalars (RFC 8259, section 8.3).
  func hasSameScalars(as other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    let left = utf8.span
    let right = other.utf8.span
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }

  /// This name as one step of a JSON Pointer (RFC 6901, section 3).
  var pointerStep: String {
    var step = "/"
    for scalar in unicodeScalars {
      switch scalar {
      case "~": step += "~0"
      case "/": step += "~1"
      default: step.unicodeScalars.append(scalar)
      }
    }
    return step
  }
}
