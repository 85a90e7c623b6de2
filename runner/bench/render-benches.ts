import { make } from '../../envs/index.ts'
import type { Scene } from '../../core/scene.ts'
import { createPainter, createTerminalPainter, encodeGif } from '../../render/index.ts'
import { timed, type Bench } from './types.ts'

const moments = 30

/** Scenes of an episode: what moves from one to the next is what films and terminals draw. */
async function scenesOf(id: string): Promise<Scene[]> {
  const env = await make(id)
  env.reset({ seed: 1 })
  const scenes: Scene[] = []
  for (let i = 0; i < moments; i++) {
    const { terminated, truncated } = env.step(env.actionSpace.sample(env.rng))
    if (terminated || truncated) env.reset()
    scenes.push(env.render())
  }
  env.close()
  return scenes
}

function inTurn<T>(items: readonly T[]): () => T {
  let at = 0
  return () => items[at++ % items.length]!
}

const painting = (id: string): Bench => ({
  name: `paint-${id
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replace(/-v$|-$/, '')}`,
  title: `${id}'s scene as 600×400 RGBA`,
  unit: 'call',
  limit: 1e-3,
  peers: [],
  rounds: 10,
  async prepare() {
    const next = inTurn(await scenesOf(id))
    const painter = await createPainter(600, 400)
    return timed(() => void painter.paint(next()), 60)
  },
})

export const renderBenches: readonly Bench[] = [
  painting('CartPole-v1'),
  painting('LunarLander-v3'),
  painting('MinAtar/Breakout-v1'),
  {
    name: 'gif',
    title: 'a frame of a GIF of LunarLander at 600×400',
    unit: 'call',
    limit: 5e-3,
    peers: [],
    rounds: 5,
    async prepare() {
      const painter = await createPainter(600, 400)
      const frames = (await scenesOf('LunarLander-v3')).map((scene) => painter.paint(scene))
      const film = timed(() => void encodeGif(frames, { fps: 30 }), 1)
      return () => film() / frames.length
    },
  },
  {
    name: 'terminal',
    title: 'a frame of LunarLander in a terminal of 100×30',
    unit: 'call',
    limit: 0.5e-3,
    peers: [],
    rounds: 10,
    async prepare() {
      const next = inTurn(await scenesOf('LunarLander-v3'))
      const painter = await createTerminalPainter(100, 28)
      return timed(() => void painter.paint(next()), 100)
    },
  },
]
