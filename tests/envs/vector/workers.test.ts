import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { copyState, encodeState, type StateValue } from '../../../core/state.ts'
import type * as Envs from '../../../envs/index.ts'
import type { AutoresetMode, VectorEnv } from '../../../envs/index.ts'

// Threads run what users run: plain Node on dist/.
const built = resolve('dist/envs/index.js')
if (!existsSync(built)) throw new Error('dist/ is missing: build it with npm run build')
const { createRng, envSpecs, make, makeVector } = (await import(pathToFileURL(built).href)) as typeof Envs

const troubled = `${join(import.meta.dirname, 'fixtures/troubled.mjs')}#Troubled`
const modes: readonly AutoresetMode[] = ['same-step', 'next-step', 'disabled']

/** All that a vector environment shows after a step, copied. */
function stepped(env: VectorEnv, seed: number): unknown[] {
  const rng = createRng(seed)
  const { actionSpace, lanes } = env
  const actions = Array.from({ length: lanes }, () => actionSpace.sample(rng))
  const flat = actions.flatMap((action) => (typeof action === 'number' ? [action] : Array.from(action as Float32Array)))
  const step = env.step(actionSpace.dtype === 'float32' ? Float32Array.from(flat) : Int32Array.from(flat))
  const seen = copyState([
    step,
    env.observations(),
    env.isFirst(),
    env.actionMask(),
  ] as unknown as StateValue) as unknown[]
  if (env.autoresetMode === 'disabled' && step.episodes.length > 0) {
    const which = new Uint8Array(lanes)
    for (const { lane } of step.episodes) which[lane] = 1
    seen.push(env.resetLanes(which).slice())
  }
  return seen
}

/** Bit by bit, and quickly for large frames. */
function expectSame(one: unknown, other: unknown): void {
  const [a, b] = [one, other].map((value) => Buffer.from(encodeState(value as StateValue)))
  if (!a!.equals(b!)) expect(one).toEqual(other)
}

describe('workers are bit by bit what sync is', () => {
  test.each(envSpecs().map(({ id }) => id))('%s', async (id) => {
    const single = await make(id)
    const spec = { id, ...(single.observationSpace.shape === undefined && { wrappers: [{ name: 'Flatten' }] }) }
    single.close()
    const property = fc.asyncProperty(
      fc.constantFrom(...modes),
      fc.nat(),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      async (autoreset, seed, lanes, workers) => {
        const sync = await makeVector(spec, { lanes, autoreset, maxEpisodeSteps: 17 })
        const threads = await makeVector(spec, { lanes, autoreset, maxEpisodeSteps: 17, mode: 'workers', workers })
        try {
          for (const key of ['observationSpace', 'actionSpace', 'spec'] as const)
            expect(JSON.stringify(threads[key])).toEqual(JSON.stringify(sync[key]))
          expectSame(threads.reset({ seed }), sync.reset({ seed }))
          for (let i = 0; i < 20; i++) expectSame(stepped(threads, i), stepped(sync, i))
          const snapshot = threads.snapshot()
          expectSame(snapshot, sync.snapshot())
          for (let i = 20; i < 30; i++) expectSame(stepped(threads, i), stepped(sync, i))
          // Either goes on from the other's snapshot.
          threads.restore(sync.snapshot())
          sync.restore(snapshot)
          threads.restore(snapshot)
          for (let i = 20; i < 30; i++) expectSame(stepped(threads, i), stepped(sync, i))
          expectSame(threads.render(lanes - 1), sync.render(lanes - 1))
        } finally {
          threads.close()
          sync.close()
        }
      },
    )
    await fc.assert(property, { numRuns: 1 })
  })
})

test('ten thousand quick steps, none read before it is made', async () => {
  const plan = { lanes: 4, maxEpisodeSteps: 9 }
  const sync = await makeVector('CartPole-v1', plan)
  const threads = await makeVector('CartPole-v1', { ...plan, mode: 'workers', workers: 2 })
  for (const env of [sync, threads]) env.reset({ seed: 1 })
  const actions = new Int32Array(4)
  let different = 0
  for (let i = 0; i < 10_000; i++) {
    for (let lane = 0; lane < 4; lane++) actions[lane] = (i >> lane) & 1
    const [a, b] = [sync.step(actions), threads.step(actions)]
    const same =
      sync.observations().join() === threads.observations().join() &&
      a.infos.every((info, lane) => 'finalInfo' in info === 'finalInfo' in b.infos[lane]!)
    if (!same) different++
  }
  threads.close()
  expect(different).toBe(0)
})

test('infos that stay the same for long, and then do not', async () => {
  const sync = await makeVector('Arcade/Breakout-v0', { lanes: 3 })
  const threads = await makeVector('Arcade/Breakout-v0', { lanes: 3, mode: 'workers', workers: 2 })
  for (const env of [sync, threads]) env.reset({ seed: 1 })
  const seen = new Set<string>()
  for (let i = 0; i < 600; i++) {
    const actions = Int32Array.of(1, i % 4, 3)
    const [a, b] = [sync.step(actions), threads.step(actions)]
    expect(b.infos).toEqual(a.infos)
    seen.add(JSON.stringify(b.infos))
    // Those of the caller are the caller's.
    ;(b.infos[1] as { lives: number }).lives = -1
  }
  expect(seen.size).toBeGreaterThan(3)
  threads.close()
})

