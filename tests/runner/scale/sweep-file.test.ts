import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import '../../../runner/index.ts'
import { groupedBy, planSweep } from '../../../runner/scale/run-sweep.ts'
import { readSweepFile, rungsOf, sweepSchema, trialsOf, type SweepFile } from '../../../runner/scale/sweep-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-sweep-file-'))
const fileOf = (text: string): string => {
  const path = join(folder, 'sweep.yaml')
  writeFileSync(path, text)
  return path
}
const sweepOf = (given: object): SweepFile => ({
  ...{ agent: 'dqn', env: 'CartPole-v1' },
  ...(sweepSchema.parse(given) as Omit<SweepFile, 'agent' | 'env'>),
})

test('a grid is every combination with every seed, in order', () => {
  const trials = trialsOf(
    sweepOf({ agent: ['dqn', 'c51'], seeds: [4, 7], over: { gamma: [0.9, 0.99], nStep: [1, 3] }, set: { steps: 9 } }),
  )
  expect(trials).toHaveLength(2 * 2 * 2 * 2)
  expect(new Set(trials.map(({ id }) => id)).size).toBe(trials.length)
  expect(trials[0]).toMatchObject({ agent: 'dqn', chosen: { gamma: 0.9, nStep: 1 }, settings: { steps: 9 }, seed: 4 })
  expect(trials[1]).toMatchObject({ chosen: { gamma: 0.9, nStep: 1 }, seed: 7, combination: 0 })
  expect(trials[3]).toMatchObject({ chosen: { gamma: 0.9, nStep: 3 }, seed: 7, combination: 1 })
})

test('draws stay in their range, are the same each time, and for every agent', () => {
  const over = {
    rate: { from: 1e-5, to: 1e-2, scale: 'log' },
    gamma: { from: 0.9, to: 0.999 },
    units: { from: 3, to: 5, whole: true },
    double: [true, false],
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(1000), (count, seed) => {
      const sweep = sweepOf({ agent: ['dqn', 'c51'], over, search: { kind: 'random', count, seed } })
      const trials = trialsOf(sweep)
      expect(trials).toHaveLength(2 * count)
      expect(trialsOf(sweep)).toEqual(trials)
      expect(trials.slice(count).map(({ chosen }) => chosen)).toEqual(
        trials.slice(0, count).map(({ chosen }) => chosen),
      )
      expect(new Set(trials.slice(count).map(({ chosen }) => JSON.stringify(chosen))).size).toBe(count)
      for (const { chosen } of trials) {
        const { rate, gamma, units } = chosen as Record<string, number>
        expect(rate! >= 1e-5 && rate! <= 1e-2 && gamma! >= 0.9 && gamma! <= 0.999).toBe(true)
        expect([3, 4, 5]).toContain(units)
      }
    }),
    { numRuns: 30 },
  )
  const rates = trialsOf(sweepOf({ over, search: { kind: 'random', count: 400 } })).map(
    ({ chosen }) => chosen['rate'] as number,
  )
  // Even in the logarithm: a third a decade.
  const inFirst = rates.filter((rate) => rate < 1e-4).length / rates.length
  expect(inFirst).toBeGreaterThan(0.25)
  expect(inFirst).toBeLessThan(0.42)
})

test('rungs of a halving', () => {
  expect(rungsOf({ count: 9, start: 1000, factor: 3 }, 27_000)).toEqual([
    { steps: 1000, combinations: 9 },
    { steps: 3000, combinations: 3 },
    { steps: 27_000, combinations: 1 },
  ])
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 300 }),
      fc.integer({ min: 2, max: 5 }),
      fc.integer({ min: 2, max: 10_000 }),
      (count, factor, steps) => {
        const rungs = rungsOf({ count, start: 1, factor }, steps)
        expect(rungs[0]!.combinations).toBe(count)
        expect(rungs.at(-1)!.steps).toBe(steps)
        for (const [i, rung] of rungs.slice(1).entries()) {
          expect(rung.steps).toBeGreaterThan(rungs[i]!.steps)
          expect(rung.combinations).toBe(Math.max(1, Math.floor(rungs[i]!.combinations / factor)))
        }
      },
    ),
  )
})

const models = 'model: gan\ndataset: house-numbers\nset: {dataset: {train: 60, validation: 5, test: 5}}'

