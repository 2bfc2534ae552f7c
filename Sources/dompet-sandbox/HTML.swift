// What every page of the sandbox has around it, and how text gets into HTML.

/// A whole page. `main` and `refresh` are HTML, the title is text.
func document(_ title: String, refresh: String = "", _ main: String) -> String {
  """
  <!doctype html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  \(refresh)
  <title>\(escaped(title))</title>
  <link rel="stylesheet" href="/sandbox/style.css">
  </head>
  <body>
  <header class="sandbox">
  <strong>Sandbox</strong> A simulated checkout. No money moves here.
  </header>
  <main>
  \(main)
  </main>
  </body>
  </html>

  """
}

/// One line of a `dl`.
func entry(_ term: String, _ html: String) -> String {
  "<div><dt>\(term)</dt><dd>\(html)</dd></div>"
}

/// Safe as text and inside of a quoted attribute. By scalars: a combining mark after `<` makes
/// another character of it.
func escaped(_ text: String) -> String {
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
