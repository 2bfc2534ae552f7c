// What a person decides about somebody's money: never without a name and a reason.

/// An operator's decision: who, and why.
public struct Decision: Equatable, Sendable {
  public let name: OperatorName
  public let reason: Reason

  public init(name: OperatorName, reason: Reason) {
    self.name = name
    self.reason = reason
  }
}

/// Who operates: 1 to 64 of `A-Z a-z 0-9 . _ @ + -`.
public struct OperatorName: Hashable, Sendable {
  public let text: String

  public init(_ raw: String) throws(Invalid) {
    guard (1...64).contains(raw.utf8.count),
      raw.utf8.allSatisfy({ $0.isASCIILetterOrDigit || "._@+-".utf8.contains($0) })
    else {
      throw Invalid("must be 1 to 64 of the characters A-Z a-z 0-9 . _ @ + -")
    }
    text = raw
  }

  /// How the ledger names an operator as the other side of a movement.
  public var counterparty: String { "operator:\(text)" }
}

/// Why: 1 to 200 characters, not blank, none of them a control character; without white space
/// around it.
public struct Reason: Hashable, Sendable {
  public let text: String

  public init(_ raw: String) throws(Invalid) {
    let text = raw.trimmed
    guard (1...200).contains(text.unicodeScalars.count) else {
      throw Invalid("must be 1 to 200 characters long")
    }
    guard !text.unicodeScalars.contains(where: \.isControl) else {
      throw Invalid("must not contain control characters")
    }
    self.text = text
  }
}
