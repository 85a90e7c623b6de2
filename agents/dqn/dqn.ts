import { RingsideError, usageError } from '../../core/errors.ts'
import { fields } from '../../core/state.ts'
import type { TypedArray } from '../../core/dtype.ts'
import { isDiscrete } from '../../envs/spaces/index.ts'
import { createEncoder } from '../networks/observation.ts'
import { createQNetwork } from '../networks/q-network.ts'
import {
  createVariables,
  notFinite,
  restoreVariables,
  saveVariables,
  underName,
} from '../../engine/layers/variables.ts'
import { createAccumulator } from '../replay/accumulator.ts'
import { createBatch } from '../replay/batch.ts'
import { createStorage } from '../replay/create-storage.ts'
import { createUniformSampler } from '../replay/uniform-sampler.ts'
import { createSchedule } from '../schedules.ts'
import type { Agent, AgentContext, AgentFactory, Metrics } from '../types.ts'
import { createEpsilonGreedyActor } from './actor.ts'
import type { DqnConfig } from './config.ts'
import { createLearner } from './learner.ts'

/**
 * Deep Q-learning (Mnih et al. 2015), and by its switches Double DQN, dueling networks and n-step returns. Sampling and
 * learning take turns: `observe` stores what the environments did, `learn` makes the gradient steps that fall due.
 */
