// Base64URL and hexadecimal: the published examples, and everything that must not be read.

import Crypto
import Testing

@Suite("Base64URL")
struct Base64URLTests {
  @Test(
    "the test vectors of RFC 4648, section 10 hold without their padding",
    arguments: [
      ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
      ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
  func published(plain: String, encoded: String) {
    #expect(Base64URL.encode(Array(plain.utf8)) == encoded)
    #expect(Base64URL.decode(encoded) == Array(plain.utf8))
  }

  @Test("the example of RFC 7515, appendix C holds, with both characters of the URL alphabet")
  func urlAlphabet() {
    #expect(Base64URL.encode([3, 236, 255, 224, 193]) == "A-z_4ME")
    #expect(Base64URL.decode("A-z_4ME") == [3, 236, 255, 224, 193])
  }

  @Test("what was encoded is decoded, whatever its length")
  func roundTrip() {
    for count in 0...300 {
      let bytes = [UInt8].random(count: count)
      #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
    }
  }

  @Test("of the 4 096 texts of two characters, exactly 256 are read: one for each byte")
  func canonical() {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let texts = alphabet.flatMap { first in alphabet.map { String([first, $0]) } }
    #expect(texts.count == 4096)
    #expect(texts.filter { Base64URL.decode($0) != nil }.count == 256)
  }

  @Test(
    "a text outside of the one form is not read",
    arguments: [
      "Zg==", "Zg=", "Zm8=", "=", "====", "Zm9v====",  // padding
      "Z", "A", "Zm9vY", "Zm9vA",  // a length that no bytes have
      "Zh", "Zm9", "Zm9vYh",  // unused bits that are not zero
      "Zm9v\n", "\nZm9v", "Zm 9", "Zm\t9v", "Zm\r\n9v",  // white space
      "+/+/", "A+z/", "Zm9.", "Zm9%", "Zm9\u{0}",  // characters of other alphabets
      "Zm9\u{e9}", "Zm9\u{ff3f}", "\u{1f4b0}",  // beyond ASCII
    ])
  func refused(text: String) {
    #expect(Base64URL.decode(text) == nil)
  }

  @Test("of the 256 bytes, the alphabet's 64 are read and no other")
  func everyByte() {
    let read = (0...255).filter { Base64URL.decode([65, UInt8($0), 65, 65][...]) != nil }
    #expect(read.count == 64)
  }
}

@Suite("hexadecimal")
struct HexTests {
  @Test("every byte has two lower-case digits, and they are read back")
  func roundTrip() {
    let bytes = (0...255).map { UInt8($0) }
    let text = Hex.encode(bytes)
    #expect(text.hasPrefix("000102030405060708090a0b0c0d0e0f10"))
    #expect(text.hasSuffix("fdfeff"))
    #expect(Hex.decode(text) == bytes)
    #expect(Hex.decode("") == [])
  }

  @Test(
    "what is not pairs of lower-case digits is not read",
    arguments: ["0", "000", "FF", "0x", "g0", "0 ", " 00", "00\n", "\u{ff10}0", "0\u{0}", "-1"])
  func refused(text: String) {
    #expect(Hex.decode(text) == nil)
  }
}
