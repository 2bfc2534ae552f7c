// What shall be done once, whatever happens to its answer: the request keeps one Idempotency-Key
// from the press of the button until the server has said what came of it, over lost answers,
// reloads and returns.

import { Lost, Problem } from "./api.js";
import { recall, remember } from "./memory.js";
import { pause } from "./page.js";
import { askSigned, SignedOut, user } from "./session.js";

const place = (owner) => `dompet.intents.${owner}`;
// What is older is not sent again by itself: its reader may have changed their mind.
const freshSeconds = 600;
const pauseSecondsMax = 20;

/**
 * Notes what is to be done, before it is asked for. It belongs to who is signed in now.
 * @param {"top-up"|"transfer"} kind
 * @throws {SignedOut}
 */
export function intend(kind, path, body) {
  const owner = user()?.id;
  if (!owner) throw new SignedOut();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const intent = { key, kind, path, body, owner, madeAt: Date.now() };
  if (!save(owner, [...load(owner), intent])) throw new Error("this browser keeps nothing");
  return intent;
}

/** What has no outcome yet, of a kind. */
export const pending = (kind) => load(user()?.id).filter((intent) => intent.kind === kind);

export const isFresh = (intent) => Date.now() - intent.madeAt < freshSeconds * 1000;

export const forget = ({ key, owner }) =>
  save(owner, load(owner).filter((intent) => intent.key !== key));

/**
 * Asks until there is an outcome, and gives it.
 * @param {(reason: Lost|Problem, seconds: number) => void} tell hears of each try that had none,
 *   and when the next one is
 * @throws {Problem|SignedOut} a refusal for good is an outcome; a session that is over is none
 */
export async function settle(intent, tell) {
  for (let seconds = 1; ; seconds = Math.min(2 * seconds, pauseSecondsMax)) {
    try {
      const headers = { "Idempotency-Key": intent.key };
      const { body, owner } = intent;
      const answer = await askSigned("POST", intent.path, { body, headers, owner });
      ensureOwner(intent);
      forget(intent);
      return answer;
    } catch (reason) {
      ensureOwner(intent);
      const isOpen = reason instanceof Lost || reason.isForNow;
      if (!isOpen) {
        if (reason instanceof Problem) forget(intent);
        throw reason;
      }
      const wait = Math.max(seconds, reason.retrySeconds ?? 0);
      tell(reason, wait);
      await pause(wait);
    }
  }
}

// An answer that comes when somebody else has signed in is for nobody here: the intent stays.
function ensureOwner({ owner }) {
  if (user()?.id !== owner) throw new SignedOut();
}

const load = (owner) => recall(place(owner)) ?? [];
const save = (owner, intents) => remember(place(owner), intents.length ? intents : null);
