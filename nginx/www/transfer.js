// Money for a friend.

import { serve, sayUnknown, tidyAmount, markFault } from "./form.js";
import { intend, settle } from "./intent.js";
import { amountOf, rupiah } from "./money.js";
import { find } from "./page.js";
import { text } from "./words.js";

const path = "/wallets/transfers";

/** @param {() => void} moved is called when money has moved */
export function prepareTransfer(moved) {
  const form = find("transfer");
  tidyAmount(form.elements.amount);
  serve(form, async ({ to, amount, description }, say) => {
    const sum = amountOf(amount);
    if (!sum) return void markFault(form, "amount");
    const body = { to, amount: sum, description: description || null };
    const message = await finishTransfer(intend("transfer", path, body), say);
    form.reset();
    moved();
    return message;
  }, explainTransfer);
}

/** Asks for the transfer until there is an outcome, and gives what there is to say then. */
export async function finishTransfer(intent, say) {
  const { amount, to } = await settle(intent, sayUnknown(say));
  return text("sent", rupiah(amount), to);
}

export const explainTransfer = (problem) => ({
  "insufficient-funds": text("insufficient"),
  "transfer-refused": text("refusedTransfer", problem.message),
})[problem.name];
