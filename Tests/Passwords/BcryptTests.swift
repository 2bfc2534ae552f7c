// Imported bcrypt hashes verify and ask to be replaced.

import Domain
import Passwords
import Testing

@Suite struct BcryptTests {
  private let passwords = Passwords()

  @Test(
    "known hashes verify, and are outdated",
    arguments: [
      // Openwall's crypt_blowfish, wrapper.c.
      ("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
      ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
      ("U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
      // bcrypt 5.0 (PyPI): beyond ASCII.
      ("Sandi-Räha-5", "$2b$04$abcdefghijklmnopqrstuuCET66EX1.tcnNT4FZB7gPBI5vbMFDVq"),
    ])
  func knownAnswers(password: String, hash: String) throws {
    #expect(try passwords.verify(Array(password.utf8), hash: hash) == .rightButOutdated)
    for other in [password + "x", String(password.dropLast()), "", password.lowercased()] {
      #expect(try passwords.verify(Array(other.utf8), hash: hash) == .wrong)
    }
  }

  @Test("what lies beyond 72 bytes does not count, as bcrypt has it, up to 512")
  func beyond72() throws {
    let hash = "$2b$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"
    let digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    let password = Array(digits.utf8)
    #expect(try passwords.verify(password, hash: hash) == .rightButOutdated)
    let longest = password + [UInt8](repeating: 33, count: 512 - 72)
    #expect(try passwords.verify(longest, hash: hash) == .rightButOutdated)
    #expect(try passwords.verify(longest + [33], hash: hash) == .wrong)
    #expect(try passwords.verify(Array(password.dropLast()), hash: hash) == .wrong)
  }

  @Test("a NUL does not end a password early")
  func nul() throws {
    let hash = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
    #expect(try passwords.verify(Array("U*U".utf8) + [0], hash: hash) == .wrong)
  }

  @Test(
    "a hash that is malformed, foreign or too expensive is refused before libcrypt sees it",
    arguments: [
      "$2b$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
      "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
      "$2b$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
      "$2b$+5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
      "$2b$5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW",
      "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
      "$2$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW",
      "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
      "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW",
      "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe:",
      "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe\0",
    ])
  func refused(hash: String) {
    #expect(throws: Refusal.broken(evidence: "a stored password hash is of no known form")) {
      try passwords.verify(Array("U*U".utf8), hash: hash)
    }
  }
}
