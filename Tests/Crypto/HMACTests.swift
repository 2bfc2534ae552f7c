// HMAC with SHA-256 against RFC 4231 and RFC 7515, and the comparison of codes.

import Crypto
import Testing

@Suite("HMAC with SHA-256")
struct HMACTests {
  @Test(
    "the test cases of RFC 4231 hold", .enabled(if: Vectors.isInstalled, Vectors.missing))
  func publishedCases() throws {
    let records = try Vectors.records("HMAC/rfc-4231-sha256.txt")
    #expect(records.count == 6)
    for record in records {
      let key = try #require(record["Key"].flatMap(Hex.decode))
      let message = try #require(record["Msg"].flatMap(Hex.decode))
      #expect(Hex.encode(HMACSHA256(key: key).authenticate(message)) == record["MD"])
    }
  }

  @Test("the token of RFC 7515, appendix A.1 (RFC 7519, section 3.1) has the RFC's signature")
  func publishedToken() throws {
    let key = try #require(
      Base64URL.decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
    let input =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
      + "Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    let signature = HMACSHA256(key: key).authenticate(Array(input.utf8))
    #expect(Base64URL.encode(signature) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
  }

  @Test(
    "a key of any length gives what the definition in RFC 2104 gives",
    arguments: [0, 1, 31, 32, 63, 64, 65, 128, 1000])
  func definition(keyLength: Int) {
    let key = [UInt8].random(count: keyLength)
    let message = [UInt8].random(count: 100)
    let block = (keyLength > 64 ? SHA256.hash(key) : key) + [UInt8](repeating: 0, count: 64)
    let inner = SHA256.hash(block.prefix(64).map { $0 ^ 0x36 } + message)
    let code = SHA256.hash(block.prefix(64).map { $0 ^ 0x5c } + inner)
    #expect(HMACSHA256(key: key).authenticate(message) == code)
  }

  @Test("one key authenticates many messages, each by itself")
  func reuse() {
    let hmac = HMACSHA256(key: Array("key".utf8))
    let first = hmac.authenticate([1, 2, 3])
    #expect(hmac.authenticate([1, 2, 4]) != first)
    #expect(hmac.authenticate([1, 2, 3]) == first)
  }
}

@Suite("constant-time equality")
struct ConstantTimeTests {
  @Test("equal bytes are equal", arguments: [0, 1, 7, 8, 32, 1000])
  func equal(count: Int) {
    let bytes = [UInt8].random(count: count)
    #expect(constantTimeEqual(bytes, bytes.map { $0 }))
  }

  @Test("any single bit makes a difference")
  func bits() {
    let bytes = [UInt8].random(count: 33)
    for index in bytes.indices {
      for bit in 0..<8 {
        var other = bytes
        other[index] ^= 1 << bit
        #expect(!constantTimeEqual(bytes, other), "bit \(bit) of byte \(index)")
      }
    }
  }

  @Test("a beginning is not the whole, and nothing is not something")
  func lengths() {
    #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
    #expect(!constantTimeEqual([1, 2], [1, 2, 3]))
    #expect(!constantTimeEqual([], [0]))
  }
}
