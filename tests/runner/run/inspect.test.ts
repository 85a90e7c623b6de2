import { describe, expect, test } from 'vitest'
import { inspect } from '../../../runner/run/inspect.ts'

test('the Nature network has the sizes of its paper', async () => {
  const [report] = await inspect({
    what: 'dqn',
    env: 'Arcade/Breakout-v0',
    sets: ['env.wrappers=[{name: AtariPreprocessing}]'],
  })
  expect(report!.layers.map(({ output }) => output)).toEqual([
    [1, 20, 20, 32],
    [1, 9, 9, 64],
    [1, 7, 7, 64],
    [1, 512],
    [1, 4],
  ])
  // Worked by hand: filter · inputs · outputs (+ outputs), times the places of the map for the products.
  expect(report).toMatchObject({ parameters: 1_686_180, multiplyAdds: 9_345_024 })
})

/** Every head, on the smallest networks. */
const small = ['network.hidden=[5, 4]']
const heads: Record<string, readonly string[]> = {
  dqn: small,
  'dueling-dqn': small,
  'noisy-dqn': small,
  c51: [...small, 'categorical.atoms=5'],
  'qr-dqn': [...small, 'quantiles=3'],
  iqn: [...small, 'implicit={samples: 3, cosines: 4}'],
  rainbow: [...small, 'categorical.atoms=5'],
  drqn: [...small, 'sequences={units: 3, length: 4, overlap: 0, burnIn: 0}'],
  ppo: small,
}

describe.each(['onnx', 'cpu'] as const)('on %s', (engine) => {
  test.each(Object.entries(heads))('the gradients of %s are those of finite differences', async (what, sets) => {
    const [report] = await inspect({ what, env: 'CartPole-v1', sets, engine, checkGradients: true })
    const { gradients = [] } = report!
    expect(gradients.map(({ path }) => path).length).toBeGreaterThan(3)
    for (const finding of gradients) expect(finding, JSON.stringify(finding)).toMatchObject({ passed: true })
    expect(gradients.reduce((sum, { checked }) => sum + checked, 0)).toBeGreaterThan(20)
    expect(Math.max(...gradients.map(({ analytic }) => Math.abs(analytic)))).toBeGreaterThan(1e-3)
  })
})

test('what has no networks, or is no agent, is told', async () => {
  await expect(inspect({ what: 'random', env: 'CartPole-v1' })).rejects.toThrow(/shows no networks: it has none/)
  await expect(inspect({ what: 'dqnn', env: 'CartPole-v1' })).rejects.toThrow(/Did you mean "dqn"/)
  await expect(inspect({ what: 'dqn' })).rejects.toThrow(/Which environment/)
})
