import type { TypedArray } from '../../core/dtype.ts'
import type { Rng } from '../../core/rng.ts'
import { underName } from '../../engine/layers/variables.ts'
import { tf } from '../../engine/tfjs.ts'
import type { Compiled, Engine, Variables } from '../../engine/types.ts'
import type { Discrete } from '../../envs/spaces/index.ts'
import { drawFactorisedNoise } from '../networks/noisy-dense.ts'
import type { ObservationEncoder } from '../networks/observation.ts'
import type { QNetwork, QValues } from '../networks/q-network.ts'
import type { Actor } from '../types.ts'
import { createEpsilonGreedyActor } from './actor.ts'
import { createRecurrentActor } from './recurrent-actor.ts'

export interface ActingParts {
  readonly engine: Engine
  readonly network: QNetwork
  readonly online: Variables
  readonly encoder: ObservationEncoder
  readonly space: Discrete
}

export interface ActorOptions {
  readonly lanes: number
  readonly rng: Rng
  /** New noise on the weights at every step; else their means. */
  readonly noisy: boolean
  epsilon(): number
  temperature(): number
}

/** The compiled functions that an agent acts and explains by. */
export interface Acting {
  /** lanes × actions, by the means of noisy weights; a recurrent network sees the observations as first ones. */
  q(observations: TypedArray): Float32Array
  actor(options: ActorOptions): Actor
  /** `recurrent`: lanes × width, what a recurrent network remembers; nothing unless given. */
  explain(observations: TypedArray, recurrent?: TypedArray): Record<string, TypedArray>
  dispose(): void
}

export function createActing({ engine, network, online, encoder, space }: ActingParts): Acting {
  const { core } = network
  const width = core?.width ?? 0
  const state = underName('online', online)
  const observations = encoder.spec(null)
  const noise = { shape: [network.noise], dtype: 'float32' as const }
  const compile = (noisy: boolean, name: string, tell: (values: QValues) => Record<string, tf.Tensor>): Compiled =>
    engine.compile(
      ({ observations: input, noise: drawn, recurrent }) => {
        const features = network.features(online, input!)
        if (core === undefined) return tell(network.values(online, features, { noise: drawn }))
        const next = core.step(online, features, recurrent!)
        const output = tf.slice(next, [0, 0], [-1, core.units])
        return { ...tell(network.values(online, output, { noise: drawn })), recurrent: next }
      },
      {
        name,
        state,
        inputs: {
          observations,
          ...(noisy && { noise }),
          ...(core !== undefined && { recurrent: { shape: [null, width], dtype: 'float32' as const } }),
        },
      },
    )
  const onlyQ = ({ q }: QValues): Record<string, tf.Tensor> => ({ q })
  const plain = compile(false, 'dqn act', onlyQ)
  const noisyOne = network.noise > 0 ? compile(true, 'dqn act with noise', onlyQ) : undefined
  /** Only a page or a film asks for more than q: compiled when one does. */
  let explained: Compiled | undefined
  const drawn = new Float32Array(network.noise)

  const run = (noisy: boolean, input: TypedArray, rng: Rng | undefined, recurrent?: Float32Array) => {
    if (noisy) drawFactorisedNoise(rng!, drawn)
    const out = (noisy ? noisyOne! : plain)({
      observations: encoder.cast(input),
      ...(noisy && { noise: drawn }),
      ...(recurrent !== undefined && { recurrent }),
    })
    return { q: out['q'] as Float32Array, state: out['recurrent'] as Float32Array }
  }
  const nothing = (input: TypedArray): Float32Array | undefined =>
    core === undefined ? undefined : new Float32Array((input.length / encoder.format.length) * width)

  return {
    q: (input) => run(false, input, undefined, nothing(input)).q,
    actor({ lanes, rng, noisy, epsilon, temperature }) {
      const parts = { lanes, space, epsilon, temperature, rng }
      const withNoise = noisy && noisyOne !== undefined
      if (core === undefined)
        return createEpsilonGreedyActor({ ...parts, q: (input, own) => run(withNoise, input, own).q })
      return createRecurrentActor({
        ...parts,
        width,
        run: (input, before, own) => run(withNoise, input, own, before),
      })
    },
    explain(input, recurrent = nothing(input)) {
      explained ??= compile(false, 'dqn explain', explanation)
      const out = explained({ observations: encoder.cast(input), ...(recurrent !== undefined && { recurrent }) })
      const copies = Object.entries(out).map(([name, array]) => [name, array.slice()] as const)
      return Object.fromEntries(copies.filter(([name]) => name !== 'recurrent'))
    },
    dispose() {
      for (const compiled of [plain, noisyOne, explained]) compiled?.dispose()
    },
  }
}

/** For the page: probabilities of atoms, or quantiles, as the distribution. */
function explanation({ q, value, advantage, logits, quantiles }: QValues): Record<string, tf.Tensor> {
  const distribution = logits !== undefined ? tf.softmax(logits) : quantiles
  return {
    q,
    ...(value !== undefined && advantage !== undefined && { value, advantage }),
    ...(distribution !== undefined && { distribution }),
  }
}
