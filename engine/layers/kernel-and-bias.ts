import type { Rng } from '../../core/rng.ts'
import { glorotUniform, heNormal, uniformFanIn, zeros } from '../initializers.ts'
import type { InitializerName, Parameters } from './types.ts'

export interface KernelAndBias {
  readonly kernel: readonly number[]
  /** Length. */
  readonly bias: number
  readonly fanIn: number
  readonly fanOut: number
  readonly initializer: InitializerName
}

/** `path/kernel` and `path/bias`, drawn from streams of those names. */
export function kernelAndBias(path: string, rng: Rng, options: KernelAndBias): Parameters {
  const { kernel, bias, fanIn, fanOut, initializer } = options
  const [ofKernel, ofBias] = {
    'he-normal': [heNormal, zeros],
    uniform: [uniformFanIn, uniformFanIn],
    'glorot-uniform': [glorotUniform, zeros],
  }[initializer] as [typeof heNormal, typeof heNormal]
  return {
    [`${path}/kernel`]: { shape: kernel, values: ofKernel(rng.stream(`${path}/kernel`), kernel, fanIn, fanOut) },
    [`${path}/bias`]: { shape: [bias], values: ofBias(rng.stream(`${path}/bias`), [bias], fanIn, fanOut) },
  }
}
