// An input object, read member by member into types. Every mistake is collected with its place,
// so that the sender learns of all of them at once.

import Domain

/// Asked for each member once, then finished:
///
///     var form = try Form(body)
///     let email = form.string("email", Email.init)
///     let name = form.optionalString("name", Name.init)
///     let (email, name) = try form.finish(email, name)
public struct Form {
  /// A hostile body may hold thousands of unknown members; its sender learns of so many.
  private static let unknownMax = 20

  private let members: [JSONMember]
  private var asked: [String] = []
  private var faults: [Fault] = []

  /// Throws `.invalid` with one fault if the bytes are not one JSON object: at `""`, or at the
  /// member that came twice or is nested too deeply.
  public init(_ bytes: [UInt8]) throws(Refusal) {
    let value: JSONValue
    do {
      value = bytes.isEmpty ? .null : try JSONValue.parse(bytes)
    } catch {
      throw .invalid([Form.fault(error)])
    }
    guard case .object(let members) = value else {
      throw .invalid([Fault(pointer: "", detail: "a JSON object is required")])
    }
    self.init(members)
  }

  /// A form that came another way, as in a query: each value is a string.
  /// - Throws: `.invalid` with a fault for each name that came twice.
  public init(fields: [(name: String, value: String)]) throws(Refusal) {
    var names = MemberNames()
    var members: [JSONMember] = []
    var faults: [Fault] = []
    for (name, value) in fields {
      if !names.insert(name, after: members) {
        faults.append(Fault(pointer: name.pointerStep, detail: "is given twice"))
      }
      members.append(JSONMember(name: name, value: .string(value)))
    }
    guard faults.isEmpty else { throw .invalid(Array(faults.prefix(Form.unknownMax))) }
    self.init(members)
  }

  private init(_ members: [JSONMember]) {
    self.members = members
  }

  /// A required string, made into a `T` by `parse`, whose `Invalid` becomes the fault.
  public mutating func string<T>(_ name: String, _ parse: (String) throws(Invalid) -> T) -> T? {
    guard let value = required(name) else { return nil }
    guard let text = value.string else { return note(name, "must be a string") }
    return parsed(name, text, parse)
  }

  /// A string that may be absent or null: `.some(nil)` then, and nil only where there is a fault.
  public mutating func optionalString<T>(
    _ name: String, _ parse: (String) throws(Invalid) -> T?
  ) -> T?? {
    guard let value = member(name), value != .null else { return .some(nil) }
    guard let text = value.string else { return note(name, "must be a string or null") }
    return parsed(name, text, parse)
  }

  /// A string or null that must be there: `.some(nil)` for null, and nil only where there is a
  /// fault.
  public mutating func nullableString<T>(
    _ name: String, _ parse: (String) throws(Invalid) -> T?
  ) -> T?? {
    guard required(name) != nil else { return nil }
    return optionalString(name, parse)
  }

  /// A required number, made into a `T` by `parse`, whose `Invalid` becomes the fault.
  public mutating func number<T>(
    _ name: String, _ parse: (JSONNumber) throws(Invalid) -> T
  ) -> T? {
    guard let value = required(name) else { return nil }
    guard let number = value.number else { return note(name, "must be a number") }
    return parsed(name, number, parse)
  }

  /// A value that came beside the body, as in a header; its fault stands at `""`.
  public mutating func beside<T>(_ read: () throws(Invalid) -> T) -> T? {
    do {
      return try read()
    } catch {
      faults.append(Fault(pointer: "", detail: error.detail))
      return nil
    }
  }

  /// The values, if there is no fault. Otherwise throws `.invalid` with every fault: first those
  /// of the members asked for, then one for each member that nobody asked for (20 at most).
  public mutating func finish<each T>(
    _ values: repeat (each T)?
  ) throws(Refusal) -> (repeat each T) {
    let unknown = members.lazy.map(\.name).filter { [asked] name in
      !asked.contains { $0.hasSameScalars(as: name) }
    }
    for name in unknown.prefix(Form.unknownMax) {
      faults.append(Fault(pointer: name.pointerStep, detail: "is not a known property"))
    }
    guard faults.isEmpty else { throw .invalid(faults) }
    return (repeat try Form.unwrap(each values))
  }

  private static func fault(_ error: JSONSyntaxError) -> Fault {
    guard let pointer = error.pointer else {
      return Fault(
        pointer: "", detail: "is not valid JSON at byte \(error.offset): \(error.reason)")
    }
    return Fault(pointer: pointer, detail: error.reason)
  }

  private mutating func required(_ name: String) -> JSONValue? {
    member(name) ?? note(name, "is required")
  }

  private mutating func member(_ name: String) -> JSONValue? {
    asked.append(name)
    return members.first { $0.name.hasSameScalars(as: name) }?.value
  }

  private mutating func parsed<Raw, T>(
    _ name: String, _ raw: Raw, _ parse: (Raw) throws(Invalid) -> T
  ) -> T? {
    do {
      return try parse(raw)
    } catch {
      return note(name, error.detail)
    }
  }

  private mutating func note<T>(_ name: String, _ detail: String) -> T? {
    faults.append(Fault(pointer: name.pointerStep, detail: detail))
    return nil
  }

  /// A value is missing without a fault only if it did not come from this form.
  private static func unwrap<T>(_ value: T?) throws(Refusal) -> T {
    guard let value else { throw .broken(evidence: "a form was finished with a foreign nil") }
    return value
  }
}
