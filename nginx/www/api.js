// One request and its answer. What can come of it has three names: the answer, a Problem that the
// server tells (RFC 9457), or Lost: nobody can say whether it was done.

import { heard, missed } from "./connection.js";

const prefix = "/api/v1";
const problems = "urn:dompet:problem:";
// Longer than nginx waits for the slowest program.
const usualSeconds = 25;

/** No answer came, or one that could not be read. */
export class Lost extends Error {}

/** What the server says is wrong. */
export class Problem extends Error {
  constructor(response, { type = "", detail, errors = [] }) {
    super(detail ?? response.statusText);
    this.status = response.status;
    this.name = type.replace(problems, "");
    /** Where in the body: `[{pointer: "/amount", detail: "…"}]`. */
    this.errors = errors;
    /** When to come again, in seconds; 0 if that is not said. */
    this.retrySeconds = Number(response.headers.get("Retry-After")) || 0;
  }

  /** Whether the same request may go through later. */
  get isForNow() {
    const isServerFault = this.status >= 500 && this.name !== "provider-refused";
    return isServerFault || this.status === 429 || this.name === "request-in-progress";
  }
}

/**
 * Asks, and gives what was answered: JSON read, CSV as it is, null for 204.
 * @param {string} method
 * @param {string} path below /api/v1
 * @param {{body?: object, headers?: object, seconds?: number}} [content] and how long it may take
 * @throws {Problem|Lost}
 */
export async function ask(method, path, { body, headers = {}, seconds = usualSeconds } = {}) {
  try {
    const response = await fetch(prefix + path, {
      method,
      headers: body ? { "Content-Type": "application/json", ...headers } : headers,
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(seconds * 1000),
    });
    const answer = await read(response);
    const isOurs = response.ok ? answer !== undefined : answer?.type?.startsWith(problems);
    if (!isOurs) throw new Error(`${response.status} by another`);
    heard();
    if (response.ok) return answer;
    throw new Problem(response, answer);
  } catch (reason) {
    if (reason instanceof Problem) throw reason;
    missed();
    throw new Lost(String(reason));
  }
}

// Undefined for what no call of ours gives: a proxy, or a hotel's network, may answer with a page of
// its own, whatever the status, and that says nothing of what the server has done.
async function read(response) {
  const type = response.headers.get("Content-Type") ?? "";
  if (response.status === 204) return null;
  if (/[/+]json/.test(type)) return response.json();
  return type.startsWith("text/csv") ? response.blob() : undefined;
}
