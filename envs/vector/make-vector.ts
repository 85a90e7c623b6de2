import { isGymnasiumId } from '../bridge/id.ts'
import { dress, make, resolveSpec, type MakeOptions } from '../registry.ts'
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
  if (isGymnasiumId(typeof idOrSpec === 'string' ? idOrSpec : idOrSpec.id)) {
    const spec = await resolveSpec(idOrSpec, options)
    const { envs, stepTogether } = await (await import('../bridge/index.ts')).makeGymnasium(spec, lanes)
    const dressed = envs.map((env) => dress(env, spec, options))
    // A wrapper may change an action on its way in; then each lane asks for itself.
    const changed = (spec.wrappers ?? []).length > 0
    return createSyncVector(dressed, autoreset, changed ? undefined : stepTogether)
  }
  const envs: Env[] = []
  for (let lane = 0; lane < lanes; lane++) envs.push(await make(idOrSpec, options))
  return createSyncVector(envs, autoreset)
}
