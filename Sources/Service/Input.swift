// What handlers ask of a request: its id, its body as a form, its Idempotency-Key.

import Crypto
import Domain
import FastCGI
import JSON

extension Request {
  /// The body as a JSON object, to be asked for its members.
  /// - Throws: `.unsupportedMediaType`, `.payloadTooLarge`, or `.invalid`.
  public func form() throws(Refusal) -> Form {
    if case .bytes(let bytes) = body, bytes.isEmpty { return try Form(bytes) }
    guard isJSON else { throw .unsupportedMediaType }
    return try Form(try bytes())
  }

  /// For a call that takes no body.
  /// - Throws: `.payloadTooLarge`; `.invalid` if there is one.
  public func expectNoBody() throws(Refusal) {
    guard try bytes().isEmpty else {
      throw .invalid([Fault(pointer: "", detail: "this call takes no body")])
    }
  }

  /// The query's parameters, to be asked for each by its name (RFC 3986, section 3.4). A `+` is a
  /// plus, since no parameter holds a blank and times may.
  /// - Throws: `.invalid` if it is not of the form `name=value&…` in UTF-8, or a name comes twice.
  public func query() throws(Refusal) -> Form {
    let text = parameter("QUERY_STRING") ?? ""
    var fields: [(name: String, value: String)] = []
    for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let name = percentDecoded(parts[0]),
        let value = percentDecoded(parts[1])
      else {
        throw .invalid([Fault(pointer: "", detail: "the query must be of the form name=value")])
      }
      fields.append((name, value))
    }
    return try Form(fields: fields)
  }

  /// The body as it came, whatever its media type.
  /// - Throws: `.payloadTooLarge`, or `.invalid` if it ended early.
  public func bytes() throws(Refusal) -> [UInt8] {
    switch body {
    case .bytes(let bytes): return bytes
    case .tooLarge: throw .payloadTooLarge
    case .incomplete:
      throw .invalid([Fault(pointer: "", detail: "The body is shorter than its Content-Length.")])
    }
  }

  /// The Idempotency-Key; nil if none was sent.
  public func idempotencyKey() throws(Invalid) -> IdempotencyKey? {
    switch parameterCount("HTTP_IDEMPOTENCY_KEY") {
    case 0: return nil
    case 1: return try IdempotencyKey(parameter("HTTP_IDEMPOTENCY_KEY") ?? "")
    default: throw Invalid("Idempotency-Key must be sent once")
    }
  }

  /// nginx's `$request_id`, 32 hexadecimal digits; a new one where nginx sent none.
  public func id(or world: World) -> String {
    if let id = parameter("REQUEST_ID"), id.utf8.count == 32,
      id.utf8.allSatisfy(\.isLowercaseHex)
    {
      return id
    }
    return Identifier.make(in: world).text.filter { $0 != "-" }
  }

  /// `application/json`, alone or with `charset=utf-8` (RFC 8259, section 11, defines no other),
  /// and not compressed. Of two Content-Types CONTENT_TYPE is the first; nginx passes both as well.
  private var isJSON: Bool {
    guard parameterCount("CONTENT_TYPE") == 1, parameterCount("HTTP_CONTENT_TYPE") <= 1,
      parameterCount("HTTP_CONTENT_ENCODING") == 0, let type = parameter("CONTENT_TYPE")
    else { return false }
    let parts = type.lowercased().split(separator: ";", omittingEmptySubsequences: false)
      .map { $0.trimmingBlanks }
    guard parts.first == "application/json" else { return false }
    let isUTF8 = parts.last == "charset=utf-8" || parts.last == "charset=\"utf-8\""
    return parts.count == 1 || parts.count == 2 && isUTF8
  }
}

/// Nil unless every `%` begins an octet in hexadecimal digits, and the octets are UTF-8.
private func percentDecoded(_ text: Substring.UTF8View.SubSequence) -> String? {
  var bytes: [UInt8] = []
  var rest = text[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard rest.count >= 2,
      let octet = Hex.decode(String(Substring(rest.prefix(2))).lowercased())?.first
    else {
      return nil
    }
    bytes.append(octet)
    rest = rest.dropFirst(2)
  }
  return String(validating: bytes, as: UTF8.self)
}

extension Form {
  /// How many a list shall give: 1 to 100, 20 unless told.
  public mutating func limit() -> Int? {
    let limit = optionalString("limit") { text throws(Invalid) -> Int? in
      guard let limit = Int(text), (1...100).contains(limit), String(limit) == text else {
        throw Invalid("must be a whole number from 1 to 100")
      }
      return limit
    }
    return limit.map { $0 ?? 20 }
  }

  /// Where a list whose cursors are ids goes on: nil at its beginning.
  public mutating func cursor() -> Identifier?? {
    optionalString("cursor") { text throws(Invalid) -> Identifier? in
      guard let id = Identifier(text) else { throw Invalid("must be the nextCursor of a page") }
      return id
    }
  }
}

extension Money {
  /// Whole rupiah, read exactly from the digits: `50000` or `50000.00`.
  public init(_ number: JSONNumber) throws(Invalid) {
    guard !number.hasExponent else { throw Invalid("must be written without an exponent") }
    guard let rupiah = number.exactInteger else {
      throw Invalid("must be a whole number of rupiah")
    }
    self.init(rupiah: rupiah)
  }
}

extension Response {
  /// An answer in JSON.
  public static func json(
    _ status: Int, _ members: (inout JSONWriter) -> Void
  ) -> Response {
    var writer = JSONWriter()
    writer.object(members)
    return Response(
      status: status, headers: [("Content-Type", "application/json")], body: writer.bytes)
  }
}

extension Substring {
  /// Without the blanks that may stand around a parameter (RFC 9110, section 5.6.3).
  fileprivate var trimmingBlanks: Substring {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let last = lastIndex(where: { !isBlank($0) }) else { return "" }
    return self[...last].drop(while: isBlank)
  }
}
