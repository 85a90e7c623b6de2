/** A number for a caption: so many decimals, and zero without a sign. */
export function decimals(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return Number(text) === 0 ? (0).toFixed(digits) : text
}
