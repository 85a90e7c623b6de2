/**
 * A custom agent in one file: hill climbing on a linear policy.
 *
 *     ringside train ./examples/custom-agent.ts#HillClimbing CartPole-v1 --steps 20000
 *
 * It tries small random changes of its weights for an episode each, and keeps those that did not do worse.
 */
import { z } from 'zod'
import type { Actor, Agent, AgentContext, AgentDefinition } from 'ringside/agents'

const config = z.strictObject({
  noise: z.number().positive().default(0.3).describe('size of the changes'),
})
type Config = z.infer<typeof config>

export const HillClimbing: AgentDefinition<Config> = {
  name: 'hill-climbing',
  summary: 'random changes of a linear policy, kept when they do not do worse',
  config,
  load: async () => ({ create }),
}

function create({ observationSpace, actionSpace, rng }: AgentContext, { noise }: Config): Agent {
  const inputs = observationSpace.shape?.[0]
  if (inputs === undefined || actionSpace.toJSON()['n'] !== 2)
    throw new Error('hill climbing wants a vector and two actions')
  const draw = rng.stream('changes')
  let best = new Float64Array(inputs)
  let bestReturn = -Infinity
  let tried = best.slice()
  let total = 0

  const actor = (lanes: number, weights: () => Float64Array): Actor => {
    const actions = new Int32Array(lanes)
    return {
      act(observations) {
        const w = weights()
        for (let lane = 0; lane < lanes; lane++) {
          let sum = 0
          for (let i = 0; i < inputs; i++) sum += w[i]! * observations[lane * inputs + i]!
          actions[lane] = sum > 0 ? 1 : 0
        }
        return { actions, extras: {} }
      },
      state: () => ({}),
      restore() {},
    }
  }
  return {
    actor: (lanes, mode) => actor(lanes, () => (mode === 'train' ? tried : best)),
    observe({ reward, terminated, truncated }) {
      total += reward[0]!
      if (terminated[0] === 0 && truncated[0] === 0) return
      if (total >= bestReturn) {
        best = tried
        bestReturn = total
      }
      tried = best.map((w) => w + noise * draw.normal())
      total = 0
    },
    learn: () => undefined,
    metrics: () => ({ bestReturn: Number.isFinite(bestReturn) ? bestReturn : 0 }),
    explain: () => ({}),
    networks: () => ({}),
    state: () => {
      const { key, words, spare } = draw.state()
      return { best, tried, bestReturn, total, draw: { key, words, spare } }
    },
    restore(state) {
      best = Float64Array.from(state['best'] as Float64Array)
      tried = Float64Array.from(state['tried'] as Float64Array)
      bestReturn = state['bestReturn'] as number
      total = state['total'] as number
      draw.restore(state['draw'] as unknown as ReturnType<typeof draw.state>)
    },
  }
}
