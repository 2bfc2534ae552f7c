// What this browser remembers between pages. What is damaged is forgotten.

export function recall(place) {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null;
  }
}

/**
 * A value of null is forgotten.
 * @returns {boolean} false if the browser has no room for it, or keeps nothing at all
 */
export function remember(place, value) {
  try {
    if (value === null) localStorage.removeItem(place);
    else localStorage.setItem(place, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
