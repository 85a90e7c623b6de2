import type { TypedArray } from '../../core/dtype.ts'
import { RingsideError, usageError } from '../../core/errors.ts'
import type { Rng } from '../../core/rng.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import { fields } from '../../core/state.ts'
import { createVariables, notFinite, restoreVariables, saveVariables } from '../../engine/layers/variables.ts'
import { tf } from '../../engine/tfjs.ts'
import { isBox, isDiscrete, type Box, type Discrete, type Space } from '../../envs/spaces/index.ts'
import { createEncoder } from '../networks/observation.ts'
import { createSchedule } from '../schedules.ts'
import type { Actor, Agent, AgentContext, AgentFactory, Metrics } from '../types.ts'
import { createCategoricalActor, createGaussianActor, type ActorParts, type Said } from './actor.ts'
import type { PpoConfig } from './config.ts'
import { explainedVariance } from './diagnostics.ts'
import { generalisedAdvantages } from './gae.ts'
import { createLearner } from './learner.ts'
import { createMinibatches } from './minibatches.ts'
import { createActorCritic } from './network.ts'
import { createRollout } from './rollout.ts'

/**
 * Proximal policy optimisation (Schulman et al. 2017), with the details of Huang et al. 2022 as settings. `observe` stores what the
 * present policy did; once each lane has made `horizon` steps, `learn` goes through them `epochs` times and forgets them.
 */
export function createPpo(context: AgentContext, config: PpoConfig): Agent {
  const { actionSpace, lanes, engine, rng, steps: budget, note } = context
  const space = learnable(actionSpace)
  const rows = config.horizon * lanes
  if (rows % config.minibatches !== 0) {
    throw usageError(
      `minibatches (${config.minibatches}) expects a divisor of horizon · lanes (${config.horizon} · ${lanes} = ${rows}).`,
    )
  }
  if (rows > budget) {
    throw usageError(
      `horizon · lanes (${config.horizon} · ${lanes} = ${rows}) expects at most the run's steps (${budget}): nothing would be learned.`,
    )
  }

  // Parts.
  const { encoder, width, network } = buildNetwork(context, config)
  const weights = createVariables(network.init(rng.stream('initialization')))
  const batchSize = rows / config.minibatches
  const learner = createLearner({
    ...{ engine, config, network, encoder, weights, batchSize },
    action: isDiscrete(space)
      ? { shape: [batchSize], dtype: 'int32' }
      : { shape: [batchSize, width], dtype: 'float32' },
    actions: isDiscrete(space) ? width : 0,
  })
  const shuffling = rng.stream('minibatches')
  const minibatches = createMinibatches(rows, config.minibatches, shuffling)
  const learningRate = createSchedule(config.learningRate, budget)
  const clip = createSchedule(config.clip, budget)
  note?.(`rollout: ${config.horizon} steps of ${lanes} lanes, ${config.epochs} × ${config.minibatches} updates on each`)

  // Acting.
  const said = engine.compile(
    ({ observations }) => {
      const { policy, value, logDeviation } = network.apply(weights, observations!)
      const told = { policy, value: tf.reshape(value, [-1]) }
      return logDeviation === undefined ? told : { ...told, logDeviation: tf.mul(logDeviation, 1) }
    },
    { name: 'ppo act', state: weights, inputs: { observations: encoder.spec(null) } },
  )
  const say = (observations: TypedArray): Said => said({ observations: encoder.cast(observations) }) as unknown as Said
  const rollout = createRollout({
    ...{ horizon: config.horizon, lanes, observation: encoder.format, rewardClip: config.rewardClip },
    action: isDiscrete(space) ? { kind: 'discrete', start: space.start } : { kind: 'box', length: width },
    actions: isDiscrete(space) ? width : 0,
    values: (observations) => say(observations).value,
  })

  // Counters, in env steps of all lanes and in gradient steps.
  let steps = 0
  let updates = 0

  // Learning.
  let last: Metrics = {}
  const advantage = new Float32Array(rows)
  const returns = new Float32Array(rows)

  const train = (): Metrics => {
    generalisedAdvantages(rollout, config.gamma, config.lambda, advantage)
    for (let i = 0; i < rows; i++) returns[i] = advantage[i]! + rollout.value[i]!
    const { observation, action, logProbability, value, mask } = rollout
    const columns = { observation, action, logProbability, value, advantage, return: returns, ...(mask && { mask }) }
    // As they were where the rollout began.
    const scalars = { clip: clip(steps - rows), learningRate: learningRate(steps - rows) }
    const update = learner.update(mask !== undefined)
    const sums: Record<string, number> = {}
    let epochs = 0
    let count = 0
    for (let kl = 0; epochs < config.epochs && kl <= (config.targetKl ?? Infinity); epochs++) {
      minibatches.shuffle()
      for (let part = 0; part < config.minibatches; part++) {
        const out = update({ ...minibatches.gather(part, columns), ...scalars })
        const loss = out['loss']![0]!
        if (!Number.isFinite(loss)) throw diverged(loss, scalars.learningRate)
        for (const [name, values] of Object.entries(out)) sums[name] = (sums[name] ?? 0) + values[0]!
        kl = out['approximateKl']![0]!
        count++
        updates++
      }
    }
    const means = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]))
    return { ...means, explainedVariance: explainedVariance(value, returns), epochs }
  }
  const diverged = (loss: number, rate: number): RingsideError => {
    const broken = notFinite(engine, weights)
    const where =
      broken === undefined ? 'the weights are finite still, so look at the rewards' : `"${broken}" is broken`
    return new RingsideError(
      `Learning diverged at step ${steps}, update ${updates}: the loss is ${loss}; ${where}. ` +
        `Try a smaller learningRate (now ${rate}) or gradientNorm (now ${config.gradientNorm}).`,
    )
  }

  return {
    actor(actorLanes, mode, actorRng: Rng): Actor {
      const greedy = mode === 'evaluate' && config.evaluationPolicy === 'greedy'
      const parts: ActorParts = { lanes: actorLanes, say, greedy, rng: actorRng }
      return isDiscrete(space) ? createCategoricalActor(space, parts) : createGaussianActor(space, parts)
    },
    observe(step) {
      rollout.add(step)
      steps += step.lanes
    },
    learn() {
      if (!rollout.full) return undefined
      last = train()
      rollout.clear()
      return last
    },
    metrics: () => ({ ...last, learningRate: learningRate(steps), clip: clip(steps), updates }),
    explain(observations) {
      const { policy, value } = say(observations)
      const count = value.length
      if (!isDiscrete(space)) return { value: value.slice() }
      return { value: value.slice(), policy: softmax(policy, count, width) }
    },
    networks: () => weights,
    state: () => ({
      weights: saveVariables(engine, weights),
      optimizer: saveVariables(engine, learner.optimizer.state),
      steps,
      updates,
      last,
      shuffling: saveRng(shuffling),
      replay: { rollout: rollout.state() },
    }),
    restore(state) {
      const saved = fields(state, 'ppo')
      restoreVariables(engine, weights, saved.tree('weights'), "ppo's networks")
      restoreVariables(engine, learner.optimizer.state, saved.tree('optimizer'), "ppo's optimizer")
      steps = saved.number('steps')
      updates = saved.number('updates')
      last = saved.tree('last') as Metrics
      // A checkpoint that is only acted with comes without its rollout, and may come to another number of lanes.
      if (saved.get('replay') === undefined) return
      restoreRng(shuffling, saved.get('shuffling'), "ppo's minibatches")
      rollout.restore(fields(saved.tree('replay'), "ppo's training").tree('rollout'))
    },
    dispose() {
      said.dispose()
      learner.dispose()
      for (const variable of Object.values(weights)) variable.dispose()
    },
  }
}

