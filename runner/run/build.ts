import { cpus } from 'node:os'
import { createRng } from '../../core/rng.ts'
import { buildAgent as buildFrom, resolveAgent } from '../../agents/registry.ts'
import type { Agent, AgentContext } from '../../agents/types.ts'
import type { Engine } from '../../engine/types.ts'
import { agentSettings } from './config.ts'
import type { OwnCode } from './own-code.ts'
import type { RunConfig } from './types.ts'

/** Builds the agent of a config for these spaces. Throws usage errors for combinations that cannot work. */
export async function buildAgent(
  config: RunConfig,
  engine: Engine,
  spaces: Pick<AgentContext, 'observationSpace' | 'actionSpace'>,
  note?: (line: string) => void,
): Promise<Agent> {
  const definition = await resolveAgent(config.agent.name)
  const settings = definition.config.parse(agentSettings(config))
  return buildFrom(
    definition,
    {
      observationSpace: spaces.observationSpace,
      actionSpace: spaces.actionSpace,
      lanes: config.lanes,
      engine,
      rng: createRng(config.seed, 'agent'),
      steps: config.steps,
      ...(note !== undefined && { note }),
    },
    settings,
  )
}

/** How a run was made: what a repeat would need to be bit-identical, beside the config. */
export interface Made {
  readonly node: string
  readonly platform: string
  readonly cpu: string
  readonly engine: string
  readonly backend: string
  readonly created: string
  /** Where it is made of files of the user's. */
  readonly code?: OwnCode
}

export function describeMachine(engine: Engine, code?: OwnCode): Made {
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    engine: engine.description,
    backend: engine.backend,
    created: new Date().toISOString(),
    ...(code !== undefined && { code }),
  }
}

/** What differs between the machine that made a run and this one, in words; empty when a resume is bit-identical. */
export function differences(then: Made, now: Made): string[] {
  return (['node', 'platform', 'cpu', 'engine'] as const)
    .filter((key) => then[key] !== now[key])
    .map((key) => `${key} was ${then[key]}, is ${now[key]}`)
}