export function createDqn(context: AgentContext, config: DqnConfig): Agent {
  const { observationSpace, actionSpace, lanes, engine, rng, steps: budget, note } = context
  if (!isDiscrete(actionSpace)) {
    throw usageError(
      `dqn needs a Discrete action space, and this environment's is ${actionSpace}. Discretise its actions first.`,
    )
  }
  if (config.learningStarts >= budget) {
    throw usageError(
      `learningStarts (${config.learningStarts}) expects less than the run's steps (${budget}): nothing would be learned.`,
    )
  }

  // Parts.
  const encoder = createEncoder(observationSpace, 'dqn')
  const network = createQNetwork(encoder, actionSpace.n, { ...config.network, dueling: config.dueling })
  const initial = network.init(rng.stream('initialization'))
  const online = createVariables(initial)
  const target = createVariables(initial, false)
  const learner = createLearner({ engine, config, network, encoder, actions: actionSpace.n, online, target })
  const replay = createStorage({
    capacity: config.replayCapacity,
    observationSpace,
    lanes,
    observation: encoder.format,
    actions: actionSpace.n,
  })
  const sampler = createUniformSampler(rng.stream('replay'))
  const accumulator = createAccumulator({
    lanes,
    observation: encoder.format,
    nStep: config.nStep,
    gamma: config.gamma,
    rewardClip: config.rewardClip,
    firstAction: actionSpace.start,
    sink: replay,
  })
  const epsilon = createSchedule(config.epsilon, budget)
  const learningRate = createSchedule(config.learningRate, budget)
  note?.(`replay: ${config.replayCapacity.toLocaleString('en')} transitions, ${megabytes(replay.bytes)} MB when full`)

  // Counters, in env steps of all lanes and in gradient steps.
  let steps = 0
  let trainedAt = 0
  let updates = 0

  // Acting.
  const values = engine.compile(({ observations }) => ({ q: network.apply(online, observations!).q }), {
    name: 'dqn act',
    state: underName('online', online),
    inputs: { observations: encoder.spec(null) },
  })
  const q = (observations: TypedArray): Float32Array =>
    values({ observations: encoder.cast(observations) })['q'] as Float32Array

  // Learning.
  const indices = new Int32Array(config.batchSize)
  const batch = createBatch(config.batchSize, encoder.format, actionSpace.n)
  let last: Metrics = {}

  const gradientStep = (): Metrics => {
    sampler.sample(replay.size, indices)
    replay.gather(indices, config.batchSize, batch)
    const { observation, action, reward, discount, nextObservation, nextMask } = batch
    const inputs = { observation, action, reward, discount, nextObservation, learningRate: learningRate(steps) }
    const out = learner.update(replay.masked)(replay.masked ? { ...inputs, nextMask } : inputs)
    updates++
    const loss = out['loss']![0]!
    if (!Number.isFinite(loss)) throw diverged(loss)
    return {
      loss,
      meanQ: mean(out['q']!),
      maxQ: max(out['q']!),
      tdError: meanSize(out['error']!),
      ...(out['gradientNorm'] !== undefined && { gradientNorm: out['gradientNorm'][0]! }),
    }
  }
  const diverged = (loss: number): RingsideError => {
    const broken = notFinite(engine, { ...underName('online', online), ...underName('target', target) })
    const where =
      broken === undefined ? 'the weights are finite still, so look at the rewards' : `"${broken}" is broken`
    return new RingsideError(
      `Learning diverged at step ${steps}, update ${updates}: the loss is ${loss}; ${where}. ` +
        `Try a smaller learningRate (now ${learningRate(steps)}) or gradientNorm (now ${config.gradientNorm}).`,
    )
  }
  /** How often a period ended between two step counts. */
  const due = (every: number, from: number, to: number): number => Math.floor(to / every) - Math.floor(from / every)

  return {
    actor: (actorLanes, mode, actorRng) =>
      createEpsilonGreedyActor({
        lanes: actorLanes,
        space: actionSpace,
        q,
        epsilon: mode === 'train' ? () => epsilon(steps) : () => config.evaluationEpsilon,
        rng: actorRng,
      }),
    observe(step) {
      accumulator.observe(step)
      steps += step.lanes
    },
    learn() {
      const from = trainedAt
      trainedAt = steps
      if (steps < config.learningStarts || replay.size === 0) return undefined
      const gradientSteps = due(config.trainEvery, from, steps) * config.gradientSteps
      for (let i = 0; i < gradientSteps; i++) last = gradientStep()
      const moves = due(config.target.every, from, steps)
      // Copying twice is copying once.
      for (let i = 0; i < (config.target.tau === 1 ? Math.min(1, moves) : moves); i++) learner.moveTarget()
      return gradientSteps > 0 ? last : undefined
    },
    metrics: () => ({
      ...last,
      epsilon: epsilon(steps),
      learningRate: learningRate(steps),
      replaySize: replay.size,
      updates,
      samplesPerInsert: replay.inserted === 0 ? 0 : (updates * config.batchSize) / replay.inserted,
    }),
    explain(observations) {
      const explained = engine.compile(({ observations: input }) => ({ ...network.apply(online, input!) }), {
        name: 'dqn explain',
        state: underName('online', online),
        inputs: { observations: encoder.spec(null) },
      })
      const out = explained({ observations: encoder.cast(observations) })
      const copies = Object.fromEntries(Object.entries(out).map(([name, array]) => [name, array.slice()]))
      explained.dispose()
      return copies
    },
    networks: () => ({ ...underName('online', online), ...underName('target', target) }),
    state: () => ({
      online: saveVariables(engine, online),
      target: saveVariables(engine, target),
      optimizer: saveVariables(engine, learner.optimizer.state),
      steps,
      trainedAt,
      updates,
      last,
      sampler: sampler.state(),
      accumulator: accumulator.state(),
      replay: replay.state(),
    }),
    restore(state) {
      const saved = fields(state, 'dqn')
      restoreVariables(engine, online, saved.tree('online'), "dqn's online network")
      restoreVariables(engine, target, saved.tree('target'), "dqn's target network")
      restoreVariables(engine, learner.optimizer.state, saved.tree('optimizer'), "dqn's optimizer")
      steps = saved.number('steps')
      trainedAt = saved.number('trainedAt')
      updates = saved.number('updates')
      last = saved.tree('last') as Metrics
      // A checkpoint that is only acted with comes without its replay, and may come to another number of lanes.
      if (saved.get('replay') === undefined) return
      sampler.restore(saved.tree('sampler'))
      accumulator.restore(saved.tree('accumulator'))
      replay.restore(saved.tree('replay'))
    },
    dispose() {
      for (const compiled of [values, learner.update(false)]) compiled.dispose()
      for (const variable of Object.values({ ...online, ...underName('target', target), ...learner.optimizer.state }))
        variable.dispose()
    },
  }
}

export const factory: AgentFactory<DqnConfig> = { create: createDqn }

function mean(values: TypedArray): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

function meanSize(values: TypedArray): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]!)
  return sum / values.length
}

function max(values: TypedArray): number {
  let largest = -Infinity
  for (let i = 0; i < values.length; i++) if (values[i]! > largest) largest = values[i]!
  return largest
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
