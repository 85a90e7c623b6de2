import type { Rng } from '../../core/rng.ts'
import { drawFactorisedNoise } from '../networks/noisy-dense.ts'
import type { QNetwork } from '../networks/q-network.ts'

/**
 * What an update draws anew: noise for each of the three uses of a noisy network (q at s, the choice at s′, the value at s′),
 * one vector for the whole batch as in DQN Zoo; and the fractions of implicit quantiles. The arrays are reused.
 */
export function createDraws(
  { noise, samples }: QNetwork,
  batchSize: number,
  rng: Rng,
): () => Record<string, Float32Array> {
  const vectors = (noise > 0 ? ['noise', 'nextNoise', 'targetNoise'] : []).map(
    (name) => [name, new Float32Array(noise)] as const,
  )
  const fractions = (samples > 0 ? ['taus', 'targetTaus'] : []).map(
    (name) => [name, new Float32Array(batchSize * samples)] as const,
  )
  const all = Object.fromEntries([...vectors, ...fractions])
  return () => {
    for (const [, array] of vectors) drawFactorisedNoise(rng, array)
    for (const [, array] of fractions) for (let i = 0; i < array.length; i++) array[i] = rng.float()
    return all
  }
}
