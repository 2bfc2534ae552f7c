// Which passwords somebody may have, beyond their length.

import Domain
import Testing

@Suite("A password") struct PasswordTests {
  private func isGuessable(_ raw: String, of username: String, _ email: String) throws -> Bool {
    try Password(raw).isGuessable(of: Username(username), Email(email))
  }

  @Test(
    "that is one of the commonest is refused, in capitals too",
    arguments: [
      "password", "PASSWORD", "12345678", "Qwertyuiop", "trustno1", "iloveyou", "greyhoun",
    ])
  func common(raw: String) {
    #expect(throws: Invalid("is one of the commonest passwords")) { try Password(raw) }
  }

  @Test(
    "that is only like a common one is taken",
    arguments: [
      "passwordx", " password", "password\u{301}", "# The 3000", "#", "paſſword", "1234567\u{2}8",
    ])
  func uncommon(raw: String) {
    #expect(
      raw.count < 8 || throwsCommon(raw) == false, "the list's own comments are no passwords")
  }

  private func throwsCommon(_ raw: String) -> Bool {
    do throws(Invalid) {
      _ = try Password(raw)
      return false
    } catch {
      return error == Invalid("is one of the commonest passwords")
    }
  }

  @Test(
    "that contains the user name or the e-mail's first part is guessable, whatever the case",
    arguments: [
      ("budi.santoso", "x@example.com"), ("2026budi.santoso!", "x@example.com"),
      ("xBUDI.Santosox", "x@example.com"), ("budis-secret-42", "budi@example.com"),
      ("my BUDI words", "budi@example.com"),
    ])
  func guessable(raw: String, email: String) throws {
    #expect(try isGuessable(raw, of: "budi.santoso", email))
  }

  @Test(
    "that only comes near them is not",
    arguments: [
      ("budi santoso", "x@example.com"), ("example.com", "x@example.com"),
      ("bud-i.santoso", "x@example.com"), ("xylophone tree", "xyl@example.com"),
      ("budi\u{2060}.santoso", "x@example.com"),
    ])
  func notGuessable(raw: String, email: String) throws {
    #expect(try !isGuessable(raw, of: "budi.santoso", email))
  }
}
