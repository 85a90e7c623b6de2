import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { make } from '../../../envs/index.ts'
import { evaluateRun, loadAgent, resolveConfig, startRun } from '../../../runner/index.ts'
import type { ConfigRequest } from '../../../runner/run/types.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-load-'))
afterAll(() => rmSync(folder, { recursive: true }))

const quick = ['film.maxSteps=0', 'score.episodes=2', 'evaluation.episodes=2', 'evaluationEpsilon=0']

async function train(name: string, request: ConfigRequest): Promise<string> {
  const starts = request.agent?.endsWith('q-learning') !== true ? ['learningStarts=50'] : []
  const sets = [...quick, ...starts, ...(request.sets ?? [])]
  const config = await resolveConfig({ ...request, sets, flags: { steps: 300, ...request.flags } })
  const run = await startRun({ config, out: join(folder, name) })
  for await (const _ of run.events());
  return run.folder
}

let source: string
beforeAll(async () => {
  source = await train('source', { agent: 'dqn', env: 'CartPole-v1', sets: ['network.hidden=[8, 8]'] })
}, 60_000)

describe('a loaded agent', () => {
  test('takes the best action of what it explains, and refuses what is no observation', async () => {
    const agent = await loadAgent(source, { checkpoint: 'last' })
    expect(agent.step).toBe(300)
    const env = await make(agent.env)
    let { observation } = env.reset({ seed: 4 })
    for (let step = 0; step < 30; step++) {
      const q = agent.explain(observation).q!
      const action = agent.act(observation, { isFirst: step === 0 })
      expect(action).toBe(q[0]! >= q[1]! ? 0 : 1)
      const result = env.step(action)
      if (result.terminated) break
      observation = result.observation
    }
    expect(() => agent.act(Float32Array.of(1, 2))).toThrow(/observation of Box\(\[4\].*got Float32Array of 2/)
    agent.close()
  })

  test('takes no forbidden action, and refuses a mask that is none', async () => {
    const run = await train('masked', { agent: 'dqn', env: 'Taxi-v4', sets: ['network.hidden=[4]'] })
    const agent = await loadAgent(run)
    for (const action of [0, 3, 5]) {
      const mask = Array.from({ length: 6 }, (_, i) => i === action)
      expect(agent.act(3, { actionMask: mask })).toBe(action)
      expect(agent.act(3, { actionMask: Uint8Array.from(mask, Number) })).toBe(action)
    }
    for (const mask of [[1], [0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 7]])
      expect(() => agent.act(3, { actionMask: mask })).toThrow(/act expects an actionMask of 6 entries/)
    expect(() => agent.explain(-1)).toThrow(/explain expects an observation of Discrete\(500\)/)
    agent.close()
  })

  test('with a memory forgets at the first observation of an episode', async () => {
    const run = await train('drqn', { agent: 'drqn', env: 'TMaze-v0', sets: ['network.hidden=[4, 4]'] })
    const agent = await loadAgent(run)
    const env = await make(agent.env)
    const play = (): unknown[] => {
      let { observation } = env.reset({ seed: 1 })
      return Array.from({ length: 12 }, (_, step) => {
        const action = agent.act(observation, { isFirst: step === 0 })
        const result = env.step(action)
        if (!result.terminated && !result.truncated) observation = result.observation
        else ({ observation } = env.reset())
        return action
      })
    }
    expect(play()).toEqual(play())
    agent.close()
  })
})

describe('--init-from', () => {
  test('begins with the weights of the other run, and its own optimizer and replay; the config repeats it', async () => {
    const request = {
      agent: 'dqn',
      env: 'CartPole-v1',
      flags: { initFrom: source, seed: 9 },
      sets: ['network.hidden=[8, 8]'],
    }
    const first = await train('first', request)
    // Its checkpoint of step 0 acts as the other run's.
    const { config } = {
      config: JSON.parse(readFileSync(join(first, 'config.json'), 'utf8')) as Record<string, unknown>,
    }
    const taken = config['initFrom'] as { run: string; checkpoint: string }
    expect(taken.run).toBe(source)
    const again = await resolveConfig({ file: join(first, 'config.json') })
    const repeated = await startRun({ config: again, out: join(folder, 'repeated') })
    for await (const _ of repeated.events());
    const episodes = (run: string) => readFileSync(join(run, 'episodes.csv'), 'utf8')
    expect(episodes(repeated.folder)).toBe(episodes(first))
    const own = await train('own', { ...request, flags: { seed: 9 } })
    expect(episodes(own)).not.toBe(episodes(first))

    const still = await train('still', {
      ...request,
      flags: { initFrom: source },
      sets: [...request.sets, 'learningRate=0'],
    })
    const score = async (run: string, checkpoint: string) =>
      (await evaluateRun(run, { episodes: 5, checkpoint })).returns
    expect(await score(still, 'last')).toEqual(await score(source, taken.checkpoint))
  })

  test('begins with the tables of the other run', async () => {
    const tables = { agent: 'double-q-learning', env: 'FrozenLake-v1' }
    const taught = await train('taught', { ...tables, flags: { steps: 20_000 } })
    const still = await train('kept', { ...tables, flags: { initFrom: taught, seed: 5 }, sets: ['learningRate=0'] })
    const fresh = await train('fresh', { ...tables, flags: { seed: 5 }, sets: ['learningRate=0'] })
    const said = async (run: string) => {
      const agent = await loadAgent(run)
      const q = Array.from({ length: 16 }, (_, state) => Array.from(agent.explain(state).q!))
      agent.close()
      return q
    }
    expect(await said(still)).toEqual(await said(taught))
    expect(await said(fresh)).not.toEqual(await said(taught))
    await expect(train('single', { ...tables, agent: 'q-learning', flags: { initFrom: taught } })).rejects.toThrow(
      /it has no "q"/,
    )
    const larger = { ...tables, env: 'FrozenLake8x8-v1', flags: { initFrom: taught } }
    await expect(train('larger', larger)).rejects.toThrow(/"a" is \[16, 4\] there and \[64, 4\] here/)
  })

  test('refuses what does not fit, and makes no run folder', async () => {
    const from = { agent: 'dqn', env: 'CartPole-v1', flags: { initFrom: source } }
    await expect(train('wider', { ...from, sets: ['network.hidden=[8, 9]'] })).rejects.toThrow(
      /"online\/head\/0\/kernel" is \[8, 8\] there and \[8, 9\] here/,
    )
    await expect(train('other', { ...from, agent: 'dueling-dqn', sets: ['network.hidden=[8, 8]'] })).rejects.toThrow(
      /it has no "online\/value/,
    )
    await expect(train('none', { ...from, flags: { initFrom: 'nowhere' } })).rejects.toThrow(/"nowhere" does not exist/)
    await expect(resolveConfig({ file: join(folder, 'wider', 'config.json') })).rejects.toThrow(/does not exist/)
  })
})
