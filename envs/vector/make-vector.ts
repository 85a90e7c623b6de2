import { usageError } from '../../core/errors.ts'
import { isGymnasiumId } from '../bridge/id.ts'
import { checkKeys, dress, make, makeOptionNames, resolveSpec, type MakeOptions } from '../registry.ts'
import type { AutoresetMode, Env, EnvSpec, VectorEnv, VectorMode } from '../types.ts'
import { createSyncVector } from './sync.ts'
import { createWorkersVector } from './workers.ts'

export interface MakeVectorOptions extends MakeOptions {
  readonly lanes: number
  readonly autoreset?: AutoresetMode
  /** `sync` (the default) steps all lanes in this thread, `workers` in threads of their own. The numbers are the same. */
  readonly mode?: VectorMode
  /** Threads of `workers`; as many as there are cores, and at most one a lane, where it is not given. */
  readonly workers?: number
  /** Seconds that a worker thread may take for one step before it counts as hung; 60 unless asked otherwise. */
  readonly timeout?: number
}

const ownOptionNames = ['lanes', 'autoreset', 'mode', 'workers', 'timeout'] as const
const optionNames = [...ownOptionNames, ...makeOptionNames] as const satisfies (keyof MakeVectorOptions)[]

const autoresetModes: readonly AutoresetMode[] = ['same-step', 'next-step', 'disabled']

/** Makes `lanes` environments that step together. Autoreset is `same-step` unless asked otherwise. */
export async function makeVector(idOrSpec: string | EnvSpec, asked: MakeVectorOptions): Promise<VectorEnv> {
  const { lanes, autoreset = 'same-step', mode = 'sync', workers, timeout, ...options } = asked ?? {}
  checkKeys('makeVector', asked ?? {}, optionNames)
  if (!Number.isInteger(lanes) || lanes < 1)
    throw usageError(`makeVector expects lanes, a whole number of at least 1, got ${JSON.stringify(lanes)}.`)
  if (!autoresetModes.includes(autoreset))
    throw usageError(`makeVector expects autoreset ${autoresetModes.join(', ')}, got ${JSON.stringify(autoreset)}.`)
  if (mode !== 'sync' && mode !== 'workers')
    throw usageError(`makeVector expects mode sync or workers, got ${JSON.stringify(mode)}.`)
  const id = typeof idOrSpec === 'object' && idOrSpec !== null ? idOrSpec.id : idOrSpec
  if (typeof id === 'string' && isGymnasiumId(id)) {
    if (mode === 'workers')
      throw usageError(
        `The lanes of "${id}" live in one Python process: mode workers has no use for them. Take mode sync.`,
      )
    const spec = await resolveSpec(idOrSpec, options)
    const { envs, stepTogether } = await (await import('../bridge/index.ts')).makeGymnasium(spec, lanes)
    const dressed = envs.map((env) => dress(env, spec, options))
    // A wrapper may change an action on its way in; then each lane asks for itself.
    const changed = (spec.wrappers ?? []).length > 0
    return createSyncVector(dressed, autoreset, changed ? undefined : stepTogether)
  }
  if (mode === 'workers') {
    const spec = await resolveSpec(idOrSpec, options)
    const { checker, orderEnforcing } = options
    return createWorkersVector({ spec, lanes, workers, autoresetMode: autoreset, timeout, checker, orderEnforcing })
  }
  const envs: Env[] = []
  for (let lane = 0; lane < lanes; lane++) envs.push(await make(idOrSpec, options))
  return createSyncVector(envs, autoreset)
}
