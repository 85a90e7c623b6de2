import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { messageOf } from '../../core/errors.ts'
import { make } from '../../envs/index.ts'
import { loadCanvas, type CanvasLibrary } from '../../render/canvas/open-canvas.ts'
import { createPainter } from '../../render/canvas/painter.ts'

// `canvas` has a native part that has to be built; RINGSIDE_CANVAS says where it lies if not in node_modules.
const where = process.env['RINGSIDE_CANVAS']
let canvas: CanvasLibrary | undefined
try {
  canvas = await loadCanvas('canvas', where === undefined ? 'canvas' : pathToFileURL(`${where}/index.js`).href)
} catch (error) {
  console.log(`canvas beside @napi-rs/canvas skipped: canvas does not load (${messageOf(error).split('\n')[0]})`)
}
const other = await loadCanvas('@napi-rs/canvas')

/** Shades that nobody sees: edges are smoothed a little differently. */
const unseen = 32

test
  .skipIf(canvas === undefined)
  .each([
    'CartPole-v1',
    'Acrobot-v1',
    'LunarLander-v3',
    'Taxi-v4',
    'FrozenLake-v1',
    'Blackjack-v1',
    'Catch-v0',
    'MinAtar/Seaquest-v1',
    'Arcade/Breakout-v0',
  ])('canvas and @napi-rs/canvas give the same picture of %s within 2 %% of its pixels', async (id) => {
  const env = await make(id)
  env.reset({ seed: 3 })
  for (let i = 0; i < 5; i++) {
    const { terminated } = env.step(env.actionSpace.sample(env.rng))
    if (terminated) env.reset()
  }
  const scene = env.render()
  env.close()
  const [one, two] = await Promise.all([canvas!, other].map((library) => createPainter(600, 400, library)))
  const [a, b] = [one!.paint(scene).data, two!.paint(scene).data]
  let differing = 0
  for (let i = 0; i < a.length; i += 4)
    if ([0, 1, 2].some((channel) => Math.abs(a[i + channel]! - b[i + channel]!) > unseen)) differing++
  expect(differing / (a.length / 4)).toBeLessThan(0.02)
})
