// The status as one page that needs nothing else: no script, no other file, nothing from the
// network.

extension Status {
  var page: String {
    let groups = groups.map { title, lines in
      let rows = lines.map { name, value in
        "<tr><th scope=\"row\">\(name.escaped)</th><td>\(value.escaped)</td></tr>"
      }
      return "<h2>\(title.escaped)</h2>\n<table>\n\(rows.joined(separator: "\n"))\n</table>"
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="robots" content="noindex">
      <title>Dompet: status</title>
      <style>
      \(style)
      </style>
      </head>
      <body>
      <main>
      <h1>Dompet</h1>
      <p>As it was at <time datetime="\(at.rfc3339)">\(at.rfc3339)</time>.</p>
      \(groups.joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
  }

  private var style: String {
    """
    :root { color-scheme: light dark }
    body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; color: #1b1b1f; background: #fff }
    main { max-width: 40rem; margin: 0 auto; padding: 1rem }
    h1 { font-size: 1.5rem; margin: 0 }
    h2 { font-size: 1.1rem; margin: 1.5rem 0 .25rem }
    table { width: 100%; border-collapse: collapse }
    th, td { padding: .3rem 0; border-top: 1px solid #d5d5dc; vertical-align: top }
    th { text-align: left; font-weight: normal; padding-right: 1rem }
    td { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
    @media (prefers-color-scheme: dark) {
      body { color: #e6e6ea; background: #17171a }
      th, td { border-color: #3a3a42 }
    }
    """
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