test('wrappers with running statistics', async () => {
  const wrappers = [
    { name: 'NormalizeObservation' },
    { name: 'NormalizeReward' },
    { name: 'WhiteNoise', kwargs: { standardDeviation: 0.1 } },
  ]
  const sync = await makeVector({ id: 'Pendulum-v1', wrappers }, { lanes: 5 })
  const threads = await makeVector({ id: 'Pendulum-v1', wrappers }, { lanes: 5, mode: 'workers', workers: 2 })
  for (const env of [sync, threads]) env.reset({ seed: 1 })
  for (let i = 0; i < 30; i++) expectSame(stepped(threads, i), stepped(sync, i))
  expect(threads.statistics()).toEqual(sync.statistics())
  expect(threads.statistics().map(({ count }) => Math.round(count))).toEqual([155, 150])
  threads.close()
})

test('seeds: one a lane, or none', async () => {
  const env = await makeVector(troubled, { lanes: 3, mode: 'workers', workers: 2 })
  expect([...env.reset({ seed: [7, 8, 9] })]).toEqual([7, 0, 8, 0, 9, 0])
  expect(() => env.reset({ seed: [1] })).toThrow(/expects 3 seeds/)
  const { infos } = env.step(new Int32Array(3))
  expect(infos).toEqual(new Array(3).fill({ steps: 1, picture: Uint8Array.of(1) }))
  env.close()
  env.close()
  expect(() => env.step(new Int32Array(3))).toThrow(/after close/)
})

describe('trouble in a thread is told', () => {
  const meet = async (trouble: string, timeout = 60): Promise<VectorEnv> => {
    const env = await makeVector(troubled, { lanes: 4, mode: 'workers', workers: 2, kwargs: { trouble }, timeout })
    env.reset({ seed: [1, 2, 3, 4] })
    for (let i = 0; i < 6; i++) env.step(new Int32Array(4))
    return env
  }
  const act = (env: VectorEnv) => () => env.step(new Int32Array(4))

  test('an exception, with its lane and environment; the vector lives on', async () => {
    const env = await meet('throws')
    expect(act(env)).toThrow(/^Lane 2 of .*troubled\.mjs#Troubled, in its worker thread: the floor gave way\.$/)
    env.reset({ seed: 0 })
    expect(act(env)().reward).toEqual(Float64Array.of(1, 1, 1, 1))
    env.close()
  })

  test('a thread that dies', async () => {
    const env = await meet('dies')
    expect(act(env)).toThrow(
      /worker thread of lanes 2 to 3 of .*Troubled has ended in the middle of its work on lane 2/,
    )
    expect(act(env)).toThrow(/has ended/)
    env.close()
  })

  test('a thread that hangs', async () => {
    const env = await meet('hangs', 0.3)
    expect(act(env)).toThrow(/lanes 2 to 3 of .* has not answered for 0.3 s, at work on lane 2/)
    expect(act(env)).toThrow(/has not answered/)
    const at = performance.now()
    env.close()
    expect(performance.now() - at).toBeLessThan(1000)
  })

  test('an info that cannot be cloned', async () => {
    const env = await meet('cannot be sent')
    expect(act(env)).toThrow(/an info cannot be sent to the main thread.*keep infos to JSON/)
    env.close()
  })

  test('a close that fails, on which all threads end all the same', async () => {
    const env = await meet('will not close')
    expect(() => env.close()).toThrow(/the door is stuck/)
    env.close()
  })

  test('environments that cannot be made', async () => {
    const made = (kwargs: Record<string, unknown>) => makeVector(troubled, { lanes: 2, mode: 'workers', kwargs })
    await expect(made({ trouble: 'never built' })).rejects.toThrow(/no such luck/)
    await expect(made({ onStep: () => 1 })).rejects.toThrow(/cannot be made in worker threads.*JSON/)
    await expect(makeVector('CartPol-v1', { lanes: 2, mode: 'workers' })).rejects.toThrow(/Did you mean "CartPole-v1"/)
    await expect(makeVector('CartPole-v1', { lanes: 2, mode: 'workers', workers: 0 })).rejects.toThrow(/workers/)
    await expect(makeVector('CartPole-v1', { lanes: 2, mode: 'threads' as 'sync' })).rejects.toThrow(/sync or workers/)
  })
})

test('an environment of a path in TypeScript; a process that forgets close() ends', () => {
  const script = `
    const { makeVector } = await import(${JSON.stringify(pathToFileURL(built).href)})
    const out = []
    for (const mode of ['sync', 'workers']) {
      const env = await makeVector('./examples/custom-env.ts#Corridor', { lanes: 3, mode, workers: 2 })
      env.reset({ seed: 4 })
      for (let i = 0; i < 50; i++) env.step(Int32Array.of(i % 2, 0, 1))
      out.push([...env.observations()].join())
    }
    console.log(out[0] === out[1] ? 'equal' : out.join(' | '))`
  const file = join(mkdtempSync(join(tmpdir(), 'ringside-workers-')), 'forgets.mjs')
  writeFileSync(file, script)
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 20_000 })
  expect({ stdout, stderr, status }).toEqual({ stdout: 'equal\n', stderr: '', status: 0 })
})