describe('is refused before anything runs:', () => {
  const cases: [string, string, RegExp][] = [
    ['no agent', 'env: CartPole-v1', /agent/],
    ['an unknown key', 'agent: dqn\nenv: CartPole-v1\nseedss: 3', /"seedss".*Did you mean "seeds"/],
    [
      'a range in a grid',
      'agent: dqn\nenv: CartPole-v1\nover: {gamma: {from: 0, to: 1}}',
      /over\.gamma: a grid wants a list/,
    ],
    [
      'a range upside down',
      'agent: dqn\nenv: CartPole-v1\nsearch: {kind: random, count: 2}\nover: {gamma: {from: 1, to: 0}}',
      /from is to be less than to/,
    ],
    [
      'one setting twice',
      'agent: dqn\nenv: CartPole-v1\nset: {gamma: 0.9}\nover: {gamma: [0.9]}',
      /under set and under over/,
    ],
    ['a seed twice', 'agent: dqn\nenv: CartPole-v1\nseeds: [4, 7, 4]', /seeds holds 4 twice/],
    ['a value twice', 'agent: dqn\nenv: CartPole-v1\nover: {gamma: [0.9, 0.90]}', /over\.gamma holds 0\.9 twice/],
    [
      'more draws than there are',
      'agent: dqn\nenv: CartPole-v1\nover: {double: [true, false]}\nsearch: {kind: random, count: 3}',
      /3 different combinations.* about 2\./,
    ],
    [
      'whole numbers between halves',
      'agent: dqn\nenv: CartPole-v1\nover: {nStep: {from: 0.5, to: 3, whole: true}}\nsearch: {kind: random, count: 2}',
      /whole numbers/,
    ],
    ['seed as a setting', 'agent: dqn\nenv: CartPole-v1\nset: {seed: 3}', /stand under "seeds"/],
    [
      'a misspelt setting',
      'agent: dqn\nenv: CartPole-v1\nover: {learningRat: [0.1]}',
      /dqn CartPole-v1, learningRat 0\.1.*Did you mean "learningRate"/,
    ],
    ['a value out of range', 'agent: dqn\nenv: CartPole-v1\nover: {gamma: [0.9, 2]}', /gamma 2: agent\.gamma/],
    ['an unknown agent', 'agent: [dqn, c52]\nenv: CartPole-v1', /"c52".*Did you mean "c51"/],
    [
      'a halving that begins at its end',
      'agent: dqn\nenv: CartPole-v1\nset: {steps: 2000}\nover: {nStep: [1, 2, 3, 4]}\nsearch: {kind: halving, count: 4, start: 2000}',
      /search\.start .* less than the runs' 2000 steps/,
    ],
    [
      'a warm-up that is longer than the first rung',
      'agent: dqn\nenv: CartPole-v1\nset: {steps: 8000}\nover: {nStep: [1, 2]}\nsearch: {kind: halving, count: 2, start: 500}',
      /dqn CartPole-v1, nStep [12]: learningStarts \(1000\) expects less than the run's steps \(500\)/,
    ],
    ['agents and models at once', 'agent: dqn\nenv: CartPole-v1\nmodel: gan', /not of both/],
    ['no environment', 'agent: dqn', /env is missing/],
    ['a model without data', 'model: gan', /dataset is missing/],
    ['a setting of models that is none', `${models}\nover: {smothing: [0.1]}`, /gan house-numbers.*"smoothing"/s],
    ['an agent that cannot take the actions', 'agent: dqn\nenv: Pendulum-v1', /dqn Pendulum-v1: dqn needs a Discrete/],
  ]
  test.each(cases)('%s', async (_, text, message) => {
    await expect((async () => planSweep(readSweepFile(fileOf(text)), join(folder, 'none')))()).rejects.toThrow(message)
  })
})

test('a sweep of models knows the batches of its epochs', async () => {
  const sweep = readSweepFile(fileOf(`${models}\nover: {batchSize: [10, 20], epochs: [2, 3]}\nseeds: 2`))
  const { manifest } = await planSweep(sweep, join(folder, 'none'))
  expect(manifest.trials).toHaveLength(8)
  expect(manifest.trials.map(({ budget }) => budget)).toEqual([12, 12, 18, 18, 6, 6, 9, 9])
  expect(manifest.trials[0]).toMatchObject({ agent: 'gan', env: 'house-numbers', ofModel: true })
  expect(groupedBy(sweep)).toBe('model.batchSize,epochs')
})

test('the runs are compared by what differs', () => {
  expect(groupedBy(sweepOf({}))).toBe('agent.name')
  expect(groupedBy(sweepOf({ over: { learningRate: [1], 'env.kwargs.size': [2] } }))).toBe(
    'agent.learningRate,env.kwargs.size',
  )
  expect(groupedBy(sweepOf({ agent: ['dqn', 'c51'], over: { 'agent.gamma': [1] } }))).toBe('agent.name,agent.gamma')
})
