import { nearestName, usageError } from './errors.ts'

/**
 * Builds something from options, and refuses those that it never looked at: a misspelt option would change nothing, silently.
 * Whoever copies all options (`...rest`) has looked at all.
 */
export function withKnownOptions<T>(
  what: string,
  given: Readonly<Record<string, unknown>>,
  build: (options: Readonly<Record<string, unknown>>) => T,
  applies: (made: T) => boolean = () => true,
): T {
  const seen = new Set<string>()
  let sawAll = false
  const watched = new Proxy(given, {
    get(target, key) {
      seen.add(String(key))
      return Reflect.get(target, key) as unknown
    },
    ownKeys(target) {
      sawAll = true
      return Reflect.ownKeys(target)
    },
  })
  const made = build(watched)
  const unknown = sawAll || !applies(made) ? undefined : Object.keys(given).find((key) => !seen.has(key))
  if (unknown === undefined) return made
  const near = nearestName(unknown, seen)
  const has = seen.size === 0 ? 'It has none.' : `It has: ${[...seen].sort().join(', ')}.`
  throw usageError(`${what} has no option "${unknown}".${near === undefined ? '' : ` Did you mean "${near}"?`} ${has}`)
}
