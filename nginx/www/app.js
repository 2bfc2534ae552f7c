// The page's life: somebody signs in, the wallet is shown and kept up to date, the session ends.

import { Lost, Problem } from "./api.js";
import { show as showConnection } from "./connection.js";
import { askHistory, prepareHistory, showHistory, takeHistory } from "./history.js";
import { takeUpLeftovers } from "./leftovers.js";
import { rupiah } from "./money.js";
import { find, pause, showOnly } from "./page.js";
import { askSigned, onChange, onEnd, SignedOut, signOut, user } from "./session.js";
import { askToSignIn, prepareSignIn } from "./sign-in.js";
import { areOpen, askTopUps, prepareTopUp, showTopUps, takeTopUps, tick } from "./top-up.js";
import { prepareTransfer } from "./transfer.js";
import { language, speak, text, translate } from "./words.js";

// Between two looks at the wallet: while money is expected, and else. After a failure, soon again,
// then ever more seldom.
const busySeconds = 3;
const calmSeconds = 20;
const failedSecondsMax = 10;

let watch = new AbortController();
let wallet = null;
let lastLook = Promise.resolve();
let isReturn = false;

prepareSignIn(() => enter(true));
prepareTopUp();
prepareTransfer(lookSoon);
prepareHistory();
document.addEventListener("dompet:changed", lookSoon);
onChange(() => {
  leave();
  if (user()) enter();
});
onEnd(() => leave("sessionEnded"));
// A page that the browser has kept aside has not heard who signed in or out meanwhile.
window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
find("sign-out").addEventListener("click", () => {
  signOut();
  leave();
});
find("language").value = language;
find("language").addEventListener("change", ({ target }) => {
  speak(target.value);
  showConnection();
  if (!wallet) return;
  showHistory();
  showAll();
});
setInterval(tick, 1000);
translate();
showConnection();
if (user()) enter();
else leave();

/**
 * Shows the wallet, and looks at it again and again until the session ends.
 * @param {boolean} isArrival whether the reader has just signed in, and reads on from the top
 */
async function enter(isArrival = false) {
  watch.abort();
  watch = new AbortController();
  const { signal } = watch;
  find("who").textContent = user().name ?? user().username;
  find("sign-out").hidden = false;
  showOnly(find("opening"));
  tellReturn();
  takeUpLeftovers(lookSoon);
  for (let failures = 0; !signal.aborted;) {
    let rest;
    try {
      await look();
      failures = 0;
      rest = areOpen() ? busySeconds : calmSeconds;
      if (isArrival) find("balance-title").focus();
      isArrival = false;
    } catch (reason) {
      if (signal.aborted) return;
      if (reason instanceof SignedOut) return leave("sessionEnded");
      if (!(reason instanceof Lost || reason instanceof Problem)) reportError(reason);
      failures += 1;
      rest = Math.max(Math.min(2 ** failures, failedSecondsMax), reason.retrySeconds ?? 0);
    }
    await pause(rest, signal);
    while (document.hidden && !signal.aborted) await pause(calmSeconds, signal);
  }
}

/** Nothing of who was here stays, neither to be seen nor to be done. */
function leave(reason) {
  watch.abort();
  wallet = null;
  document.dispatchEvent(new Event("dompet:left"));
  for (const form of document.forms) form.reset();
  find("leftovers").replaceChildren();
  find("balance").textContent = "";
  tell("");
  find("who").textContent = "";
  find("sign-out").hidden = true;
  showOnly(find("welcome"));
  askToSignIn(reason);
}

/** What the provider's page sends back to. Which way it says does not count: what was paid does. */
function tellReturn() {
  const place = location.pathname.split("/").pop();
  isReturn = place === "paid";
  if (isReturn) tell(text("checkingPayment"));
  if (place === "not-paid") tell(text("notPaid"));
  if (place) history.replaceState(null, "", "./");
}

/** One look after the other, so that what is shown is never older than what was shown before. */
function look() {
  lastLook = lastLook.catch(() => {}).then(lookOnce);
  return lastLook;
}

// In this order: a top-up that is asked about may become money.
async function lookOnce() {
  const { signal } = watch;
  const topUps = await askTopUps();
  const now = await askSigned("GET", "/wallets/me");
  const page = now.updatedAt === wallet?.updatedAt ? null : await askHistory();
  if (signal.aborted) return;
  // What was said of another balance is no news any more.
  if (page && wallet) tell("");
  wallet = now;
  takeTopUps(topUps, tell, isReturn);
  if (page) takeHistory(page);
  showAll();
}

function showAll() {
  find("balance").textContent = rupiah(wallet.balance);
  showTopUps();
  tick();
  showOnly(find("wallet"));
}

function lookSoon() {
  look().catch(() => {});
}

function tell(message) {
  find("news").textContent = message;
}
