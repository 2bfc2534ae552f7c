// The client's name for one operation, so that a repeated request is the same operation
// (draft-ietf-httpapi-idempotency-key-header).

/// 1 to 255 visible ASCII characters.
public struct IdempotencyKey: Hashable, Sendable {
  public let text: String

  /// The header's value, bare or in double quotes; the quotes are not part of the key.
  public init(_ raw: String) throws(Invalid) {
    var text = Substring(raw)
    if text.utf8.first == 34, text.utf8.last == 34, text.utf8.count >= 2 {
      text = text.dropFirst().dropLast()
    }
    guard (1...255).contains(text.utf8.count),
      text.utf8.allSatisfy({ $0.isVisibleASCII && $0 != 34 })
    else {
      throw Invalid(
        "Idempotency-Key must be 1 to 255 visible ASCII characters, bare or in double quotes")
    }
    self.text = String(text)
  }
}
