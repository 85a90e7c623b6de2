import { isTypedArray } from '../core/dtype.ts'

/** Whether two values are alike in kind, length and every number; NaN is like itself, 0 is unlike −0. */
export function sameValue(a: unknown, b: unknown): boolean {
  return firstDifference(a, b) === undefined
}

/**
 * Where two values first differ: a path (`''`, `'[3]'`, `'.key[0]'`) and both sides there; undefined where they do not.
 * Finite numbers may be `tolerance` apart.
 */
export function firstDifference(a: unknown, b: unknown, tolerance = 0, path = ''): ValueDifference | undefined {
  if (near(a, b, tolerance)) return undefined
  const here = { path, a, b }
  if (isTypedArray(a) && isTypedArray(b)) {
    if (a.constructor !== b.constructor || a.length !== b.length) return here
    for (let i = 0; i < a.length; i++)
      if (!near(a[i], b[i], tolerance)) return { path: `${path}[${i}]`, a: a[i], b: b[i] }
    return undefined
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || isTypedArray(a) || isTypedArray(b))
    return here
  if (Array.isArray(a) !== Array.isArray(b)) return here
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const found = firstDifference(
      left[key],
      right[key],
      tolerance,
      Array.isArray(a) ? `${path}[${key}]` : `${path}.${key}`,
    )
    if (found !== undefined) return found
  }
  return undefined
}

export interface ValueDifference {
  readonly path: string
  readonly a: unknown
  readonly b: unknown
}

function near(a: unknown, b: unknown, tolerance: number): boolean {
  if (Object.is(a, b)) return true
  return tolerance > 0 && typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= tolerance
}
