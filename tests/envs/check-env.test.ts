import { describe, expect, test } from 'vitest'
import { checkEnv, checkEnvsMatch, createRng, make, register, spaces, type EnvMaker } from '../../envs/index.ts'

/** A walk along a line that nothing is wrong with; each bad environment changes one thing. */
class Walk {
  observationSpace: unknown = spaces.box({ low: -100, high: 100, shape: [2] })
  actionSpace: unknown = spaces.discrete(2)
  protected rng = createRng(0)
  protected state = new Float32Array(2)

  reset({ seed }: { seed?: number } = {}): unknown {
    if (seed !== undefined) this.rng.restore(createRng(seed).state())
    this.state = Float32Array.of(this.rng.uniform(-1, 1), 0)
    return { observation: this.state.slice(), info: {} }
  }

  step(action: unknown): unknown {
    this.state[0]! += action === 1 ? 1 : -1
    this.state[1]! += 1
    return { ...this.result(), observation: this.state.slice() }
  }

  protected result(): Record<string, unknown> {
    return { reward: this.state[0], terminated: this.state[1]! >= 20, truncated: false, info: {} }
  }
}

let made = 0
/** What the checker says, or what making it already says. */
async function verdict(Class: EnvMaker): Promise<string> {
  const id = `Bad/Env${made++}-v0`
  register({ id }, async () => Class)
  try {
    return checkEnv(await make(id))
      .map(({ message }) => message)
      .join('\n')
  } catch (error) {
    return (error as Error).message
  }
}

const walk =
  (change: Record<string, unknown>): EnvMaker =>
  () =>
    Object.assign(new Walk(), change)
const stepping = (change: Record<string, unknown>): EnvMaker =>
  class extends Walk {
    protected override result(): Record<string, unknown> {
      return { ...super.result(), ...change }
    }
  }
const observing = (observe: (state: Float32Array) => unknown): EnvMaker =>
  class extends Walk {
    override step(action: unknown): unknown {
      return { ...(super.step(action) as object), observation: observe(this.state) }
    }
  }

test('nothing is said of an environment without a fault', async () => {
  expect(await verdict(Walk)).toBe('')
})

