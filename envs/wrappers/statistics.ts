import type { Env, EnvSpec, WrapperStatistics } from '../types.ts'
import { mergeMoments } from './moments.ts'
import { Wrapper } from './wrapper.ts'

/** What the wrappers around an environment have learned of it, innermost first. */
export function statisticsOf(env: Env): WrapperStatistics[] {
  const found: WrapperStatistics[] = []
  for (let at = env; at instanceof Wrapper; at = at.env) {
    const moments = at.statistics?.()
    if (moments !== undefined) found.unshift({ wrapper: at.constructor.name, ...moments })
  }
  return found
}

/** Those of several lanes, made of all their values. */
export function mergeStatistics(lanes: readonly (readonly WrapperStatistics[])[]): WrapperStatistics[] {
  return lanes[0]!.map(({ wrapper }, i) => ({ wrapper, ...mergeMoments(lanes.map((lane) => lane[i]!)) }))
}

/**
 * A spec whose wrappers hold these statistics for good, as evaluations play: an agent sees its observations scaled as it
 * did when it learned, and nothing that it plays changes them.
 */
export function withStatistics(spec: EnvSpec, statistics: readonly WrapperStatistics[]): EnvSpec {
  if (statistics.length === 0 || spec.wrappers === undefined) return spec
  const rest = [...statistics]
  const wrappers = spec.wrappers.map((wrapper) => {
    const at = rest.findIndex((each) => each.wrapper === wrapper.name)
    if (at < 0) return wrapper
    const { mean, variance, count } = rest.splice(at, 1)[0]!
    const frozen = { mean: Array.from(mean), variance: Array.from(variance), count }
    return { ...wrapper, kwargs: { ...wrapper.kwargs, frozen } }
  })
  return { ...spec, wrappers }
}
