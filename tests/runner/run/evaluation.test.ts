import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createAgent } from '../../../agents/index.ts'
import { createRng } from '../../../core/index.ts'
import { openEngine } from '../../../engine/index.ts'
import { spaces } from '../../../envs/index.ts'
import { evaluate, longestEpisode } from '../../../runner/run/evaluation.ts'

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
