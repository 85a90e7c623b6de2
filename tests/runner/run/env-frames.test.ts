import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRng } from '../../../core/rng.ts'
import { openDataset } from '../../../generative/datasets/registry.ts'
import type { Dataset } from '../../../generative/datasets/types.ts'
import '../../../runner/run/env-frames.ts'
import { ringside, short, temporaryFolder } from '../cli/run-cli.ts'

const settings = { count: 40, height: 20, width: 20, validationFraction: 0.1, testFraction: 0.1 }

function open(name: string, more: Record<string, unknown> = {}): Promise<Dataset> {
  return openDataset(name, { ...settings, ...more }, { rng: createRng(1) })
}

test('frames of a random agent: as many as asked for, by seed, with something on them', async () => {
  const { train, validation, test, image, description } = await open('env:MinAtar/Breakout-v1')
  expect(image).toEqual({ height: 20, width: 20, channels: 3 })
  expect([train.count, validation.count, test.count]).toEqual([32, 4, 4])
  expect(description).toMatch(/40 frames of MinAtar\/Breakout-v1.*random agent/)
  expect(new Set(train.images).size).toBeGreaterThan(3)
  expect((await open('env:MinAtar/Breakout-v1')).train.images).toEqual(train.images)
  expect((await open('env:MinAtar/Breakout-v1', { seed: 1 })).train.images).not.toEqual(train.images)
  const frames = new Set(Array.from({ length: 32 }, (_, n) => train.images.subarray(n * 1200, (n + 1) * 1200).join()))
  expect(frames.size).toBeGreaterThan(8)
})

test('gray frames, and wrong use', async () => {
  expect((await open('env:CartPole-v1', { channels: 1 })).train.images.length).toBe(32 * 400)
  await expect(open('env:CartPoll-v1')).rejects.toThrow(/Did you mean "CartPole-v1"/)
  await expect(open('env:CartPole-v1', { policy: 'nowhere' })).rejects.toThrow(/nowhere/)
  await expect(open('env:')).rejects.toThrow(/wants an environment/)
})

test('frames of a trained agent, in its own environment alone', async () => {
  const policy = join(temporaryFolder(), 'run')
  expect(ringside(['train', 'dqn', 'CartPole-v1', ...short, '--out', policy, '--quiet']).status).toBe(0)
  const { train, description } = await open('env:CartPole-v1', { policy })
  expect(train.count).toBe(32)
  expect(description).toContain(`the agent of "${policy}"`)
  expect(train.images).not.toEqual((await open('env:CartPole-v1')).train.images)
  await expect(open('env:Acrobot-v1', { policy })).rejects.toThrow(/plays CartPole-v1, not Acrobot-v1/)
})

test('words beside a board are left out unless asked for', async () => {
  const plain = await open('env:MinAtar/Breakout-v1')
  const legend = await open('env:MinAtar/Breakout-v1', { legend: true })
  expect(legend.train.images).not.toEqual(plain.train.images)
  // Breakout's bricks reach the right edge of the board; beside it there are words.
  const bricks = (data: Dataset): number[] => [...data.train.images.subarray(3 * (3 * 20 + 18), 3 * (3 * 20 + 19))]
  expect(bricks(plain)).toEqual([...plain.train.images.subarray(3 * (3 * 20 + 2), 3 * (3 * 20 + 3))])
})
