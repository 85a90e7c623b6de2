import { RingsideError, usageError } from '../../core/errors.ts'
import { fields, segmentsOf } from '../../core/state.ts'
import type { TypedArray } from '../../core/dtype.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import { isBox } from '../../envs/spaces/index.ts'
import {
  createVariables,
  notFinite,
  restoreVariables,
  saveVariables,
  underName,
} from '../../engine/layers/variables.ts'
import { createSchedule } from '../schedules.ts'
import type { Agent, AgentContext, AgentFactory, Metrics } from '../types.ts'
import { createActing } from './acting.ts'
import { counted, createOverestimation, errorQuantiles, max, mean, meanSize, noiseScale } from './diagnostics.ts'
import { createDraws } from './draws.ts'
import type { DqnConfig } from './config.ts'
import { createLearner } from './learner.ts'
import { createTransitionMemory } from './memory.ts'
import { buildNetwork, viewNetwork } from './network.ts'
import { createSequenceMemory } from './sequence-memory.ts'
import { unscaled } from './targets.ts'

/**
 * Deep Q-learning (Mnih et al. 2015), and by its switches everything up to Rainbow (Hessel et al. 2018) and beyond. Sampling and
 * learning take turns: `observe` stores what the environments did, `learn` makes the gradient steps that fall due.
 */
