// JSONTestSuite (Nicolas Seriot, "Parsing JSON is a Minefield"): what every reader must refuse,
// must read, and may do either with.

import JSON
import Testing

@Suite(.enabled(if: Vectors.exist, "needs shared/vectors beside the checkout"))
struct JSONTestSuiteTests {
  /// RFC 8259 leaves repeated names to the reader; this one refuses them.
  static let repeatedNames = [
    "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json",
  ]

  @Test("every n_ file is refused", arguments: Vectors.suite("n_"))
  func refused(_ name: String) {
    #expect(refusal(Vectors.suiteFile(name)) != nil)
  }

  @Test("every y_ file is read, but for repeated names", arguments: Vectors.suite("y_"))
  func read(_ name: String) {
    let refusal = refusal(Vectors.suiteFile(name))
    #expect((refusal?.reason == "is given twice") == Self.repeatedNames.contains(name))
    #expect((refusal != nil) == Self.repeatedNames.contains(name))
  }

  @Test("of the i_ files, those with sound strings and shallow nesting are read")
  func choices() {
    let read = Vectors.suite("i_").filter { refusal(Vectors.suiteFile($0)) == nil }
    #expect(read.allSatisfy { $0.hasPrefix("i_number_") })
    #expect(read.count == Vectors.suite("i_number_").count)
  }

  @Test("the suite is complete")
  func complete() {
    #expect(Vectors.suite("n_").count == 188)
    #expect(Vectors.suite("y_").count == 95)
    #expect(Vectors.suite("i_").count == 35)
  }
}
