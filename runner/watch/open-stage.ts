import type { RewardClip } from '../../agents/replay/accumulator.ts'
import type { Agent } from '../../agents/types.ts'
import { envControls, fittingControls, makeVector } from '../../envs/index.ts'
import { isGymnasiumId } from '../../envs/bridge/id.ts'
import { isDiscrete } from '../../envs/spaces/index.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { protocolVersion, type Hello, type Mode } from '../../render/viewer/protocol.ts'
import { layoutOf } from './layout.ts'
import { createPlayer } from './player.ts'
import { createStage, type Stage } from './stage.ts'

export interface StagePlan {
  readonly agent: Agent | undefined
  readonly name?: string
  readonly env: EnvSpec
  readonly settings?: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly mode: Mode
}

export interface OpenedStage {
  readonly hello: Hello
  readonly stage: Stage
  /** The environment's wrappers have learned more; from the next episode on. */
  replaceEnv(spec: EnvSpec): Promise<void>
}

/** An environment, its controls and an agent or a person, put together. */
export async function openStage({
  agent,
  name,
  env: spec,
  settings = {},
  seed,
  mode,
}: StagePlan): Promise<OpenedStage> {
  const makeOne = (of: EnvSpec) => makeVector(of, { lanes: 1, autoreset: 'disabled' })
  const env = await makeOne(spec)
  const { actionSpace, observationSpace } = env
  const controls = fittingControls(await envControls(spec), actionSpace, observationSpace)
  const discrete = isDiscrete(actionSpace) ? actionSpace : undefined
  // Python's environments are put back by playing all their actions again: too slow to be done for every step.
  const canGoBack = !isGymnasiumId(spec.id)
  const { gamma, rewardClip } = settings
  const player = createPlayer({
    env,
    agent,
    seed,
    gamma: typeof gamma === 'number' ? gamma : 0.99,
    rewardClip: (rewardClip as RewardClip | undefined) ?? 'none',
    keepsPast: canGoBack,
  })
  const layout = layoutOf(observationSpace)
  const stage = createStage({
    player,
    agent,
    keys: controls.keys ?? {},
    idle: controls.idle,
    firstAction: discrete?.start ?? 0,
    layout,
    canGoBack,
    fps: player.view().scene.fps ?? 30,
    takenOver: mode === 'play',
  })
  const names = Array.from({ length: discrete?.n ?? 0 }, (_, i) => `action ${i + (discrete?.start ?? 0)}`)
  const { q, value } = player.view().explanation
  const hello: Hello = {
    ...{ kind: 'hello', version: protocolVersion, mode, agent: name ?? null, env: spec.id, runs: [] },
    actions: discrete === undefined ? null : (controls.actions ?? names),
    keys: controls.keys ?? {},
    names: controls.observation ?? null,
    layout,
    canGoBack,
    canExplain: layout !== null && (q !== undefined || value !== undefined),
  }
  return { hello, stage, replaceEnv: async (of) => player.replaceEnv(await makeOne(of)) }
}
