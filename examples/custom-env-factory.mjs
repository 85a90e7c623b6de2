/**
 * An environment as a factory function in plain JavaScript:
 *
 *     ringside check ./custom-env-factory.mjs#signals
 *     ringside train dqn ./custom-env-factory.mjs#signals --steps 3000
 *
 * One of several lamps lights up; press the button below it. Ten lamps make an episode, a right button is worth 1.
 */
import { createRng, spaces } from 'ringside/envs'

/** The function is called with the options, for each environment anew. */
export function signals({ lamps = 4 } = {}) {
  const rng = createRng(0)
  let lit = 0
  let shown = 0

  const next = () => {
    lit = rng.int(lamps)
    const observation = new Float32Array(lamps)
    observation[lit] = 1
    return observation
  }

  return {
    observationSpace: spaces.box({ low: 0, high: 1, shape: [lamps] }),
    actionSpace: spaces.discrete(lamps),

    reset({ seed } = {}) {
      if (seed !== undefined) rng.restore(createRng(seed).state())
      shown = 0
      return { observation: next(), info: {} }
    },

    step(action) {
      const reward = action === lit ? 1 : 0
      shown++
      return { observation: next(), reward, terminated: shown === 10, truncated: false, info: {} }
    },
  }
}
