import { dirname } from 'node:path'
import { createRng } from '../../core/rng.ts'
import { sizeOf } from '../../core/dtype.ts'
import type { Agent } from '../../agents/types.ts'
import { makeVector } from '../../envs/index.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { createPainter, encodeGif, encodePng, withOverlay, type Frame, type Painter } from '../../render/index.ts'
import { makeFolder, writeFileAtomic } from './files.ts'
import { rollout } from './rollout.ts'

export interface FilmPlan {
  readonly agent: Agent
  readonly env: EnvSpec
  readonly seed: number
  readonly episodes?: number
  /** Steps of the whole film. */
  readonly maxSteps: number
  readonly out: string
  /** `png`: the first frame of the film, the middle one and the last, side by side. */
  readonly format: 'gif' | 'png'
  readonly width?: number
  readonly fps?: number
  readonly overlay: boolean
}

export interface Film {
  readonly path: string
  readonly frames: number
  readonly returns: readonly number[]
}

const maxFps = 50

/** Plays episodes with an agent at its evaluation ε and writes them as a film. */
export async function filmEpisode(plan: FilmPlan): Promise<Film> {
  const { agent, seed, maxSteps, overlay, episodes = 1 } = plan
  const env = await makeVector(plan.env, { lanes: 1, autoreset: 'disabled' })
  try {
    const rng = createRng(seed, 'film')
    env.reset({ seed: rng.stream('env').uint32() })
    const actor = agent.actor(1, 'evaluate', rng.stream('actor'))
    const first = env.render()
    const fps = plan.fps ?? first.fps ?? 30
    // Beyond GIF's fastest rate, frames are left out instead of the film slowing down.
    const every = Math.max(1, Math.ceil(fps / maxFps))
    const frames: Frame[] = []
    const returns: number[] = []
    const play = rollout(env, actor)
    let painter: Painter | undefined
    let step = 0
    let total = 0
    let reward = 0
    let ended = false
    for (;;) {
      if (step % every === 0 || ended) {
        const q = overlay ? agent.explain(env.observations()).q : undefined
        const greedy = q === undefined ? undefined : q.indexOf(Math.max(...q))
        const scene = env.render()
        const told = {
          step,
          reward,
          return: total,
          ...(q !== undefined && { q: q as Float32Array }),
          ...(greedy !== undefined && { chosen: greedy }),
        }
        const shown = overlay ? withOverlay(scene, told) : scene
        const width = Math.round(plan.width ?? Math.min(600, shown.width))
        painter ??= await createPainter(width, Math.round((width * shown.height) / shown.width))
        frames.push(painter.paint(shown))
      }
      if (step >= maxSteps || returns.length >= episodes) break
      if (ended) {
        env.resetLanes(Uint8Array.of(1))
        total = 0
      }
      const { result } = play.next().value
      step++
      reward = result.reward[0]!
      total += reward
      ended = result.episodes.length > 0
      for (const episode of result.episodes) returns.push(episode.return)
    }
    makeFolder(dirname(plan.out))
    const bytes = plan.format === 'gif' ? encodeGif(frames, { fps: fps / every }) : encodePng(strip(frames))
    writeFileAtomic(plan.out, bytes)
    return { path: plan.out, frames: frames.length, returns }
  } finally {
    env.close()
  }
}

function strip(frames: readonly Frame[]): Frame {
  const chosen = [frames[0]!, frames[Math.floor(frames.length / 2)]!, frames.at(-1)!]
  const { width, height } = chosen[0]!
  const data = new Uint8Array(sizeOf([3, width, height, 4]))
  chosen.forEach((frame, i) => {
    for (let y = 0; y < height; y++)
      data.set(frame.data.subarray(y * width * 4, (y + 1) * width * 4), (y * 3 * width + i * width) * 4)
  })
  return { width: 3 * width, height, data }
}
