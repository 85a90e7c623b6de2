import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createRng } from '../../core/rng.ts'
import { openEngine } from '../../engine/index.ts'
import { createAdversary } from '../../generative/adversary.ts'
import { dcganNetworks } from '../../generative/dcgan.ts'
import { ganNetworks } from '../../generative/gan.ts'
import type { GanNetworks } from '../../generative/types.ts'

type Named = Readonly<Record<string, readonly number[]>>
interface Step {
  readonly latent: number
  readonly smoothing: number
  readonly real: readonly number[]
  readonly z: readonly number[]
  readonly before: { readonly generator: Named; readonly discriminator: Named }
  readonly after: { readonly generator: Named; readonly discriminator: Named }
  readonly gradients: { readonly generator: Named; readonly discriminator: Named }
  readonly discriminatorLoss: number
  readonly generatorLoss: number
  readonly discriminatorLossAfter: number
  readonly generatorLossAfter: number
  readonly generatorGradient: number
}
/** Recorded by tests/parity/record-gan.py. */
const recorded = JSON.parse(readFileSync(new URL('fixtures/gan-steps.json', import.meta.url), 'utf8')) as {
  readonly batch: number
  readonly beta1: number
  readonly learningRate: number
  readonly gan: Step
  readonly dcgan: Step
}
const networks: Record<'gan' | 'dcgan', GanNetworks> = {
  gan: ganNetworks({ image: { height: 4, width: 5, channels: 1 }, latent: 3, hidden: 6, slope: 0.01 }),
  dcgan: dcganNetworks({ image: { height: 8, width: 8, channels: 2 }, latent: 4, channels: 16, slope: 0.2 }),
}

/** Biases that batch normalisation takes away again. */
const beforeNorm = { generator: ['start/bias', '0/bias', '1/bias'], discriminator: ['1/bias', '2/bias'] }

describe.each(['gan', 'dcgan'] as const)('one step of each network of %s is PyTorch’s', (name) => {
  test.each(['onnx', 'cpu'] as const)('on %s', async (backend) => {
    const { batch, beta1, learningRate } = recorded
    const step = recorded[name]
    const engine = await openEngine({ engine: backend })
    const { smoothing } = step
    const adversary = createAdversary({ engine, networks: networks[name], rng: createRng(0), beta1, smoothing })
    for (const side of ['generator', 'discriminator'] as const) {
      expect(Object.keys(adversary[side]).sort()).toEqual(Object.keys(step.before[side]).sort())
      for (const [path, values] of Object.entries(step.before[side]))
        engine.write(adversary[side][path]!, Float32Array.from(values))
    }
    const inputs = { real: Float32Array.from(step.real), z: Float32Array.from(step.z) }
    const out = adversary.update(batch)({ ...inputs, learningRate })
    expect(out['discriminatorLoss']![0]).toBeCloseTo(step.discriminatorLoss, 5)
    expect(out['generatorLoss']![0]).toBeCloseTo(step.generatorLoss, 5)
    expect(out['generatorGradient']![0]! / step.generatorGradient).toBeCloseTo(1, 4)
    for (const side of ['generator', 'discriminator'] as const)
      for (const [path, gradients] of Object.entries(step.gradients[side])) {
        // Adam's first mean is the gradient's share of it.
        const means = engine.read(adversary.optimizers[`${side}/adam/m/${path}`]!)
        gradients.forEach((gradient, i) =>
          expect(Math.abs(means[i]! / (1 - beta1) - gradient), `${side}/${path}[${i}]`).toBeLessThan(
            1e-5 + 1e-4 * Math.abs(gradient),
          ),
        )
      }
    for (const side of ['generator', 'discriminator'] as const)
      for (const [path, values] of Object.entries(step.after[side])) {
        const after = engine.read(adversary[side][path]!)
        if (name === 'dcgan' && beforeNorm[side].includes(path)) {
          // The gradient is nought but for rounding, and Adam makes a whole step of any sign of it.
          step.before[side][path]!.forEach((w, i) => expect(Math.abs(after[i]! - w)).toBeLessThan(1.01 * learningRate))
          continue
        }
        values.forEach((value, i) => expect(Math.abs(after[i]! - value), `${side}/${path}[${i}]`).toBeLessThan(1e-4))
      }
    const left = adversary.losses(batch)(inputs)
    expect(left['discriminatorLoss']![0]).toBeCloseTo(step.discriminatorLossAfter, 4)
    expect(left['generatorLoss']![0]).toBeCloseTo(step.generatorLossAfter, 4)
    engine.dispose()
  })
})
