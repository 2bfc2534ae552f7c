// Argon2id against the reference's own answers, and against stored hashes that lie.

import Domain
import Passwords
import Testing

@Suite struct Argon2Tests {
  private let passwords = Passwords()
  private let password = Array("correct horse battery staple".utf8)
  private let salt = (0..<16).map { UInt8($0) }
  /// From argon2-cffi 25.1 (PyPI): m=47104, t=1, p=1, the salt and password above.
  private let known =
    "$argon2id$v=19$m=47104,t=1,p=1$AAECAwQFBgcICQoLDA0ODw"
    + "$/coCT64XsUMXXk5yW5NB+70Xaq931514xE0oAH17Eac"

  @Test("a hash is the one that another implementation computes")
  func knownAnswer() throws {
    #expect(try passwords.hash(password, salt: salt) == known)
  }

  @Test("its own password is right, any other is wrong")
  func verify() throws {
    #expect(try passwords.verify(password, hash: known) == .right)
    for other in [[], [0], password + [0], Array(password.dropLast()), Array("Correct".utf8)] {
      #expect(try passwords.verify(other, hash: known) == .wrong)
    }
  }

  @Test(
    "the reference's test vectors verify, and are outdated",
    arguments: [
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
      "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
    ])
  func referenceVectors(hash: String) throws {
    #expect(try passwords.verify(Array("password".utf8), hash: hash) == .rightButOutdated)
    #expect(try passwords.verify(Array("Password".utf8), hash: hash) == .wrong)
  }

  @Test("a password of 512 bytes with a NUL inside is hashed to its last byte")
  func longest() throws {
    var longest = [UInt8](repeating: 7, count: 512)
    longest[3] = 0
    let hash = try passwords.hash(longest, salt: salt)
    #expect(try passwords.verify(longest, hash: hash) == .right)
    longest[511] = 8
    #expect(try passwords.verify(longest, hash: hash) == .wrong)
  }

  @Test("a password that is too long is wrong, even if it begins rightly")
  func tooLong() throws {
    let longest = [UInt8](repeating: 7, count: 512)
    let hash = try passwords.hash(longest, salt: salt)
    #expect(try passwords.verify(longest + [7], hash: hash) == .wrong)
    #expect(throws: Refusal.self) { try passwords.hash(longest + [7], salt: salt) }
  }

  @Test("a salt of another length is refused", arguments: [0, 8, 15, 17])
  func saltLength(count: Int) {
    let salt = [UInt8](repeating: 1, count: count)
    #expect(throws: Refusal.self) { try passwords.hash(password, salt: salt) }
  }

  @Test(
    "a stored hash that is hostile or malformed is refused before libargon2 sees it",
    arguments: [
      "m=4194304,t=1,p=1", "m=65537,t=1,p=1", "m=4294967296,t=1,p=1", "m=7,t=1,p=1",
      "m=47104,t=5,p=1", "m=47104,t=4294967295,p=1", "m=47104,t=0,p=1", "m=47104,t=1,p=0",
      "m=47104,t=1,p=5", "m=-1,t=1,p=1", "m=+47104,t=1,p=1", "m=,t=1,p=1", "m=47104,t=1",
      "m=47104,t=1,p=1,", "t=1,m=47104,p=1", "m=47104,t=1,p=1,x=1", "",
      "m=99999999999999999999999999999999,t=1,p=1",
    ])
  func hostileCosts(costs: String) {
    let hash = known.replacing("m=47104,t=1,p=1", with: costs)
    expectUnknownForm(hash)
  }

  @Test("a stored hash of another shape is refused before any C function sees it")
  func otherShapes() {
    let salt = "AAECAwQFBgcICQoLDA0ODw"
    let shapes = [
      "", "$", "$$$$$", "plain", "!", "*0", String(repeating: "$", count: 10_000),
      String(repeating: "A", count: 1_000_000), known + "\0", known + "$x", " " + known,
      known.replacing("argon2id", with: "argon2i"), known.replacing("argon2id", with: "argon2d"),
      known.replacing("v=19", with: "v=16"), known.replacing("v=19$", with: ""),
      known.replacing(salt, with: ""), known.replacing(salt, with: "AAAA"),
      known.replacing(salt, with: String(repeating: "A", count: 65)),
      String(known.dropLast(22)), known + String(repeating: "A", count: 44),
      known.replacing("AAEC", with: "ÄÄEC"), "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
      "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc",
    ]
    for shape in shapes { expectUnknownForm(shape) }
  }

  @Test("a hash with broken Base64 is refused by libargon2 itself")
  func brokenBase64() {
    for (old, new) in [("AAEC", "AA!C"), ("Eac", "Ea="), ("Eac", "Ead")] {
      #expect(throws: Refusal.self) {
        try passwords.verify(password, hash: known.replacing(old, with: new))
      }
    }
  }

  @Test("nobody's password is never right, and takes the same path")
  func nobody() throws {
    #expect(try passwords.verify(password, hash: nil) == .wrong)
    #expect(try passwords.verify([], hash: nil) == .wrong)
  }

  private func expectUnknownForm(_ hash: String) {
    #expect(
      throws: Refusal.broken(evidence: "a stored password hash is of no known form"),
      "\(hash.prefix(80))"
    ) {
      try passwords.verify(password, hash: hash)
    }
  }
}
