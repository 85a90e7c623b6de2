import { expect, test } from 'vitest'
import { slowWord } from '../../../runner/cli/slow-word.ts'
import type { ProgressEvent } from '../../../runner/run/types.ts'

const frames = {
  epochs: 25,
  model: { name: 'dcgan', channels: 512 },
  dataset: { name: 'env:MinAtar/Breakout-v1', height: 64, width: 64 },
}
const progress = (stepsPerSecond: number, step = 2): ProgressEvent => ({
  ...{ kind: 'progress', step, steps: 1775, stepsPerSecond },
  etaSeconds: stepsPerSecond > 0 ? (1775 - step) / stepsPerSecond : Infinity,
  model: {
    ...{ epoch: step / 71, imagesPerSecond: 7, discriminatorLoss: 1, generatorLoss: 1 },
    ...{ realScore: 0.5, fakeScoreBefore: 0.5, fakeScoreAfter: 0.5 },
  },
})

test('a model that will take hours is told early: its step, its epoch, the whole, and what makes it shorter', () => {
  expect(slowWord(frames, progress(1 / 17.6))).toBe(
    'A step takes 18 s here: an epoch of 71 steps 21 min, the 1,773 that are left 8.7 h. What makes it shorter: ' +
      'fewer --epochs, or --set channels=128, or --set dataset.height=32 --set dataset.width=32.',
  )
  const digits = { epochs: 1, model: { name: 'gan', hidden: 16 }, dataset: { name: 'mnist' } }
  expect(slowWord(digits, progress(2))).toBe(
    'A step takes 0.5 s here: an epoch of 71 steps 36 s, the 1,773 that are left 15 min. What makes it shorter: --steps.',
  )
})

test('nothing is said of a short one, of an agent, and before there is a rate', () => {
  expect(slowWord(frames, progress(100))).toBeUndefined()
  expect(slowWord(frames, progress(0))).toBeUndefined()
  const { model: _, ...ofAgent } = progress(1 / 17.6)
  expect(slowWord(frames, ofAgent)).toBeUndefined()
})
