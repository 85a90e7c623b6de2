import { RingsideError } from '../../core/errors.ts'
import { fields } from '../../core/state.ts'
import { adaptEnv, type UserEnv } from '../adapt.ts'
import type { Env, EnvSnapshot, EnvSpec, Info, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { codecOf, type Codec, type Cursor, type WireSpace } from './codec.ts'
import type { Host } from './host.ts'
import { sceneOfPixels, sceneOfText } from './picture.ts'

/** What server.py answers to `make`. */
interface Made {
  readonly observationSpace: WireSpace
  readonly actionSpace: WireSpace
  readonly renders: boolean
  readonly fps: number | null
  /** Python can save and load the whole state, random numbers included. */
  readonly states: boolean
  /** What games of Atari call their actions. */
  readonly actionMeanings: readonly string[] | null
  readonly frameskip: number | readonly number[] | null
}

/** All lanes of one Python process. */
export interface Lanes {
  readonly envs: readonly Env[]
  /**
   * Steps the lanes that have an action, in one exchange; the next `step` of each, with the same action, returns what came
   * of it. Does nothing where an action is outside the space, so that the lane's own step says so.
   */
  stepTogether(actions: readonly (SpaceValue | undefined)[]): void
}

const recordBytes = 16

/** Makes `count` copies of an environment in a process; the last one that is closed ends it. */
export async function makeLanes(host: Host, spec: EnvSpec, count: number): Promise<Lanes> {
  const { bridge: _, ...kwargs } = spec.kwargs ?? {}
  const id = spec.id.slice('gymnasium:'.length)
  const made = (await host.askLater('make', {
    id,
    kwargs,
    lanes: count,
    // Python's own time limit does it; −1 is Gymnasium's word for none.
    maxEpisodeSteps: spec.maxEpisodeSteps ?? -1,
  })) as Made
  const observations = codecOf(made.observationSpace)
  const actions = codecOf(made.actionSpace)
  const shared: Shared = { host, id: spec.id, observations, actions, open: count, ahead: new Array(count) }
  const { space } = actions
  const masked = made.actionSpace.kind === 'discrete' ? made.actionSpace.n : undefined
  const lanes = Array.from({ length: count }, (_, lane) => createLane(shared, made, lane, masked))
  return {
    envs: lanes.map((lane) => adaptEnv(lane, spec.id)),
    stepTogether(chosen) {
      shared.ahead.fill(undefined)
      const asked = chosen.flatMap((action, lane) => (action === undefined ? [] : [{ lane, action }]))
      if (asked.length < 2 || !asked.every(({ action }) => space.contains(action))) return
      const answer = askSteps(shared, asked)
      for (const { lane, action } of asked)
        shared.ahead[lane] = { action, result: readRecord(answer, observations, masked) }
    },
  }
}

interface Shared {
  readonly host: Host
  readonly id: string
  readonly observations: Codec
  readonly actions: Codec
  /** Lanes that are not closed. */
  open: number
  /** Results that wait for the step that asks for them. */
  readonly ahead: ({ action: SpaceValue; result: StepResult } | undefined)[]
}

function createLane(shared: Shared, made: Made, lane: number, masked: number | undefined): UserEnv {
  const { host, id, observations, actions, ahead } = shared
  let closed = false
  const one = [{ lane, action: 0 as SpaceValue }]
  return {
    observationSpace: observations.space,
    actionSpace: actions.space,
    ...(made.actionMeanings !== null && { actionMeanings: made.actionMeanings }),
    ...(made.frameskip !== null && { frameskip: made.frameskip }),
    reset({ seed, options }: ResetOptions = {}): ResetResult {
      ahead[lane] = undefined
      const body = host.askJson(
        'reset',
        { lane, seed: seed ?? null, options: options ?? null },
        () => `reset() of ${id}`,
      )
      const { observation, info } = readRecord({ buffer: body, at: 0 }, observations, masked)
      return { observation, info }
    },
    step(action): StepResult {
      const waiting = ahead[lane]
      if (waiting !== undefined) {
        ahead[lane] = undefined
        if (waiting.action !== action)
          throw new RingsideError(`${id}: lane ${lane} was stepped with another action already.`)
        return waiting.result
      }
      one[0]!.action = action
      return readRecord(askSteps(shared, one), observations, masked)
    },
    ...(made.renders && {
      render() {
        const bytes = host.body(4).writeUInt32LE(lane)
        const body = host.ask('render', bytes, () => `render() of ${id}`)
        const [rows, columns, channels] = [body.readUInt32LE(0), body.readUInt32LE(4), body.readUInt32LE(8)]
        const fps = made.fps ?? undefined
        return rows === 0
          ? sceneOfText(body.toString('utf8', 12), fps)
          : sceneOfPixels(Uint8Array.from(body.subarray(12)), { rows, columns, channels }, fps)
      },
    }),
    ...(made.states && {
      drawsOn: true,
      snapshot() {
        const body = host.ask('save', host.body(4).writeUInt32LE(lane), () => `snapshot() of ${id}`)
        return { state: Uint8Array.from(body) }
      },
      restore(snapshot: EnvSnapshot) {
        ahead[lane] = undefined
        const state = fields(snapshot, id).array('state', 'uint8')
        const body = host.body(4 + state.length)
        body.set(state, body.writeUInt32LE(lane))
        host.ask('load', 4 + state.length, () => `restore() of ${id}`)
      },
    }),
    close() {
      if (closed) return
      closed = true
      if (--shared.open === 0) host.end()
    },
  }
}

function askSteps(
  { host, id, actions }: Shared,
  asked: readonly { readonly lane: number; readonly action: SpaceValue }[],
): Cursor {
  let bytes = 4
  for (const { action } of asked) bytes += 4 + actions.size(action)
  const to: Cursor = { buffer: host.body(bytes), at: 4 }
  to.buffer.writeUInt32LE(asked.length, 0)
  for (const { lane, action } of asked) {
    to.at = to.buffer.writeUInt32LE(lane, to.at)
    actions.write(action, to)
  }
  return { buffer: host.ask('step', to.at, () => `step() of ${id}`), at: 0 }
}

function readRecord(from: Cursor, observations: Codec, masked: number | undefined): StepResult {
  const { buffer, at } = from
  const flags = buffer.readUInt32LE(at + 8)
  const infoBytes = buffer.readUInt32LE(at + 12)
  const infoAt = at + recordBytes
  from.at = infoAt + infoBytes
  return {
    reward: buffer.readDoubleLE(at),
    terminated: (flags & 1) !== 0,
    truncated: (flags & 2) !== 0,
    info: infoBytes === 0 ? {} : readInfo(buffer.toString('utf8', infoAt, from.at), masked),
    observation: observations.read(from),
  }
}

/** Gymnasium's `action_mask` is our `actionMask` as well. */
function readInfo(json: string, masked: number | undefined): Info {
  const info = JSON.parse(json) as Info
  const mask = info['action_mask']
  if (Array.isArray(mask) && mask.length === masked) info['actionMask'] = Uint8Array.from(mask as number[])
  return info
}
