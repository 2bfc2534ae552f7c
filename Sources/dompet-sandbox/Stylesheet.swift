// How the payer's page looks: one column, light and dark, from 320 px up.

import FastCGI

extension Response {
  static let stylesheet = Response(
    status: 200,
    headers: [("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", "max-age=300")],
    body: Array(stylesheetText.utf8))
}

private let stylesheetText = """
  :root {
    color-scheme: light dark;
    --page: #f3f5f8; --card: #fff; --ink: #18202b; --soft: #5a6675; --line: #dde3ea;
    --brand: #0b5cd7; --on-brand: #fff; --good: #0b6b3a; --bad: #a12622; --wait: #7a4d00;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #10151c; --card: #1a212b; --ink: #e9eef5; --soft: #a3b0c0; --line: #303a47;
      --brand: #7fb1ff; --on-brand: #08131f; --good: #6fd69c; --bad: #ff9d97; --wait: #f0c06a;
    }
  }
  * { box-sizing: border-box; }
  body {
    margin: 0; min-height: 100vh; padding: 1rem; display: flex; flex-direction: column;
    align-items: center; justify-content: center; gap: 1rem;
    background: var(--page); color: var(--ink);
    font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
  }
  main {
    width: 100%; max-width: 26rem; padding: 1.5rem; background: var(--card);
    border: 1px solid var(--line); border-radius: 1rem; overflow-wrap: anywhere;
  }
  h1 { margin: 0 0 .5rem; font-size: clamp(1.4rem, 7vw, 2.25rem); line-height: 1.15; }
  .merchant { margin: 0; color: var(--soft); }
  .status { margin: 0 0 1rem; font-weight: 600; color: var(--wait); }
  .status.paid, .status.settled { color: var(--good); }
  .status.expired { color: var(--bad); }
  dl { margin: 0 0 1.25rem; border-top: 1px solid var(--line); }
  dl div { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  dt { font-size: .875rem; color: var(--soft); }
  dd { margin: 0; }
  form { margin: 0 0 .75rem; }
  form:last-child, p:last-child { margin-bottom: 0; }
  button, .button {
    display: block; width: 100%; min-height: 3rem; padding: .75rem 1rem; text-align: center;
    font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
    color: var(--ink); background: transparent; border: 1px solid var(--line);
    border-radius: .6rem;
  }
  .primary, .button {
    color: var(--on-brand); background: var(--brand); border-color: var(--brand);
  }
  button:hover, .button:hover { filter: brightness(1.08); }
  :focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
  .hint, footer { color: var(--soft); font-size: .875rem; text-align: center; }

  """
