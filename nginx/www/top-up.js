// Topping up: the wish, the way to its payment, and what becomes of it.

import { serve, sayUnknown, tidyAmount, markFault } from "./form.js";
import { intend, settle } from "./intent.js";
import { recall, remember } from "./memory.js";
import { amountOf, rupiah } from "./money.js";
import { element, find } from "./page.js";
import { askSigned, user } from "./session.js";
import { duration, text } from "./words.js";

const path = "/payments/wallet-top-ups";
const shownMax = 5;
// Who paid late, or is asked about still, is looked for as often as an open one, for so long.
const lateSeconds = 3600;

// What each top-up was when it was last seen here, also on an earlier visit.
const seenPlace = () => `dompet.seen.${user()?.id}`;
let shown = [];

/** Lets the form take wishes. */
export function prepareTopUp() {
  const form = find("top-up");
  document.addEventListener("dompet:left", () => {
    shown = [];
    showTopUps();
  });
  tidyAmount(form.elements.amount);
  for (const choice of form.querySelectorAll("[data-amount]")) {
    choice.addEventListener("click", () => {
      form.elements.amount.value = choice.textContent;
    });
  }
  serve(form, async ({ amount }, say) => {
    const wanted = amountOf(amount);
    if (!wanted) return void markFault(form, "amount");
    const made = await finishTopUp(intend("top-up", path, { amount: wanted }), say);
    form.reset();
    goToPayment(made.invoiceUrl);
    return text("waiting");
  }, explainTopUp);
}

/** Asks for the top-up until there is an outcome. */
export async function finishTopUp(intent, say) {
  const made = await settle(intent, sayUnknown(say));
  remember(seenPlace(), { ...recall(seenPlace()), [made.id]: made.status });
  return made;
}

export const explainTopUp = (problem) =>
  problem.name === "provider-refused" && text("providerRefused");

/** The last top-ups as they are now; about those that are open, the server asks the provider. */
export async function askTopUps() {
  const { items } = await askSigned("GET", `${path}?limit=${shownMax}`);
  return Promise.all(items.map((topUp) =>
    topUp.status === "PENDING" ? askSigned("GET", `${path}/${topUp.id}`) : topUp));
}

/**
 * Notes how the last top-ups are.
 * @param {(message: string) => void} tell hears of money that has come
 * @param {boolean} isReturn whether the reader comes from a payment, perhaps begun elsewhere
 */
export function takeTopUps(topUps, tell, isReturn) {
  shown = topUps;
  const seen = recall(seenPlace()) ?? {};
  for (const { id, status, amount } of [...shown].reverse()) {
    const before = seen[id] ?? (isReturn && id === shown[0].id ? "PENDING" : "PAID");
    if (status !== "PAID" || before === "PAID") continue;
    tell(text(before === "PENDING" ? "arrived" : "arrivedLate", rupiah(amount)));
  }
  remember(seenPlace(), Object.fromEntries(shown.map(({ id, status }) => [id, status])));
}

/** Whether there are some whose state may change any moment. */
export const areOpen = () => shown.some(({ status, createdAt }) =>
  status === "PENDING" ||
  status === "EXPIRED" && Date.now() - Date.parse(createdAt) < lateSeconds * 1000);

export function showTopUps() {
  find("top-ups-section").hidden = shown.length === 0;
  const list = find("top-ups");
  const kept = new Map(Array.from(list.children, (item) => [item.dataset.state, item]));
  list.replaceChildren(...shown.map((topUp) => {
    const state = [topUp.id, topUp.status, topUp.invoiceUrl, document.documentElement.lang].join();
    // One that has not changed stays, and the keyboard's place in it.
    return kept.get(state) ?? item(topUp, state);
  }));
}

/** Counts the seconds that are left. */
export function tick() {
  for (const part of document.querySelectorAll("[data-until]")) {
    const left = (Date.parse(part.dataset.until) - Date.now()) / 1000;
    part.textContent = left > 0 ? text("timeLeft", duration(left)) : text("timeOver");
  }
}

function item(topUp, state) {
  const { amount, status, reference, expiresAt } = topUp;
  const isWaiting = status === "PENDING";
  const key = isWaiting
    ? (topUp.invoiceUrl ? "waiting" : "unknown")
    : { PAID: "paid", EXPIRED: "expired", FAILED: "failed" }[status];
  const made = element("li", { className: "top-up" },
    element("strong", { className: "money" }, rupiah(amount)),
    element("span", { className: "state" }, text(key)),
    element("small", { className: "reference" }, reference));
  if (isWaiting && expiresAt) {
    made.append(element("small", { className: "left", "data-until": expiresAt }));
  }
  if (isWaiting) made.append(actions(topUp));
  Object.assign(made.dataset, { state, status });
  return made;
}

function actions({ id, amount, invoiceUrl }) {
  const row = element("div", { className: "actions" });
  const named = (key) => ({ "aria-label": `${text(key)}: ${rupiah(amount)}` });
  if (isWebAddress(invoiceUrl)) {
    row.append(element("a", { href: invoiceUrl, className: "button", ...named("pay") },
      text("pay")));
  }
  const cancel = element("button", { type: "button", ...named("cancel") }, text("cancel"));
  cancel.addEventListener("click", async () => {
    cancel.disabled = true;
    // Whatever comes of it, what is asked next shows it.
    await askSigned("POST", `${path}/${id}/cancel`).catch(() => {});
    cancel.disabled = false;
    document.dispatchEvent(new Event("dompet:changed"));
  });
  row.append(cancel);
  return row;
}

function goToPayment(invoiceUrl) {
  if (isWebAddress(invoiceUrl)) location.assign(invoiceUrl);
}

const isWebAddress = (url) => /^https?:\/\//.test(url ?? "");
