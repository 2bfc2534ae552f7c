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
    let page = try page(try rig.create(["amount": 1_250_000, "description": "Top-up of Ani"]))
    #expect(page.status == 200)
    #expect(page.header("content-type") == "text/html; charset=utf-8")
    for text in [
      "Rp 1.250.000", "Top-up of Ani", "Pay before", "Simulate payment", "Let it expire",
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
    #expect(try !page(id).text.contains("href=\"\(url)"))
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
    try #require(try rig.call("GET", "/web/\(id)", key: nil))
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
