import type { Rng } from '../../core/rng.ts'
import { heNormal, uniformFanIn, zeros } from '../initializers.ts'
import type { InitializerName, Parameters } from './types.ts'

/** `path/kernel` and `path/bias`, drawn from streams of those names. */
export function kernelAndBias(
  path: string,
  rng: Rng,
  options: { kernel: readonly number[]; bias: number; fanIn: number; initializer: InitializerName },
): Parameters {
  const { kernel, bias, fanIn, initializer } = options
  const [ofKernel, ofBias] = initializer === 'uniform' ? [uniformFanIn, uniformFanIn] : [heNormal, zeros]
  return {
    [`${path}/kernel`]: { shape: kernel, values: ofKernel(rng.stream(`${path}/kernel`), kernel, fanIn) },
    [`${path}/bias`]: { shape: [bias], values: ofBias(rng.stream(`${path}/bias`), [bias], fanIn) },
  }
}
