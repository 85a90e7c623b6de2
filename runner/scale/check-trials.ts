import { usageError } from '../../core/errors.ts'
import { openEngine } from '../../engine/index.ts'
import type { Engine } from '../../engine/types.ts'
import { makeVector } from '../../envs/index.ts'
import type { VectorEnv } from '../../envs/types.ts'
import { buildAgent } from '../run/build.ts'
import { modelRun } from '../run/kinds/model-run.ts'
import type { ModelRunConfig, RunConfig } from '../run/types.ts'

/** Builds the agents of configs and lets them go again, so that what cannot be built is told before anything runs. */
export interface TrialChecker {
  /** Throws usage errors for settings that do not go together, or with the environment. */
  check(config: RunConfig): Promise<void>
  close(): void
}

export function createTrialChecker(): TrialChecker {
  const engines = new Map<string, Engine>()
  const envs = new Map<string, Pick<VectorEnv, 'observationSpace' | 'actionSpace'>>()
  const engineOf = async ({ engine, device, threads }: RunConfig): Promise<Engine> => {
    const key = JSON.stringify([engine, device, threads])
    const opened = engines.get(key) ?? (await openEngine({ engine, device, threads }))
    engines.set(key, opened)
    return opened
  }
  const spacesOf = async ({ env: spec }: RunConfig) => {
    const key = JSON.stringify(spec)
    let spaces = envs.get(key)
    if (spaces === undefined) {
      const env = await makeVector(spec, { lanes: 1 })
      const { observationSpace, actionSpace } = env
      env.close()
      envs.set(key, (spaces = { observationSpace, actionSpace }))
    }
    return spaces
  }
  return {
    async check(config) {
      const agent = await buildAgent(config, await engineOf(config), await spacesOf(config))
      agent.dispose?.()
    },
    close() {
      for (const engine of engines.values()) engine.dispose()
    },
  }
}

/** Builds a model with its data and lets it go again; gives the config with the steps it will take. */
export async function checkModel(config: ModelRunConfig, halving: boolean): Promise<ModelRunConfig> {
  const parts = await modelRun.assemble(config, [])
  try {
    const begun = (await modelRun.begin?.(config, parts, [])) ?? config
    if (halving && (begun.classes ?? 0) === 0)
      throw usageError(
        'A halving goes by how good pictures are, which is measured by their labels; this dataset has none.',
      )
    return begun
  } finally {
    parts.close()
  }
}
