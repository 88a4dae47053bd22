/** Sum of a basket's lines, in cents. */
export function subtotal(lines) {
  return lines.reduce((sum, line) => sum + line.price * line.count, 0);
}

/** What is left of an amount after a discount of so many percent, in cents. */
export function discounted(amount, percent) {
  return amount - (amount * percent) / 100;
}
