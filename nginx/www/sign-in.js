// Signing in, and making a wallet.

import { serve, showMessage } from "./form.js";
import { find, showOnly } from "./page.js";
import { register, signIn, user } from "./session.js";
import { text } from "./words.js";

/** @param {() => void} enter is called when somebody is signed in */
export function prepareSignIn(enter) {
  for (const link of document.querySelectorAll("[data-show]")) {
    link.addEventListener("click", () => turnTo(link.dataset.show));
  }
  serve(find("sign-in"), async ({ username, password }) => {
    await signIn(username, password);
    enter();
  }, (problem) => problem.status === 401 && text("wrongPassword"));
  serve(find("register"), async (fields) => {
    await register(fields);
    enter();
  }, (problem) => problem.name === "conflict" && text("taken"));
}

/** Shows the form to sign in with, and says why. */
export function askToSignIn(reason) {
  turnTo("sign-in");
  showMessage(find("sign-in"), reason ? text(reason) : "", "bad");
}

function turnTo(id) {
  const form = find(id);
  showOnly(form);
  if (!user()) form.querySelector("input").focus();
}
