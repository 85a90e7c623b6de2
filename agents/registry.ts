import { z } from 'zod'
import { usageError } from '../core/errors.ts'
import { isModulePath, loadModulePath } from '../core/load-path.ts'
import { createRegistry, type Registry } from '../core/registry.ts'
import { dqnFamily } from './dqn/definitions.ts'
import { isNetworkPath } from './networks/kind.ts'
import { ppo } from './ppo/definition.ts'
import { random } from './random/definition.ts'
import { tabular } from './tabular/definitions.ts'
import type { Agent, AgentContext, AgentDefinition, AgentFactory } from './types.ts'

/** Agents by name. Reading it loads no implementation. */
export const agents: Registry<AgentDefinition> = createRegistry<AgentDefinition>('agent')

/** Makes an agent available by its name. Throws a usage error when the name is taken or could be mistaken for a path. */
export function registerAgent<Config>(definition: AgentDefinition<Config>): void {
  if (isModulePath(definition.name)) {
    throw usageError(`"${definition.name}" cannot be an agent's name: it would be read as the path of a module.`)
  }
  agents.register(definition.name, definition as AgentDefinition)
}

registerAgent(random)
for (const definition of dqnFamily) registerAgent(definition)
tabular.forEach(registerAgent)
registerAgent(ppo)

/** The definition of a registered name, or of `./my-agent.ts#Export`. Throws usage errors that name the nearest name. */
export async function resolveAgent(nameOrPath: string): Promise<AgentDefinition> {
  if (!isModulePath(nameOrPath)) return agents.get(nameOrPath)
  return asDefinition(await loadModulePath('agent', nameOrPath), nameOrPath)
}

/** Resolves, checks the settings (over the name's own and the schema's defaults), loads and builds an agent. */
export async function createAgent(
  nameOrPath: string,
  context: AgentContext,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Agent> {
  const definition = await resolveAgent(nameOrPath)
  const config = definition.config.safeParse({ ...definition.defaults, ...settings })
  if (!config.success) throw usageError(`The settings of ${nameOrPath} do not fit:\n${z.prettifyError(config.error)}`)
  return buildAgent(definition, context, config.data)
}

/** Loads the agent, and the network that its settings name by a path, and builds it. `config`: settings that were checked. */
export async function buildAgent<Config>(
  definition: AgentDefinition<Config>,
  context: AgentContext,
  config: Config,
): Promise<Agent> {
  const factory = await definition.load()
  const kind = (config as { network?: { kind?: unknown } }).network?.kind
  if (typeof kind !== 'string' || !isNetworkPath(kind)) return factory.create(context, config)
  const { loadNetwork } = await import('./networks/custom-network.ts')
  return factory.create({ ...context, network: await loadNetwork(kind) }, config)
}

/** What a module exported, as a definition: it may be one, or a factory that takes no settings. */
function asDefinition(exported: unknown, name: string): AgentDefinition {
  if (isDefinition(exported)) return exported
  if (isFactory(exported)) {
    const factory = exported
    return {
      name,
      summary: `the agent of ${name}`,
      config: z.strictObject({}),
      load: () => Promise.resolve(factory),
    }
  }
  throw usageError(
    `"${name}" is no agent: expected a definition { name, summary, config (a zod schema), load } or a factory ` +
      `{ create(context, config) }, got ${describe(exported)}.`,
  )
}

function isDefinition(value: unknown): value is AgentDefinition {
  if (typeof value !== 'object' || value === null) return false
  const { name, config, load } = value as Partial<Record<keyof AgentDefinition, unknown>>
  const parses = typeof (config as { safeParse?: unknown } | undefined)?.safeParse === 'function'
  return typeof name === 'string' && typeof load === 'function' && parses
}

function isFactory(value: unknown): value is AgentFactory {
  return typeof value === 'object' && value !== null && typeof (value as { create?: unknown }).create === 'function'
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${value === null ? 'null' : typeof value}`
  return `an object with ${Object.keys(value).join(', ') || 'nothing in it'}`
}
