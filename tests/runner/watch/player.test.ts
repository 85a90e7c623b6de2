import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { createAgent } from '../../../agents/index.ts'
import type { Agent } from '../../../agents/types.ts'
import { createRng } from '../../../core/rng.ts'
import { openEngine } from '../../../engine/index.ts'
import type { Engine } from '../../../engine/types.ts'
import { makeVector } from '../../../envs/index.ts'
import { createPast } from '../../../runner/watch/past.ts'
import { createPlayer, type Player } from '../../../runner/watch/player.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
})
afterAll(() => engine.dispose())

async function open(env: string, agentName: string, settings = {}): Promise<{ player: Player; agent: Agent }> {
  const vector = await makeVector({ id: env }, { lanes: 1, autoreset: 'disabled' })
  const { observationSpace, actionSpace } = vector
  const context = { observationSpace, actionSpace, lanes: 1, engine, rng: createRng(3), steps: 10_000 }
  const agent = await createAgent(agentName, context, settings)
  const player = createPlayer({ env: vector, agent, seed: 5, gamma: 0.9, rewardClip: 'none', keepsPast: true })
  return { player, agent }
}

/** All that can be seen of a moment. */
function seen(player: Player): unknown {
  const { observation, explanation, action } = player.view()
  const { episode, step, reward, ended } = player
  return { observation, q: explanation.q, action, episode, step, reward, ended, total: player.return }
}

describe('the player', () => {
  it('watches a game of several lives to its end, and back across a lost life', async () => {
    const phi = { name: 'AtariPreprocessing', kwargs: { episodicLife: true, fireReset: true } }
    const env = await makeVector({ id: 'Arcade/Breakout-v0', wrappers: [phi] }, { lanes: 1, autoreset: 'disabled' })
    const player = createPlayer({ env, agent: undefined, seed: 5, gamma: 0.9, rewardClip: 'none', keepsPast: true })
    const lives = (): string => /\d+ li/.exec(player.view().scene.caption ?? '')![0]
    const seenLives = new Set([lives()])
    while (player.ended === null) {
      const before = [lives(), seen(player)] as const
      player.advance(0)
      if (lives() === before[0]) continue
      seenLives.add(lives())
      player.back()
      expect(seen(player)).toEqual(before[1])
      player.advance(0)
    }
    expect([...seenLives]).toEqual(['5 li', '4 li', '3 li', '2 li', '1 li', '0 li'])
    expect(player.episode).toBe(1)
    player.close()
  })

  it.each([
    ['CartPole-v1', 'dqn', {}],
    ['TMaze-v0', 'drqn', {}],
    ['MinAtar/Breakout-v1', 'random', {}],
  ])('goes back in %s with %s, and comes forward to the same', async (env, name, settings) => {
    const { player, agent } = await open(env, name, settings)
    player.exploring = true
    const forward = [seen(player)]
    for (let i = 0; i < 12 && player.ended === null; i++) {
      player.advance()
      forward.push(seen(player))
    }
    const end = forward.length - 1
    for (let i = end - 1; i >= 0; i--) {
      expect(player.back()).toBe(true)
      expect(seen(player)).toEqual(forward[i])
      expect(player.rewards.length).toBe(i)
    }
    expect(player.back()).toBe(false)
    for (let i = 1; i <= end; i++) {
      player.advance()
      expect(seen(player)).toEqual(forward[i])
    }
    player.close()
    agent.dispose?.()
  })

  it('plays an episode again from its start, and another seed another way', async () => {
    const { player, agent } = await open('CartPole-v1', 'dqn')
    const first = seen(player)
    while (player.ended === null) player.advance()
    const length = player.step
    expect(player.episodes).toEqual([{ number: 1, return: length, length, complete: true }])
    player.advance()
    expect([player.episode, player.step]).toEqual([2, 0])
    player.advance()
    expect(player.replay(1)).toBe(true)
    expect(seen(player)).toEqual(first)
    expect(player.replay(9)).toBe(false)
    player.restart(6)
    expect(seen(player)).not.toEqual(first)
    player.restart(5)
    expect(seen(player)).toEqual(first)
    player.close()
    agent.dispose?.()
  })

  it('does what a person says, and tells the TD error of it', async () => {
    const { player, agent } = await open('CartPole-v1', 'dqn')
    const before = player.view()
    player.advance(1)
    const after = player.view()
    expect(after.observation[1]!).toBeGreaterThan(before.observation[1]!)
    const q = after.explanation.q!
    expect(player.tdErrors[0]).toBeCloseTo(1 + 0.9 * Math.max(q[0]!, q[1]!) - before.explanation.q![1]!, 5)
    player.close()
    agent.dispose?.()
  })

  it('explains a recurrent agent with what it remembers: the action it takes is the largest it shows', async () => {
    const { player, agent } = await open('TMaze-v0', 'drqn', { evaluationEpsilon: 0 })
    for (let i = 0; i < 8; i++) {
      const { explanation, action } = player.view()
      expect(explanation.q!.indexOf(Math.max(...explanation.q!))).toBe(action![0])
      player.advance()
    }
    player.close()
    agent.dispose?.()
  })
})

describe('the past', () => {
  it('keeps the newest moments within its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), (sizes) => {
        const past = createPast<Float32Array>({ maxMoments: 10, maxBytes: 4000 })
        for (const size of sizes) past.push(new Float32Array(size))
        expect(past.length).toBeLessThanOrEqual(10)
        const kept: number[] = []
        for (let each = past.pop(); each !== undefined; each = past.pop()) kept.unshift(each.length)
        expect(kept).toEqual(sizes.slice(sizes.length - kept.length))
        if (kept.length > 1) expect(kept.reduce((sum, size) => sum + 4 * size, 0)).toBeLessThanOrEqual(4000)
        else expect(kept.length).toBe(Math.min(1, sizes.length))
      }),
    )
  })
})
