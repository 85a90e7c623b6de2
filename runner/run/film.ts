import { setImmediate as nextTick } from 'node:timers/promises'
import type { TypedArray } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import type { Agent, Explanation } from '../../agents/types.ts'
import { envControls, fittingControls, makeVector } from '../../envs/index.ts'
import { isDiscrete } from '../../envs/spaces/index.ts'
import type { EnvSpec, VectorEnv } from '../../envs/types.ts'
import {
  createPainter,
  overlayShare,
  tileFrames,
  withOverlay,
  type Frame,
  type Overlay,
  type Painter,
} from '../../render/index.ts'
import type { Scene } from '../../core/scene.ts'
import { createFilmFile, maxFps, type FilmFormat } from './film-file.ts'
import { gameGoesOn, rollout } from './rollout.ts'

export interface FilmPlan {
  readonly agent: Agent
  readonly env: EnvSpec
  readonly seed: number
  /** Of each lane. */
  readonly episodes?: number
  /** Environments filmed side by side. */
  readonly lanes?: number
  /** Steps of the whole film. */
  readonly maxSteps: number
  readonly out: string
  readonly format: FilmFormat
  /** Pixels of one lane's picture; one alone keeps the scene's proportions. */
  readonly width?: number
  readonly height?: number
  readonly fps?: number
  readonly overlay: boolean
}

export interface Film {
  readonly path: string
  readonly frames: number
  readonly returns: readonly number[]
}

/** What one lane has to tell, and the picture that it stays at once its episodes are over. */
interface Lane {
  step: number
  reward: number
  return: number
  episodes: number
  /** Of the game under way, in episodes that are over. */
  scored: number
  /** The episode's last picture is yet to be shown. */
  ended: boolean
  /** It was a life's: the game goes on, and counts as one. */
  goesOn: boolean
  still: Frame | undefined
}

/** Plays episodes with an agent at its evaluation ε and writes them as a film. */
export async function filmEpisode(plan: FilmPlan): Promise<Film> {
  const { agent, seed, maxSteps, episodes = 1, lanes: count = 1, format, out } = plan
  const env = await makeVector(plan.env, { lanes: count, autoreset: 'disabled' })
  const rng = createRng(seed, 'film')
  env.reset({ seed: rng.stream('env').uint32() })
  const actor = agent.actor(count, 'evaluate', rng.stream('actor'))
  const fps = plan.fps ?? env.render(0).fps ?? 30
  // Beyond the format's fastest rate, frames are left out instead of the film slowing down.
  const every = Math.max(1, Math.ceil(fps / maxFps[format]))
  const file = createFilmFile(out, format, fps / every)
  const lanes = Array.from({ length: count }, newLane)
  const returns: number[] = []
  const play = rollout(env, actor)
  const { actions: names } = fittingControls(await envControls(plan.env), env.actionSpace)
  const first = isDiscrete(env.actionSpace) ? env.actionSpace.start : undefined
  let size: readonly [width: number, height: number] | undefined
  let painter: Painter | undefined
  let frames = 0
  try {
    for (let step = 0; ; step++) {
      const done = step >= maxSteps || lanes.every((lane) => lane.episodes >= episodes)
      const seen = step % every === 0 || lanes.some((lane) => lane.ended)
      // What is painted is the state that the action is chosen in, so the scenes come before the step.
      const scenes = seen ? lanes.map((_, i) => env.render(i)) : []
      const explained = seen && plan.overlay ? agent.explain(env.observations()) : {}
      const over = lanes.map((lane) => lane.ended)
      if (!done && over.includes(true)) env.resetLanes(Uint8Array.from(over, Number))
      const acted = done ? undefined : play.next().value
      if (seen) {
        size ??= sizeOf(plan, scenes[0]!)
        painter ??= await createPainter(...size)
        const [wide] = size
        const pictures = lanes.map((lane, i) => {
          if (lane.still !== undefined) return lane.still
          const actions = over[i] === true || acted === undefined ? undefined : acted.acted.actions
          const told = {
            ...lane,
            ...laneOf(explained, i, count, env),
            ...actionOf(actions, i, count, { first, names }),
          }
          const frame = painter!.paint(plan.overlay ? withOverlay(scenes[i]!, told, wide) : scenes[i]!)
          if (lane.episodes >= episodes) lane.still = frame
          return frame
        })
        await file.add(count === 1 ? pictures[0]! : tileFrames(pictures, { gap: 2 }))
        frames++
      }
      if (done) break
      lanes.forEach((lane, i) => {
        if (over[i] === true) Object.assign(lane, lane.goesOn ? { ended: false } : { step: 0, return: 0, ended: false })
        lane.step++
        lane.reward = acted!.result.reward[i]!
        lane.return += lane.reward
      })
      for (const { lane: i, return: scored } of acted!.result.episodes) {
        const lane = lanes[i]!
        lane.ended = true
        lane.goesOn = gameGoesOn(acted!.result.infos[i]!)
        lane.scored += scored
        if (lane.goesOn) continue
        if (lane.episodes++ < episodes) returns.push(lane.scored)
        lane.scored = 0
      }
      // Signals wait no longer than a frame.
      if (seen) await nextTick()
    }
    await file.finish()
    return { path: out, frames, returns }
  } finally {
    file.close()
    env.close()
  }
}

