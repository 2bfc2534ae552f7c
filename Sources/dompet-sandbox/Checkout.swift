// The page that a payer sees, in its four states: open, open after a payment that failed, paid,
// expired. Whatever a shop wrote is escaped.

import Domain

extension Invoice {
  /// The whole page. It goes back to the shop by itself once all is paid.
  func checkout(at now: Timestamp) -> String {
    document(title, refresh: refresh, summary(at: now) + "\n" + state)
  }

  private var isPaid: Bool { status == .paid || status == .settled }

  /// A screen reader says it first, so the state stands in it.
  private var title: String {
    switch status {
    case .pending where failedAt != nil: "Payment failed: \(shownAmount)"
    case .pending: "Pay \(shownAmount)"
    case .paid, .settled: "Paid: \(shownAmount)"
    case .expired: "Expired: \(shownAmount)"
    }
  }

  private var refresh: String {
    guard isPaid, let url = link("success_redirect_url") else { return "" }
    return "<meta http-equiv=\"refresh\" content=\"3;url=\(url)\">"
  }

  private func summary(at now: Timestamp) -> String {
    let words =
      switch status {
      case .pending: "To pay"
      case .paid, .settled: "Paid"
      case .expired: "Not paid"
      }
    return """
      <section class="card purse" aria-label="Invoice">
      <p class="merchant"><span class="mark" aria-hidden="true">D</span>\(merchantName)</p>
      <div><p class="soft">\(words)</p>
      <h1\(shownAmount.count > 12 ? " class=\"long\"" : "")>\(escaped(shownAmount))</h1></div>
      <dl>
      \(requestedText("description").map { entry("For", escaped($0)) } ?? "")
      \(entry("Reference", escaped(externalID)))
      \(times(at: now))
      </dl>
      </section>
      """
  }

  private func times(at now: Timestamp) -> String {
    if let payment {
      return entry("Paid with", escaped((chosenChannel ?? .unlessChosen).fullName))
        + "\n" + entry("Paid", payment.paidAt.shown)
    }
    if status == .expired { return entry("Expired", updated.shown) }
    let left = timeLeft(seconds: expires.seconds - now.seconds)
    return entry("Pay before", "\(expires.shown) <span class=\"left\">\(left)</span>")
  }

  private var state: String {
    switch status {
    case .pending: payable
    case .paid, .settled: paid
    case .expired: expired
    }
  }

  private var paid: String {
    guard let url = link("success_redirect_url") else {
      return notice("Paid, thank you", "You can close this page.", mood: "good")
    }
    return notice(
      "Paid, thank you", "You return to the shop in 3 seconds.", mood: "good",
      below: "<p><a class=\"button\" href=\"\(url)\">Back to the shop</a></p>")
  }

  private var expired: String {
    let advice = "This invoice can no longer be paid, and nothing was taken."
    guard let url = link("failure_redirect_url") else {
      return notice("Expired", "\(advice) You can close this page.", mood: "bad")
    }
    return notice(
      "Expired", advice, mood: "bad",
      below: "<p><a class=\"button\" href=\"\(url)\">Back to the shop</a></p>")
  }

  private var payable: String {
    let back = link("failure_redirect_url").map {
      "\n<p class=\"back\"><a href=\"\($0)\">Back without paying</a></p>"
    }
    return """
      <section class="card" aria-label="Payment">
      \(payableStatus)
      <form method="post" action="/sandbox/web/\(id)/pay">
      <fieldset class="ways">
      <legend>How do you want to pay?</legend>
      \(groups)
      </fieldset>
      <button class="primary">Simulate payment</button>
      <button formaction="/sandbox/web/\(id)/fail">Let the payment fail</button>
      <button formaction="/sandbox/web/\(id)/expire">Let it expire</button>
      </form>\(back ?? "")
      </section>
      """
  }

  private var payableStatus: String {
    guard let failedAt else {
      return "<p class=\"status\" role=\"status\">Waiting for your payment</p>"
    }
    let way = chosenChannel.map { " by \(escaped($0.fullName))" } ?? ""
    return """
      <div class="failed" role="status">
      <p><strong>This payment failed.</strong> Nothing was taken.</p>
      <p>Your payment\(way) did not go through (\(failedAt.shownClock)). Try again, or choose \
      another way.</p>
      </div>
      """
  }

  /// The ways to pay, as a payer knows them. One is chosen already: the last choice, or that which
  /// counts where nobody chooses.
  private var groups: String {
    let channels = channels
    let wanted = (chosenChannel ?? .unlessChosen).code
    let checked = channels.contains { $0.code == wanted } ? wanted : channels.first?.code
    return PaymentChannel.Method.allCases.compactMap { method in
      let ways = channels.filter { $0.method == method }
      guard !ways.isEmpty else { return nil }
      let lines = ways.map { way in
        """
        <label><input type="radio" name="channel" value="\(way.code)"\
        \(way.code == checked ? " checked" : "")>\(way.name)</label>
        """
      }
      let single = ways.count == 1 ? " class=\"single\"" : ""
      return """
        <fieldset\(single)><legend>\(method.title)</legend>
        <div>\(lines.joined(separator: "\n"))</div></fieldset>
        """
    }.joined(separator: "\n")
  }

  /// A way back to the shop that a browser may safely follow, escaped; nil if it gave none.
  private func link(_ name: String) -> String? {
    guard let url = requestedText(name), url.hasPrefix("http://") || url.hasPrefix("https://")
    else { return nil }
    return escaped(url)
  }
}

/// A card that says one thing. `mood` is `good` or `bad`; `below` is HTML.
func notice(
  _ headline: String, _ advice: String = "", mood: String = "bad", below: String = ""
) -> String {
  """
  <section class="card notice \(mood)">
  <span class="sign" aria-hidden="true">\(mood == "good" ? "✓" : "!")</span>
  <div role="status"><h2>\(headline)</h2>
  <p class="soft">\(advice)</p></div>
  \(below)
  </section>
  """
}
