// What moved the balance, the newest first; and all of it as a file.

import { serve } from "./form.js";
import { change, rupiah } from "./money.js";
import { element, find } from "./page.js";
import { askSigned } from "./session.js";
import { moment, text } from "./words.js";

const path = "/wallets/me/transactions";
const downloadSeconds = 600;

let rows = [];
let nextCursor = null;

export function prepareHistory() {
  find("history-type").addEventListener("change", async () => {
    const page = await askHistory().catch(() => null);
    if (page) takeHistory(page);
    showHistory();
  });
  find("history-more").addEventListener("click", () => addPage().catch(() => {}));
  serve(find("history-form"), download);
}

/** The first page as it is now. */
export const askHistory = () => askSigned("GET", `${path}?${query()}`);

export function takeHistory(page) {
  rows = page.items;
  nextCursor = page.nextCursor;
}

export function showHistory() {
  find("history-rows").replaceChildren(...rows.map(row));
  find("history-table").hidden = rows.length === 0;
  find("history-empty").hidden = rows.length > 0;
  find("history-more").hidden = !nextCursor;
}

async function addPage() {
  const page = await askSigned("GET", `${path}?${query({ cursor: nextCursor })}`);
  const first = rows.length;
  rows = [...rows, ...page.items];
  nextCursor = page.nextCursor;
  showHistory();
  find("history-rows").children[first]?.focus();
}

function query(more = {}) {
  const type = find("history-type").value;
  return new URLSearchParams({ ...(type && { type }), ...more });
}

function row({ type, amount, balanceAfter, description, reference, createdAt }) {
  const cell = (key, className, ...children) =>
    element("td", { className, "data-label": text(key) }, ...children);
  return element("tr", { tabIndex: -1 },
    cell("when", "when", element("time", { dateTime: createdAt }, moment(createdAt))),
    cell("what", "what", element("strong", {}, text(type)),
      element("small", {}, type === "TOP_UP" ? reference : description ?? reference)),
    cell("amount", amount.startsWith("-") ? "money amount" : "money amount in", change(amount)),
    cell("balanceAfter", "money after", rupiah(balanceAfter)));
}

async function download() {
  const headers = { Accept: "text/csv" };
  const content = { headers, seconds: downloadSeconds };
  const file = await askSigned("GET", `${path}?${query()}`, content);
  const link = element("a", {
    href: URL.createObjectURL(file),
    download: `dompet-${new Date().toISOString().slice(0, 10)}.csv`,
  });
  link.click();
  URL.revokeObjectURL(link.href);
}
