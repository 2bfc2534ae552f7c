// How the payer's page looks: one column on a phone, two on a desk; light and dark; contrasts of
// 4.5 : 1 and more, from 320 px up.

import FastCGI

extension Response {
  static let stylesheet = Response(
    status: 200,
    headers: [("Content-Type", "text/css; charset=utf-8")],
    body: Array(stylesheetText.utf8))
}

private let stylesheetText = """
  :root {
    color-scheme: light dark;
    --page: #f2f5f3; --card: #fff; --ink: #17211d; --soft: #53615b; --line: #d5ded9;
    --brand: #0b6b53; --on-brand: #fff; --good: #0b6b3a; --bad: #a3231d; --field: #7d8b85;
    --purse: #0b6b53; --on-purse: #fff; --faint: #d7efe6; --tint: #eaf4f0; --red: #fbeceb;
    --sand: #ffe9b8; --on-sand: #4d3300; --wait: #7a4d00;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #0f1513; --card: #18201d; --ink: #e7efeb; --soft: #a5b3ad; --line: #2e3a35;
      --brand: #6fd3b1; --on-brand: #06231a; --good: #6fd69c; --bad: #ff9d97;
      --purse: #0d4a3a; --on-purse: #f0fff9; --faint: #bfe0d4; --tint: #1b302a; --red: #35201f;
      --sand: #3d2e08; --on-sand: #ffdf9a; --wait: #f0c06a;
    }
  }
  * { box-sizing: border-box; }
  body {
    margin: 0; min-height: 100vh; background: var(--page); color: var(--ink);
    font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere;
  }
  h1, h2, p, dl, dd, fieldset { margin: 0; padding: 0; }
  .sandbox {
    padding: .5rem 1rem; text-align: center; font-size: .875rem;
    background: var(--sand); color: var(--on-sand);
  }
  .sandbox strong { margin-right: .25rem; }
  main {
    display: grid; gap: 1rem; max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 2rem;
    align-items: start;
  }
  .card {
    display: grid; gap: 1rem; min-width: 0; padding: 1.25rem; background: var(--card);
    border: 1px solid var(--line); border-radius: 1rem;
  }
  .soft { color: var(--soft); }
  .purse {
    background: var(--purse); color: var(--on-purse); border: 0; container-type: inline-size;
  }
  .purse .soft, .purse dt { color: var(--faint); }
  .merchant { display: flex; align-items: center; gap: .625rem; font-weight: 600; }
  .mark {
    display: grid; place-content: center; width: 2rem; height: 2rem; border-radius: .625rem;
    background: var(--on-purse); color: var(--purse); font-weight: 700;
  }
  h1 {
    font-size: clamp(1.5rem, 12.5cqi, 2.75rem); line-height: 1.15;
    font-variant-numeric: tabular-nums;
  }
  h1.long { font-size: clamp(1.25rem, 9.25cqi, 2.5rem); }
  h2 { font-size: 1.375rem; line-height: 1.25; }
  dl {
    display: grid; gap: .75rem; padding-top: 1rem; border-top: 1px solid rgb(255 255 255 / .25);
  }
  dt { font-size: .875rem; }
  .left { display: block; font-weight: 600; }

  .status { font-weight: 600; color: var(--wait); }
  .failed {
    padding: .75rem 1rem; background: var(--red); border-left: 4px solid var(--bad);
    border-radius: .625rem;
  }
  .failed strong { color: var(--bad); }
  .notice { order: -1; justify-items: center; padding: 2rem 1.25rem; text-align: center; }
  .sign {
    display: grid; place-content: center; width: 3.5rem; height: 3.5rem; border-radius: 50%;
    font-size: 1.75rem; font-weight: 700; color: var(--card); background: var(--bad);
  }
  .good .sign { background: var(--good); }
  .good h2 { color: var(--good); }
  .bad h2 { color: var(--bad); }

  form { display: grid; gap: .625rem; }
  fieldset { min-width: 0; border: 0; }
  legend { padding: 0; margin-bottom: .375rem; font-size: .875rem; color: var(--soft); }
  .ways { display: grid; gap: .875rem; margin-bottom: .625rem; }
  .ways > legend {
    margin-bottom: .625rem; font-size: 1.125rem; font-weight: 600; color: var(--ink);
  }
  .ways div { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
  .ways .single div { grid-template-columns: 1fr; }
  label {
    display: flex; align-items: center; gap: .5rem; min-height: 2.75rem; padding: .375rem .75rem;
    border: 1px solid var(--field); border-radius: .625rem; cursor: pointer;
  }
  label:hover { background: var(--tint); }
  label:has(:checked) {
    border-color: var(--brand); background: var(--tint); font-weight: 600;
    box-shadow: inset 0 0 0 1px var(--brand);
  }
  input {
    flex: none; width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--brand);
    cursor: pointer;
  }
  button, .button {
    display: block; width: 100%; min-height: 2.75rem; padding: .5rem .875rem; text-align: center;
    font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
    color: var(--brand); background: transparent; border: 1px solid var(--field);
    border-radius: .625rem;
  }
  .primary, .button {
    color: var(--on-brand); background: var(--brand); border-color: var(--brand);
  }
  .notice p:last-child { width: 100%; max-width: 20rem; }
  button:hover, .button:hover { filter: brightness(1.1); }
  a { color: var(--brand); }
  .back { text-align: center; }
  .back a { display: inline-block; padding: .5rem; }
  :focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
  label:has(:focus-visible) { outline: 3px solid var(--brand); outline-offset: 2px; }
  label :focus-visible { outline: 0; }
  @media (forced-colors: active) {
    label:has(:checked) { outline: 2px solid; }
    label:has(:focus-visible) { outline: 4px solid; }
  }

  @media (min-width: 30rem) {
    .ways { grid-template-columns: repeat(3, 1fr); gap: .875rem .5rem; }
    .ways fieldset { grid-column: 1 / -1; }
    .ways .single { grid-column: auto; }
    .ways div { grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr)); }
    form { grid-template-columns: 1fr 1fr; }
    .ways, .primary { grid-column: 1 / -1; }
  }
  @media (min-width: 56rem) {
    main { grid-template-columns: 22rem 1fr; padding-top: 2rem; }
    .card { padding: 1.5rem; }
    .notice { order: 0; padding-block: 3rem; }
    .notice:only-child { grid-column: 1 / -1; }
  }

  """
