import { basename, relative } from 'node:path'
import { messageOf, usageError } from '../../core/errors.ts'
import type { Agent } from '../../agents/types.ts'
import { openEngine } from '../../engine/index.ts'
import { make, makeVector, withStatistics } from '../../envs/index.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { resolveSpec } from '../../envs/registry.ts'
import { protocolVersion, type Hello } from '../../render/viewer/protocol.ts'
import { buildAgent } from '../run/build.ts'
import { resolveConfig } from '../run/config.ts'
import { isRunning } from '../run/folder.ts'
import { isModelConfig } from '../run/kinds/is-model.ts'
import { openRun, readRunConfig } from '../run/open.ts'
import { unpackPolicy } from '../run/policy.ts'
import type { EvaluateOptions } from '../run/types.ts'
import { createClock } from './clock.ts'
import { createCurveReader } from './curves.ts'
import { followPolicy, type NewPolicy, type PolicyFollower } from './follow.ts'
import { createGallery, type Gallery } from './gallery.ts'
import { openSampler } from '../run/sample.ts'
import { openWatchServer, type WatchServer, type WatchServerOptions } from './server.ts'
import { createSession, type Session } from './session.ts'
import { openStage, type OpenedStage } from './open-stage.ts'
import type { Stage } from './stage.ts'

export interface WatchRequest extends EvaluateOptions, Pick<WatchServerOptions, 'host' | 'port' | 'token' | 'files'> {
  /** Run folders: one is played, of several the curves are shown. */
  readonly runs?: readonly string[]
  /** An untrained agent, where there is no run. */
  readonly agent?: string
  readonly env?: string
  /** Settings of them, as `train --set` takes them. */
  readonly sets?: readonly string[]
  /** Told what a person at the terminal should know. */
  readonly note?: (text: string) => void
}

const pollMilliseconds = 1_000

/** Opens the page of a run, of an untrained agent, or of the curves of several runs. Throws usage errors. */
export async function openWatch(request: WatchRequest): Promise<WatchServer> {
  const { runs = [], note = () => {} } = request
  if (runs.length > 1) return openCurves(runs, request)
  if (runs[0] !== undefined && isModelConfig(readRunConfig(runs[0]).config)) return openModel(runs[0], request)
  const actor = await openActor(request)
  const stage = await openStage({ ...actor, seed: request.seed ?? 0, mode: 'watch' })
  const { folder } = actor
  const follower = folder === undefined ? undefined : followPolicy(folder, actor.keep, actor.step ?? 0, note)
  if (actor.step !== undefined) stage.stage.policyStep = actor.step
  const hello = { ...stage.hello, runs: folder === undefined ? [] : [basename(folder)] }
  return serve({ hello, stage: stage.stage, request, folders: folder === undefined ? [] : [folder] }, (session) => {
    if (follower !== undefined) follow(follower, actor, stage, session, note)
    return actor.close
  })
}

/** Opens the page of an environment that a person plays. */
export async function openPlay(
  env: string,
  request: Omit<WatchRequest, 'runs' | 'agent' | 'env'>,
): Promise<WatchServer> {
  const spec = await playableSpec(env)
  const { hello, stage } = await openStage({ agent: undefined, env: spec, seed: request.seed ?? 0, mode: 'play' })
  return serve({ hello, stage, request, folders: [] }, () => () => {})
}

/** What a player can step lanes of: observations of several parts are laid end to end. */
export async function playableSpec(id: string): Promise<EnvSpec> {
  const spec = await resolveSpec(id)
  const env = await make(spec)
  const { shape } = env.observationSpace
  env.close()
  return shape !== undefined ? spec : { ...spec, wrappers: [...(spec.wrappers ?? []), { name: 'Flatten' }] }
}

interface OpenedActor {
  readonly agent: Agent
  readonly name: string
  readonly env: EnvSpec
  readonly settings: Readonly<Record<string, unknown>>
  readonly folder: string | undefined
  /** Checkpoints that the run keeps. */
  readonly keep: number
  readonly step: number | undefined
  close(): void
}

async function openActor(request: WatchRequest): Promise<OpenedActor> {
  const [folder] = request.runs ?? []
  if (folder !== undefined) {
    // Of a training that goes on, the newest is the one to see.
    const checkpoint = request.checkpoint ?? (isRunning(folder) ? 'last' : 'best')
    const opened = await openRun(folder, { ...request, checkpoint })
    const { agent, env, config, step, close } = opened
    return {
      agent,
      name: config.agent.name,
      env,
      settings: config.agent,
      folder,
      keep: config.checkpoint.keep,
      step,
      close,
    }
  }
  if (request.agent === undefined || request.env === undefined)
    throw usageError('Watch what? Expected a run folder, or --agent and --env.')
  const { agent: name, env: id, sets = [], seed, engine, device, threads } = request
  const config = await resolveConfig({ agent: name, env: id, sets, flags: { seed, engine, device, threads } })
  const opened = await openEngine({ engine: config.engine, device: config.device, threads: config.threads })
  const env = await makeVector(config.env, { lanes: 1 })
  const agent = await buildAgent(config, opened, env)
  env.close()
  const close = (): void => {
    agent.dispose?.()
    opened.dispose()
  }
  return { agent, name, env: config.env, settings: config.agent, folder: undefined, keep: 1, step: undefined, close }
}

