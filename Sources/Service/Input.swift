// What handlers ask of a request: its id, its body as a form, its Idempotency-Key.

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
  func id(or world: World) -> String {
    if let id = parameter("REQUEST_ID"), id.utf8.count == 32,
      id.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    {
      return id
    }
    return Identifier.make(in: world).text.filter { $0 != "-" }
  }

  /// `application/json`, alone or with `charset=utf-8` (RFC 8259, section 11, defines no other).
  private var isJSON: Bool {
    guard parameterCount("CONTENT_TYPE") == 1, let type = parameter("CONTENT_TYPE") else {
      return false
    }
    let parts = type.lowercased().split(separator: ";", omittingEmptySubsequences: false)
      .map { $0.trimmingBlanks }
    guard parts.first == "application/json" else { return false }
    let isUTF8 = parts.last == "charset=utf-8" || parts.last == "charset=\"utf-8\""
    return parts.count == 1 || parts.count == 2 && isUTF8
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
