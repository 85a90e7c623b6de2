import { sizeOf } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import { fields } from '../../core/state.ts'
import { isDiscrete } from '../../envs/spaces/index.ts'
import { createSchedule } from '../schedules.ts'
import type { Agent, AgentContext, AgentFactory, Metrics, StepBatch } from '../types.ts'
import { createTableActor } from './actor.ts'
import type { TabularConfig } from './config.ts'
import { createEstimateTracker } from './estimates.ts'
import { laneMask } from './policy.ts'
import { createStateIndex } from './state-index.ts'
import { createTables } from './tables.ts'
import { doubleQTarget, expectedSarsaTarget, maximum, qLearningTarget, sarsaTarget, visitStepSize } from './updates.ts'
import { createWaitingSteps } from './waiting-steps.ts'

/**
 * Q-learning, Sarsa and expected Sarsa on a table (Sutton and Barto 2018, chapter 6), each with one table or two (van
 * Hasselt 2010). An update needs the step's own arrays and nothing remembered, so `observe` makes it, lane after lane;
 * `learn` tells of it.
 */
export function createTabular(context: AgentContext, config: TabularConfig): Agent {
  const { observationSpace, actionSpace, lanes, rng, steps: budget, note } = context
  if (!isDiscrete(actionSpace)) {
    throw usageError(
      `A table has a column for each action, so they must be Discrete; this environment's are ${actionSpace}. ` +
        'Discretise its actions first.',
    )
  }
  const { n: actions, start } = actionSpace
  const { gamma, initialValue, target: kind } = config
  const index = createStateIndex(observationSpace)
  const { states } = index
  const count = config.double ? 2 : 1
  const tables = createTables({ states, actions, count, initialValue })
  const coin = rng.stream('tables')
  note?.(
    `${count === 1 ? 'a table' : 'two tables'} of ${states} states × ${actions} actions, ${megabytes(tables.bytes)} MB`,
  )

  // Step sizes and ε, by time or by visits.
  const { learningRate, epsilon } = config
  const scheduledRate = isByVisits(learningRate) ? undefined : createSchedule(learningRate, budget)
  const stepSize = (n: number): number => {
    rate = isByVisits(learningRate) ? visitStepSize(n, learningRate.power) : scheduledRate!(steps)
    return rate
  }
  const scheduledEpsilon = isByVisits(epsilon) ? undefined : createSchedule(epsilon, budget)
  const visits = isByVisits(epsilon) ? new Float64Array(states) : undefined
  /** In a state now: its present visit, which `observe` has yet to count, counts. */
  const epsilonIn = (state: number): number =>
    isByVisits(epsilon) ? visitStepSize(visits![state]! + 1, epsilon.power) : scheduledEpsilon!(steps)

  // What is remembered between steps.
  const waiting = createWaitingSteps(lanes)
  const estimates = createEstimateTracker(lanes, gamma)
  let steps = 0
  let updates = 0
  /** Of the last update. */
  let rate = 0
  let last: Metrics = {}

  // Updates. `errors` and `made` are of this step.
  const acted = new Float64Array(actions)
  const [row, other] = [new Float64Array(actions), new Float64Array(actions)]
  let errors = 0
  let made = 0
  const drawTable = (): number => (count === 2 ? coin.int(2) : 0)
  const update = (table: number, state: number, action: number, target: number): void => {
    errors += Math.abs(tables.update(table, state, action, target, stepSize))
    made++
    updates++
  }
  /** A target whose next action is a matter of the policy, not of what was taken. */
  const policyTarget = (
    table: number,
    reward: number,
    discount: number,
    next: number,
    mask: Uint8Array | undefined,
  ): number => {
    const valuing = count === 2 ? 1 - table : 0
    if (kind === 'max') {
      return count === 2
        ? doubleQTarget(reward, discount, tables.row(table, next, row), tables.row(valuing, next, other), mask)
        : qLearningTarget(reward, discount, tables.row(0, next, row), mask)
    }
    const valued = tables.row(valuing, next, other)
    return expectedSarsaTarget(reward, discount, tables.mean(next, row), valued, epsilonIn(next), mask)
  }
  const learnFrom = (step: StepBatch, lane: number): void => {
    const state = index.of(step.observation, lane)
    const next = index.of(step.nextObservation, lane)
    const action = step.action[lane]! - start
    const reward = step.reward[lane]!
    const terminated = step.terminated[lane] !== 0
    const ended = terminated || step.truncated[lane] !== 0
    const nextMask = laneMask(step.nextActionMask, lane, actions)

    // An episode that was abandoned (its environment could not be restored) has no next action to learn from.
    if (step.isFirst[lane] !== 0) {
      waiting.drop(lane)
      estimates.abandon(lane)
    }
    const before = waiting.take(lane)
    if (before !== undefined) {
      const table = drawTable()
      const nextValue = tables.value(count === 2 ? 1 - table : 0, before.next, action)
      update(table, before.state, before.action, sarsaTarget(before.reward, gamma, nextValue))
    }

    estimates.step(lane, maximum(tables.mean(state, acted), laneMask(step.actionMask, lane, actions)), reward)
    if (visits !== undefined) visits[state]!++
    // Sarsa's update waits for the action that is taken next. After a truncation none will be: what the policy would have
    // taken is averaged over (equation 6.9), which is the mean of all draws, and moves no random numbers.
    if (kind === 'sarsa' && !ended) waiting.put(lane, { state, action, reward, next })
    else {
      const table = drawTable()
      update(table, state, action, policyTarget(table, reward, terminated ? 0 : gamma, next, nextMask))
    }
    if (ended) estimates.end(lane, terminated ? 0 : maximum(tables.mean(next, acted), nextMask))
  }

  return {
    actor: (actorLanes, mode, actorRng) =>
      createTableActor({
        lanes: actorLanes,
        space: actionSpace,
        index,
        tables,
        epsilon: mode === 'train' ? epsilonIn : () => config.evaluationEpsilon,
        rng: actorRng,
      }),
    observe(step) {
      errors = 0
      made = 0
      for (let lane = 0; lane < step.lanes; lane++) learnFrom(step, lane)
      steps += step.lanes
    },
    learn() {
      if (made === 0) return undefined
      last = { tdError: errors / made, learningRate: rate }
      made = 0
      return last
    },
    metrics: () => ({
      ...last,
      ...(scheduledEpsilon !== undefined && { epsilon: scheduledEpsilon(steps) }),
      ...estimates.means(),
      updates,
    }),
    explain(observations) {
      const shown = observations.length / sizeOf(observationSpace.shape ?? [])
      const q = new Float32Array(shown * actions)
      for (let lane = 0; lane < shown; lane++) q.set(tables.mean(index.of(observations, lane), acted), lane * actions)
      return { q }
    },
    networks: () => ({}),
    tables: tables.all,
    state: () => ({
      tables: tables.state(),
      coin: saveRng(coin),
      visits: visits?.slice() ?? null,
      steps,
      updates,
      rate,
      last,
      // Of the lanes, and of no use to acting: kept apart, as replay is.
      replay: { waiting: waiting.state(), estimates: estimates.state() },
    }),
    restore(state) {
      const saved = fields(state, 'the tabular agent')
      tables.restore(saved.tree('tables'))
      restoreRng(coin, saved.get('coin'), "the tabular agent's coin")
      visits?.set(saved.array('visits', 'float64', [states]))
      steps = saved.number('steps')
      updates = saved.number('updates')
      rate = saved.number('rate')
      last = saved.tree('last') as Metrics
      // A checkpoint that is only acted with may come to another number of lanes.
      if (saved.get('replay') === undefined) return
      const ofLanes = fields(saved.tree('replay'), 'the tabular agent')
      waiting.restore(ofLanes.tree('waiting'))
      estimates.restore(ofLanes.tree('estimates'))
    },
  }
}

export const factory: AgentFactory<TabularConfig> = { create: createTabular }

function isByVisits(setting: TabularConfig['learningRate']): setting is { kind: 'visits'; power: number } {
  return typeof setting === 'object' && setting.kind === 'visits'
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