/** Loads the newest policy of a training whenever there is one. */
function follow(
  follower: PolicyFollower,
  actor: OpenedActor,
  opened: OpenedStage,
  session: Session,
  note: (text: string) => void,
): void {
  const failed = (error: unknown): void => note(messageOf(error))
  const { stage } = opened
  stage.training = follower.running
  const take = ({ step, policy }: NewPolicy): void => {
    const { agent, statistics } = unpackPolicy(policy)
    actor.agent.restore(agent)
    if (statistics.length > 0) opened.replaceEnv(withStatistics(actor.env, statistics)).catch(failed)
    stage.policyChanged(step)
  }
  const look = (): void => {
    try {
      const found = follower.look()
      stage.training = follower.running
      if (found !== undefined) take(found)
    } catch (error) {
      failed(error)
    }
    session.refresh()
    if (!follower.running) clearInterval(timer)
  }
  const timer = setInterval(look, pollMilliseconds)
  timer.unref()
}

/** Opens the page of a generative model's run. */
async function openModel(folder: string, request: WatchRequest): Promise<WatchServer> {
  const { config } = readRunConfig(folder)
  if (!isModelConfig(config)) throw usageError(`"${folder}" is no run of a generative model.`)
  const sampler = await openSampler(folder, {
    ...(request.checkpoint !== undefined && { checkpoint: request.checkpoint }),
    ...(request.engine !== undefined && { engine: request.engine }),
  })
  const gallery = createGallery(folder, sampler, request.checkpoint === undefined)
  const hello: Hello = {
    ...{ kind: 'hello', version: protocolVersion, mode: 'model', agent: config.model.name, env: config.dataset.name },
    ...{ runs: [basename(folder)], actions: null, keys: {}, names: null, layout: null },
    ...{ canGoBack: false, canExplain: false },
  }
  return serve({ hello, stage: undefined, gallery, request, folders: [folder] }, () => () => sampler.close())
}

async function openCurves(runs: readonly string[], request: WatchRequest): Promise<WatchServer> {
  const configs = runs.map((run) => readRunConfig(run).config)
  const learned = configs.map((config) => (isModelConfig(config) ? config.dataset.name : config.env.id))
  const env = [...new Set(learned)].join(', ')
  const hello: Hello = {
    ...{
      kind: 'hello',
      version: protocolVersion,
      mode: 'curves',
      agent: null,
      env,
      runs: runs.map((run) => relative('', run)),
    },
    ...{ actions: null, keys: {}, names: null, layout: null, canGoBack: false, canExplain: false },
  }
  return serve({ hello, stage: undefined, request, folders: runs }, () => () => {})
}

interface ServePlan {
  readonly hello: Hello
  readonly stage: Stage | undefined
  readonly gallery?: Gallery
  readonly request: Omit<WatchRequest, 'runs' | 'agent' | 'env'>
  readonly folders: readonly string[]
}

async function serve(
  { hello, stage, gallery, request, folders }: ServePlan,
  begin: (session: Session) => () => void,
): Promise<WatchServer> {
  const { note = () => {}, host, port, token, files } = request
  const session = createSession({
    ...{ hello, stage, clock: createClock(), failed: note },
    ...(gallery !== undefined && { gallery }),
  })
  const end = begin(session)
  const readers = folders.map(createCurveReader)
  let latest = readers.map((reader) => reader.read()!)
  const show = (): void => session.announce({ kind: 'curves', runs: latest })
  if (readers.length > 0) show()
  const lookForSamples = (): void => {
    const samples = gallery?.look()
    if (samples !== undefined) session.announce(samples)
  }
  lookForSamples()
  const timer = setInterval(() => {
    try {
      lookForSamples()
      const fresh = readers.map((reader) => reader.read())
      if (fresh.every((curves) => curves === undefined)) return
      latest = latest.map((before, i) => fresh[i] ?? before)
      show()
    } catch (error) {
      note(messageOf(error))
    }
  }, pollMilliseconds)
  timer.unref()
  const closeAll = (): void => {
    clearInterval(timer)
    session.close()
    end()
  }
  try {
    const server = await openWatchServer({
      session,
      ...(host !== undefined && { host }),
      ...(port !== undefined && { port }),
      ...(token !== undefined && { token }),
      ...(files !== undefined && { files }),
    })
    return {
      ...server,
      async close() {
        await server.close()
        closeAll()
      },
    }
  } catch (error) {
    closeAll()
    throw error
  }
}
