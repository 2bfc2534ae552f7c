// What every part builds its piece of the page with.

export const find = (id) => document.getElementById(id);

/**
 * A new element. Text goes in as text: nothing here is ever read as HTML.
 * @param {string} name such as "li"
 * @param {object} attributes properties where there are such, else attributes
 * @param {...(Node|string)} children
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Shows one of an element's children that are sections, and hides the others. */
export function showOnly(section) {
  for (const other of section.parentElement.children) other.hidden = other !== section;
}

/** Reads a form's fields, all as they were typed. */
export const fields = (form) => Object.fromEntries(new FormData(form));

/**
 * Waits so many seconds, or until the network or the reader comes back, or the user leaves.
 * @param {number} seconds
 * @param {AbortSignal} [signal] ends the wait, too
 */
export function pause(seconds, signal) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      window.removeEventListener("online", over);
      document.removeEventListener("visibilitychange", over);
      document.removeEventListener("dompet:left", over);
      signal?.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, seconds * 1000);
    window.addEventListener("online", over);
    document.addEventListener("visibilitychange", over);
    document.addEventListener("dompet:left", over);
    signal?.addEventListener("abort", over);
  });
}
