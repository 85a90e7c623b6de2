import type { BackendName } from '../../engine/types.ts'
import type { DataProgress } from '../../generative/datasets/types.ts'
import type { EnvSpec, VectorMode } from '../../envs/types.ts'
import type { Metrics } from '../../agents/types.ts'

/** What the command line or a caller asks for, before presets and defaults. Later layers win: preset < file < sets < flags. */
export interface ConfigRequest {
  /** A registered name or `./file.ts#Export`. */
  readonly agent?: string
  /** A registered id or `./file.ts#Export`. */
  readonly env?: string
  /** A YAML or JSON file; a run's own config.json repeats that run. */
  readonly file?: string
  /** `key=value` pairs; `learningRate=1e-3` is short for `agent.learningRate=1e-3`. Values are YAML scalars or JSON. */
  readonly sets?: readonly string[]
  readonly flags?: {
    readonly steps?: number | undefined
    readonly seed?: number | undefined
    readonly initFrom?: string | undefined
    readonly engine?: string | undefined
    readonly device?: string | undefined
    readonly threads?: number | undefined
    readonly lanes?: number | undefined
  }
}

/** The resolved config of a run: everything that decides its numbers. Saved as config.json. */
export interface RunConfig {
  readonly agent: { readonly name: string } & Readonly<Record<string, unknown>>
  readonly env: EnvSpec
  /** Environment steps of training, all lanes together. */
  readonly steps: number
  /** Environments stepped together. */
  readonly lanes: number
  /** In one thread, or in `workers` threads (0: one a core, at most one a lane). Decides no number. */
  readonly vectorMode: VectorMode
  readonly workers: number
  readonly seed: number
  /** The run whose weights a new one begins with. */
  readonly initFrom: InitFrom | null
  readonly engine: BackendName | 'auto'
  readonly device: string
  readonly threads: number
  readonly evaluation: {
    /** Environment steps between evaluations; 0 for none. */
    readonly every: number
    readonly episodes: number
    /** Stop training once an evaluation's mean return reaches this; null never stops. */
    readonly stopOnScore: number | null
    /** Stop training after so many evaluations in a row without a new best; null never stops. */
    readonly stopOnNoImprovement: number | null
  }
  /** What ends training before its steps are made, whichever comes first; null: nothing. */
  readonly budget: {
    /** Steps of the environment with those that wrappers repeat counted; `steps` are made to fit. */
    readonly frames: number | null
    /** Gradient steps. */
    readonly updates: number | null
    /** Wall-clock seconds of training, over all sessions of the run. */
    readonly seconds: number | null
  }
  readonly callbacks: readonly CallbackConfig[]
  /** Episodes behind `score` and `bestScore`. */
  readonly score: { readonly episodes: number }
  /** Environment steps between checkpoints, and how many of the newest are kept beside the best. */
  readonly checkpoint: { readonly every: number; readonly keep: number }
  /** Environment steps between rows of metrics.csv and TensorBoard, and between histograms of the weights there. */
  readonly log: { readonly every: number; readonly histogramsEvery: number }
  /** Steps of the film of the trained agent, 0 for none; environment steps between pictures of an episode in TensorBoard. */
  readonly film: { readonly maxSteps: number; readonly every: number }
}

/** `./file.ts#Export`, or that with options of its own. */
export type CallbackConfig = string | { readonly path: string; readonly options?: Readonly<Record<string, unknown>> }

export interface InitFrom {
  readonly run: string
  /** `best`, `last` or a step; config.json tells the step that was taken. */
  readonly checkpoint: string | number
}

/** The resolved config of a run that trains a generative model on a dataset. */
export interface ModelRunConfig {
  readonly model: { readonly name: string } & Readonly<Record<string, unknown>>
  /** The dataset's own settings beside its name. */
  readonly dataset: { readonly name: string } & Readonly<Record<string, unknown>>
  /** What the pictures are, once the run has begun. */
  readonly image?: { readonly height: number; readonly width: number; readonly channels: number } | undefined
  readonly classes?: number | undefined
  /** Walks through the training pictures; once the run has begun `steps` decides. */
  readonly epochs: number
  /** What makes numbers of bytes: signed, unit, by-batch, or ./file.ts#Export. */
  readonly scale: string
  /** Batches that are learned from; 0 before the run has begun: as many as `epochs` take. */
  readonly steps: number
  readonly seed: number
  readonly engine: BackendName | 'auto'
  readonly device: string
  readonly threads: number
  /** Steps between pictures of the same z, and how many pictures. `every` 0: once an epoch. */
  readonly samples: { readonly every: number; readonly count: number }
  /** Wall-clock seconds that end training before its steps are made; null: nothing does. */
  readonly budget: { readonly seconds: number | null }
  readonly callbacks: readonly CallbackConfig[]
  readonly checkpoint: { readonly every: number; readonly keep: number }
  readonly log: { readonly every: number; readonly histogramsEvery: number }
}

export type AnyRunConfig = RunConfig | ModelRunConfig

export interface StartRequest<Config extends AnyRunConfig = RunConfig> {
  readonly config: Config
  /** The run folder; default `runs/<agent>-<env>-<n>`, the next free n. */
  readonly out?: string
  /** Replace an existing run folder. */
  readonly force?: boolean
  /** Leave copies of the policy, every few seconds, for those who watch. */
  readonly live?: boolean
  /** Told of a download or a drawing of data, which may take minutes before the run is there. */
  readonly progress?: DataProgress
}

