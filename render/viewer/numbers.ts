/** A short number of a width that hardly changes. */
export function format(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size > 0 && size < 0.0005) return minus(value.toExponential(1))
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 || size === 0 ? 2 : 3
  return minus(value.toFixed(digits))
}

/** A number at an axis, as short as it can be. */
export function shortly(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e6) return `${minus(String(+(value / 1e6).toFixed(1)))}M`
  if (size >= 1e4) return `${minus(String(+(value / 1e3).toFixed(1)))}k`
  return minus(String(size >= 1 ? +value.toFixed(3) : +value.toPrecision(3)))
}

export function count(value: number): string {
  return value.toLocaleString('en')
}

function minus(text: string): string {
  return text.replaceAll('-', '−')
}
