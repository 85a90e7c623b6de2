import { readFileSync } from 'node:fs'
import { createRng, make } from '../../envs/index.ts'
import { lunarHeuristic } from './lunar-heuristic.ts'

interface Moments {
  readonly mean: number
  readonly deviation: number
}

export interface LunarStatistics {
  readonly policy: 'random' | 'heuristic'
  /** By Gymnasium's names. */
  readonly kwargs: Readonly<Record<string, unknown>>
  readonly episodes: number
  readonly return: Moments
  readonly length: Moments
  /** Share of episodes that ended at rest. */
  readonly landed: number
}

export interface LunarFlight {
  readonly kwargs: Readonly<Record<string, unknown>>
  readonly actions: readonly number[]
  readonly observations: readonly (readonly number[])[]
  readonly rewards: readonly number[]
  /** Random numbers in [0, 1) in the order drawn; whole numbers are the wind's. */
  readonly draws: readonly number[]
}

export const recorded = JSON.parse(readFileSync(new URL('fixtures/LunarLander-v3.json', import.meta.url), 'utf8')) as {
  readonly statistics: readonly LunarStatistics[]
  readonly flights: readonly LunarFlight[]
}

/** `enable_wind` → `enableWind`. */
export function ourNames(kwargs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(kwargs).map(([key, value]) => [key.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()), value]),
  )
}

/** Plays as the recording script does. */
export async function playLunarLander(
  { policy, kwargs }: LunarStatistics,
  episodes: number,
  seed: number,
): Promise<LunarStatistics> {
  const env = await make('LunarLander-v3', { kwargs: ourNames(kwargs) })
  const rng = createRng(seed, 'actions')
  const [returns, lengths]: [number[], number[]] = [[], []]
  let landed = 0
  for (let episode = 0; episode < episodes; episode++) {
    let { observation } = env.reset(episode === 0 ? { seed } : {})
    let [total, length, ended] = [0, 0, false]
    while (!ended) {
      const action = policy === 'random' ? rng.int(4) : lunarHeuristic(observation as Float32Array)
      const result = env.step(action)
      observation = result.observation
      total += result.reward
      length++
      ended = result.terminated || result.truncated
      if (result.terminated && result.reward === 100) landed++
    }
    returns.push(total)
    lengths.push(length)
  }
  return { policy, kwargs, episodes, return: moments(returns), length: moments(lengths), landed: landed / episodes }
}

/** How many standard errors of the difference lie between two records, by figure. */
export function distances(a: LunarStatistics, b: LunarStatistics): Record<'return' | 'length' | 'landed', number> {
  const z = (p: Moments, q: Moments): number =>
    (p.mean - q.mean) / Math.hypot(p.deviation / Math.sqrt(a.episodes), q.deviation / Math.sqrt(b.episodes))
  const share = (p: number): Moments => ({ mean: p, deviation: Math.sqrt(p * (1 - p)) })
  return {
    return: z(a.return, b.return),
    length: z(a.length, b.length),
    landed: a.landed === b.landed ? 0 : z(share(a.landed), share(b.landed)),
  }
}

function moments(values: readonly number[]): Moments {
  const mean = values.reduce((a, b) => a + b) / values.length
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) }
}