export function createDqn(context: AgentContext, config: DqnConfig): Agent {
  const { observationSpace, lanes, engine, rng, steps: budget, note } = context
  if (config.learningStarts >= budget) {
    throw usageError(
      `learningStarts (${config.learningStarts}) expects less than the run's steps (${budget}): nothing would be learned. ` +
        `Give it more --steps, or --set learningStarts=${Math.floor(budget / 2)}.`,
    )
  }

  // Parts.
  const { encoder, network, actionSpace, values } = buildNetwork(context, config)
  const initial = network.init(rng.stream('initialization'))
  const online = createVariables(initial)
  const target = createVariables(initial, false)
  const learner = createLearner({ engine, config, network, encoder, actions: actionSpace.n, online, target })
  const stack = isBox(observationSpace) ? observationSpace.stack : undefined
  const ofMemory = {
    config,
    lanes,
    observation: encoder.format,
    observationSpace,
    actions: actionSpace.n,
    waits: stack?.padding === 'wait' ? stack.frames - 1 : 0,
    firstAction: actionSpace.start,
    rng: rng.stream('replay'),
  }
  const memory =
    network.core === undefined
      ? createTransitionMemory(ofMemory)
      : createSequenceMemory({ ...ofMemory, stateWidth: network.core.width })
  const noise = rng.stream('noise')
  const epsilon = createSchedule(config.epsilon, budget)
  const temperature = createSchedule(config.temperature, budget)
  const learningRate = createSchedule(config.learningRate, budget)
  const beta = createSchedule(config.priority.beta, budget)
  note?.(`replay: ${memory.description}`)
  if (config.distribution === 'categorical') {
    const { atoms, min, max } = config.categorical
    note?.(
      `values: ${atoms} atoms from ${min} to ${max} (categorical.min, categorical.max); returns beyond are cut to those`,
    )
  }

  // Counters, in env steps of all lanes and in gradient steps.
  let steps = 0
  let trainedAt = 0
  let updates = 0

  const acting = createActing({ engine, network, online, encoder, space: actionSpace })
  const overestimation = createOverestimation({
    lanes,
    gamma: config.gamma,
    rewardClip: config.rewardClip,
    actions: actionSpace.n,
    // In the units of returns, whatever the network learns.
    q: config.valueRescaling ? (observations) => acting.q(observations).map(unscaled) : acting.q,
  })

  // Learning.
  let last: Metrics = {}

  const draws = createDraws(network, config.batchSize, noise)
  let lastErrors: TypedArray = new Float32Array(0)

  const gradientStep = (): Metrics => {
    const batch = memory.draw(beta(steps))
    const out = learner.update(memory.masked)({ ...batch, ...draws(), learningRate: learningRate(steps) })
    updates++
    const loss = out['loss']![0]!
    const gradientNorm = out['gradientNorm']![0]!
    if (!Number.isFinite(loss)) throw diverged('loss', loss)
    // Steps limited by an infinite norm, or divided by its root mean square, are nought, silently.
    if (!Number.isFinite(gradientNorm)) throw diverged('norm of the gradients', gradientNorm)
    memory.learned(out['priority']!)
    const q = counted(out['q']!, out['valid'])
    lastErrors = counted(out['error']!, out['valid'])
    return {
      loss,
      meanQ: mean(q),
      maxQ: max(q),
      tdError: meanSize(lastErrors),
      gradientNorm,
      ...(config.prioritized && { priority: mean(out['priority']!), importanceWeight: mean(batch['weights']!) }),
    }
  }
  const diverged = (what: string, value: number): RingsideError => {
    const broken = notFinite(engine, { ...underName('online', online), ...underName('target', target) })
    const where =
      broken === undefined
        ? 'the weights are finite still, so look at the rewards and the learning rate'
        : `"${broken}" is broken`
    return new RingsideError(
      `Learning diverged at step ${steps}, update ${updates}: the ${what} is ${value}; ${where}. ` +
        `Try a smaller learningRate (now ${learningRate(steps)}) or gradientNorm (now ${config.gradientNorm}).`,
    )
  }
  /** How often a period ended between two step counts. */
  const due = (every: number, from: number, to: number): number => Math.floor(to / every) - Math.floor(from / every)

  return {
    actor: (actorLanes, mode, actorRng) =>
      acting.actor({
        lanes: actorLanes,
        rng: actorRng,
        ...(mode === 'evaluate'
          ? { noisy: false, epsilon: () => config.evaluationEpsilon, temperature: () => 0 }
          : {
              noisy: config.noisy,
              epsilon: config.noisy ? () => 0 : () => epsilon(steps),
              temperature: () => temperature(steps),
            }),
      }),
    observe(step) {
      memory.observe(step)
      overestimation.observe(step)
      steps += step.lanes
    },
    learn() {
      const from = trainedAt
      trainedAt = steps
      if (steps < config.learningStarts || memory.size === 0) return undefined
      const gradientSteps = due(config.trainEvery, from, steps) * config.gradientSteps
      for (let i = 0; i < gradientSteps; i++) last = gradientStep()
      const moves = due(config.target.every, from, steps)
      // Copying twice is copying once.
      for (let i = 0; i < (config.target.tau === 1 ? Math.min(1, moves) : moves); i++) learner.moveTarget()
      return gradientSteps > 0 ? last : undefined
    },
    metrics: () => ({
      ...last,
      ...errorQuantiles(lastErrors),
      ...overestimation.metrics(),
      ...(config.noisy ? { noiseScale: noiseScale(engine, online) } : { epsilon: epsilon(steps) }),
      ...(config.prioritized && { beta: beta(steps) }),
      learningRate: learningRate(steps),
      replaySize: memory.size,
      updates,
      samplesPerInsert: memory.inserted === 0 ? 0 : (updates * memory.batchSize) / memory.inserted,
    }),
    explain: (observations, extras) => ({
      ...acting.explain(observations, extras?.['recurrentState']),
      ...(values.kind === 'categorical' && { support: values.atoms }),
    }),
    networks: () => ({ ...underName('online', online), ...underName('target', target) }),
    state: () => ({
      online: saveVariables(engine, online),
      target: saveVariables(engine, target),
      optimizer: saveVariables(engine, learner.optimizer.state),
      steps,
      trainedAt,
      updates,
      last,
      noise: saveRng(noise),
      replay: {
        memory: memory.state(),
        overestimation: overestimation.state(),
        lastErrors: Float32Array.from(lastErrors),
      },
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
      restoreRng(noise, saved.get('noise'), "dqn's noise")
      const training = fields(saved.tree('replay'), "dqn's training")
      memory.restore(training.tree('memory'))
      overestimation.restore(training.tree('overestimation'))
      lastErrors = training.array('lastErrors', 'float32')
    },
    segments: () => segmentsOf(memory.state()),
    dispose() {
      acting.dispose()
      learner.dispose()
      for (const variable of [...Object.values(online), ...Object.values(target)]) variable.dispose()
    },
  }
}

export const factory: AgentFactory<DqnConfig> = {
  create: createDqn,
  networks: (context, config, inUse) => [viewNetwork(context, config, inUse)],
  weightsUnder: 'online/',
}
