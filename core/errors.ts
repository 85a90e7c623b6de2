/** An operation that failed for a reason a person can act on. The command line prints its message alone and exits with `exitStatus`. */
export class RingsideError extends Error {
  /** 1: it failed; 2: it was asked for wrongly. */
  readonly exitStatus: 1 | 2

  constructor(message: string, options: { exitStatus?: 1 | 2; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RingsideError'
    this.exitStatus = options.exitStatus ?? 1
  }
}

/** Wrong use (exit status 2): an unknown name, a bad value, an impossible combination. */
export function usageError(message: string, cause?: unknown): RingsideError {
  return new RingsideError(message, { exitStatus: 2, cause })
}

/** What was thrown, its message led by where it happened, unless that is in it already. A person's own error stays the cause. */
export function inContext(context: string, thrown: unknown): RingsideError {
  const message = messageOf(thrown)
  if (thrown instanceof RingsideError && message.includes(context)) return thrown
  const exitStatus = thrown instanceof RingsideError ? thrown.exitStatus : 1
  return new RingsideError(`${context}: ${message}`, { exitStatus, cause: thrown })
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** ` at my-env.ts:12`, where it was thrown, or nothing where that is not known. */
export function placeOf(thrown: unknown): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  const line = stack.split('\n').find((text) => /^\s+at .*:\d+:\d+\)?$/.test(text))
  const found = /([^/\\(]+):(\d+):\d+\)?$/.exec(line ?? '')
  return found === null ? '' : ` at ${found[1]!.replace(/\?.*$/, '')}:${found[2]}`
}

/**
 * The name nearest to `wanted` by edit distance (case ignored), or undefined when none is near enough to be a typo of it.
 */
export function nearestName(wanted: string, names: Iterable<string>): string | undefined {
  const lower = wanted.toLowerCase()
  let best: string | undefined
  let bestDistance = Infinity
  for (const name of names) {
    const candidate = name.toLowerCase()
    // A prefix ("CartPole" for "CartPole-v1") is nearer than any edit of the same length.
    const distance =
      candidate.startsWith(lower) || candidate.endsWith(`/${lower}`) ? 0.5 : editDistance(lower, candidate)
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return bestDistance <= Math.max(2, Math.ceil(wanted.length * 0.4)) ? best : undefined
}

/** `unknown environment "CartPole-v2"; did you mean "CartPole-v1"? Known: …` as a usage error. */
export function unknownName(kind: string, wanted: string, names: Iterable<string>): RingsideError {
  const known = [...names]
  const near = nearestName(wanted, known)
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`
  return usageError(`Unknown ${kind} "${wanted}".${hint} Known: ${known.join(', ') || '(none)'}.`)
}

/** Damerau-Levenshtein distance (adjacent swaps count once). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let d = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, beforeLast[j - 2]! + 1)
      row.push(d)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