/** The actor and critic that the settings and the spaces ask for; `width`: logits or means. */
function buildNetwork(
  {
    observationSpace,
    actionSpace,
    network: custom,
  }: Pick<AgentContext, 'observationSpace' | 'actionSpace' | 'network'>,
  config: PpoConfig,
) {
  const space = learnable(actionSpace)
  const encoder = createEncoder(observationSpace, 'ppo')
  const width = isDiscrete(space) ? space.n : space.low.length
  const network = createActorCritic(encoder, { width, gaussian: isBox(space), network: config.network, custom })
  return { encoder, width, network }
}

export const factory: AgentFactory<PpoConfig> = {
  create: createPpo,
  networks(context, config) {
    const { encoder, network } = buildNetwork(context, config)
    const { shape, dtype } = encoder.spec(1)
    return [
      {
        name: 'actor and critic',
        parameters: network.init(context.rng.stream('initialization')),
        inputs: { observations: { shape: shape as number[], dtype: dtype as 'float32' | 'int32' | 'uint8' } },
        apply(weights, { observations }) {
          const { policy, value } = network.apply(weights, observations!)
          return { policy, value }
        },
      },
    ]
  },
}

function learnable(space: Space): Discrete | Box {
  if (isDiscrete(space)) return space
  if (isBox(space) && (space.dtype === 'float32' || space.dtype === 'float64')) return space
  throw usageError(
    `ppo needs Discrete actions, or a Box of float32 or float64; this environment's action space is ${space}. ` +
      'Flatten or discretise its actions first.',
  )
}

/** Rows of logits as probabilities. */
function softmax(logits: Float32Array, rows: number, width: number): Float32Array {
  const probabilities = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const own = logits.subarray(row * width, (row + 1) * width)
    const largest = Math.max(...own)
    const exponentials = Array.from(own, (x) => Math.exp(x - largest))
    const sum = exponentials.reduce((a, b) => a + b, 0)
    probabilities.set(
      exponentials.map((x) => x / sum),
      row * width,
    )
  }
  return probabilities
}
