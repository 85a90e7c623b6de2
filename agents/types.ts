import type { z } from 'zod'
import type { TypedArray } from '../core/dtype.ts'
import type { Rng } from '../core/rng.ts'
import type { Segment, StateTree } from '../core/state.ts'
import type { NetworkView } from '../engine/inspect.ts'
import type { Engine, Variables } from '../engine/types.ts'
import type { Space } from '../envs/spaces/index.ts'
import type { CustomNetwork } from './networks/torso.ts'

/** What an agent is built from. It constructs its networks and replay from these and its config, and nothing else. */
export interface AgentContext {
  readonly observationSpace: Space
  readonly actionSpace: Space
  /** Environments stepped together in training. */
  readonly lanes: number
  readonly engine: Engine
  /** The agent's own stream; it splits it by name (`initialization`, `exploration`, `replay`). */
  readonly rng: Rng
  /** The run's budget in environment steps (all lanes together), for schedules given as a share of it. */
  readonly steps: number
  /** What the setting `network.kind` names by its path, loaded. */
  readonly network?: CustomNetwork
  /** A line for people at construction ("replay: 10,000 transitions, 0.4 MB"). */
  readonly note?: (line: string) => void
}

export type ActorMode = 'train' | 'evaluate'

export interface Acted {
  /** lanes × action; int32 for Discrete. Reused by the next call. */
  readonly actions: TypedArray
  /** What the agent wants stored beside the step (a recurrent state, log-probabilities): lanes × width each. */
  readonly extras: Readonly<Record<string, TypedArray>>
}

/** Owns exploration and recurrent state for its lanes, so that evaluation never touches training's. */
export interface Actor {
  /** `observations`: lanes × observation; `isFirst`: one byte a lane; `actionMask`: lanes × actions. */
  act(observations: TypedArray, isFirst: Uint8Array, actionMask?: Uint8Array): Acted
  state(): StateTree
  restore(state: StateTree): void
}

/** One step of all lanes, as the agent learns from it. Arrays are reused by the next step: copy what is kept. */
export interface StepBatch {
  readonly lanes: number
  readonly observation: TypedArray
  readonly action: TypedArray
  readonly extras: Readonly<Record<string, TypedArray>>
  readonly reward: Float64Array
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  /** The true last observation, before any reset. */
  readonly nextObservation: TypedArray
  /** What was allowed in `observation`, and in `nextObservation`: lanes × actions. */
  readonly actionMask?: Uint8Array
  readonly nextActionMask?: Uint8Array
  /** The observation was the first of its episode. */
  readonly isFirst: Uint8Array
}

export type Metrics = Readonly<Record<string, number>>

/** For the watching page: read-only, one entry a lane. */
export interface Explanation {
  /** lanes × actions. */
  readonly q?: TypedArray
  readonly value?: TypedArray
  readonly advantage?: TypedArray
  /** Probabilities of a stochastic policy: lanes × actions. */
  readonly policy?: TypedArray
  /** lanes × actions × atoms, with the atoms' values. */
  readonly distribution?: TypedArray
  readonly support?: TypedArray
}

export interface Table {
  /** states × actions. */
  readonly shape: readonly [number, number]
  readonly values: Float64Array
}

export interface Agent {
  actor(lanes: number, mode: ActorMode, rng: Rng): Actor
  observe(step: StepBatch): void
  /** Zero or more gradient steps, as the config's ratios say; metrics of the last one, or undefined when none was made. */
  learn(): Metrics | undefined
  /** The newest diagnostics: ε, losses, mean q, samples per insert. */
  metrics(): Metrics
  /** `extras`: what an actor gave beside its actions for these observations, where acting depends on more than they tell. */
  explain(observations: TypedArray, extras?: Acted['extras']): Explanation
  /** Variables by path, for checkpoints' readers, exports and inspection. */
  networks(): Variables
  /** What is learned without a network, by name: the arrays themselves, so that writing to one changes what the agent knows. */
  tables?(): Readonly<Record<string, Table>>
  state(): StateTree
  restore(state: StateTree): void
  /** What of its state is large and stays as it is for long, so that it can be written before a checkpoint: cheap to ask for. */
  segments?(): Iterable<Segment>
  dispose?(): void
}

/** `load` imports the implementation, so that listing agents loads no tensor library. */
export interface AgentDefinition<Config = unknown> {
  readonly name: string
  readonly summary: string
  /** Type, default and documentation of every setting. */
  readonly config: z.ZodType<Config>
  /** Settings this name stands for (`double-dqn` is `dqn` with `double: true`), under the preset's and the user's. */
  readonly defaults?: Readonly<Record<string, unknown>>
  load(): Promise<AgentFactory<Config>>
}

export interface AgentFactory<Config = unknown> {
  /** Throws a usage error when the spaces or the combination of settings cannot work. */
  create(context: AgentContext, config: Config): Agent
  /**
   * Its networks as pure functions of one observation, to be inspected and checked, or, `inUse`, to act: without noise. The
   * paths of the weights are those of `networks()` under `weightsUnder`.
   */
  networks?(
    context: Pick<AgentContext, 'observationSpace' | 'actionSpace' | 'network' | 'rng'>,
    config: Config,
    inUse?: boolean,
  ): readonly NetworkView[]
  /** `online/`: what stands before the paths of the acting network in `networks()`. */
  readonly weightsUnder?: string
}
