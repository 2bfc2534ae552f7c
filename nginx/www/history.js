// What moved the balance, the newest first; and all of it as a file.

import { serve } from "./form.js";
import { change, rupiah } from "./money.js";
import { element, find } from "./page.js";
import { askSigned } from "./session.js";
import { moment, text } from "./words.js";

const path = "/wallets/me/transactions";
const downloadSeconds = 600;
// Some browsers take up a file only after the press has been dealt with.
const fileSeconds = 60;

let rows = [];
let nextCursor = null;
let shownType = "";
// Raised by whatever makes an answer that is under way too old.
let turn = 0;

export function prepareHistory() {
  const type = find("history-type");
  type.addEventListener("change", async () => {
    const page = await askHistory().catch(() => {
      type.value = shownType;
    });
    if (page) takeHistory(page);
  });
  find("history-more").addEventListener("click", () => addPage().catch(() => {}));
  serve(find("history-form"), download);
  document.addEventListener("dompet:left", () => {
    turn += 1;
    takeHistory({ items: [], nextCursor: null });
  });
}

/** The first page as it is now; null if another one has been asked for meanwhile. */
export async function askHistory() {
  const mine = ++turn;
  const page = await askSigned("GET", `${path}?${query()}`);
  return mine === turn ? page : null;
}

export function takeHistory(page) {
  rows = page.items;
  nextCursor = page.nextCursor;
  shownType = find("history-type").value;
  showHistory();
}

export function showHistory() {
  find("history-rows").replaceChildren(...rows.map(row));
  find("history-table").hidden = rows.length === 0;
  find("history-empty").hidden = rows.length > 0;
  find("history-more").hidden = !nextCursor;
}

async function addPage() {
  const more = find("history-more");
  const [mine, first] = [turn, rows.length];
  more.disabled = true;
  try {
    const page = await askSigned("GET", `${path}?${query({ cursor: nextCursor })}`);
    if (mine !== turn) return;
    takeHistory({ items: [...rows, ...page.items], nextCursor: page.nextCursor });
    find("history-rows").children[first]?.focus();
  } finally {
    more.disabled = false;
  }
}

function query(more = {}) {
  const type = find("history-type").value;
  return new URLSearchParams({ ...(type && { type }), ...more });
}

function row({ type, amount, balanceAfter, description, reference, createdAt }) {
  const cell = (className, ...children) => element("td", { className }, ...children);
  return element("tr", { tabIndex: -1 },
    cell("when", element("time", { dateTime: createdAt }, moment(createdAt))),
    cell("what", element("strong", {}, text(type)),
      element("small", {}, type === "TOP_UP" ? reference : description ?? reference)),
    cell(amount.startsWith("-") ? "money amount" : "money amount in", change(amount)),
    cell("money after", rupiah(balanceAfter)));
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
  setTimeout(() => URL.revokeObjectURL(link.href), fileSeconds * 1000);
}
