import { resolve } from 'node:path'
import { nearestName, usageError } from '../../core/errors.ts'
import type { Agent } from '../../agents/types.ts'
import type { Engine } from '../../engine/types.ts'
import { openRun } from './open.ts'
import type { InitFrom } from './types.ts'

/**
 * Writes the weights of another run's checkpoint into a new agent: all its networks, and nothing else; optimizer, replay and
 * counters begin anew. Gives what was taken, by its absolute path and step. Throws a usage error, before anything is written,
 * that names the first array that does not fit.
 */
export async function initFrom(agent: Agent, engine: Engine, from: InitFrom): Promise<InitFrom> {
  const source = await openRun(from.run, { checkpoint: String(from.checkpoint) })
  try {
    const own = agent.networks()
    const theirs = source.agent.networks()
    const paths = Object.keys(own)
    const who = `${source.config.agent.name} of ${from.run}`
    if (paths.length === 0) throw usageError('This agent has no networks that could begin with those of another run.')
    for (const path of paths) {
      const [mine, other] = [own[path]!, theirs[path]]
      if (other === undefined) {
        const near = nearestName(path, Object.keys(theirs))
        throw usageError(
          `The weights of ${who} do not fit: it has no "${path}"${near === undefined ? '' : ` (it has "${near}")`}. ` +
            'Both need the same agent, network and switches.',
        )
      }
      if (mine.shape.join() !== other.shape.join())
        throw usageError(
          `The weights of ${who} do not fit: "${path}" is [${other.shape.join(', ')}] there and [${mine.shape.join(', ')}] here.`,
        )
    }
    for (const path of paths) engine.write(own[path]!, source.engine.read(theirs[path]!))
    return { run: resolve(from.run), checkpoint: String(source.step) }
  } finally {
    source.close()
  }
}
