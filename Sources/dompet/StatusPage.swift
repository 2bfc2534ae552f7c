// The status as one page that needs nothing else: no script, no other file, nothing from the
// network. What needs a look comes first; colour says nothing that words do not say.

import Domain
import Ledger

extension Status {
  var page: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>Dompet: \(headline.escaped)</title>
    <style>
    \(statusStyle)
    </style>
    </head>
    <body>
    <header>
    <h1><span class="mark" aria-hidden="true">D</span>Dompet</h1>
    <p>As it was on <time datetime="\(at.rfc3339)">\(at.shown)</time></p>
    </header>
    <main>
    \(healthSection)
    \(todaySection)
    \(openSection)
    \(waitingSection)
    \(heldSection)
    \(maintenanceSection)
    </main>
    </body>
    </html>

    """
  }

  private var headline: String {
    switch concerns.count {
    case 0: "all is well"
    case 1: "one thing needs a look"
    case let count: "\(count) things need a look"
    }
  }

  private var healthSection: String {
    let concerns = concerns
    let lines = concerns.map { concern in
      let isCommand = concern.advice.hasPrefix("dompet ")
      let advice = isCommand ? "<code>\(concern.advice)</code>" : concern.advice.escaped
      return "<li>\(concern.what.escaped): \(advice)</li>"
    }
    let list = lines.isEmpty ? "" : "\n<ul>\n\(lines.joined(separator: "\n"))\n</ul>"
    return """
      <section class="health \(concerns.isEmpty ? "well" : "look")">
      <span class="sign" aria-hidden="true">\(concerns.isEmpty ? "✓" : "!")</span>
      <div><h2>\(headline.withCapital)</h2>\(list)</div>
      </section>
      """
  }

  private var todaySection: String {
    """
    <section class="purse">
    <h2>Today <small>since midnight UTC</small></h2>
    <dl>
    \(figure("Top-ups paid", overview.paidToday, "top-up"))
    \(figure("Transferred", overview.transferredToday, "transfer"))
    </dl>
    </section>
    """
  }

  private var openSection: String {
    let open = overview.open
    let ages = [
      ("Up to an hour", open.lastHour), ("Up to a day", open.lastDay), ("Older", open.older),
    ]
    let total = ages.reduce(0) { $0 + Double($1.1.count) }
    let rows = ages.map { name, sum in
      """
      <tr><th scope="row">\(name)</th><td class="share">\(bar(sum.count, of: total))</td>
      <td>\(counted(sum.count, "top-up"))<small>\(sum.money.shown)</small></td></tr>
      """
    }
    return """
      <section>
      <h2>Open top-ups</h2>
      <table class="bars">
      <thead><tr><th scope="col">Age</th><th scope="col">Share</th>
      <th scope="col">Number and money</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      <p class="soft">The oldest: \(ago(open.oldest)).</p>
      </section>
      """
  }

  /// In hundredths of what is open; the number stands beside it.
  private func bar(_ count: Int64, of total: Double) -> String {
    let share = total > 0 ? Double(count) / total * 100 : 0
    let width = count > 0 ? max(1, share.rounded()) : 0
    return """
      <svg class="bar" role="img" aria-label="\(Int(width)) percent" viewBox="0 0 100 10" \
      preserveAspectRatio="none"><rect class="track" width="100" height="10"/>\
      <rect class="fill" width="\(Int(width))" height="10"/></svg>
      """
  }

  private var waitingSection: String {
    let review = overview.inReview
    let advice =
      review.count == 0
      ? "Nothing waits for a decision."
      : "Go through them, one by one: <code>dompet review</code>"
    return """
      <section>
      <h2>Review</h2>
      <p class="large">\(counted(review.count, "event"))</p>
      <p>\(review.money.shown)</p>
      <p class="soft">\(advice)</p>
      <table>
      \(row("For Xendit's word", overview.awaitingProvider.told("event")))
      \(row("Credits not yet checked at Xendit", overview.uncheckedCredits.grouped))
      </table>
      </section>
      """
  }

  private var heldSection: String {
    """
    <section>
    <h2>Held</h2>
    <p class="large">\(overview.wallets.money.shown)</p>
    <p class="soft">in \(counted(overview.wallets.count, "wallet"))</p>
    </section>
    <section>
    <h2>Storage</h2>
    <table>
    \(files.lines.map { row($0.name.withCapital, $0.value) }.joined(separator: "\n"))
    </table>
    </section>
    """
  }

  private var maintenanceSection: String {
    let rows = tasks.map { task in
      let entry = entry(task)
      let isWell = concern(task) == nil
      return """
        <tr><th scope="row">\(task.title)</th><td>\(ago(entry?.doneAt, otherwise: "never"))</td>
        <td class="\(isWell ? "well" : "look")">\(isWell ? "✓ well" : "! look")</td>
        <td>\((entry?.outcome ?? "").escaped)</td></tr>
        """
    }
    return """
      <section class="wide">
      <h2>Maintenance</h2>
      <table class="tasks">
      <thead><tr><th scope="col">Task</th><th scope="col">Last done</th>
      <th scope="col">State</th><th scope="col">Outcome</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </section>
      """
  }
}

private func figure(_ name: String, _ sum: Overview.Sum, _ noun: String) -> String {
  """
  <div><dt>\(name)</dt><dd><span class="large">\(sum.money.shown)</span>
  <span>\(counted(sum.count, noun))</span></dd></div>
  """
}

private func row(_ name: String, _ value: String) -> String {
  "<tr><th scope=\"row\">\(name)</th><td>\(value.escaped)</td></tr>"
}

extension Overview.Sum {
  fileprivate func told(_ noun: String) -> String {
    count == 0 ? "none" : "\(counted(count, noun)), \(money.shown)"
  }
}

extension Money {
  /// With narrow blanks that do not break between each three digits.
  fileprivate var shown: String {
    rupiah.grouped.split(separator: " ").joined(separator: "\u{202F}") + "\u{A0}IDR"
  }
}

extension Timestamp {
  /// `2026-11-22, 19:05 UTC`.
  fileprivate var shown: String {
    "\(rfc3339.prefix(10)), \(rfc3339.dropFirst(11).prefix(5)) UTC"
  }
}

extension String {
  /// As text of HTML, and as a value in quotes.
  fileprivate var escaped: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      default: text.unicodeScalars.append(scalar.isControl ? "\u{FFFD}" : scalar)
      }
    }
    return text
  }
}
