import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkEnv, createRng, make, makeVector, SnapshotMismatch, type Env } from '../../../envs/index.ts'
import { resolveSpec } from '../../../envs/registry.ts'
import { decodeState, encodeState } from '../../../core/state.ts'
import type { VectorStep } from '../../../envs/types.ts'
import { pythonHas } from './python.ts'

const faulty = 'gymnasium:ringside_faults:Faulty-v0'
const echo = 'gymnasium:ringside_faults:Echo-v0'

interface Recorded {
  readonly seed: number
  readonly first: readonly number[]
  readonly steps: readonly { action: number; observation: number[]; reward: number; terminated: boolean }[]
}
const recorded = JSON.parse(readFileSync('tests/envs/bridge/fixtures/cart-pole.json', 'utf8')) as Recorded

function withoutPids({ infos, ...rest }: VectorStep): unknown {
  const words = JSON.stringify(infos, (key, value: unknown) => (key === 'pid' ? 0 : value))
  return { ...rest, words }
}

async function using<T>(env: Promise<Env>, use: (env: Env) => T): Promise<T> {
  const made = await env
  try {
    return use(made)
  } finally {
    made.close()
  }
}

describe.skipIf(!pythonHas('gymnasium'))('a real Gymnasium environment', () => {
  test('plays as it does in Python', async () => {
    await using(make('gymnasium:CartPole-v1'), (env) => {
      expect(String(env)).toBe('<OrderEnforcing<PassiveChecker<gymnasium:CartPole-v1>>>')
      expect([...(env.reset({ seed: recorded.seed }).observation as Float32Array)]).toEqual(recorded.first)
      for (const { action, observation, reward, terminated } of recorded.steps) {
        const result = env.step(action)
        expect([...(result.observation as Float32Array)]).toEqual(observation)
        expect(result).toMatchObject({ reward, terminated, truncated: false, info: {} })
      }
    })
  })

  test('tells what a game calls its actions', async () => {
    await using(make({ id: faulty, kwargs: { how: 'forget' }, wrappers: [{ name: 'NoopReset' }] }), (env) => {
      expect((env.unwrapped as { actionMeanings?: unknown }).actionMeanings).toEqual(['FIRE', 'NOOP'])
    })
    await using(make('gymnasium:CartPole-v1'), (env) => expect(env.unwrapped).not.toHaveProperty('actionMeanings'))
  })

  test('from one state, bridged CartPole and ours take the same steps', async () => {
    const ours = await make('CartPole-v1')
    await using(make('gymnasium:CartPole-v1'), (env) => {
      const first = env.reset({ seed: 3 }).observation as Float32Array
      ours.reset({ seed: 3 })
      const snapshot = ours.snapshot() as { env: { env: { env: Record<string, unknown> } } }
      snapshot.env.env.env['state'] = Float64Array.from(first)
      ours.restore(snapshot as never)
      for (let i = 0; i < 8; i++) {
        const [theirs, own] = [env.step(i % 2), ours.step(i % 2)]
        // The first observation is the state rounded to float32.
        ;(own.observation as Float32Array).forEach((x, j) =>
          expect(Math.abs(x - (theirs.observation as Float32Array)[j]!)).toBeLessThan(1e-6),
        )
        expect(own.reward).toBe(theirs.reward)
      }
    })
  })

  test('keeps Python’s limits and says them', async () => {
    expect(await resolveSpec('gymnasium:CartPole-v1')).toEqual({
      id: 'gymnasium:CartPole-v1',
      maxEpisodeSteps: 500,
      rewardThreshold: 475,
    })
    const stepsUntilCut = (env: Env): number => {
      env.reset({ seed: 1 })
      for (let n = 1; n <= 80; n++) if (env.step(0).truncated) return n
      return Infinity
    }
    expect(await using(make(faulty), stepsUntilCut)).toBe(50)
    expect(await using(make(faulty, { maxEpisodeSteps: 9 }), stepsUntilCut)).toBe(9)
    expect(await using(make(faulty, { maxEpisodeSteps: null }), stepsUntilCut)).toBe(Infinity)
  })

  test('values of every space cross both ways', async () => {
    await using(make(echo), (env) => {
      const rng = createRng(4)
      const { observation, info } = env.reset({ seed: 2 })
      expect(env.observationSpace.contains(observation)).toBe(true)
      expect(info).toEqual({ array: [0, 1, 2], nan: null, f: 0.5 })
      for (let i = 0; i < 100; i++) {
        const action = env.actionSpace.sample(rng) as Record<string, Float32Array>
        // What Python keeps of a float32 as float16, and of a float64 as int64.
        action['float16'] = action['float16']!.map((x) => Math.round(x * 64) / 64)
        action['wide'] = action['wide']!.map(Math.trunc)
        const result = env.step(action)
        expect(result.observation).toEqual(action)
        expect(result).toMatchObject({ reward: 0.5, terminated: false, truncated: false })
        expect(result.info['words']).toBe(`'${String(action['text'])}'`)
      }
    })
  })

  test('seeds, options and keyword arguments arrive', async () => {
    await using(make(faulty, { kwargs: { how: 'raise' } }), (env) => {
      const { info } = env.reset({ seed: 11, options: { low: -1, names: ['a'] } })
      expect(info).toMatchObject({ seed: 11, options: { low: -1, names: ['a'] } })
    })
    await expect(make(faulty, { kwargs: { colour: 'red' } })).rejects.toThrow(/TypeError.*colour/)
  })

  test('a snapshot continues in another process, and says when it cannot', async () => {
    const saved = await using(make('gymnasium:CartPole-v1'), (env) => {
      env.reset({ seed: 5 })
      for (let i = 0; i < 6; i++) env.step(i % 2)
      const bytes = encodeState(env.snapshot())
      return { bytes, next: env.step(1) }
    })
    await using(make('gymnasium:CartPole-v1'), (env) => {
      env.restore(decodeState(saved.bytes))
      expect(env.step(1)).toEqual(saved.next)
    })
    await using(make(faulty, { kwargs: { how: 'forget' } }), (env) => {
      env.reset({ seed: 5 })
      env.step(1)
      const snapshot = env.snapshot()
      expect(() => env.restore(snapshot)).toThrow(SnapshotMismatch)
    })
  })

  test('the checker finds nothing to mend', async () => {
    for (const id of ['gymnasium:Pendulum-v1', 'gymnasium:Blackjack-v1']) {
      expect(await using(make(id), (env) => checkEnv(env))).toEqual([])
    }
  })

  test.each(['same-step', 'next-step', 'disabled'] as const)(
    'lanes of a vector, in one process, are the single environments (%s)',
    async (autoreset) => {
      const lanes = 3
      const vector = await makeVector(faulty, { lanes, autoreset, maxEpisodeSteps: 4 })
      const wrapped = await makeVector(
        { id: faulty, wrappers: [{ name: 'ScaleReward', kwargs: { factor: 1 } }] },
        { lanes, autoreset, maxEpisodeSteps: 4 },
      )
      try {
        vector.reset({ seed: [1, 2, 3] })
        wrapped.reset({ seed: [1, 2, 3] })
        for (let i = 0; i < 20; i++) {
          const [together, single] = [vector, wrapped].map((env) => env.step(new Int32Array(lanes)))
          const pids = new Set(together!.infos.map(({ pid }) => pid).filter((pid) => pid !== undefined))
          expect(pids.size).toBeLessThan(2)
          expect(withoutPids(together!)).toEqual(withoutPids(single!))
          expect(vector.observations()).toEqual(wrapped.observations())
          if (autoreset === 'disabled' && together!.truncated[0] === 1) {
            for (const env of [vector, wrapped]) env.resetLanes(together!.truncated)
          }
        }
        expect(vector.restore.bind(vector, vector.snapshot())).not.toThrow()
      } finally {
        vector.close()
        wrapped.close()
      }
    },
  )

  test('a mask of actions is one of ours as well', async () => {
    await using(make('gymnasium:Taxi-v4'), (env) => {
      const { info } = env.reset({ seed: 1 })
      expect(info['actionMask']).toEqual(Uint8Array.from(info['action_mask'] as number[]))
    })
  })

  test('text is drawn as text', async () => {
    await using(make('gymnasium:ringside_faults:Written-v0'), (env) => {
      env.reset({ seed: 1 })
      const { items, fps } = env.render()
      expect(fps).toBe(4)
      expect(items.map((item) => item.kind === 'text' && item.text)).toEqual(['red', 'plain'])
    })
  })
})

