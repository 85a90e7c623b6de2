import { describe, expect, it } from 'vitest'
import { envControls, envSpecs, fittingControls, make, spaces } from '../../envs/index.ts'

describe('controls', () => {
  it.each(envSpecs().map(({ id }) => id))('of %s fit its spaces', async (id) => {
    const controls = await envControls({ id })
    const env = await make(id)
    const { actionSpace, observationSpace } = env
    env.close()
    expect(Object.keys(controls.keys ?? {}).length).toBeGreaterThan(0)
    // Nothing of what is registered is left out.
    expect(fittingControls(controls, actionSpace, observationSpace)).toEqual(controls)
  })

  it('of MinAtar name actions and planes as its games do', async () => {
    for (const { id } of envSpecs().filter((spec) => spec.id.startsWith('MinAtar/'))) {
      const env = await make(id)
      const own = env.unwrapped as unknown as { actionMeanings: string[]; channels: { name: string }[] }
      const { actions, observation } = await envControls({ id })
      expect(actions).toEqual(own.actionMeanings)
      expect(observation).toEqual(own.channels.map(({ name }) => name))
      env.close()
    }
  })

  it('of other spaces are left out, and digits stand in', () => {
    const given = { actions: ['a', 'b'], keys: { ArrowLeft: 0, ArrowRight: 7 }, idle: 9 }
    expect(fittingControls(given, spaces.discrete(2))).toEqual({ actions: ['a', 'b'], keys: { ArrowLeft: 0 } })
    expect(fittingControls({}, spaces.discrete(3, { start: -1 }))).toEqual({ keys: { 0: -1, 1: 0, 2: 1 } })
    expect(fittingControls(given, spaces.box({ low: [-1], high: [1] }))).toEqual({ keys: {} })
  })
})
