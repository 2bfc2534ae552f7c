// User names, e-mail addresses, passwords and names: what is taken, and what it becomes.

import Domain
import Testing

@Suite("A raw value") struct NameTests {
  private func username(_ raw: String) -> String? { try? Username(raw).text }
  private func email(_ raw: String) -> String? { try? Email(raw).text }
  private func password(_ raw: String) -> Int? { try? Password(raw).bytes.count }

  @Test("is trimmed of ASCII white space and lower-cased in ASCII")
  func trimming() {
    #expect(username(" \t\r\n\u{B}\u{C}BUDI-1._\u{C}") == "budi-1._")
    #expect(email("\n A@B.C \t") == "a@b.c")
    for space in ["\u{A0}", "\u{2003}", "\u{3000}", "\u{85}", "\u{FEFF}", "\u{200B}", "\0"] {
      #expect(username("budi.santoso\(space)") == nil)
      #expect(email("\(space)a@b.c") == nil)
    }
    #expect(username("\u{212A}elvin") == nil)
    #expect(username("\u{130}stanbul") == nil)
  }

  @Test("is a user name of 5 to 32 characters")
  func usernameLength() {
    for count in 0...40 {
      let raw = String(repeating: "a", count: count)
      #expect((username(raw) != nil) == (5...32).contains(count))
      #expect((username("  \(raw)\t") != nil) == (5...32).contains(count))
    }
    // One grapheme, but five scalars; and the other way round, neither is in the alphabet.
    #expect(username("a\u{301}\u{301}\u{301}\u{301}") == nil)
  }

  @Test("is a user name of a-z 0-9 . _ - and no other character of ASCII")
  func usernameAlphabet() {
    for code in UInt8(0)..<128 {
      let character = Character(Unicode.Scalar(code))
      let isTaken = character.isLetter || character.isNumber || "._-".contains(character)
      #expect((username("ab\(character)cd") != nil) == isTaken, "\(code)")
    }
  }

  @Test(
    "is an e-mail address by the rule of HTML",
    arguments: [
      "a@b", "a.b@c.d", ".a.@b", "a..b@c", "!#$%&'*+/=?^_`{|}~-@b", "1@2.3", "a@b-c", "a@b--c",
      "a@xn--bcher-kva.example",
    ])
  func emails(raw: String) {
    #expect(email(raw) == raw)
  }

  @Test(
    "is no e-mail address by the rule of HTML",
    arguments: [
      "", "@", "a@", "@b", "a", "a@b@c", "a@@b", "a b@c", "a@b c", "a@-b", "a@b-", "a@b-.c", "a@.b",
      "a@b.", "a@b..c", "a@b_c", "(a)@b", "a,b@c", "\"a\"@b", "a:b@c", "a;b@c", "<a@b>", "a\\@b",
      "a@[1.2.3.4]", "a@b!", "\u{E9}@b", "a@\u{E9}", "a\u{0}@b", "a\u{7F}@b", "a\n@b",
    ])
  func noEmails(raw: String) {
    #expect(email(raw) == nil)
  }

  @Test("is an e-mail address of at most 254 characters, its labels of at most 63")
  func emailLength() {
    let label = String(repeating: "b", count: 63)
    #expect(email("a@\(label)") != nil)
    #expect(email("a@\(label)b") == nil)
    let host = [label, label, label].joined(separator: ".")
    for count in 1...70 {
      let raw = String(repeating: "a", count: count) + "@" + host
      #expect((email(raw) != nil) == (raw.count <= 254))
    }
  }

  @Test("is a password of 8 to 128 characters and at most 512 bytes, taken as sent")
  func passwords() throws {
    for count in [0, 7, 8, 9, 127, 128, 129] {
      let isTaken = (8...128).contains(count)
      #expect((password(String(repeating: "p", count: count)) != nil) == isTaken)
      #expect((password(String(repeating: "\u{1F600}", count: count)) != nil) == isTaken)
      #expect((password(String(repeating: " ", count: count)) != nil) == isTaken)
    }
    #expect(password(String(repeating: "\u{1F600}", count: 128)) == 512)
    #expect(try Password(" \tPa\u{301}ss\n ").bytes == Array(" \tPa\u{301}ss\n ".utf8))
    for raw in ["\0passwords", "pass\0words", "passwords\0"] { #expect(password(raw) == nil) }
  }

  @Test("is a name of at most 100 characters, as sent, or none if it is blank")
  func names() throws {
    for blank in ["", " ", " \t\r\n\u{B}\u{C}", String(repeating: " ", count: 101)] {
      #expect(try PersonName.parse(blank) == nil)
    }
    for name in [
      "x", " Ani ", "\u{1F468}\u{200D}\u{1F469}", "\u{A0}", "O'Brien; DROP TABLE users",
      String(repeating: "\u{1F600}", count: 100),
    ] {
      #expect(try PersonName.parse(name)?.text == name)
    }
    #expect(throws: Invalid("must be at most 100 characters long")) {
      try PersonName.parse(String(repeating: "x", count: 101))
    }
  }

  @Test("is a name without control characters of category Cc and bidirectional controls")
  func nameControls() {
    let bidirectional: Set<UInt32> = [
      0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068,
      0x2069,
    ]
    for value in UInt32(0)...0x20FF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let isControl =
        scalar.properties.generalCategory == .control || bidirectional.contains(value)
        || scalar.properties.isBidiControl
      #expect(((try? PersonName.parse("a\(scalar)b")) == nil) == isControl, "\(value)")
    }
  }

  @Test("however naughty never traps, and what is taken is within its alphabet")
  func naughty() {
    for raw in NaughtyStrings.all {
      if let text = username(raw) {
        #expect(text.wholeMatch(of: /[a-z0-9._-]{5,32}/) != nil)
        #expect(username(text) == text)
      }
      if let text = email(raw) { #expect(email(text) == text) }
      if let count = password(raw) { #expect((8...512).contains(count)) }
      if let name = try? PersonName.parse(raw) {
        #expect((1...100).contains(name.text.unicodeScalars.count))
      }
    }
  }
}
