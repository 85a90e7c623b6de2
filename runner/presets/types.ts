import type { WrapperSpec } from '../../envs/types.ts'
import type { RunConfig } from '../run/types.ts'

/** Tuned settings of an agent in an environment. Everything that counts time counts env steps, all lanes together. */
export interface Preset {
  readonly agent: string
  /** An id, or how ids begin and `*`, for environments without a preset of their own. */
  readonly env: string
  readonly comment: string
  readonly steps?: number
  readonly lanes?: number
  readonly threads?: number
  readonly agentConfig: Readonly<Record<string, unknown>>
  /** What the environment is seen through, unless `env.wrappers` says otherwise. */
  readonly wrappers?: readonly WrapperSpec[]
  readonly evaluation?: Partial<RunConfig['evaluation']>
}
