// The payer's page, as a browser without JavaScript sees it.

import Foundation
import Support
import Testing

@Suite(.enabled(if: Rig.isBuilt, "needs dompet-sandbox beside the tests"))
struct PayerPageTests {
  let rig: Rig

  init() throws {
    rig = try Rig()
  }

  @Test("the page shows amount, description and what one can do")
  func open() throws {
    let page = try page(
      try rig.create(
        ["amount": 1_250_000, "description": "Top-up of Ani", "invoice_duration": 86_000]))
    #expect(page.status == 200)
    #expect(page.header("content-type") == "text/html; charset=utf-8")
    for text in [
      "Rp 1.250.000", "Top-up of Ani", "Pay before", "23 hours left", "Simulate payment",
      "Let the payment fail", "Let it expire", "No money moves here",
    ] {
      #expect(page.text.contains(text), "\(text)")
    }
  }

  @Test("paying delivers the webhook, and the page links back to the shop")
  func pay() throws {
    let id = try rig.create(["success_redirect_url": "https://shop.example/?a=1&b=2"])
    let pressed = try #require(try rig.call("POST", "/web/\(id)/pay", key: nil))
    #expect(pressed.status == 303)
    #expect(pressed.header("location") == "/sandbox/web/\(id)")
    #expect(rig.shop.received.map(\.status) == ["PAID"])
    let page = try page(id).text
    #expect(page.contains("Paid, thank you"))
    #expect(page.contains(#"href="https://shop.example/?a=1&amp;b=2""#))
    #expect(!page.contains("<form"))
  }

  @Test("once all is paid, the page returns to the shop by itself, and not before")
  func returning() throws {
    let id = try rig.create(["success_redirect_url": "https://shop.example/?a=1&b=2"])
    #expect(try !page(id).text.contains("http-equiv"))
    try rig.press("pay", of: id)
    let refresh =
      #"<meta http-equiv="refresh" content="3;url=https://shop.example/?a=1&amp;b=2">"#
    #expect(try page(id).text.contains(refresh))
  }

  @Test(
    "the page says how long there is left",
    arguments: [
      (45, "less than a minute"), (90, "1 minute"), (3605, "60 minutes"), (7205, "2 hours"),
      (172_805, "2 days"), (31_535_000, "364 days"),
    ])
  func timeLeft(seconds: Int, words: String) throws {
    let page = try page(try rig.create(["invoice_duration": seconds])).text
    #expect(page.contains(">\(words) left<"))
  }

  @Test("pressing twice pays once")
  func twice() throws {
    let id = try rig.create()
    for _ in 1...2 { _ = try rig.call("POST", "/web/\(id)/pay", key: nil) }
    #expect(rig.shop.received.count == 1)
  }

  @Test("letting it expire ends it, and it cannot be paid here any more")
  func expire() throws {
    let id = try rig.create()
    #expect(try rig.call("POST", "/web/\(id)/expire", key: nil)?.status == 303)
    #expect(try page(id).text.contains("Expired"))
    _ = try rig.call("POST", "/web/\(id)/pay", key: nil)
    #expect(try rig.invoice(id)["status"] as? String == "EXPIRED")
    #expect(rig.shop.received.isEmpty)
  }

  @Test("whatever a shop writes is escaped, a combining mark behind it or not")
  func escaping() throws {
    let id = try rig.create(
      [
        "description": "<script>alert(1)</script> <\u{301}b>",
        "success_redirect_url": "https://shop.example/\"><script>",
      ], externalID: "\"'><img src=x onerror=alert(1)>")
    _ = try rig.control("POST", "invoices/\(id)", #"{"status": "PAID", "currency": "<i>"}"#)
    let page = try page(id).text
    for text in ["<script", "<img", "<i>", "<\u{301}"] {
      #expect(!page.unicodeScalars.contains(text.unicodeScalars), "\(text)")
    }
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
  }

  @Test(
    "a link that is no web page is not followed",
    arguments: ["javascript:alert(1)", "data:text/html,x"])
  func noScriptLink(url: String) throws {
    let id = try rig.create(["success_redirect_url": url])
    _ = try rig.call("POST", "/web/\(id)/pay", key: nil)
    let page = try page(id).text
    #expect(!page.contains("href=\"\(url)") && !page.contains("http-equiv"))
  }

  @Test("who does not want to pay goes back to where the shop takes failures")
  func back() throws {
    let id = try rig.create(["failure_redirect_url": "https://shop.example/no"])
    let link = #"<a href="https://shop.example/no">Back without paying</a>"#
    #expect(try page(id).text.contains(link))
    let none = try rig.create(["failure_redirect_url": "javascript:alert(1)"])
    #expect(try !page(none).text.contains("Back without paying"))
    try rig.press("expire", of: id)
    #expect(try page(id).text.contains(#"href="https://shop.example/no">Back to the shop</a>"#))
  }

  @Test("the page needs nothing that a strict policy forbids")
  func policy() throws {
    let page = try page(try rig.create())
    for text in ["<script", "<style", "style=", "onclick", "http://", "https://"] {
      #expect(!page.text.contains(text), "\(text)")
    }
    let style = try #require(try rig.call("GET", "/style.css", key: nil))
    #expect(style.header("content-type") == "text/css; charset=utf-8")
  }

  @Test("an unknown invoice has no page")
  func unknown() throws {
    #expect(try page("0123456789abcdef01234567").status == 404)
    #expect(try rig.call("POST", "/web/nobody/pay", key: nil)?.status == 303)
  }

  private func page(_ id: String) throws -> HTTPAnswer {
    try rig.page(id)
  }
}

extension String.UnicodeScalarView {
  /// Whether these scalars occur, whatever characters they are part of.
  fileprivate func contains(_ other: String.UnicodeScalarView) -> Bool {
    let wanted = Array(other)
    let all = Array(self)
    return all.indices.contains { all[$0...].starts(with: wanted) }
  }
}
