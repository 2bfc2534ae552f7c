// Rupiah, as they are written in Indonesia. Always by way of digits: no amount becomes a
// floating-point number on its way to the page.

const space = "\u00a0"; // which does not break

/**
 * `"50000.00"` becomes `Rp 50.000`, `"-50000.00"` becomes `−Rp 50.000`.
 * @param {string} decimal an amount as the API writes it
 */
export function rupiah(decimal) {
  const [, sign, whole] = /^(-?)(\d+)(?:\.\d+)?$/.exec(decimal) ?? [null, "", decimal];
  return `${sign && "−"}Rp${space}${grouped(whole)}`;
}

/** The same with a plus before what came in. */
export const change = (decimal) => (decimal.startsWith("-") ? "" : "+") + rupiah(decimal);

/** `50000` becomes `50.000`. */
export const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ".");

/**
 * What somebody typed, such as `50.000` or `Rp 50000`, in whole rupiah.
 * @returns {number|null} null if it is no whole amount that can be meant
 */
export function amountOf(typed) {
  const text = typed.trim().replace(/^rp\.?\s*/i, "");
  if (!/^(\d{1,12}|\d{1,3}([. \u00a0]\d{3}){1,3})$/.test(text)) return null;
  return Number(text.replace(/\D/g, "")) || null;
}
