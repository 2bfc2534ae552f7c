// A value on its way into a statement.

/// What can be bound to a placeholder.
public enum Value: Sendable, Equatable {
  case null
  case integer(Int64)
  case text(String)
  case bytes([UInt8])

  public static func optional(_ integer: Int64?) -> Value {
    integer.map(Value.integer) ?? .null
  }

  public static func optional(_ text: String?) -> Value {
    text.map(Value.text) ?? .null
  }

  public static func optional(_ bytes: [UInt8]?) -> Value {
    bytes.map(Value.bytes) ?? .null
  }
}
