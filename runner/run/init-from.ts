import { resolve } from 'node:path'
import { nearestName, usageError } from '../../core/errors.ts'
import type { Agent } from '../../agents/types.ts'
import type { Engine } from '../../engine/types.ts'
import { openRun } from './open.ts'
import type { InitFrom } from './types.ts'

/**
 * Writes what another run's checkpoint has learned into a new agent: the weights of all its networks, or its tables, and nothing
 * else; optimizer, replay and counters begin anew. Gives what was taken, by its absolute path and step. Throws a usage error,
 * before anything is written, that names the first array that does not fit.
 */
export async function initFrom(agent: Agent, engine: Engine, from: InitFrom): Promise<InitFrom> {
  const source = await openRun(from.run, { checkpoint: String(from.checkpoint) })
  try {
    const who = `${source.config.agent.name} of ${from.run}`
    const [networks, theirNetworks] = [agent.networks(), source.agent.networks()]
    const [tables, theirTables] = [agent.tables?.() ?? {}, source.agent.tables?.() ?? {}]
    const own = { ...networks, ...tables }
    if (Object.keys(own).length === 0)
      throw usageError('This agent learns nothing that could begin with what another run has learned.')
    checkFit(own, { ...theirNetworks, ...theirTables }, who)
    for (const [path, variable] of Object.entries(networks))
      engine.write(variable, source.engine.read(theirNetworks[path]!))
    for (const [name, { values }] of Object.entries(tables)) values.set(theirTables[name]!.values)
    return { run: resolve(from.run), checkpoint: String(source.step) }
  } finally {
    source.close()
  }
}

type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>

function checkFit(own: Shapes, theirs: Shapes, who: string): void {
  for (const [path, mine] of Object.entries(own)) {
    const other = theirs[path]
    if (other === undefined) {
      const near = nearestName(path, Object.keys(theirs))
      throw usageError(
        `What ${who} has learned does not fit: it has no "${path}"${near === undefined ? '' : ` (it has "${near}")`}. ` +
          'Both need the same agent, network and switches.',
      )
    }
    if (mine.shape.join() !== other.shape.join())
      throw usageError(
        `What ${who} has learned does not fit: "${path}" is [${other.shape.join(', ')}] there and [${mine.shape.join(', ')}] here.`,
      )
  }
}
