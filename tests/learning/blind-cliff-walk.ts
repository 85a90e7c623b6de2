/**
 * The experiment of Schaul et al. 2016 (section 3.1, figure 2): Q-learning from a replay memory that holds every way through the
 * blind cliff walk, one transition an update, until the values are right. Prints the table of docs/agents/prioritized-dqn.md:
 *
 *     tsx tests/learning/blind-cliff-walk.ts
 */
import { pathToFileURL } from 'node:url'
import { createPrioritizedSampler } from '../../agents/replay/prioritized-sampler.ts'
import { createUniformSampler } from '../../agents/replay/uniform-sampler.ts'
import { createRng } from '../../core/rng.ts'
import { BlindCliffWalk } from '../../envs/grid/blind-cliff-walk.ts'

interface Transition {
  readonly state: number
  readonly action: number
  readonly reward: number
  /** Undefined after the end. */
  readonly next: number | undefined
}

/** Every sequence of actions from the start to its end: 2ⁿ⁺¹ − 2 transitions, as the environment itself makes them. */
export function everyWay(n: number): Transition[] {
  const env = new BlindCliffWalk({ n })
  const transitions: Transition[] = []
  for (let code = 0; code < 2 ** n; code++) {
    let state = env.reset({ seed: 0 }).observation
    for (let step = 0; ; step++) {
      const action = (code >> step) & 1
      const { observation, reward, terminated } = env.step(action)
      transitions.push({ state, action, reward, next: terminated ? undefined : observation })
      if (terminated) break
      state = observation
    }
  }
  return transitions
}

/** Updates until the mean squared error of all values is below 0.001; step size 1/4, γ = 1 − 1/n, as in the paper. */
export function updatesUntilLearned(n: number, prioritized: boolean, seed: number, most = 5e6): number {
  const memory = everyWay(n)
  const [gamma, stepSize] = [1 - 1 / n, 0.25]
  const rng = createRng(seed, prioritized ? 'prioritized' : 'uniform')
  const sampler = prioritized
    ? createPrioritizedSampler({ capacity: memory.length, alpha: 1, epsilon: 1e-4, uniformMix: 0, rng })
    : createUniformSampler(rng)
  memory.forEach((_, index) => sampler.insert(index))
  const truth = Float64Array.from({ length: 2 * n }, (_, at) =>
    (at >> 1) % 2 === at % 2 ? gamma ** (n - 1 - (at >> 1)) : 0,
  )
  const q = Float64Array.from(truth, () => 0.1 * rng.normal())
  const errorAt = (at: number): number => (q[at]! - truth[at]!) ** 2
  const drawn = new Int32Array(1)
  const errors = new Float64Array(1)
  for (let updates = 1; updates <= most; updates++) {
    sampler.sample(memory.length, drawn)
    const { state, action, reward, next } = memory[drawn[0]!]!
    const target = reward + (next === undefined ? 0 : gamma * Math.max(q[2 * next]!, q[2 * next + 1]!))
    const at = 2 * state + action
    const error = target - q[at]!
    q[at] = q[at]! + stepSize * error
    errors[0] = error
    sampler.update(drawn, errors)
    let sum = 0
    for (let i = 0; i < q.length; i++) sum += errorAt(i)
    if (sum / q.length < 1e-3) return updates
  }
  return Infinity
}

export function medianUpdates(n: number, prioritized: boolean, seeds: number): number {
  const all = Array.from({ length: seeds }, (_, seed) => updatesUntilLearned(n, prioritized, seed)).sort(
    (a, b) => a - b,
  )
  return all[all.length >> 1]!
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const seeds = 11
  console.log(`| n | transitions | uniform | prioritized | ratio |\n|---|---|---|---|---|`)
  for (const n of [2, 4, 6, 8, 10, 12]) {
    const [uniform, prioritized] = [medianUpdates(n, false, seeds), medianUpdates(n, true, seeds)]
    const told = [n, 2 ** (n + 1) - 2, uniform, prioritized].map((x) => x.toLocaleString('en'))
    console.log(`| ${told.join(' | ')} | ${(uniform / prioritized).toFixed(1)} |`)
    if (n >= 6 && prioritized >= uniform) process.exitCode = 1
  }
}
