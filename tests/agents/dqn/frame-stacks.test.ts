import { expect, test } from 'vitest'
import { createDqn } from '../../../agents/dqn/dqn.ts'
import { dqnConfig } from '../../../agents/dqn/config.ts'
import type { StepBatch } from '../../../agents/types.ts'
import { createRng, type Rng } from '../../../core/index.ts'
import { decodeState, encodeState } from '../../../core/state.ts'
import { openEngine } from '../../../engine/index.ts'
import { spaces } from '../../../envs/index.ts'

const [frames, side] = [3, 4]
const frame = side * side
const length = frames * frame

/** Random frames in stacks, an episode's first in copies or behind blank ones, in one lane; its state is the stack and whether an episode begins. */
function stacked(rng: Rng, copies: boolean) {
  let stack = new Uint8Array(length)
  let first = 1
  const push = (from: Uint8Array): Uint8Array<ArrayBuffer> => {
    const to = new Uint8Array(length)
    to.set(from.subarray(frame))
    for (let i = length - frame; i < length; i++) to[i] = rng.int(256)
    return to
  }
  return (): StepBatch => {
    if (first === 1) {
      stack = push(new Uint8Array(length))
      if (copies) for (let i = 0; i < frames - 1; i++) stack.copyWithin(i * frame, length - frame)
    }
    const observation = stack
    stack = push(stack)
    const [isFirst, terminated] = [first, Number(rng.int(9) === 0)]
    first = terminated
    return {
      lanes: 1,
      observation,
      action: Int32Array.of(rng.int(2)),
      extras: { recurrentState: new Float32Array(4) },
      reward: Float64Array.of(rng.normal()),
      terminated: Uint8Array.of(terminated),
      truncated: Uint8Array.of(0),
      nextObservation: stack,
      isFirst: Uint8Array.of(isFirst),
    }
  }
}

const single = { nStep: 3 }
const recurrent = { recurrent: 'gru', sequences: { units: 4, length: 5, burnIn: 2, overlap: 1 }, batchSize: 4 }

test.each([
  ['blank', single],
  ['copy', recurrent],
] as const)(
  'learning from stacks of frames (%s, %o) goes on bit-identically from a saved state',
  async (padding, own) => {
    const engine = await openEngine({ engine: 'onnx' })
    const create = (seed: number) =>
      createDqn(
        {
          observationSpace: spaces.box({
            low: 0,
            high: 255,
            shape: [frames, side, side],
            dtype: 'uint8',
            stack: { frames, padding },
          }),
          actionSpace: spaces.discrete(2),
          lanes: 1,
          engine,
          rng: createRng(seed),
          steps: 1000,
        },
        dqnConfig.parse({ learningStarts: 50, batchSize: 8, replayCapacity: 100, trainEvery: 4, ...own }),
      )
    const env = stacked(createRng(5), padding === 'copy')
    const steps = Array.from({ length: 400 }, env)
    const whole = create(1)
    const learn = (agent: typeof whole, from: number, to: number) => {
      for (const step of steps.slice(from, to)) {
        agent.observe(step)
        agent.learn()
      }
    }
    learn(whole, 0, 200)
    const saved = encodeState(whole.state())
    learn(whole, 200, 400)
    const resumed = create(2)
    resumed.restore(decodeState(saved))
    learn(resumed, 200, 400)
    expect(encodeState(resumed.state())).toEqual(encodeState(whole.state()))
    expect(resumed.metrics()['updates']).toBeGreaterThan(50)
    whole.dispose!()
    resumed.dispose!()
  },
)
