import { usageError } from '../../core/errors.ts'
import type { EnvSpec } from '../types.ts'
import { Host, type HostOptions } from './host.ts'
import { makeLanes, type Lanes } from './lanes.ts'

/**
 * Environments of Python's Gymnasium by `gymnasium:ID`, where ID is all that `gymnasium.make` takes: `CartPole-v1`,
 * `ALE/Breakout-v5`, `my_module:MyEnv-v0`. They run in a Python process of their own (`RINGSIDE_PYTHON`, or python3), all
 * lanes of a vector environment in one. Keyword arguments are Python's; `bridge` among them is ours.
 *
 * Observations keep their dtypes (64-bit integers come as int32 where their bounds allow, else as float64; float16 as
 * float32) and come flat; a MultiDiscrete's `start` is taken off. Of an info, what JSON can hold comes along.
 * `render()` shows `rgb_array` frames where the environment has them, else its `ansi` text. Episodes are seeded one by one
 * (a `reset()` without a seed draws one), so that a snapshot is a seed and the actions since.
 */
export async function makeGymnasium(spec: EnvSpec, lanes: number): Promise<Lanes> {
  const host = await takeHost(hostOptions(spec))
  try {
    const made = await makeLanes(host, spec, lanes)
    for (const env of made.envs) Object.assign(env, { spec })
    return made
  } catch (error) {
    host.end()
    throw error
  }
}

interface Registered {
  readonly maxEpisodeSteps: number | null
  readonly rewardThreshold: number | null
}

const registered = new Map<string, Registered>()

/** What Gymnasium's registry says of an id; asked once a process. */
export async function gymnasiumSpec(given: EnvSpec): Promise<EnvSpec> {
  const options = hostOptions(given)
  const id = given.id.slice('gymnasium:'.length)
  const key = JSON.stringify([id, options.python ?? process.env['RINGSIDE_PYTHON']])
  let known = registered.get(key)
  if (known === undefined) {
    const host = await takeHost(options)
    try {
      known = (await host.askLater('spec', { id })) as Registered
    } catch (error) {
      host.end()
      throw error
    }
    registered.set(key, known)
    keepForMake(host, options)
  }
  const { maxEpisodeSteps, rewardThreshold } = known
  return { id: given.id, maxEpisodeSteps, ...(rewardThreshold !== null && { rewardThreshold }) }
}

/** The process that told a spec waits a little for the `make` that mostly follows. */
let waiting: { host: Host; key: string; timer: NodeJS.Timeout } | undefined
const waitMs = 2000

function keepForMake(host: Host, options: HostOptions): void {
  waiting?.host.end()
  clearTimeout(waiting?.timer)
  const timer = setTimeout(() => {
    waiting = undefined
    host.end()
  }, waitMs)
  timer.unref()
  waiting = { host, key: keyOf(options), timer }
}

async function takeHost(options: HostOptions): Promise<Host> {
  if (waiting?.key === keyOf(options)) {
    const { host, timer } = waiting
    waiting = undefined
    clearTimeout(timer)
    return host
  }
  return Host.start(options)
}

function keyOf(options: HostOptions): string {
  return JSON.stringify([options, process.env['RINGSIDE_PYTHON'], process.cwd()])
}

function hostOptions({ kwargs }: EnvSpec): HostOptions {
  const asked = kwargs?.['bridge'] ?? {}
  const known = ['python', 'timeoutSeconds', 'startSeconds']
  if (typeof asked !== 'object' || Object.keys(asked).some((name) => !known.includes(name))) {
    throw usageError(`kwargs.bridge expects { ${known.join(', ')} }, got ${JSON.stringify(asked)}.`)
  }
  return asked as HostOptions
}