export interface ResumeRequest extends Pick<StartRequest, 'live' | 'progress'> {
  readonly folder: string
  /** A new, larger budget in environment steps. */
  readonly steps?: number
}

/** A training run. Iterate `events()` once; it does the work. */
export interface Run<Config extends AnyRunConfig = RunConfig> {
  readonly folder: string
  readonly config: Config
  /** Where it starts: 0, or the step of the checkpoint that was resumed. */
  readonly startStep: number
  /** What a person should know before it starts: the engine, replay's bytes, a fallback. `engineNotice` comes first. */
  readonly notes: readonly string[]
  events(): AsyncGenerator<RunEvent, Config extends RunConfig ? Summary : AnySummary>
  /** Finishes the present step, saves a checkpoint and ends with a summary whose status is `stopped`. */
  stop(): void
}

export type RunEvent =
  | ProgressEvent
  | { readonly kind: 'metrics'; readonly step: number; readonly metrics: Metrics }
  | EvaluationEvent
  | { readonly kind: 'checkpoint'; readonly step: number; readonly best: boolean; readonly milliseconds: number }
  | { readonly kind: 'note'; readonly text: string }
  /** Training is over; scores, plot and film are being made. */
  | { readonly kind: 'phase'; readonly phase: 'scoring' | 'plotting' | 'filming' }
  /** Pictures of the same z were written. */
  | { readonly kind: 'sample'; readonly step: number; readonly path: string }

/** At most ten a second. */
export interface ProgressEvent {
  readonly kind: 'progress'
  readonly step: number
  readonly steps: number
  /** Over the last seconds, evaluations left out. */
  readonly stepsPerSecond: number
  readonly etaSeconds: number
  /** Of agents. */
  readonly episodes?: number
  /** Mean raw return of the last 100 episodes; undefined before the first ended. */
  readonly meanReturn?: number | undefined
  readonly epsilon?: number | undefined
  /** Of models. */
  readonly model?: ModelProgress
}

export interface ModelProgress {
  /** Walks through the data that were finished, with a fraction. */
  readonly epoch: number
  readonly imagesPerSecond: number
  readonly discriminatorLoss: number | undefined
  readonly generatorLoss: number | undefined
  /** Mean σ(D) of real pictures; of made ones before and after the discriminator's step. Undefined for models that tell none. */
  readonly realScore: number | undefined
  readonly fakeScoreBefore: number | undefined
  readonly fakeScoreAfter: number | undefined
}

export interface EvaluationEvent {
  readonly kind: 'evaluation'
  readonly step: number
  readonly meanReturn: number
  readonly returns: readonly number[]
  readonly lengths: readonly number[]
  /** The best so far: its checkpoint is kept. */
  readonly best: boolean
}

export interface Evaluation {
  readonly meanReturn: number
  readonly standardDeviation: number
  readonly returns: readonly number[]
  /** Environment steps. */
  readonly lengths: readonly number[]
}

/** summary.json of a run that trains a generative model. */
export interface ModelSummary {
  readonly status: 'finished' | 'stopped' | 'failed'
  /** Batches that were learned from. */
  readonly steps: number
  readonly epochs: number
  /** Real pictures that were learned from. */
  readonly images: number
  readonly discriminatorLoss: number | null
  readonly generatorLoss: number | null
  readonly bestStep: null
  /** Why training ended before its steps were made; null when it made them all, or is not over. */
  readonly endedEarly: string | null
  readonly seconds: number
  readonly timings: Readonly<Record<string, number>>
  readonly stepsPerSecond: number
  readonly engine: string
  readonly error?: string
}

export type AnySummary = Summary | ModelSummary

/** summary.json. */
export interface Summary {
  readonly status: 'finished' | 'stopped' | 'failed'
  readonly steps: number
  readonly episodes: number
  /** Mean raw return of the final checkpoint over the scoring episodes; null when it was stopped before. */
  readonly score: number | null
  /** The same for the checkpoint that the evaluations during training chose, on fresh seeds. */
  readonly bestScore: number | null
  readonly bestStep: number | null
  /** Why training ended before its steps were made; null when it made them all, or is not over. */
  readonly endedEarly: string | null
  /** Wall-clock seconds of training, evaluations included, over all sessions of the run. */
  readonly seconds: number
  /** Seconds by part: act, envStep, observe, learn, evaluate, checkpoint, log. */
  readonly timings: Readonly<Record<string, number>>
  readonly stepsPerSecond: number
  readonly engine: string
  readonly error?: string
}

export interface EvaluateOptions {
  readonly episodes?: number
  readonly seed?: number
  /** `best` (default), `last`, or the step of a kept checkpoint. */
  readonly checkpoint?: string
  readonly engine?: string
  readonly device?: string
  readonly threads?: number
}

export interface RecordOptions extends EvaluateOptions {
  readonly format?: 'gif' | 'mp4' | 'png'
  /** Default `RUN/media/episode-<n>.<format>`. */
  readonly out?: string
  /** Environments filmed side by side, `episodes` of each. */
  readonly lanes?: number
  /** Pixels of one environment's picture. */
  readonly width?: number
  readonly height?: number
  readonly fps?: number
  readonly maxSteps?: number
  /** Draw step, reward, return, action and Q values. */
  readonly overlay?: boolean
  readonly force?: boolean
}
