import { expect, test } from 'vitest'
import { envSpecs } from '../../envs/index.ts'
import { findPreset, presets } from '../../runner/presets/index.ts'
import { agentRun } from '../../runner/run/kinds/agent-run.ts'
import { resolveConfig } from '../../runner/run/config.ts'

test('the preset with the longest name that fits is taken, and none where none fits', () => {
  expect(findPreset('dqn', 'CartPole-v1')!.env).toBe('CartPole-v1')
  expect(findPreset('rainbow', 'MinAtar/Seaquest-v0')!.env).toBe('MinAtar/*')
  expect(findPreset('dqn', 'Arcade/Pong-v0')!.wrappers).toMatchObject([{ name: 'AtariPreprocessing' }])
  expect(findPreset('dqn', 'Pendulum-v1')).toBeUndefined()
  expect(findPreset('random', 'MinAtar/Seaquest-v1')).toBeUndefined()
})

test('every preset makes a config that passes all checks, in every environment that it is for', async () => {
  const ids = envSpecs().map(({ id }) => id)
  for (const { agent, env, steps } of presets) {
    const fitting = env.endsWith('*') ? ids.filter((id) => id.startsWith(env.slice(0, -1))) : [env]
    expect(fitting.length).toBeGreaterThan(0)
    for (const id of fitting) {
      const config = await resolveConfig({ agent, env: id })
      expect([config.agent.name, config.env.id, config.steps]).toEqual([agent, id, steps ?? config.steps])
    }
  }
})

test('a setting of the optimizer is of Adam where none is named', async () => {
  const { agent } = await resolveConfig({ agent: 'dqn', env: 'CartPole-v1', sets: ['optimizer.epsilon=1e-4'] })
  expect(agent['optimizer']).toEqual({ kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-4 })
  const wrong = resolveConfig({ agent: 'dqn', env: 'CartPole-v1', sets: ['optimizer.kind=adem'] })
  await expect(wrong).rejects.toThrow(`agent.optimizer.kind: expected 'adam' | 'rmsprop' (got {"kind":"adem"})`)
})

test('bare frames of a video game are told of; those by φ, and boards of bytes, are not', async () => {
  const notesOf = async (env: string, sets: string[] = []): Promise<string[]> => {
    const notes: string[] = []
    const { close } = await agentRun.assemble(await resolveConfig({ agent: 'random', env, sets }), notes)
    close()
    return notes
  }
  expect(await notesOf('Arcade/Pong-v0')).toEqual([
    expect.stringContaining('Learns from frames of 210 × 160 × 3 as they are.'),
  ])
  expect(await notesOf('Arcade/Pong-v0', ['env.wrappers=[{ name: AtariPreprocessing }]'])).toEqual([])
  expect(await notesOf('MinAtar/Breakout-v1')).toEqual([])
})
