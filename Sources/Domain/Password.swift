// What somebody may have as a password. Rules of composition (digits, signs) are left out on
// purpose: they make passwords worse (NIST SP 800-63B, section 3.1.1.2).

/// A password that somebody wants to have: 8 to 128 characters, at most 512 bytes, taken as sent,
/// and none of the 3000 commonest.
public struct Password: Sendable {
  /// Longer ones are not even compared.
  public static let bytesMax = 512

  public let bytes: [UInt8]
  private let lowercased: String

  public init(_ raw: String) throws(Invalid) {
    guard (8...128).contains(raw.unicodeScalars.count) else {
      throw Invalid("must be 8 to 128 characters long")
    }
    guard raw.utf8.count <= Password.bytesMax else {
      throw Invalid("must be at most \(Password.bytesMax) bytes long in UTF-8")
    }
    guard !raw.utf8.contains(0) else { throw Invalid("must not contain NUL") }
    lowercased = raw.asciiLowercased
    guard !Password.commonest.contains(Substring(lowercased)) else {
      throw Invalid("is one of the commonest passwords")
    }
    bytes = Array(raw.utf8)
  }

  /// What a stranger would try first: it contains the user's own name, or what stands before the
  /// `@` of the e-mail address if that has at least 4 characters.
  public func isGuessable(of username: Username, _ email: Email) -> Bool {
    let local = String(email.text.prefix { $0 != "@" })
    return lowercased.firstPlace(of: username.text) != nil
      || local.utf8.count >= 4 && lowercased.firstPlace(of: local) != nil
  }

  private static let commonest: Set<Substring> = {
    let lines = String(decoding: PackageResources.common_passwords_txt, as: UTF8.self)
      .split(separator: "\n")
    return Set(lines.drop { $0.hasPrefix("#") })
  }()
}
