// Whole numbers, read exactly from digits, fraction and exponent.

import JSON
import Support
import Testing

@Suite struct NumberTests {
  @Test(
    "what is whole and fits is exact",
    arguments: [
      ("0", 0), ("-0", 0), ("0.000", 0), ("-0.0e5", 0), ("0e999999999999999999999", 0),
      ("0E-999999999999999999999", 0), ("50000", 50000), ("50000.00", 50000), ("5e4", 50000),
      ("5E+4", 50000), ("0.5e5", 50000), ("500000e-1", 50000), ("500000.000E-1", 50000),
      ("-50000.0", -50000), ("1e18", 1_000_000_000_000_000_000), ("1e0", 1), ("1e-0", 1),
      ("12.5e1", 125), ("0.00000000000000000000001e23", 1), ("1e0000000000000000000001", 10),
      ("100000000000000000000000000000e-29", 1), ("9007199254740993", 9_007_199_254_740_993),
      ("9223372036854775807", .max), ("9223372036854775807.000", .max),
      ("9.223372036854775807e18", .max), ("-9223372036854775808", .min),
      ("-922337203685477580.8e1", .min), ("-92233720368547758080e-1", .min),
    ] as [(String, Int64)])
  func exact(_ text: String, _ integer: Int64) throws {
    #expect(try parse(text).number?.exactInteger == integer)
  }

  @Test(
    "what is not whole or does not fit is no integer",
    arguments: [
      "0.5", "50000.000000000000001", "1e-1", "15e-1", "-0.1", "12.34e1", "1E400", "-1E400",
      "1e-400", "1e999999999999999999999999", "1e-999999999999999999999999", "1e19",
      "9223372036854775808", "-9223372036854775809", "9223372036854775807.1",
      "1e9223372036854775807",
      "1e9223372036854775808", "1e-9223372036854775808", "10000000000000000000",
      "123456789012345678901234567890", "123456789012345678901e-1", "18446744073709551616",
    ])
  func noInteger(_ text: String) throws {
    let number = try #require(try parse(text).number)
    #expect(number.exactInteger == nil)
    #expect(number.text == text)
  }

  @Test("a number of sixty thousand digits is judged by all of them")
  func long() throws {
    let zeros = String(repeating: "0", count: 60_000)
    #expect(try parse("7." + zeros).number?.exactInteger == 7)
    #expect(try parse("7." + zeros + "1").number?.exactInteger == nil)
    #expect(try parse("7" + zeros).number?.exactInteger == nil)
    #expect(try parse("7" + zeros + "e-60000").number?.exactInteger == 7)
    #expect(try parse("0." + zeros + "7e60001").number?.exactInteger == 7)
    #expect(try parse("7e" + zeros + "1").number?.exactInteger == 70)
  }

  @Test("random whole numbers survive every way to write them")
  func randomSpellings() throws {
    var random = SeededGenerator(state: 1)
    for _ in 0..<2000 * Scale.factor {
      let bits = Int.random(in: 0..<64, using: &random)
      let integer = Int64(truncatingIfNeeded: random.next()) >> bits
      let shift = Int.random(in: 0...25, using: &random)
      let zeros = String(repeating: "0", count: shift)
      guard integer != 0 else { continue }
      for text in ["\(integer)", "\(integer).\(zeros)0", "\(integer)\(zeros)e-\(shift)"] {
        #expect(try parse(text).number?.exactInteger == integer)
      }
    }
  }

  @Test("an exponent shows")
  func hasExponent() throws {
    #expect(try parse("5e4").number?.hasExponent == true)
    #expect(try parse("5.0E4").number?.hasExponent == true)
    #expect(try parse("50000.00").number?.hasExponent == false)
    #expect(JSONNumber(-7).text == "-7")
  }
}
