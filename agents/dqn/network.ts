import { usageError } from '../../core/errors.ts'
import type { NetworkView } from '../../engine/inspect.ts'
import { tf } from '../../engine/tfjs.ts'
import { isBox, isDiscrete, type Discrete } from '../../envs/spaces/index.ts'
import { createEncoder, type ObservationEncoder } from '../networks/observation.ts'
import { createQNetwork, type QNetwork, type ValueKind } from '../networks/q-network.ts'
import type { AgentContext } from '../types.ts'
import type { DqnConfig } from './config.ts'
import { atomsBetween } from './targets.ts'

export interface NetworkParts {
  readonly encoder: ObservationEncoder
  readonly network: QNetwork
  readonly actionSpace: Discrete
  readonly values: ValueKind
}

/** The Q-network that the switches and the spaces ask for. Throws usage errors where they cannot work together. */
export function buildNetwork(
  context: Pick<AgentContext, 'observationSpace' | 'actionSpace' | 'network'>,
  config: DqnConfig,
): NetworkParts {
  const { observationSpace, actionSpace, network: custom } = context
  if (!isDiscrete(actionSpace)) {
    throw usageError(
      `dqn needs a Discrete action space, and this environment's is ${actionSpace}.` +
        (isBox(actionSpace)
          ? " A wrapper makes it one: --set 'env.wrappers=[{ name: DiscretizeAction, kwargs: { bins: 5 } }]'."
          : ''),
    )
  }
  const encoder = createEncoder(observationSpace, 'dqn')
  const values = valueKind(config)
  const network = createQNetwork(encoder, actionSpace.n, {
    ...config.network,
    custom,
    dueling: config.dueling,
    values,
    sigma: config.noisy ? config.noisySigma : undefined,
    recurrent: config.recurrent === 'none' ? undefined : { cell: config.recurrent, units: config.sequences.units },
  })
  return { encoder, network, actionSpace, values }
}

/** The same as one pure function of one observation, a recurrent one with its state before the step. */
export function viewNetwork(
  context: Pick<AgentContext, 'observationSpace' | 'actionSpace' | 'network' | 'rng'>,
  config: DqnConfig,
  inUse = false,
): NetworkView {
  const { encoder, network } = buildNetwork(context, config)
  const { core } = network
  const spec = encoder.spec(1)
  return {
    name: 'q-network',
    parameters: network.init(context.rng.stream('initialization')),
    ...(core !== undefined && { kinds: { core: `${config.recurrent.toUpperCase()} of ${core.units} units` } }),
    inputs: {
      observations: { shape: spec.shape as number[], dtype: spec.dtype as 'float32' | 'int32' | 'uint8' },
      ...(network.noise > 0 && !inUse && { noise: { shape: [network.noise], dtype: 'float32' } }),
      ...(core !== undefined && { state: { shape: [1, core.width], dtype: 'float32' } }),
    },
    apply(weights, { observations, noise, state }) {
      const features = network.features(weights, observations!)
      const next = core?.step(weights, features, state!)
      const read = next === undefined ? features : tf.slice(next, [0, 0], [-1, core!.units])
      const { q, logits, quantiles } = network.values(weights, read, { noise })
      return {
        q,
        ...(next !== undefined && { nextState: next }),
        ...(logits !== undefined && { logits }),
        ...(quantiles !== undefined && { quantiles }),
      }
    },
  }
}

function valueKind({ distribution, categorical, quantiles, implicit }: DqnConfig): ValueKind {
  switch (distribution) {
    case 'none':
      return { kind: 'none' }
    case 'categorical':
      return { kind: 'categorical', atoms: atomsBetween(categorical.min, categorical.max, categorical.atoms) }
    case 'quantile':
      return { kind: 'quantile', count: quantiles }
    case 'implicit':
      return { kind: 'implicit', ...implicit }
  }
}
