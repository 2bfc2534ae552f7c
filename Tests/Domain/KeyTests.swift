// Identifiers, references and idempotency keys: their forms, and how new ones are made.

import Domain
import Testing

@Suite("An identifier") struct IdentifierTests {
  static let canonical = "0197a1c2-7a3b-7c4d-8e5f-0123456789ab"

  @Test("is a UUID in canonical form")
  func form() {
    #expect(Identifier(Self.canonical)?.text == Self.canonical)
    #expect(Identifier("00000000-0000-0000-0000-000000000000") != nil)
  }

  @Test(
    "is nothing else",
    arguments: [
      "", "0", canonical.uppercased(), "{\(canonical)}", " \(canonical)", "\(canonical)\n",
      "urn:uuid:\(canonical)", String(canonical.dropLast()), canonical + "0",
      "0197a1c27a3b7c4d8e5f0123456789ab", "0197a1c2-7a3b-7c4d-8e5f-0123456789ag",
      "0197a1c2-7a3b-7c4d-8e5f_0123456789ab", "0197a1c27-a3b-7c4d-8e5f-0123456789ab",
      "------------------------------------", "0197a1c2-7a3b-7c4d-8e5f-0123456789\u{E9}",
      "\u{FF10}197a1c2-7a3b-7c4d-8e5f-0123456789ab",
    ])
  func refused(text: String) {
    #expect(Identifier(text) == nil)
  }

  @Test("is made of the millisecond and 74 random bits (RFC 9562, section 5.7)")
  func made() {
    // The example of RFC 9562, appendix A.6, but for its random bits.
    let world = World.make(at: 1_645_557_742_000_000, dice: 0xFF)
    #expect(Identifier.make(in: world).text == "017f22e2-79b0-7fff-bfff-ffffffffffff")
    let zero = World.make(at: 1_645_557_742_000_999, dice: 0)
    #expect(Identifier.make(in: zero).text == "017f22e2-79b0-7000-8000-000000000000")
  }

  @Test("is made whatever the clock says, and what is made is an identifier")
  func clocks() {
    for microseconds in [Int64.min, -1, 0, 1, .max] {
      let made = Identifier.make(in: .make(at: microseconds))
      #expect(Identifier(made.text) == made)
      #expect(made.text.dropFirst(14).first == "7")
    }
  }

  @Test("sorts by the time of its making")
  func order() {
    let texts = [0, 1000, 2000, 1_000_000, 1_781_395_200_000_000, 253_402_300_799_000_000].map {
      Identifier.make(in: .make(at: $0)).text
    }
    #expect(texts == texts.sorted())
    #expect(Set(texts).count == texts.count)
  }

  @Test("never traps on what is naughty")
  func naughty() {
    for text in NaughtyStrings.all { #expect(Identifier(text) == nil) }
  }
}

@Suite("A top-up's reference") struct TopUpReferenceTests {
  @Test("is WTU, a date and 16 hexadecimal digits in upper case")
  func form() {
    let text = "WTU-20260614-A3F9C2B1D4E7F8A2"
    #expect(TopUpReference(text)?.text == text)
    for other in [
      "", "WTU", "WTU--", text.lowercased(), " \(text)", "\(text) ", "\(text)\0", "\(text)-",
      "-\(text)", "TRF-20260614-A3F9C2B1D4E7F8A2", "WTU-2026061-A3F9C2B1D4E7F8A2",
      "WTU-202606140-A3F9C2B1D4E7F8A2", "WTU-20260614-A3F9C2B1D4E7F8A",
      "WTU-20260614-A3F9C2B1D4E7F8A2A", "WTU-20260614-A3F9C2B1D4E7F8AG", "WTU_20260614_A3F9C2B1",
      "WTU-2026061A-A3F9C2B1D4E7F8A2", "WTU-20260614-\u{FF21}3F9C2B1D4E7F8A2", "WTU-\u{664}-A",
    ] {
      #expect(TopUpReference(other) == nil, "\(other)")
    }
  }

  @Test("is made of the date in UTC and 64 random bits")
  func made() {
    let world = World.make(at: 1_781_395_199_999_999, dice: 0x0B)
    #expect(TopUpReference.make(in: world).text == "WTU-20260613-0B0B0B0B0B0B0B0B")
    #expect(TopUpReference.make(in: .make(at: 0)).text == "WTU-19700101-A5A5A5A5A5A5A5A5")
  }

  @Test("that is made is of the form that is read")
  func roundTrip() {
    for days in stride(from: Int64(0), to: 100_000, by: 97) {
      let made = TopUpReference.make(in: .make(at: days * 86_400_000_000))
      #expect(TopUpReference(made.text) == made)
    }
  }

  @Test("never traps on what is naughty")
  func naughty() {
    for text in NaughtyStrings.all { #expect(TopUpReference(text) == nil) }
  }
}

@Suite("An idempotency key") struct IdempotencyKeyTests {
  private func key(_ raw: String) -> String? { try? IdempotencyKey(raw).text }

  @Test("is the same bare and in double quotes")
  func quotes() throws {
    #expect(key("abc") == "abc")
    #expect(key("\"abc\"") == "abc")
    #expect(try IdempotencyKey("abc") == IdempotencyKey("\"abc\""))
    for raw in ["\"", "\"\"", "\"abc", "abc\"", "a\"c", "\"\"abc\"\"", "\"\"\"", "\"a\"c\""] {
      #expect(key(raw) == nil, "\(raw)")
    }
  }

  @Test("has 1 to 255 characters, the quotes not counted")
  func length() {
    for count in [0, 1, 2, 254, 255, 256, 257, 100_000] {
      let text = String(repeating: "k", count: count)
      let expected = (1...255).contains(count) ? text : nil
      #expect(key(text) == expected)
      #expect(key("\"\(text)\"") == expected)
    }
  }

  @Test("has only visible characters of ASCII")
  func alphabet() {
    for value in UInt32(0)...0x17F {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let isTaken = (33...126).contains(value) && value != 34
      #expect((key("a\(scalar)b") != nil) == isTaken, "\(value)")
      #expect((key("\(scalar)") != nil) == isTaken, "\(value)")
    }
  }

  @Test("never traps on what is naughty")
  func naughty() {
    for text in NaughtyStrings.all {
      if let key = key(text) { #expect((1...255).contains(key.utf8.count)) }
    }
  }
}
