// What was asked for on an earlier visit and has no outcome yet: asked for again by itself, or, if
// it is old, when the reader says so.

import { forget, isFresh, pending } from "./intent.js";
import { rupiah } from "./money.js";
import { element, find } from "./page.js";
import { SignedOut } from "./session.js";
import { text } from "./words.js";
import { explainTopUp, finishTopUp } from "./top-up.js";
import { explainTransfer, finishTransfer } from "./transfer.js";

const kinds = {
  "top-up": {
    finish: async (intent, say) => void await finishTopUp(intent, say),
    explain: explainTopUp,
    describe: ({ amount }) => `${text("topUp")} ${rupiah(String(amount))}`,
  },
  transfer: {
    finish: finishTransfer,
    explain: explainTransfer,
    describe: ({ amount, to }) => `${text("send")} ${rupiah(String(amount))} → ${to}`,
  },
};

/** @param {() => void} changed is called when one has an outcome */
export function takeUpLeftovers(changed) {
  find("leftovers").replaceChildren();
  for (const [name, kind] of Object.entries(kinds)) {
    for (const intent of pending(name)) takeUp(intent, kind, changed);
  }
}

function takeUp(intent, kind, changed) {
  const said = element("p", { className: "said", role: "status" });
  const item = element("li", {}, element("strong", {}, kind.describe(intent.body)), said);
  find("leftovers").append(item);
  const go = () => finish(intent, kind, said).then((isOver) => {
    if (isOver) item.remove();
    changed();
  });
  if (isFresh(intent)) go();
  else offer(intent, kind, item, said, go);
}

/** @returns whether there is nothing left to say */
async function finish(intent, kind, said) {
  try {
    const message = await kind.finish(intent, (words) => { said.textContent = words; });
    said.textContent = message ?? "";
    return !message;
  } catch (reason) {
    if (reason instanceof SignedOut) return true;
    said.textContent = kind.explain(reason) || text("other", reason.message);
    return false;
  }
}

function offer(intent, kind, item, said, go) {
  said.textContent = text("left", kind.describe(intent.body));
  const button = (key, act) => {
    const made = element("button", { type: "button" }, text(key));
    made.addEventListener("click", act);
    return made;
  };
  const row = element("div", { className: "actions" },
    button("askAgain", () => { row.remove(); go(); }),
    button("drop", () => { forget(intent); item.remove(); }));
  item.append(row);
}
