// The reader: one pass over the bytes, recursion bounded by `JSONValue.depthMax`.
//
// Past the last byte `current` is NUL, which no rule of the grammar accepts.

struct JSONReader {
  /// An event of Xendit's has some twenty members.
  private static let membersUsual = 24

  let bytes: [UInt8]
  var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw failure("a byte order mark is not allowed")
    }
    skipWhitespace()
    let value = try value(depth: 0)
    skipWhitespace()
    guard position == bytes.count else { throw failure("nothing may follow the value") }
    return value
  }

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    switch current {
    case UInt8(ascii: "\""): .string(try string())
    case UInt8(ascii: "{"): .object(try object(depth: depth + 1))
    case UInt8(ascii: "["): .array(try array(depth: depth + 1))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number(try number())
    case UInt8(ascii: "t"): try literal("true", .bool(true))
    case UInt8(ascii: "f"): try literal("false", .bool(false))
    case UInt8(ascii: "n"): try literal("null", .null)
    default: throw failure("a value is expected")
    }
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> [JSONMember] {
    try open(depth: depth)
    guard !take(UInt8(ascii: "}")) else { return [] }
    var members: [JSONMember] = []
    // Only the outermost, of which there is one: many small ones would take more than they need.
    if depth == 1 { members.reserveCapacity(JSONReader.membersUsual) }
    var names = MemberNames()
    repeat {
      skipWhitespace()
      let name = try name(&names, after: members)
      do {
        members.append(JSONMember(name: name, value: try value(depth: depth)))
      } catch {
        throw error.below(name)
      }
      skipWhitespace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw failure("a comma or } is expected") }
    return members
  }

  /// A name that is new in its object, and the colon behind it.
  private mutating func name(
    _ names: inout MemberNames, after members: [JSONMember]
  ) throws(JSONSyntaxError) -> String {
    let start = position
    guard current == UInt8(ascii: "\"") else {
      throw failure("a name in double quotes is expected")
    }
    let name = try string()
    guard names.insert(name, after: members) else {
      throw JSONSyntaxError(offset: start, pointer: name.pointerStep, reason: "is given twice")
    }
    skipWhitespace()
    guard take(UInt8(ascii: ":")) else { throw failure("a colon is expected") }
    skipWhitespace()
    return name
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> [JSONValue] {
    try open(depth: depth)
    guard !take(UInt8(ascii: "]")) else { return [] }
    var elements: [JSONValue] = []
    repeat {
      skipWhitespace()
      do {
        elements.append(try value(depth: depth))
      } catch {
        throw error.below(String(elements.count))
      }
      skipWhitespace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw failure("a comma or ] is expected") }
    return elements
  }

  /// Steps into the array or object that begins here.
  private mutating func open(depth: Int) throws(JSONSyntaxError) {
    guard depth <= JSONValue.depthMax else {
      throw JSONSyntaxError(offset: position, pointer: "", reason: "is nested too deeply")
    }
    position += 1
    skipWhitespace()
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONNumber {
    let start = position
    _ = take(UInt8(ascii: "-"))
    let isZero = current == UInt8(ascii: "0")
    let length = try digits()
    if isZero && length > 1 { throw failure("a number must not begin with a zero", at: start) }
    if take(UInt8(ascii: ".")) { _ = try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
      _ = try digits()
    }
    return JSONNumber(text: String(decoding: bytes[start..<position], as: UTF8.self))
  }

  /// Steps over digits, at least one, and says how many.
  private mutating func digits() throws(JSONSyntaxError) -> Int {
    let start = position
    while UInt8(ascii: "0")...UInt8(ascii: "9") ~= current { position += 1 }
    guard position > start else { throw failure("a digit is expected") }
    return position - start
  }

  private mutating func literal(
    _ word: String, _ value: JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    let letters = word.utf8.span
    for index in letters.indices {
      guard take(letters[index]) else { throw failure("a value is expected") }
    }
    return value
  }
}

extension JSONReader {
  var current: UInt8 {
    position < bytes.count ? bytes[position] : 0
  }

  /// Steps over `byte` if it is the current one. It is never NUL.
  mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  @inline(__always)
  private mutating func skipWhitespace() {
    while current <= 0x20 {
      switch current {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  func failure(_ reason: String, at offset: Int? = nil) -> JSONSyntaxError {
    let isAtEnd = offset == nil && position >= bytes.count
    return JSONSyntaxError(
      offset: offset ?? position, pointer: nil, reason: isAtEnd ? "the text ends early" : reason)
  }
}

extension JSONSyntaxError {
  /// The same mistake, seen from the array or object that holds `name`.
  fileprivate func below(_ name: String) -> JSONSyntaxError {
    guard let pointer else { return self }
    return JSONSyntaxError(offset: offset, pointer: name.pointerStep + pointer, reason: reason)
  }
}
