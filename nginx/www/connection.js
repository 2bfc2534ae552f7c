// Whether the server is within reach, said at the foot of the page for as long as it is not.

import { element, find } from "./page.js";
import { text } from "./words.js";

let missedSince = null;

/** An answer came, whichever. */
export function heard() {
  missedSince = null;
  show();
}

/** No answer came. */
export function missed() {
  missedSince ??= Date.now();
  show();
}

/** How long there has been no answer, in seconds. */
export const silentSeconds = () => (missedSince ? (Date.now() - missedSince) / 1000 : 0);

export function show() {
  const line = find("connection");
  const key = !navigator.onLine ? "offline" : missedSince ? "unreachable" : null;
  if (line.dataset.key === (key ?? "")) return;
  line.dataset.key = key ?? "";
  line.hidden = !key;
  line.replaceChildren(...(key ? [element("strong", {}, text(key)), " ", text("goesOn")] : []));
}

window.addEventListener("online", show);
window.addEventListener("offline", show);
