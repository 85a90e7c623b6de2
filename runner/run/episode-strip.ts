import { createRng } from '../../core/rng.ts'
import type { Scene } from '../../core/scene.ts'
import type { Agent } from '../../agents/types.ts'
import { makeVector } from '../../envs/index.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { createPainter, encodePng, tileFrames } from '../../render/index.ts'
import type { PngImage } from './loggers/tensorboard.ts'
import { rollout } from './rollout.ts'

export interface StripPlan {
  readonly agent: Agent
  readonly env: EnvSpec
  /** The environment and the actor draw from streams of this seed named by `purpose`; training's are never touched. */
  readonly seed: number
  readonly purpose: string
  /** Longest episode, in steps. */
  readonly maxSteps: number
  /** Called at least every 10 ms of play. */
  readonly breathe: () => Promise<unknown>
  /** Asked as often; when it says yes, the picture is given up. */
  readonly stopRequested: () => boolean
}

/** Moments shown, the first and the last among them, and pixels of each. */
const moments = 4
const longestSide = 200

/** One episode at the evaluation ε as a picture: evenly taken moments of it beside each other. */
export async function episodeStrip(plan: StripPlan): Promise<PngImage | undefined> {
  const { agent, seed, purpose, maxSteps, breathe, stopRequested } = plan
  const env = await makeVector(plan.env, { lanes: 1, autoreset: 'disabled' })
  try {
    const rng = createRng(seed, 'picture', purpose)
    env.reset({ seed: rng.stream('env').uint32() })
    const first = env.render()
    const scale = longestSide / Math.max(first.width, first.height)
    const painter = await createPainter(Math.ceil(first.width * scale), Math.ceil(first.height * scale))
    // Copies, since an environment may draw into the same pixels again; only those that are shown are painted.
    const kept = createThinned<Scene>(2 * moments)
    kept.offer(() => structuredClone(first))
    let breathAt = performance.now()
    for (const { result } of rollout(env, agent.actor(1, 'evaluate', rng.stream('actor')))) {
      const over = result.episodes.length > 0 || kept.offered >= maxSteps
      if (over) break
      kept.offer(() => structuredClone(env.render()))
      if (performance.now() - breathAt <= 10) continue
      await breathe()
      if (stopRequested()) return undefined
      breathAt = performance.now()
    }
    const scenes = [...kept.all(), env.render()]
    const shown = Array.from(
      { length: moments },
      (_, i) => scenes[Math.round((i * (scenes.length - 1)) / (moments - 1))]!,
    )
    const { width, height, data } = tileFrames(
      shown.map((scene) => painter.paint(scene)),
      { columns: moments, gap: 2 },
    )
    return { png: encodePng({ width, height, data }), width, height }
  } finally {
    env.close()
  }
}

/** Of a sequence whose length nobody knows yet, at most so many of its items, evenly taken; the others are never made. */
function createThinned<T>(most: number) {
  let kept: T[] = []
  let every = 1
  let offered = 0
  return {
    get offered() {
      return offered
    },
    offer(make: () => T): void {
      if (offered++ % every !== 0) return
      if (kept.length === most) {
        kept = kept.filter((_, i) => i % 2 === 0)
        every *= 2
        if ((offered - 1) % every !== 0) return
      }
      kept.push(make())
    },
    all: (): readonly T[] => kept,
  }
}
