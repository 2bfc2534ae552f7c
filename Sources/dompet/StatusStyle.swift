// How the status page looks: one column on a phone, a grid on a desk; light, dark and on paper;
// contrasts of 4.5 : 1 and more.

let statusStyle = """
  :root {
    color-scheme: light dark;
    --page: #f2f5f3; --card: #fff; --ink: #17211d; --soft: #53615b; --line: #d5ded9;
    --brand: #0b6b53; --on-brand: #fff; --good: #0b6b3a; --wait: #7a4d00; --sand: #fff3d6;
    --tint: #e3f2ec; --faint: #d7efe6; --track: #dfe7e3;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #0f1513; --card: #18201d; --ink: #e7efeb; --soft: #a5b3ad; --line: #2e3a35;
      --brand: #0d4a3a; --on-brand: #f0fff9; --good: #6fd69c; --wait: #f0c06a; --sand: #33280d;
      --tint: #16302a; --faint: #bfe0d4; --track: #2e3a35;
    }
  }
  * { box-sizing: border-box }
  body {
    margin: 0; background: var(--page); color: var(--ink); overflow-wrap: break-word;
    font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
  }
  h1, h2, p, dl, dd, ul { margin: 0; padding: 0 }
  header, main { max-width: 64rem; margin: 0 auto; padding: 1rem }
  header {
    display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
    gap: .25rem 1rem; padding-bottom: 0;
  }
  header p, .soft { color: var(--soft) }
  h1 { display: flex; align-items: center; gap: .5rem; font-size: 1.25rem }
  .mark {
    display: grid; place-content: center; width: 2rem; height: 2rem; border-radius: .625rem;
    background: var(--brand); color: var(--on-brand);
  }
  h2 { font-size: 1.125rem }
  h2 small { font-size: .875rem; font-weight: 400; color: var(--soft) }
  main { display: grid; gap: 1rem }
  section {
    display: grid; gap: .5rem; align-content: start; min-width: 0; padding: 1.25rem;
    background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  }
  .health { grid-template-columns: auto 1fr; gap: 1rem; align-items: start }
  .health h2 { font-size: 1.375rem; line-height: 2.5rem }
  .health.well { background: var(--tint) }
  .health.look { background: var(--sand) }
  .health ul { padding-left: 1.25rem }
  .sign {
    display: grid; place-content: center; width: 2.5rem; height: 2.5rem; border-radius: 50%;
    font-size: 1.25rem; font-weight: 700; color: var(--card); background: var(--wait);
  }
  .well .sign { background: var(--good) }
  .purse { background: var(--brand); color: var(--on-brand); border: 0 }
  .purse small, .purse dt { color: var(--faint) }
  dl { display: grid; gap: 1rem }
  .large {
    display: block; font-size: clamp(1.5rem, 7vw, 2rem); font-weight: 700; line-height: 1.2;
    font-variant-numeric: tabular-nums;
  }
  .purse .large { font-size: clamp(1.75rem, 8vw, 2.75rem) }
  code {
    padding: .125rem .375rem; border-radius: .375rem; white-space: nowrap; background: var(--track);
    color: var(--ink); font: .9em ui-monospace, "DejaVu Sans Mono", monospace;
  }
  table { width: 100%; border-collapse: collapse }
  th, td { padding: .5rem 0; border-top: 1px solid var(--line); vertical-align: top }
  th { text-align: left; font-weight: 400; padding-right: 1rem }
  td { text-align: right; font-variant-numeric: tabular-nums }
  tr:first-child > * { border-top: 0 }
  td small { display: block; font-size: .875rem; color: var(--soft) }
  thead th { font-size: .875rem; color: var(--soft); padding-top: 0 }
  .bars th:last-child { text-align: right; padding-right: 0 }
  .bars td { white-space: nowrap }
  tbody tr:first-child > * { border-top: 1px solid var(--line) }
  table:not(.bars, .tasks) tbody tr:first-child > * { border-top: 0 }
  .bars .share { width: 40%; padding-right: 1rem }
  .bar { display: block; width: 100%; height: .75rem; margin-top: .375rem; border-radius: .375rem }
  .track { fill: var(--track) }
  .fill { fill: var(--good) }
  .tasks th, .tasks td { text-align: left; padding-right: 1rem }
  .tasks td.well { color: var(--good) }
  .tasks td.look { color: var(--wait) }
  .tasks .well, .tasks .look { font-weight: 600 }
  .tasks tr > :not(:last-child) { white-space: nowrap }
  .tasks tr > :last-child { padding-right: 0; overflow-wrap: anywhere }
  @media (max-width: 40rem) {
    .tasks thead {
      position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    }
    .tasks tr {
      display: grid; grid-template-columns: 1fr auto auto; gap: .125rem .75rem; padding: .625rem 0;
      border-top: 1px solid var(--line);
    }
    .tasks tbody tr > * { padding: 0; border: 0 }
    .tasks th { font-weight: 600 }
    .tasks td:last-child { grid-column: 1 / -1; color: var(--soft); font-size: .875rem }
  }
  @media (min-width: 30rem) { .purse dl { grid-template-columns: 1fr 1fr } }
  @media (min-width: 52rem) {
    main { grid-template-columns: 1fr 1fr }
    .health, .purse, .wide { grid-column: 1 / -1 }
  }
  @media print {
    :root {
      --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #999; --brand: #fff;
      --on-brand: #000; --good: #0b6b3a; --wait: #7a4d00; --sand: #fff; --tint: #fff;
      --faint: #444; --track: #ddd;
    }
    html { font-size: 75% }
    main { gap: .5rem; grid-template-columns: 1fr 1fr }
    .health, .purse, .wide { grid-column: 1 / -1 }
    section, .purse { padding: .75rem; border: 1px solid var(--line); break-inside: avoid }
    .sign, .mark { border: 1px solid; color: #000; background: #fff !important }
    .fill, .track { print-color-adjust: exact }
  }
  """
