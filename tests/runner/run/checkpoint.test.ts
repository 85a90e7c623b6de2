import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyState, encodeState, Segment, type StateTree } from '../../../core/state.ts'
import { openCheckpoints } from '../../../runner/run/checkpoint.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'ringside-checkpoint-'))
const chunkBytes = 1 << 20

/** Something like a replay: chunks that are written one after another, and a few weights. */
function createLearner(chunkCount: number) {
  const chunks = Array.from({ length: chunkCount }, () => ({ array: new Uint8Array(chunkBytes), version: 0 }))
  const weights = Float32Array.of(0, 0, 0)
  const segments = (): Segment[] => chunks.map(({ array, version }, i) => new Segment(`chunk/${i}`, version, array))
  return {
    segments,
    learn(i: number, value: number) {
      const chunk = chunks[i % chunkCount]!
      chunk.array[value % chunkBytes] = value
      chunk.version++
      weights[value % 3] = value
    },
    state: (): { policy: StateTree; training: StateTree } => ({
      policy: { weights },
      training: { chunks: segments(), versions: chunks.map(({ version }) => version) },
    }),
    restore(training: StateTree) {
      for (const [i, saved] of (training['chunks'] as Uint8Array[]).entries()) chunks[i]!.array.set(saved)
      for (const [i, version] of (training['versions'] as number[]).entries()) chunks[i]!.version = version
    },
  }
}

/** A text for a state, which is quick to compare. */
const bytesOf = (state: unknown): string => Buffer.from(encodeState(copyState(state as StateTree))).toString('base64')

test('a checkpoint holds what was at the call, whatever is learned while it is written', async () => {
  const run = folder()
  const checkpoints = openCheckpoints(run, 2)
  const learner = createLearner(3)
  learner.learn(0, 7)
  const then = bytesOf(learner.state())
  const saved = checkpoints.save(1, learner.state(), undefined)
  await saved
  for (let i = 0; i < 3; i++) learner.learn(i, 9)
  await checkpoints.settle()
  expect(bytesOf(checkpoints.readAll(1)) === then).toBe(true)
})

test('what stays as it is gets its file ahead of the checkpoint, once, and a resumed run writes it no more', async () => {
  const run = folder()
  const first = openCheckpoints(run, 1)
  const learner = createLearner(3)
  const files = (): string[] => readdirSync(join(run, 'replay')).sort()
  for (let i = 0; i < 3; i++) learner.learn(i, i + 1)
  first.writeAhead(learner.segments())
  learner.learn(2, 40)
  first.writeAhead(learner.segments())
  await first.settle()
  const ahead = files()
  expect(ahead).toHaveLength(2)

  await first.save(5, learner.state(), undefined)
  await first.settle()
  expect(files()).toHaveLength(3)
  expect(files()).toEqual(expect.arrayContaining(ahead))

  const second = openCheckpoints(run, 1)
  learner.restore(second.readNewest(() => undefined).state.training)
  const written = files().map((name) => statSync(join(run, 'replay', name)).mtimeMs)
  await second.save(6, learner.state(), undefined)
  await second.settle()
  expect(files().map((name) => statSync(join(run, 'replay', name)).mtimeMs)).toEqual(written)
  // Nothing of what was overwritten is left behind.
  learner.learn(0, 50)
  await second.save(7, learner.state(), undefined)
  await second.settle()
  expect(files()).toHaveLength(3)
  expect(second.steps()).toEqual([7])
})

test('what cannot be written is told, and the checkpoint before stays good', async () => {
  const run = folder()
  const checkpoints = openCheckpoints(run, 2)
  const learner = createLearner(1)
  await checkpoints.save(1, learner.state(), undefined)
  await checkpoints.settle()
  const before = copyState(learner.state() as unknown as StateTree)
  // Where the replay's files should go, there is a file.
  rmSync(join(run, 'replay'), { recursive: true })
  writeFileSync(join(run, 'replay'), '')
  learner.learn(0, 3)
  await checkpoints.save(2, learner.state(), undefined)
  await expect(checkpoints.settle()).rejects.toThrow()
  expect(() => checkpoints.check()).toThrow()
  await expect(checkpoints.save(3, learner.state(), undefined)).rejects.toThrow()
  expect(checkpoints.steps()).toEqual([1])
  expect(checkpoints.readPolicy(1)).toEqual(before['policy'])
  // Its segments were taken away above: it is the reader that says so.
  rmSync(join(run, 'replay'))
  mkdirSync(join(run, 'replay'))
  expect(() => openCheckpoints(run, 2).readAll(1)).toThrow(/replay segment .* is missing/)
})

test('any order of learning, writing ahead, saving and opening again keeps the newest checkpoints readable', async () => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('learn' as const), chunk: fc.nat(2), value: fc.nat(255) }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'ahead' as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'save' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 4, maxLength: 20 }),
      fc.integer({ min: 1, max: 2 }),
      async (actions, keep) => {
        const run = folder()
        const learner = createLearner(3)
        let checkpoints = openCheckpoints(run, keep)
        const saved = new Map<number, string>()
        let step = 0
        for (const one of actions) {
          step++
          if (one.kind === 'learn') learner.learn(one.chunk, one.value)
          if (one.kind === 'ahead') checkpoints.writeAhead(learner.segments())
          if (one.kind === 'save') {
            const now = bytesOf(learner.state())
            await checkpoints.save(step, learner.state(), undefined)
            saved.set(step, now)
          }
          if (one.kind === 'reopen' && saved.size > 0) {
            await checkpoints.settle()
            checkpoints = openCheckpoints(run, keep)
            const newest = checkpoints.readNewest(() => undefined)
            learner.restore(newest.state.training)
          }
        }
        await checkpoints.settle()
        const kept = [...saved.keys()].slice(-keep)
        expect(checkpoints.steps()).toEqual(kept)
        for (const one of kept) expect(bytesOf(checkpoints.readAll(one)) === saved.get(one)).toBe(true)
        rmSync(run, { recursive: true })
      },
    ),
    { numRuns: 12 },
  )
}, 30_000)
