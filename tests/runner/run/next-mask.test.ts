import { expect, test } from 'vitest'
import { createRng, make, makeVector } from '../../../envs/index.ts'
import { nextActionMask } from '../../../runner/run/next-mask.ts'

test('the last step of an episode has the mask of its true last observation, not of the next episode', async () => {
  const lanes = 3
  const env = await makeVector('Taxi-v4', { lanes, maxEpisodeSteps: 7 })
  const alone = await make('Taxi-v4', { maxEpisodeSteps: null })
  env.reset({ seed: 2 })
  const rng = createRng(4)
  let ended = 0
  for (let step = 0; step < 70; step++) {
    const result = env.step(Int32Array.from({ length: lanes }, () => rng.int(6)))
    const masks = nextActionMask(env.actionMask(), result, lanes)!
    ended += result.episodes.length
    for (let lane = 0; lane < lanes; lane++) {
      alone.reset({ seed: 1 })
      alone.unwrapped.restore({ ...alone.unwrapped.snapshot(), state: result.nextObservation[lane]! })
      // Standing still in this state: nothing but the mask is asked for. A wrong drop-off changes nothing.
      const { info, observation } = alone.step(5)
      if (observation === result.nextObservation[lane])
        expect(masks.subarray(lane * 6, lane * 6 + 6)).toEqual(info['actionMask'])
    }
  }
  expect(ended).toBe(30)
})
