import { make, type MakeOptions } from '../registry.ts'
import type { AutoresetMode, Env, EnvSpec, VectorEnv } from '../types.ts'
import { createSyncVector } from './sync.ts'

export interface MakeVectorOptions extends MakeOptions {
  readonly lanes: number
  readonly autoreset?: AutoresetMode
}

/** Makes `lanes` environments that step together. Autoreset is `same-step` unless asked otherwise. */
export async function makeVector(
  idOrSpec: string | EnvSpec,
  { lanes, autoreset = 'same-step', ...options }: MakeVectorOptions,
): Promise<VectorEnv> {
  const envs: Env[] = []
  for (let lane = 0; lane < lanes; lane++) envs.push(await make(idOrSpec, options))
  return createSyncVector(envs, autoreset)
}