describe('each fault is told: what came, what was expected, what to change', () => {
  test.each<[string, EnvMaker, RegExp]>([
    [
      'no observation space',
      walk({ observationSpace: undefined }),
      /no observationSpace; expected.*spaces\.box.*import/,
    ],
    ['a number for a space', walk({ actionSpace: 4 }), /has 4 as actionSpace; expected a space.*discrete/],
    ['no step', walk({ step: undefined }), /no step\(\); expected/],
    ['a factory without a return', () => undefined, /is undefined; expected an object.*return missing/],
    ['an async factory', async () => new Walk(), /is a Promise; expected an object.*Take "async"/],
    ['snapshot without restore', walk({ snapshot: () => ({}) }), /has snapshot\(\) and no restore\(\); expected both/],
    [
      'a reward that is not a number',
      stepping({ reward: NaN }),
      /reward of step\(\) is NaN; expected a finite.*division/,
    ],
    [
      'no reward',
      stepping({ reward: undefined }),
      /reward of step\(\) is undefined; expected a finite number.*reward: 0/,
    ],
    ['a reward in an array', stepping({ reward: [1] }), /reward of step\(\) is \[1\].*one plain number/],
    ['an end in numbers', stepping({ terminated: 0 }), /terminated of step\(\) is 0; expected true or false.*booleans/],
    ['done', stepping({ terminated: undefined, truncated: undefined, done: true }), /Instead of done, say terminated/],
    ['no info', stepping({ info: undefined }), /info of step\(\) is undefined; expected an object.*info: \{\}/],
    ["Gym's old tuple", walk({ step: () => [Float32Array.of(0, 0), 1, false, {}] }), /expected.*Gym's old.*terminated/],
    ['a tuple from reset', walk({ reset: () => [Float32Array.of(0, 0), {}] }), /reset\(\) returned \[.*not a tuple/],
    [
      'a bare observation',
      walk({ reset: () => Float32Array.of(0, 0) }),
      /observation itself: return \{ observation, info/,
    ],
    [
      'an async step',
      walk({ step: async () => ({}) }),
      /step\(\) returned a Promise; expected.*take "async" from step/,
    ],
    ['an async reset', walk({ reset: async () => ({}) }), /reset\(\) returned a Promise; expected.*"async" from reset/],
    ['a step that returns nothing', walk({ step: () => undefined }), /step\(\) returned undefined.*return missing/],
    ['a list', observing((state) => [...state]), /observation of step\(\) is \[.*Float32Array\.from\(values\)/],
    ['a number for a box', observing(() => 3), /observation of step\(\) is 3; expected.*Box.*Float32Array\.of/],
    [
      'another dtype',
      observing((state) => Float64Array.from(state)),
      /float64 instead of float32: return a Float32Array, or/,
    ],
    ['another size', observing(() => new Float32Array(3)), /3 elements instead of 2.*change the shape/],
    [
      'a value out of bounds',
      observing(() => Float32Array.of(0, 101)),
      /Element 1 is 101, outside -100 … 100: clip it/,
    ],
    ['an observation with NaN', observing(() => Float32Array.of(0, NaN)), /Element 1 is NaN.*never set/],
    [
      'a mask in a list',
      stepping({ info: { actionMask: [1, 0] } }),
      /info\.actionMask of step\(\) is \[1,0\]; expected a Uint8Array of 2 bytes/,
    ],
    [
      'a mask of another length',
      stepping({ info: { actionMask: new Uint8Array(3) } }),
      /expected a Uint8Array of 2 bytes/,
    ],
    ['a mask of other numbers', stepping({ info: { actionMask: Uint8Array.of(1, 255) } }), /1 allowed, 0 not/],
    [
      'a mask that allows nothing',
      stepping({ info: { actionMask: new Uint8Array(2) } }),
      /one action at least.*has ended/,
    ],
    ['one array, filled again', observing((state) => state), /step\(\) hands out one observation array.*slice\(\)/],
  ])('%s', async (_, Class, message) => {
    expect(await verdict(Class)).toMatch(message)
  })

  test('a step that writes to its action', async () => {
    const Writer = class extends Walk {
      override actionSpace = spaces.box({ low: -1, high: 1, shape: [1] })
      override step(action: Float32Array): unknown {
        action[0] = 0.5
        return super.step(1)
      }
    }
    expect(await verdict(Writer)).toMatch(/was given the action -?0\.\d+ and made 0\.5 of it; expected it to be left/)
  })

  test('a close that throws', async () => {
    const thrower = (): never => {
      throw new Error('no such file')
    }
    expect(await verdict(walk({ close: thrower }))).toMatch(
      /^close\(\), twice threw at check-env\.test\.ts:\d+: no such file$/,
    )
  })

  test('a reset and a step that throw, with the place', async () => {
    const thrower = (): never => {
      throw new TypeError('no board yet')
    }
    expect(await verdict(walk({ reset: thrower }))).toMatch(
      /^reset\(\{ seed \}\) threw at check-env\.test\.ts:\d+: no board yet$/,
    )
    expect(await verdict(walk({ step: thrower }))).toMatch(/^step\(\) threw at check-env\.test\.ts:\d+: no board yet/)
  })

  test('random numbers that no seed decides, at the start and later', async () => {
    class AnyStart extends Walk {
      override reset(): unknown {
        return super.reset({ seed: Math.floor(Math.random() * 1e9) })
      }
    }
    expect(await verdict(AnyStart)).toMatch(
      /^Two calls of reset\(\{ seed: 1 \}\) gave two first observations.*createRng/,
    )
    const noisy = observing((state) => Float32Array.of(state[0]! + Math.random(), state[1]!))
    expect(await verdict(noisy)).toMatch(
      /^The same seed and actions gave another episode: in step 1 observation\[0\] was .* and then .*expected the same/,
    )
    // A field that reset() leaves as it was.
    let age = 0
    expect(await verdict(observing((state) => Float32Array.of(state[0]!, Math.min(age++, 99))))).toMatch(
      /every field anew/,
    )
  })

  test('snapshots that miss a part, point to it, or cannot be written', async () => {
    class Saved extends Walk {
      snapshot(): unknown {
        return { state: this.state.slice(), rng: [] }
      }
      restore({ state }: { state: Float32Array }): void {
        this.state = state.slice()
      }
    }
    expect(await verdict(Saved)).toBe('')
    const missing = class extends Saved {
      override restore({ state }: { state: Float32Array }): void {
        this.state[0] = state[0]!
      }
    }
    expect(await verdict(missing)).toMatch(/restore\(snapshot\(\)\) led elsewhere: in step 1 .*misses a part/)
    const pointing = class extends Saved {
      override snapshot(): unknown {
        return { state: this.state }
      }
    }
    expect(await verdict(pointing)).toMatch(/led elsewhere.*own and moved on with it: put a copy/)
    const adopting = class extends Saved {
      override restore({ state }: { state: Float32Array }): void {
        this.state = state as typeof this.state
      }
    }
    expect(await verdict(adopting)).toMatch(/led elsewhere.*made an array of the snapshot its own/)
    const map = class extends Saved {
      override snapshot(): unknown {
        return { state: new Map([[1, 2]]) }
      }
    }
    expect(await verdict(map)).toMatch(/snapshot\(\).*is a Map; expected JSON, typed arrays/)
  })

  test('pictures that no painter can draw', async () => {
    const scene = { width: 10, height: 10, background: '#fff' }
    const drawing = (value: unknown): EnvMaker => walk({ render: () => value })
    expect(await verdict(drawing({ ...scene, items: [] }))).toBe('')
    expect(await verdict(drawing(undefined))).toMatch(/render\(\) returned undefined; expected a Scene/)
    expect(await verdict(drawing({ ...scene, width: 0, items: [] }))).toMatch(/positive sizes/)
    expect(await verdict(drawing({ ...scene, items: [{ kind: 'circel' }] }))).toMatch(
      /Item 0.*"circel".*Did you mean "circle"/,
    )
    expect(await verdict(drawing({ ...scene, items: [{ kind: 'circle', x: NaN, y: 0, radius: 1 }] }))).toMatch(
      /Item 0 of render\(\), a circle, has x NaN/,
    )
    expect(await verdict(drawing({ ...scene, items: [{ kind: 'line', points: [0, Infinity] }] }))).toMatch(
      /finite numbers/,
    )
  })
})

describe('checkEnvsMatch', () => {
  test('finds nothing between an environment and itself, wrapped or not', async () => {
    for (const id of ['CartPole-v1', 'Taxi-v4', 'Blackjack-v1'])
      expect(checkEnvsMatch(await make(id), await make(id, { checker: false }))).toBeUndefined()
  })

  test('tells the first difference: spaces, numbers, ends', async () => {
    const cartPole = await make('CartPole-v1')
    expect(checkEnvsMatch(cartPole, await make('Acrobot-v1'))).toMatchObject({
      seed: undefined,
      what: 'observationSpace',
      message: expect.stringMatching(
        /^observationSpace: .*CartPole-v1.* has Box\(\[4\].*Acrobot-v1.* has Box\(\[6\]/,
      ) as string,
    })
    const scaled = { id: 'Pendulum-v1', wrappers: [{ name: 'ScaleReward', kwargs: { factor: 1.001 } }] }
    const pendulum = await make('Pendulum-v1')
    expect(checkEnvsMatch(pendulum, await make(scaled))).toMatchObject({ seed: 0, step: 1, what: 'reward' })
    expect(checkEnvsMatch(pendulum, await make(scaled), { tolerance: 0.02 })).toBeUndefined()
    const shorter = await make('Pendulum-v1', { maxEpisodeSteps: 50 })
    expect(checkEnvsMatch(pendulum, shorter, { seeds: [7] })).toEqual({
      seed: 7,
      step: 50,
      what: 'truncated',
      a: false,
      b: true,
      message: `truncated in step 50 after reset({ seed: 7 }): ${pendulum} has false, ${shorter} has true.`,
    })
    expect(checkEnvsMatch(pendulum, shorter, { steps: 49 })).toBeUndefined()
  })

  test('looks at the first observation and at each number of it', async () => {
    const [a, b] = [await make('CartPole-v1'), await make('CartPole-v1')]
    const reset = b.reset.bind(b)
    b.reset = (options) => {
      const result = reset(options)
      ;(result.observation as Float32Array)[2]! += 0.01
      return result
    }
    expect(checkEnvsMatch(a, b)).toMatchObject({ seed: 0, step: 0, what: 'observation[2]' })
  })
})
