// Reads the members of one JSON object and keeps every mistake, in the way that Xendit answers
// them. A member that is null counts as absent.

import JSON

struct Members {
  private let object: JSONValue
  private let prefix: String
  private(set) var mistakes: [Mistake] = []

  /// Throws INVALID_JSON_FORMAT or API_VALIDATION_ERROR unless the body is one JSON object.
  init(body: [UInt8]) throws(APIError) {
    let value = try parsedJSON(body)
    guard case .object = value else {
      throw .validation([Mistake(path: "", message: "\"value\" must be an object")])
    }
    object = value
    prefix = ""
  }

  /// An object inside of another value; `prefix` says where, such as `0.`.
  init(_ value: JSONValue, prefix: String) {
    object = value
    self.prefix = prefix
    if case .object = value { return }
    note("", "must be an object")
  }

  func has(_ name: String) -> Bool {
    value(name) != nil
  }

  func value(_ name: String) -> JSONValue? {
    object[name] == .null ? nil : object[name]
  }

  mutating func note(_ name: String, _ message: String) {
    let path = name.isEmpty ? String(prefix.dropLast()) : prefix + name
    mistakes.append(Mistake(path: path, message: "\"\(path)\" \(message)"))
  }

  mutating func require(_ names: [String]) {
    for name in names where !has(name) { note(name, "is required") }
  }

  /// Refuses members whose names are none of these: a typing mistake in a test must not pass.
  mutating func refuseOthers(than names: [String]) {
    guard case .object(let members) = object else { return }
    for member in members where !names.contains(member.name) {
      note(member.name, "is not allowed")
    }
  }

  mutating func text(_ name: String, lengths: ClosedRange<Int>) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string else {
      note(name, "must be a string")
      return nil
    }
    guard lengths.contains(text.unicodeScalars.count) else {
      note(name, "length must be from \(lengths.lowerBound) to \(lengths.upperBound) characters")
      return nil
    }
    return text
  }

  /// A number as its digits and as what a language with floating point makes of them.
  mutating func number(
    _ name: String, in range: ClosedRange<Double>
  ) -> (digits: String, value: Double)? {
    guard let value = value(name) else { return nil }
    guard let digits = value.number?.text, let number = Double(digits), number.isFinite else {
      note(name, "must be a number")
      return nil
    }
    guard range.contains(number) else {
      note(name, "must be from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return (digits, number)
  }

  mutating func whole(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
    guard let value = value(name) else { return nil }
    guard let number = value.number?.exactInteger, range.contains(number) else {
      note(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  mutating func bool(_ name: String) -> Bool? {
    guard let value = value(name) else { return nil }
    if value.bool == nil { note(name, "must be a boolean") }
    return value.bool
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Choice.Type
  ) -> Choice? {
    guard let value = value(name) else { return nil }
    if let choice = value.string.flatMap(Choice.init(rawValue:)) { return choice }
    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    note(name, "must be one of \(names)")
    return nil
  }
}

func parsedJSON(_ body: [UInt8]) throws(APIError) -> JSONValue {
  do throws(JSONSyntaxError) {
    return try JSONValue.parse(body)
  } catch {
    throw .notJSON
  }
}
