// What this browser remembers between pages. Damaged or without room, it remembers nothing.

export function recall(place) {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null;
  }
}

/** A value of null or undefined is forgotten. */
export function remember(place, value) {
  if (value === null || value === undefined) localStorage.removeItem(place);
  else localStorage.setItem(place, JSON.stringify(value));
}
