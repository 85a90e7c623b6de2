import { fields, type StateTree } from '../../core/state.ts'
import type { WrapperStatistics } from '../../envs/types.ts'

/** Beside the agent's own in policy.bin: what wrappers have learned of the environment, which acting depends on as much. */
const key = 'envStatistics'

/** The part of a checkpoint that is enough to act: the agent, and the statistics of its environment's wrappers. */
export function packPolicy(agent: StateTree, statistics: readonly WrapperStatistics[]): StateTree {
  if (statistics.length === 0) return agent
  const saved = statistics.map(({ wrapper, mean, variance, count }) => ({
    wrapper,
    mean: Float64Array.from(mean),
    variance: Float64Array.from(variance),
    count,
  }))
  return { ...agent, [key]: saved }
}

/** The inverse of `packPolicy`. */
export function unpackPolicy(policy: StateTree): { agent: StateTree; statistics: WrapperStatistics[] } {
  const { [key]: saved, ...agent } = policy
  if (saved === undefined) return { agent, statistics: [] }
  const statistics = fields(policy, 'the policy')
    .list(key)
    .map((each): WrapperStatistics => {
      const one = fields(each, "a wrapper's statistics")
      return {
        wrapper: one.string('wrapper'),
        mean: one.array('mean', 'float64'),
        variance: one.array('variance', 'float64'),
        count: one.number('count'),
      }
    })
  return { agent, statistics }
}
