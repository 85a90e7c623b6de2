import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createAgent } from '../../../agents/index.ts'
import { createRng } from '../../../core/index.ts'
import { openEngine } from '../../../engine/index.ts'
import { make, spaces } from '../../../envs/index.ts'
import { evaluate, longestEpisode } from '../../../runner/run/evaluation.ts'
import { pixelGame } from '../../envs/pixel-game.ts'

test('an environment that never ends is cut, so that an evaluation does', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'ringside-endless-')), 'endless.mjs')
  writeFileSync(
    path,
    `const spaces = (await import(${JSON.stringify(join(process.cwd(), 'dist/envs/index.js'))})).spaces
export class Endless {
  observationSpace = spaces.discrete(1)
  actionSpace = spaces.discrete(2)
  reset() { return { observation: 0, info: {} } }
  step() { return { observation: 0, reward: 1, terminated: false, truncated: false, info: {} } }
}
`,
  )
  const agent = await createAgent('random', {
    observationSpace: spaces.discrete(1),
    actionSpace: spaces.discrete(2),
    lanes: 1,
    engine: await openEngine({ engine: 'cpu' }),
    rng: createRng(1),
    steps: 1,
  })
  const { lengths, meanReturn } = await evaluate({
    agent,
    env: { id: `${path}#Endless` },
    episodes: 2,
    seed: 1,
    purpose: 'test',
  })
  expect(lengths).toEqual([longestEpisode, longestEpisode])
  expect(meanReturn).toBe(longestEpisode)
})

test('a game of several lives counts as one episode', async () => {
  const { observationSpace, actionSpace } = await make(pixelGame)
  const engine = await openEngine({ engine: 'cpu' })
  const agent = await createAgent('random', {
    observationSpace,
    actionSpace,
    lanes: 1,
    engine,
    rng: createRng(1),
    steps: 1,
  })
  const play = (wrappers: { name: string }[]) =>
    evaluate({ agent, env: { id: pixelGame, wrappers }, episodes: 20, seed: 4, purpose: 'test' })
  const [whole, lives] = [await play([]), await play([{ name: 'EpisodicLife' }])]
  // The same games, but for the steps that resets took (one a lost life, and what they may have ended).
  expect(lives.lengths.map((length, i) => whole.lengths[i]! - length).every((steps) => steps >= 1 && steps <= 2)).toBe(
    true,
  )
})
