// What all forms do: take one press at a time, show what is wrong where it is, and say what is
// going on.

import { Lost, Problem } from "./api.js";
import { amountOf, grouped } from "./money.js";
import { fields } from "./page.js";
import { SignedOut } from "./session.js";
import { duration, text } from "./words.js";

/**
 * Lets a form do something with its fields, as often as it is sent, never twice at once. A form
 * that is reset says nothing any more.
 * @param {HTMLFormElement} form its message has the class `said`, its rules have `rule`
 * @param {(fields: object, say: (message: string) => void) => Promise<string|void>} work gives what
 *   there is to say when it is done
 * @param {(problem: Problem) => string|null} explain knows the problems of this form
 */
export function serve(form, work, explain = () => null) {
  // What is under way when the user leaves has nothing to say to the next one.
  let run = 0;
  const setBusy = (isBusy) => form.toggleAttribute("data-busy", isBusy);
  document.addEventListener("dompet:left", () => {
    run += 1;
    setBusy(false);
  });
  form.addEventListener("reset", () => {
    clearFaults(form);
    showMessage(form, "");
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.hasAttribute("data-busy")) return;
    const mine = ++run;
    const say = (message, mood = "busy") => mine === run && showMessage(form, message, mood);
    setBusy(true);
    clearFaults(form);
    say(text("working"));
    try {
      say((await work(fields(form), say)) ?? "", "good");
    } catch (reason) {
      // What shall be done once is noted all the same, and taken up when the same user signs in.
      if (reason instanceof SignedOut) say("");
      else if (mine === run) say(tellFault(form, reason, explain), "bad");
    } finally {
      if (mine === run) setBusy(false);
    }
  });
}

/** What each try that had no outcome says. */
export function sayUnknown(say) {
  return (reason, seconds) => {
    const key = reason.status === 429 ? "tooMany" : "unknown";
    const again = key === "unknown" ? " " + text("again", duration(seconds)) : "";
    say(text(key, duration(seconds)) + again);
  };
}

/** A field that takes an amount writes it as it is read. */
export function tidyAmount(input) {
  input.addEventListener("change", () => {
    const amount = amountOf(input.value);
    if (amount) input.value = grouped(String(amount));
  });
}

/** Marks a field of the form as wrong, and goes there if it is the first. */
export function markFault(form, name, message) {
  const field = form.elements[name];
  const rule = field && document.getElementById(field.getAttribute("aria-describedby"));
  if (!rule) return false;
  field.ariaInvalid = "true";
  rule.textContent = message ?? text(rule.dataset.text);
  if (form.querySelector("[aria-invalid=true]") === field) field.focus();
  return true;
}

export function showMessage(form, message, mood = "") {
  const line = form.querySelector(".said");
  line.textContent = message;
  line.dataset.mood = mood;
}

function clearFaults(form) {
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.ariaInvalid = null;
    const rule = document.getElementById(field.getAttribute("aria-describedby"));
    rule.textContent = text(rule.dataset.text);
  }
}

function tellFault(form, reason, explain) {
  if (reason instanceof Lost) return text("unreachable");
  if (!(reason instanceof Problem)) {
    reportError(reason);
    return text("other", reason.message);
  }
  const known = explain(reason);
  if (known) return known;
  if (reason.status === 429) return waitOut(form, reason.retrySeconds);
  const marked = reason.errors.filter(({ pointer, detail }) =>
    markFault(form, pointer.slice(1), ruleFor(pointer.slice(1), detail)));
  return marked.length ? "" : text("other", reason.message);
}

// The server's own words are English; a rule of the page says the same in both languages, but it
// does not know the limits of an amount.
const ruleFor = (name, detail) => (name === "amount" ? text("other", detail) : null);

/** Too many tries: the button rests for as long as the server says, and the time is counted. */
function waitOut(form, seconds) {
  const button = form.querySelector("button[type=submit], button:not([type])");
  const end = Date.now() + Math.max(1, seconds) * 1000;
  button.disabled = true;
  const timer = setInterval(() => {
    const left = (end - Date.now()) / 1000;
    showMessage(form, left > 0 ? text("tooMany", duration(left)) : "", "bad");
    if (left > 0) return;
    button.disabled = false;
    clearInterval(timer);
  }, 1000);
  return text("tooMany", duration(seconds));
}
