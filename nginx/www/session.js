// Who is signed in. Access tokens last a quarter of an hour; the refresh token gets the next one,
// and is good for one use: so all pages of this browser take turns, and share what came of it. (One
// that sees the other's a moment too late repeats the refresh, which the server takes for 10 s.)

import { ask, Lost } from "./api.js";
import { recall, remember } from "./memory.js";
import { pause } from "./page.js";

const place = "dompet.session";
// So much before its end a token is not used any more.
const marginSeconds = 20;
// A refresh may be repeated for 10 s, since its answer may be lost; later it would end the session.
// Two tries fit in.
const refreshSeconds = 4;
const repeatSeconds = 8;

/** The session is over, by whatever: sign in again. */
export class SignedOut extends Error {}

/** The user that is signed in, or null. */
export const user = () => recall(place)?.user ?? null;

/** @throws {Problem|Lost} */
export async function signIn(username, password) {
  keep(await ask("POST", "/auth/login", { body: { username, password } }));
}

/**
 * A new user, signed in at once. An empty name is none. If the answer to an earlier try was lost,
 * the user is there already, with this password.
 * @throws {Problem|Lost}
 */
export async function register({ email, username, password, name }) {
  let taken = null;
  try {
    const body = { email, username, password, name: name || null };
    await ask("POST", "/auth/register", { body });
  } catch (reason) {
    if (reason.name !== "conflict") throw reason;
    taken = reason;
  }
  await signIn(username, password).catch((reason) => {
    throw reason.status === 401 && taken ? taken : reason;
  });
}

/** Ends the session here at once, and at the server if it is within reach. */
export async function signOut() {
  const refreshToken = recall(place)?.refreshToken;
  remember(place, null);
  if (refreshToken) await ask("POST", "/auth/logout", { body: { refreshToken } }).catch(() => {});
}

/**
 * Asks as the user, with a new token where that is needed.
 * @param {{owner?: string}} [content] as for `ask`; with an owner it is asked as that user or not
 *   at all, whoever has signed in since
 * @throws {Problem|Lost|SignedOut}
 */
export async function askSigned(method, path, { headers, owner, ...content } = {}) {
  const attempt = (token) =>
    ask(method, path, { ...content, headers: { ...headers, Authorization: `Bearer ${token}` } });
  const token = await accessToken(owner);
  try {
    return await attempt(token);
  } catch (reason) {
    if (reason.status !== 401) throw reason;
  }
  // Refused before its time: the secret was changed, or the session has ended.
  try {
    return await attempt(await accessToken(owner, token));
  } catch (reason) {
    throw reason.status === 401 ? end() : reason;
  }
}

/** Calls when another page of this browser signs in or out. */
export function onChange(body) {
  window.addEventListener("storage", (event) => {
    const userOf = (text) => JSON.parse(text ?? "null")?.user?.id;
    if (event.key === place && userOf(event.oldValue) !== userOf(event.newValue)) body();
  });
}

/** Calls when the server has ended the session. */
export const onEnd = (body) => document.addEventListener("dompet:ended", body);

function accessToken(owner, refused) {
  return exclusively(async () => {
    const held = recall(place);
    if (!held || owner && held.user.id !== owner) throw new SignedOut();
    if (held.accessToken !== refused && Date.now() < held.goodUntil) return held.accessToken;
    return (await refresh(held)).accessToken;
  });
}

async function refresh(held) {
  const body = { refreshToken: held.refreshToken };
  const lastTry = Date.now() + repeatSeconds * 1000;
  for (;;) {
    try {
      const answer = await ask("POST", "/auth/refresh", { body, seconds: refreshSeconds });
      return successor(held) ?? keep(answer);
    } catch (reason) {
      const other = reason.status === 401 && successor(held);
      if (other) return other;
      if (reason.status === 401) throw end();
      if (!(reason instanceof Lost && Date.now() < lastTry)) throw reason;
    }
    await pause(1);
    const other = successor(held);
    if (other) return other;
  }
}

/**
 * What was stored since a session was read: another page's tokens of the same user, or null.
 * @throws {SignedOut} whoever has signed out or in meanwhile is not touched by a late answer
 */
function successor(held) {
  const now = recall(place);
  if (now?.refreshToken === held.refreshToken) return null;
  if (now?.user.id === held.user.id) return now;
  throw new SignedOut();
}

/** The server has ended the session. */
function end() {
  remember(place, null);
  document.dispatchEvent(new Event("dompet:ended"));
  return new SignedOut();
}

// Where the browser has no locks (plain HTTP from elsewhere), pages of their own must do.
let turn = Promise.resolve();
function exclusively(body) {
  if (navigator.locks) return navigator.locks.request(place, body);
  const mine = turn.then(body);
  turn = mine.catch(() => {});
  return mine;
}

function keep({ accessToken, refreshToken, expiresIn, user }) {
  const goodUntil = Date.now() + (expiresIn - marginSeconds) * 1000;
  const held = { accessToken, refreshToken, goodUntil, user };
  if (!remember(place, held)) throw new Error("this browser keeps nothing");
  return held;
}
