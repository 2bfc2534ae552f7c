// The ways to pay: what a payer may choose, what the shop is told of it, and payments that fail.

import Foundation
import Support
import Testing

@Suite(.enabled(if: Rig.isBuilt, "needs dompet-sandbox beside the tests"))
struct WaysToPayTests {
  let rig: Rig

  init() throws {
    rig = try Rig()
  }

  @Test("the way that was chosen is told in the webhook and in answers", arguments: ways)
  func told(way: Way) throws {
    let id = try rig.create()
    #expect(try rig.press("pay", of: id, form: "channel=\(way.channel)").status == 303)
    let webhook = try #require(rig.shop.received.first).json
    for told in [webhook, try rig.invoice(id)] {
      #expect(told["payment_method"] as? String == way.method)
      #expect(told["payment_channel"] as? String == way.channel)
      for name in ["bank_code", "ewallet_type"] {
        #expect(told[name] as? String == (name == way.member ? way.channel : nil))
      }
    }
  }

  @Test(
    "what is none of the ways counts as none chosen",
    arguments: [
      nil, "", "channel", "channel=", "channel=PAYPAL", "channel=%00%FF", "CHANNEL=BCA",
      "channel=<script>", "&&==&%", "a=BCA&channel=bca", "{\"channel\": \"BCA\"}",
    ])
  func unknown(form: String?) throws {
    let id = try rig.create()
    #expect(try rig.press("pay", of: id, form: form).status == 303)
    let invoice = try rig.invoice(id)
    #expect(invoice["status"] as? String == "PAID")
    #expect(invoice["payment_method"] as? String == "EWALLET")
    #expect(invoice["payment_channel"] as? String == "DANA")
    #expect(invoice["ewallet_type"] as? String == "DANA")
  }

  @Test("a body that no form of the page has does nothing", arguments: ["pay", "fail"])
  func tooLarge(button: String) throws {
    let id = try rig.create()
    let form = "channel=BCA&x=" + String(repeating: "x", count: 2000)
    #expect(try rig.press(button, of: id, form: form).status == 413)
    #expect(try rig.invoice(id)["status"] as? String == "PENDING")
    #expect(try !rig.page(id).text.contains("failed"))
  }

  @Test("the page offers them in groups, one of them chosen")
  func offered() throws {
    let page = try rig.page(try rig.create()).text
    for group in ["Virtual account", "E-wallet", "QR code", "Retail outlet", "Card"] {
      #expect(page.contains("<legend>\(group)</legend>"))
    }
    for way in ways { #expect(page.contains(#"value="\#(way.channel)""#)) }
    #expect(page.components(separatedBy: " checked>").count == 2)
    #expect(page.contains(#"value="DANA" checked>"#))
  }

  @Test("only those are offered that the shop named, and only cards in another currency")
  func named() throws {
    let some = try rig.create(["payment_methods": ["BCA", "QRIS", 7, "NO_SUCH"]])
    #expect(try radios(some) == 2)
    #expect(try rig.page(some).text.contains(#"value="BCA" checked>"#))
    try rig.press("pay", of: some, form: "channel=OVO")
    #expect(try rig.invoice(some)["payment_channel"] as? String == "DANA")
    #expect(try radios(try rig.create(["payment_methods": ["NO_SUCH"]])) == ways.count)
    #expect(try radios(try rig.create(["currency": "USD"])) == 1)
  }

  @Test("a payment that fails takes nothing, and another way may be tried")
  func failing() throws {
    let id = try rig.create()
    let before = try rig.invoice(id)
    let pressed = try rig.press("fail", of: id, form: "channel=BRI")
    #expect(pressed.status == 303 && pressed.header("location") == "/sandbox/web/\(id)")
    #expect(try rig.invoice(id) as NSDictionary == before as NSDictionary)
    #expect(rig.shop.received.isEmpty)
    let page = try rig.page(id).text
    #expect(page.contains("This payment failed.</strong> Nothing was taken."))
    #expect(page.contains("BRI virtual account") && page.contains(#"value="BRI" checked>"#))
    try rig.press("pay", of: id, form: "channel=QRIS")
    #expect(rig.shop.received.map(\.status) == ["PAID"])
    #expect(rig.shop.received.first?.json["payment_channel"] as? String == "QRIS")
    #expect(try !rig.page(id).text.contains("failed"))
  }

  @Test("what is paid or expired cannot fail any more", arguments: ["pay", "expire"])
  func closed(button: String) throws {
    let id = try rig.create()
    try rig.press(button, of: id)
    let before = try rig.page(id).text
    #expect(try rig.press("fail", of: id, form: "channel=BCA").status == 303)
    #expect(try rig.page(id).text == before)
    #expect(try rig.press("fail", of: "nobody").status == 303)
  }

  @Test("a database from before there were ways to pay goes on working")
  func upgrade() throws {
    let open = try rig.create()
    let paid = try rig.create(externalID: "WTU-2")
    try rig.press("pay", of: paid)
    try rig.killAndRestart(
      statements: """
        ALTER TABLE invoices DROP COLUMN payment_channel;
        ALTER TABLE invoices DROP COLUMN failed_at;
        DELETE FROM schema_migrations WHERE name = '002_ways_to_pay';
        """)
    #expect(try rig.invoice(paid)["payment_channel"] as? String == "DANA")
    try rig.press("pay", of: open, form: "channel=ALFAMART")
    #expect(try rig.invoice(open)["payment_channel"] as? String == "ALFAMART")
  }

  private func radios(_ id: String) throws -> Int {
    try rig.page(id).text.components(separatedBy: #"type="radio""#).count - 1
  }
}

struct Way: Sendable, CustomTestStringConvertible {
  let channel: String
  let method: String
  /// The member that names the channel once more.
  let member: String?

  var testDescription: String { channel }
}

private let ways =
  ["BCA", "BNI", "BRI", "MANDIRI"].map {
    Way(channel: $0, method: "BANK_TRANSFER", member: "bank_code")
  }
  + ["DANA", "OVO", "SHOPEEPAY"].map {
    Way(channel: $0, method: "EWALLET", member: "ewallet_type")
  } + [
    Way(channel: "QRIS", method: "QR_CODE", member: nil),
    Way(channel: "ALFAMART", method: "RETAIL_OUTLET", member: nil),
    Way(channel: "CREDIT_CARD", method: "CREDIT_CARD", member: nil),
  ]