describe.skipIf(!pythonHas('gymnasium', 'pygame'))('frames', () => {
  test('are a Scene of pixels', async () => {
    await using(make('gymnasium:CartPole-v1'), (env) => {
      env.reset({ seed: 1 })
      const scene = env.render()
      const [pixels] = scene.items
      expect(scene).toMatchObject({ width: 600, height: 400, fps: 50 })
      if (pixels?.kind !== 'pixels') throw new Error('expected pixels')
      expect(pixels).toMatchObject({ columns: 600, rows: 400, channels: 3 })
      expect(pixels.data).toHaveLength(600 * 400 * 3)
      expect(new Set(pixels.data).size).toBeGreaterThan(3)
    })
  })
})

describe.skipIf(!pythonHas('gymnasium', 'ale_py'))('an Atari game', () => {
  test('goes through φ where it skips no frames itself', async () => {
    const phi = { id: 'gymnasium:ALE/Freeway-v5', wrappers: [{ name: 'AtariPreprocessing' }] }
    await expect(make(phi)).rejects.toThrow(/Freeway-v5 takes it for 4 frames each time; set frameskip to 1/)
    await using(make(phi, { kwargs: { frameskip: 1 } }), (env) => {
      expect(env.unwrapped).toMatchObject({ actionMeanings: ['NOOP', 'UP', 'DOWN'], frameskip: 1 })
      expect(env.reset({ seed: 1 }).observation).toHaveLength(4 * 84 * 84)
    })
    const fired = { ...phi, wrappers: [{ name: 'AtariPreprocessing', kwargs: { fireReset: true } }] }
    await expect(make(fired, { kwargs: { frameskip: 1 } })).rejects.toThrow(/action called FIRE.*leave FireReset out/)
  })

  test('is saved by its own state, random numbers included', async () => {
    const id = 'gymnasium:ALE/Breakout-v5'
    const play = (env: Env): unknown[] =>
      Array.from({ length: 12 }, (_, i) => {
        const { observation, reward, truncated, info } = env.step(i % 4)
        return [(observation as Uint8Array).reduce((a, b, j) => (a * 31 + b * j) | 0, 0), reward, truncated, info]
      })
    const options = { maxEpisodeSteps: 25 }
    const saved = await using(make(id, options), (env) => {
      expect(env.observationSpace.toString()).toBe('Box([210,160,3], uint8, 0 to 255)')
      env.reset({ seed: 4 })
      play(env)
      env.reset()
      play(env)
      return { state: encodeState(env.snapshot()), then: play(env) }
    })
    await using(make(id, options), (env) => {
      env.restore(decodeState(saved.state))
      expect(play(env)).toEqual(saved.then)
      expect(env.step(0).truncated).toBe(true)
    })
  })
})
