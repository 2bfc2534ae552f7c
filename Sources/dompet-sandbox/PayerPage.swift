// The page that a payer sees: plain HTML, one stylesheet, two buttons, no script. Whatever a shop
// wrote is escaped.

import Domain
import FastCGI
import Storage

extension Sandbox {
  func payerPage(_ call: Call) throws(Refusal) -> Response {
    let invoice = try database.read { db throws(Refusal) in
      try db.invoice(call.id, at: call.now)
    }
    guard let invoice else {
      return .html(404, document("Invoice not found", "<p>There is no such invoice.</p>"))
    }
    return .html(200, document("Pay \(invoice.shownAmount)", invoice.page))
  }

  /// Only what is open can be paid here; a late payment is the control interface's.
  func pressPay(_ call: Call) throws(Refusal) -> Response {
    if try isOpen(call),
      let (_, deliveries) = try make(StatusChange(status: .paid), on: call.id, at: call.now)
    {
      _ = deliver(deliveries)
    }
    return backToPage(call)
  }

  func pressExpire(_ call: Call) throws(Refusal) -> Response {
    _ = try expire(call.id, after: 0, at: call.now)
    return backToPage(call)
  }

  private func isOpen(_ call: Call) throws(Refusal) -> Bool {
    let invoice = try database.read { db throws(Refusal) in
      try db.invoice(call.id, at: call.now)
    }
    return invoice?.status == .pending
  }

  /// 303 (RFC 9110, section 15.4.4), so that reloading the page does not press again. The path
  /// alone: the payer may have come by another name of this machine.
  private func backToPage(_ call: Call) -> Response {
    Response(status: 303, headers: [("Location", "/sandbox/web/\(lettersAndDigits(call.id))")])
  }
}

extension Invoice {
  /// `Rp 50.000`, as it is written in Indonesia; other currencies by their code.
  var shownAmount: String {
    let parts = amount.split(separator: ".", maxSplits: 1)
    let whole = parts.first.map(String.init) ?? "0"
    let decimals = parts.count > 1 ? ",\(parts[1])" : ""
    return "\(currency == "IDR" ? "Rp" : currency) \(grouped(whole))\(decimals)"
  }

  fileprivate var page: String {
    """
    <p class="merchant">\(merchantName)</p>
    <h1>\(escaped(shownAmount))</h1>
    \(statusLine)
    <dl>
      \(requestedText("description").map { entry("For", escaped($0)) } ?? "")
      \(entry("Reference", escaped(externalID)))
      \(timeEntry)
    </dl>
    \(actions)
    """
  }

  private var statusLine: String {
    let words =
      switch status {
      case .pending: "Waiting for your payment"
      case .paid, .settled: "Paid, thank you"
      case .expired: "Expired"
      }
    return "<p class=\"status \(status.rawValue.lowercased())\" role=\"status\">\(words)</p>"
  }

  private var timeEntry: String {
    if let payment { return entry("Paid", payment.paidAt.shown) }
    return status == .expired
      ? entry("Expired", updated.shown) : entry("Pay before", expires.shown)
  }

  private var actions: String {
    switch status {
    case .pending:
      """
      <form method="post" action="/sandbox/web/\(id)/pay">
        <button class="primary">Simulate payment</button>
      </form>
      <form method="post" action="/sandbox/web/\(id)/expire">
        <button>Let it expire</button>
      </form>
      """
    case .paid, .settled: link("success_redirect_url")
    case .expired: link("failure_redirect_url")
    }
  }

  /// The way back to the shop, if it gave one that a browser may safely follow.
  private func link(_ name: String) -> String {
    guard let url = requestedText(name), url.hasPrefix("http://") || url.hasPrefix("https://")
    else { return "<p class=\"hint\">You can close this page.</p>" }
    return "<p><a class=\"button\" href=\"\(escaped(url))\">Back to the shop</a></p>"
  }
}

extension Timestamp {
  /// Western Indonesian time (UTC+7), with the exact moment for machines.
  fileprivate var shown: String {
    let local = adding(seconds: 7 * 3600)
    let (year, month, day) = local.date
    let name = months.indices.contains(Int(month) - 1) ? months[Int(month) - 1] : "?"
    let clock = local.rfc3339.dropFirst(11).prefix(5)
    return "<time datetime=\"\(rfc3339)\">\(day) \(name) \(year), \(clock) WIB</time>"
  }
}

private let months = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December",
]

private func document(_ title: String, _ main: String) -> String {
  """
  <!doctype html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>\(escaped(title))</title>
  <link rel="stylesheet" href="/sandbox/style.css">
  </head>
  <body>
  <main>
  \(main)
  </main>
  <footer>A simulated checkout. No money moves here.</footer>
  </body>
  </html>

  """
}

private func entry(_ term: String, _ html: String) -> String {
  "<div><dt>\(term)</dt><dd>\(html)</dd></div>"
}

private func grouped(_ digits: String) -> String {
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text.append(".") }
    text.append(digit)
  }
  return text
}

/// Safe as text and inside of a quoted attribute. By scalars: a combining mark after `<` makes
/// another character of it.
private func escaped(_ text: String) -> String {
  text.unicodeScalars.reduce(into: "") { html, scalar in
    switch scalar {
    case "&": html += "&amp;"
    case "<": html += "&lt;"
    case ">": html += "&gt;"
    case "\"": html += "&quot;"
    case "'": html += "&#39;"
    default: html.unicodeScalars.append(scalar)
    }
  }
}

/// All that an invoice's id can consist of, so that no other text gets into a header.
private func lettersAndDigits(_ text: String) -> String {
  text.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
}
