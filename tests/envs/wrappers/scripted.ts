import { adaptEnv, spaces, type Env, type SpaceValue } from '../../../envs/index.ts'

export interface ScriptedStep {
  readonly observation: SpaceValue
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
}

/** Plays given steps, in a space of your choice. */
export function scripted(steps: readonly ScriptedStep[], observationSpace: spaces.Space): Env {
  let at = 0
  return adaptEnv(
    {
      observationSpace,
      actionSpace: spaces.discrete(3),
      reset: () => ({ observation: steps[at++ % steps.length]!.observation, info: {} }),
      step: () => ({ ...steps[at++ % steps.length]!, info: {} }),
      snapshot: () => ({ at }),
      restore: (snapshot: { at: number }) => void (at = snapshot.at),
    },
    'Scripted-v0',
  )
}

/** Observations alone, one step a value. */
export function showing(observations: readonly SpaceValue[], observationSpace: spaces.Space): Env {
  const steps = observations.map((observation) => ({ observation, reward: 0, terminated: false, truncated: false }))
  return scripted(steps, observationSpace)
}
