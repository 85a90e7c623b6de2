import { allocate, isTypedArray, sizeOf, type TypedArray } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import type { Agent, Explanation } from '../../agents/types.ts'
import { make } from '../../envs/index.ts'
import type { Space } from '../../envs/spaces/index.ts'
import { maskWidth } from '../../envs/spaces/mask-width.ts'
import type { EnvSpec, SpaceValue } from '../../envs/types.ts'
import { openRun } from './open.ts'
import type { EvaluateOptions } from './types.ts'

export type LoadAgentOptions = Omit<EvaluateOptions, 'episodes'>

/** A trained agent, to be asked for actions one observation at a time. */
export interface LoadedAgent {
  /** What it was trained in, wrappers and their statistics included: `make(spec)` gives observations as it knows them. */
  readonly env: EnvSpec
  /** Environment steps of training behind it. */
  readonly step: number
  /** For batches of lanes, explanations and weights by path. */
  readonly agent: Agent
  /**
   * An action for an observation, both as the environment takes and gives them, at the evaluation ε. `isFirst`: it is the
   * first of its episode, where a recurrent agent begins with an empty memory. `actionMask`: the `info.actionMask` that came
   * with it, an entry an action, 1 or true where it is allowed. Throws where the observation is none of the environment's, or
   * the mask none of its actions.
   */
  act(observation: SpaceValue, options?: { isFirst?: boolean; actionMask?: ArrayLike<number | boolean> }): SpaceValue
  /** What the agent thinks of an observation: q, V and A, distributions. */
  explain(observation: SpaceValue): Explanation
  close(): void
}

/** The agent of a run folder, from its best checkpoint unless `checkpoint` says `last` or a step. */
export async function loadAgent(run: string, options: LoadAgentOptions = {}): Promise<LoadedAgent> {
  const opened = await openRun(run, options)
  const env = await make(opened.env)
  const { observationSpace, actionSpace } = env
  env.close()
  const actor = opened.agent.actor(1, 'evaluate', createRng(options.seed ?? 0, 'loaded agent'))
  const flat = (observation: SpaceValue, who: string): TypedArray => {
    if (!observationSpace.contains(observation))
      throw usageError(`${who} expects an observation of ${observationSpace}, got ${told(observation)}.`)
    return isTypedArray(observation) ? observation : Int32Array.of(observation as number)
  }
  let begun = false
  return {
    env: opened.env,
    step: opened.step,
    agent: opened.agent,
    act(observation, { isFirst = !begun, actionMask } = {}) {
      const { actions } = actor.act(
        flat(observation, 'act'),
        Uint8Array.of(isFirst ? 1 : 0),
        actionMask === undefined ? undefined : maskOf(actionSpace, actionMask),
      )
      begun = true
      return actionOf(actionSpace, actions)
    },
    explain: (observation) => opened.agent.explain(flat(observation, 'explain')),
    close: () => opened.close(),
  }
}

function actionOf(space: Space, actions: TypedArray): SpaceValue {
  if (space.kind === 'discrete') return actions[0]!
  const own = allocate(space.dtype ?? 'float32', sizeOf(space.shape ?? []))
  own.set(actions.subarray(0, own.length))
  return own
}

function maskOf(space: Space, mask: ArrayLike<number | boolean>): Uint8Array {
  const width = maskWidth(space)
  const bytes = Uint8Array.from(Array.from(mask), Number)
  if (width > 0 && bytes.length === width && bytes.every((byte) => byte <= 1) && bytes.includes(1)) return bytes
  const expected =
    width === 0
      ? `no actionMask: the actions of ${space} have none`
      : `an actionMask of ${width} entries, 1 where the action is allowed, and at least one`
  throw usageError(`act expects ${expected}; got [${Array.from(mask).join(', ')}].`)
}

function told(value: unknown): string {
  return isTypedArray(value) ? `${value.constructor.name} of ${value.length}` : JSON.stringify(value)
}