function newLane(): Lane {
  return { step: 0, reward: 0, return: 0, episodes: 0, scored: 0, ended: false, goesOn: false, still: undefined }
}

/** Pixels across of a film whose size nobody asked for. */
const [narrowest, widest] = [300, 600]
/** Sides that painters and encoders take. */
const longestSide = 8192

function sizeOf({ width, height, overlay, lanes = 1 }: FilmPlan, scene: Scene): [width: number, height: number] {
  const ratioAt = (wide: number): number => scene.height / scene.width + (overlay ? overlayShare(wide) : 0)
  let wide = width ?? Math.round(Math.min(widest, Math.max(narrowest, scene.width)))
  if (width === undefined && height !== undefined) {
    // How high the strip is depends on the width that is looked for.
    wide = Math.max(1, Math.round(height / ratioAt(widest)))
    wide = Math.max(1, Math.round(height / ratioAt(wide)))
  }
  const high = height ?? Math.max(1, Math.round(wide * ratioAt(wide)))
  const across = Math.ceil(Math.sqrt(lanes))
  if (Math.max(wide, high) * across > longestSide)
    throw usageError(
      `A film's sides are at most ${longestSide} pixels; ${across === 1 ? '' : `${lanes} lanes of `}${wide} × ${high} are more.`,
    )
  return [wide, high]
}

/** A lane's values of actions, and the best of them. */
function laneOf(explained: Explanation, lane: number, lanes: number, env: VectorEnv): Partial<Overlay> {
  const { q, policy } = explained
  const all = q ?? policy
  if (all === undefined || env.actionSpace.kind !== 'discrete') return {}
  const values = rowOf(all, lane, lanes)
  const chosen = values.indexOf(Math.max(...values))
  return { ...(q === undefined ? { policy: values } : { q: values }), chosen }
}

/** The action taken, which exploration may have chosen otherwise; by its name where it has one. */
function actionOf(
  actions: TypedArray | undefined,
  lane: number,
  lanes: number,
  { first, names }: { readonly first: number | undefined; readonly names: readonly string[] | undefined },
): Partial<Overlay> {
  if (actions === undefined) return {}
  const own = Array.from(rowOf(actions, lane, lanes))
  const number = own.map((value) => (Number.isInteger(value) ? String(value) : value.toFixed(2))).join(' ')
  if (first === undefined) return { action: number }
  const chosen = own[0]! - first
  return { action: names?.[chosen] ?? number, chosen }
}

function rowOf(all: TypedArray, lane: number, lanes: number): TypedArray {
  const width = all.length / lanes
  return all.subarray(lane * width, (lane + 1) * width)
}
