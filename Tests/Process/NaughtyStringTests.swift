// The Big List of Naughty Strings as descriptions: they come back unchanged, or are refused.

import Foundation
import Programs
import Support
import Testing

@Suite("A naughty string", .enabled(if: Site.isBuilt, Site.notBuilt))
struct NaughtyStringTests {
  private static let path = Checkout.shared + "/vectors/blns/blns.json"
  private static let isThere = FileManager.default.fileExists(atPath: path)

  @Test(
    "as a transfer's text comes back unchanged in both histories, or is 400",
    .enabled(if: isThere, "needs ../shared/vectors/blns"))
  func descriptions() throws {
    let data = try Data(contentsOf: URL(filePath: Self.path))
    let strings = try #require(try JSONSerialization.jsonObject(with: data) as? [String])
    #expect(strings.count > 500)
    let purse = try Purse()
    var refused = 0
    for (number, string) in strings.enumerated() {
      let body = ["to": "budi.santoso", "amount": 1, "description": string] as [String: Any]
      let json = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
      let answer = try purse.transfer(json, keys: "\(number)")
      guard answer.status == 201 else {
        refused += 1
        expectProblem(answer, 400, "invalid-request", pointers: ["/description"], string)
        continue
      }
      let isBlank = string.allSatisfy { $0.isASCII && $0.isWhitespace }
      for account in [purse.ana, purse.budi] {
        let shown = try purse.page("limit=1", of: account).items.first?["description"] as? String
        #expect(shown.map { Array($0.utf8) } == (isBlank ? nil : Array(string.utf8)), "\(string)")
      }
    }
    #expect(refused < 60, "\(refused)")
    let export = try purse.history(of: purse.budi, accept: "text/csv")
    #expect(export.status == 200 && String(validating: export.body, as: UTF8.self) != nil)
    #expect(try purse.verify().status == 0)
  }
}
