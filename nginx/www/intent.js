// What shall be done once, whatever happens to its answer: the request keeps one Idempotency-Key
// from the press of the button until the server has said what came of it, over lost answers,
// reloads and returns.

import { Lost, Problem } from "./api.js";
import { recall, remember } from "./memory.js";
import { pause } from "./page.js";
import { askSigned, user } from "./session.js";

const place = () => `dompet.intents.${user()?.id}`;
// What is older is not sent again by itself: its reader may have changed their mind.
const freshSeconds = 600;
const pauseSecondsMax = 20;

/**
 * Notes what is to be done, before it is asked for.
 * @param {"top-up"|"transfer"} kind
 */
export function intend(kind, path, body) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const intent = { key, kind, path, body, madeAt: Date.now() };
  save([...load(), intent]);
  return intent;
}

/** What has no outcome yet, of a kind. */
export const pending = (kind) => load().filter((intent) => intent.kind === kind);

export const isFresh = (intent) => Date.now() - intent.madeAt < freshSeconds * 1000;

export const forget = ({ key }) => save(load().filter((intent) => intent.key !== key));

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
      const answer = await askSigned("POST", intent.path, { body: intent.body, headers });
      forget(intent);
      return answer;
    } catch (reason) {
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

const load = () => recall(place()) ?? [];
const save = (intents) => remember(place(), intents.length ? intents : null);
