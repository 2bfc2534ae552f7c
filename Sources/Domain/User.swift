// Who owns a wallet, and the raw values that become a user only when they are valid.

/// A registered person.
public struct User: Equatable, Sendable {
  public let id: Identifier
  public let email: Email
  public let username: Username
  public let name: PersonName?
  public let role: Role
  public let createdAt: Timestamp

  public init(
    id: Identifier, email: Email, username: Username, name: PersonName?, role: Role,
    createdAt: Timestamp
  ) {
    self.id = id
    self.email = email
    self.username = username
    self.name = name
    self.role = role
    self.createdAt = createdAt
  }
}

/// What a user may do beyond the own wallet.
public enum Role: String, Sendable {
  case user = "USER"
  case admin = "ADMIN"
}

/// 5 to 32 of `a-z 0-9 . _ -`.
public struct Username: Hashable, Sendable {
  public let text: String

  /// Trims and lower-cases (ASCII), then checks.
  public init(_ raw: String) throws(Invalid) {
    let text = raw.trimmed.asciiLowercased
    let count = text.unicodeScalars.count
    guard (5...32).contains(count) else {
      throw Invalid("must be 5 to 32 characters long")
    }
    guard text.utf8.allSatisfy({ $0.isASCIILetterOrDigit || [45, 46, 95].contains($0) }) else {
      throw Invalid("may contain only a-z, 0-9, '.', '_' and '-'")
    }
    self.text = text
  }
}

/// An e-mail address by the rule of HTML forms
/// (html.spec.whatwg.org, "valid e-mail address"), at most 254 characters.
public struct Email: Hashable, Sendable {
  public let text: String

  /// Trims and lower-cases (ASCII), then checks.
  public init(_ raw: String) throws(Invalid) {
    let text = raw.trimmed.asciiLowercased
    guard text.utf8.count <= 254 else {
      throw Invalid("must be at most 254 characters long")
    }
    let parts = text.utf8.split(separator: 64 /* @ */, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(Email.isAtomText),
      parts[1].split(separator: 46 /* . */, omittingEmptySubsequences: false)
        .allSatisfy(Email.isLabel)
    else {
      throw Invalid("must be an e-mail address")
    }
    self.text = text
  }

  private static func isAtomText(_ byte: UInt8) -> Bool {
    byte.isASCIILetterOrDigit || ".!#$%&'*+/=?^_`{|}~-".utf8.contains(byte)
  }

  /// A DNS label: 1 to 63 letters, digits and inner hyphens (RFC 1123, section 2.1).
  private static func isLabel(_ label: Substring.UTF8View.SubSequence) -> Bool {
    (1...63).contains(label.count) && label.first != 45 && label.last != 45
      && label.allSatisfy { $0.isASCIILetterOrDigit || $0 == 45 }
  }
}

/// What a user wants to be called: 1 to 100 characters, none of them a control character.
public struct PersonName: Hashable, Sendable {
  public let text: String

  /// Nil if `raw` is blank; else as sent.
  public static func parse(_ raw: String) throws(Invalid) -> PersonName? {
    if raw.trimmed.isEmpty { return nil }
    guard raw.unicodeScalars.count <= 100 else {
      throw Invalid("must be at most 100 characters long")
    }
    guard !raw.unicodeScalars.contains(where: \.isControl) else {
      throw Invalid("must not contain control characters")
    }
    return PersonName(text: raw)
  }
}
