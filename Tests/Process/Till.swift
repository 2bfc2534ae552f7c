// The till: dompet-payments before a provider, and an account that tops up.

import Foundation
import Support
import Programs
import Testing

struct Till {
  let site: Site
  let provider: Provider
  let program: Program
  let account: Account

  init(threads: Int = 8) throws {
    provider = try Provider()
    site = try Site(["XENDIT_BASE_URL": provider.url])
    program = try site.start("dompet-payments", threads: threads)
    account = try site.makeAccount()
  }

  /// Asks for a top-up.
  func ask(
    _ amount: String = "50000", keys: String..., by account: Account? = nil
  ) throws -> Answer {
    let headers =
      [(account ?? self.account).bearer] + keys.map { ("Idempotency-Key", $0) }
    return try program.post(MethodTests.topUps, headers: headers, json: "{\"amount\":\(amount)}")
  }

  /// Expects a top-up with its link, replayed or not.
  @discardableResult
  func expectCreated(
    _ answer: Answer, replayed: Bool = false, status: String = "PENDING",
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> String? {
    let said: Comment = "\(answer.status) \(answer.text)"
    let names: Set = ["id", "reference", "status", "amount", "currency", "invoiceUrl"]
    let isWhole =
      answer.status == 201 && Set(answer.json.keys) == names
      && answer.string("status") == status
      && answer.string("invoiceUrl")?.hasPrefix("https://checkout.xendit.co/web/") == true
      && answer.string("reference")?.wholeMatch(of: /WTU-\d{8}-[0-9A-F]{16}/) != nil
    #expect(isWhole, said, sourceLocation: sourceLocation)
    let header = answer.header("idempotent-replayed")
    #expect((header == "true") == replayed, said, sourceLocation: sourceLocation)
    return answer.string("id")
  }

  /// `status|has a link|has a lease` of each top-up.
  func rows() throws -> [String] {
    try site.sql(
      """
      SELECT status, invoice_url IS NOT NULL, lease_until IS NOT NULL FROM wallet_top_ups
      ORDER BY created_at, id
      """)
  }
}
