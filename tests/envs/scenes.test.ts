import { describe, expect, it } from 'vitest'
import { createRng } from '../../core/rng.ts'
import type { Scene, SceneItem } from '../../core/scene.ts'
import { decimals } from '../../envs/decimals.ts'
import { envSpecs, make } from '../../envs/index.ts'

/** Scenes of random play, an episode after another. */
async function scenesOf(id: string, steps: number): Promise<Scene[]> {
  const env = await make(id)
  const rng = createRng(5)
  env.reset({ seed: 5 })
  const scenes = [env.render()]
  for (let i = 0; i < steps; i++) {
    const { terminated, truncated } = env.step(env.actionSpace.sample(rng))
    scenes.push(env.render())
    if (terminated || truncated) env.reset()
  }
  env.close()
  return scenes
}

/** Where an item is, whatever its colours. */
function place(item: SceneItem): unknown[] {
  if (item.kind === 'line' || item.kind === 'polygon') return [item.kind, ...item.points]
  return [item.kind, item.x, item.y, ...(item.kind === 'sprite' ? [item.angle] : [])]
}

describe.each(envSpecs().map(({ id }) => id))('the scene of %s', (id) => {
  it('names what moves, once each, where anything glides: no part of a thing is left behind by the rest', async () => {
    const scenes = await scenesOf(id, 40)
    for (const { items, caption } of scenes) {
      const ids = items.flatMap((item) => item.id ?? [])
      expect(new Set(ids).size).toBe(ids.length)
      expect(caption ?? '').not.toMatch(/-0(\.0*)?(?![.\d])/)
    }
    for (const [i, { items }] of scenes.slice(1).entries()) {
      const before = scenes[i]!.items
      if (before.length !== items.length || items.every((item) => item.id === undefined)) continue
      const moved = items.filter((item, k) => String(place(item)) !== String(place(before[k]!)))
      expect(moved.filter((item) => item.id === undefined)).toEqual([])
    }
  })
})

describe('the ground of the LunarLander', () => {
  it('stays within the picture, so that its outline does not cross itself', async () => {
    for (const { items } of await scenesOf('LunarLander-v3', 400))
      for (const item of items)
        if (item.kind === 'polygon')
          expect(Math.max(...item.points.filter((_, i) => i % 2 === 1))).toBeLessThanOrEqual(400)
  })
})

it('numbers of captions have no zero below zero', () => {
  expect([decimals(-0.04, 1), decimals(-0.06, 1), decimals(1.25, 0), decimals(-0, 2)]).toEqual([
    '0.0',
    '-0.1',
    '1',
    '0.00',
  ])
})
