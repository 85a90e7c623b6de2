import { expect, test } from 'vitest'
import { createRng } from '../../../core/rng.ts'
import { openDataset } from '../../../generative/datasets/registry.ts'
import type { Dataset } from '../../../generative/datasets/types.ts'
import '../../../runner/run/env-frames.ts'

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
