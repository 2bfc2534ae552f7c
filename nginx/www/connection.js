// Whether the server is within reach, said at the foot of the page for as long as it is not.

import { element, find } from "./page.js";
import { text } from "./words.js";

let isMissed = false;

/** An answer came, whichever. */
export function heard() {
  isMissed = false;
  show();
}

/** No answer came. */
export function missed() {
  isMissed = true;
  show();
}

export function show() {
  const line = find("connection");
  const key = !navigator.onLine ? "offline" : isMissed ? "unreachable" : null;
  if (line.dataset.key === (key ?? "")) return;
  line.dataset.key = key ?? "";
  line.hidden = !key;
  line.replaceChildren(...(key ? [element("strong", {}, text(key)), " ", text("goesOn")] : []));
}

window.addEventListener("online", show);
window.addEventListener("offline", show);
