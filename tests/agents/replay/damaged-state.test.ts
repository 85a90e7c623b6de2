import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAccumulator } from '../../../agents/replay/accumulator.ts'
import { createFrameStackStorage } from '../../../agents/replay/frame-stacks.ts'
import { createPrioritizedSampler } from '../../../agents/replay/prioritized-sampler.ts'
import { createRecordStorage } from '../../../agents/replay/records.ts'
import { createSequenceAccumulator, sequenceColumns } from '../../../agents/replay/sequence-accumulator.ts'
import { createTransitionStorage } from '../../../agents/replay/transitions.ts'
import type { TransitionSink } from '../../../agents/replay/types.ts'
import { createUniformSampler } from '../../../agents/replay/uniform-sampler.ts'
import type { StepBatch } from '../../../agents/types.ts'
import { isTypedArray } from '../../../core/dtype.ts'
import { RingsideError } from '../../../core/errors.ts'
import { createRng } from '../../../core/rng.ts'
import { decodeState, encodeState, type StateTree, type StateValue } from '../../../core/state.ts'

const lanes = 2
const observation = { dtype: 'uint8' as const, length: 4 }
const stream = { lanes, observation, gamma: 0.9, rewardClip: 'none' as const, firstAction: 0 }

interface Part {
  checkValid?(): void
  state(): StateTree
  restore(state: StateTree): void
}

/** Step number i of two lanes, with episodes of 7 and 11 steps. */
function step(i: number): StepBatch {
  const ends = (lane: number) => Number(i % (lane === 0 ? 7 : 11) === 0)
  const stacks = (from: number) => Uint8Array.from({ length: lanes * 4 }, (_, k) => 1 + ((from + k) % 200))
  return {
    lanes,
    observation: stacks(i),
    action: Int32Array.of(i % 3, (i + 1) % 3),
    extras: { recurrentState: Float32Array.of(i, -i) },
    reward: Float64Array.of(i, i / 2),
    terminated: Uint8Array.of(ends(0), 0),
    truncated: Uint8Array.of(0, ends(1)),
    nextObservation: stacks(i + 1),
    isFirst: Uint8Array.of(Number(i === 0 || (i - 1) % 7 === 0), Number(i === 0 || (i - 1) % 11 === 0)),
    nextActionMask: Uint8Array.of(1, 1, 0, 0, 1, 1),
  }
}

function filled(sink: TransitionSink & Part, steps: number): Part {
  const accumulator = createAccumulator({ ...stream, nStep: 3, sink })
  for (let i = 0; i < steps; i++) accumulator.observe(step(i))
  return sink
}

const sequences = { ...stream, actions: 3, nStep: 2, burnIn: 2, length: 4, overlap: 3, stateWidth: 1 }

function filledRecords(steps: number): { accumulator: Part; storage: Part } {
  const storage = createRecordStorage(5, sequenceColumns(sequences))
  const accumulator = createSequenceAccumulator(sequences, (record) => storage.add(record))
  for (let i = 0; i < steps; i++) accumulator.observe(step(i))
  return { accumulator, storage }
}

function filledSampler(draws: number): Part {
  const rng = createRng(draws, 'replay')
  const sampler = createPrioritizedSampler({ capacity: 40, alpha: 0.6, epsilon: 1e-6, uniformMix: 0, rng })
  for (let i = 0; i < draws; i++) sampler.insert(i % 40)
  sampler.update(Int32Array.of(0, 1), [3, draws])
  return sampler
}

/** Each part after so many steps. */
const parts: Readonly<Record<string, (steps: number) => Part>> = {
  'transition storage': (steps) =>
    filled(createTransitionStorage({ capacity: 40, chunkLength: 16, observation, actions: 3 }), steps),
  'frame stack storage': (steps) => {
    const stack = { frames: 2, padding: 'copy' as const }
    return filled(
      createFrameStackStorage({ capacity: 40, chunkLength: 8, observation, stack, lanes, actions: 3 }),
      steps,
    )
  },
  'record storage': (steps) => filledRecords(steps).storage,
  'sequence accumulator': (steps) => filledRecords(steps).accumulator,
  'n-step accumulator': (steps) => {
    const accumulator = createAccumulator({ ...stream, nStep: 3, sink: { add() {} } })
    for (let i = 0; i < steps; i++) accumulator.observe(step(i))
    return accumulator
  },
  'prioritized sampler': (steps) => filledSampler(steps),
  'uniform sampler': (steps) => createUniformSampler(createRng(steps)),
}

/** Every place of a tree, as the path to it. */
function places(value: StateValue | undefined, path: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== 'object' || isTypedArray(value)) return [path]
  const inner = Object.entries(value).flatMap(([key, item]) => places(item as StateValue, [...path, key]))
  return path.length === 0 ? inner : [path, ...inner]
}

const damages: Readonly<Record<string, (value: StateValue) => StateValue | undefined>> = {
  missing: () => undefined,
  'of another kind': (value) => (typeof value === 'string' ? 1 : 'x'),
  'cut short': (value) =>
    isTypedArray(value) || Array.isArray(value) ? (value.slice(0, -1) as StateValue) : value === null ? 0 : null,
  'out of range': (value) =>
    typeof value === 'number' ? -value - 1 : isTypedArray(value) ? value.map((x) => x - 100) : [],
  larger: (value) =>
    typeof value === 'number' ? value + 1000.5 : isTypedArray(value) ? value.map((x) => x + 100) : {},
}

function damage(
  tree: StateTree,
  path: readonly string[],
  how: (value: StateValue) => StateValue | undefined,
): StateTree {
  const change = (value: StateValue | undefined, [key, ...rest]: readonly string[]): StateValue | undefined => {
    if (key === undefined) return how(value ?? null)
    if (Array.isArray(value)) {
      return value.map((item, i) =>
        String(i) === key ? (change(item as StateValue, rest) ?? null) : (item as StateValue),
      )
    }
    const object = value as StateTree
    return { ...object, [key]: change(object[key], rest) }
  }
  return change(tree, path) as StateTree
}

describe('a damaged state is refused whole: nothing of it is put in place', () => {
  for (const [name, create] of Object.entries(parts)) {
    it(name, () => {
      const saved = decodeState(encodeState(create(70).state()))
      const all = places(saved)
      let refused = 0
      fc.assert(
        fc.property(fc.constantFrom(...all), fc.constantFrom(...Object.keys(damages)), (path, how) => {
          const own = create(23)
          const before = encodeState(own.state())
          let thrown: unknown
          try {
            own.restore(damage(saved, path, damages[how]!))
          } catch (error) {
            thrown = error
          }
          own.checkValid?.()
          if (thrown === undefined) return
          refused++
          expect(thrown).toBeInstanceOf(RingsideError)
          expect(encodeState(own.state())).toEqual(before)
        }),
        { numRuns: 150 },
      )
      expect(refused).toBeGreaterThan(0)
      const whole = create(23)
      whole.restore(saved)
      expect(encodeState(whole.state())).toEqual(encodeState(create(70).state()))
    })
  }
})
