import { expect, test } from 'vitest'
import { resolveConfig } from '../../runner/index.ts'

const agent = async (name: string, env: string, ...sets: string[]): Promise<Readonly<Record<string, unknown>>> =>
  (await resolveConfig({ agent: name, env, sets })).agent

test('a part of a setting changes that part, another kind the whole', async () => {
  // The preset's is {kind: linear, from: 0.5, to: 0.02, over: 100%}.
  const sarsa = (set: string) => agent('sarsa', 'CliffWalking-v1', set)
  expect(await sarsa('learningRate.to=0.1')).toMatchObject({
    learningRate: { kind: 'linear', from: 0.5, to: 0.1, over: '100%' },
  })
  expect((await sarsa('learningRate={kind: visits, power: 0.8}'))['learningRate']).toEqual({
    kind: 'visits',
    power: 0.8,
  })
  const spans = '{kind: exponential, from: 0.5, to: 0.1, timeConstant: 20%}'
  expect((await sarsa(`learningRate=${spans}`))['learningRate']).toMatchObject({ timeConstant: '20%' })
  expect((await sarsa('learningRate=0.2'))['learningRate']).toBe(0.2)

  const optimizers = ['optimizer.beta1=0.5', 'optimizer={kind: rmsprop, decay: 0.9}']
  expect((await agent('dqn', 'CartPole-v1', ...optimizers))['optimizer']).toEqual({
    ...{ kind: 'rmsprop', decay: 0.9, epsilon: 0.00001, centered: true, epsilonInside: true },
  })
})

test('another torso keeps the dense layers that the preset says', async () => {
  const { network } = await agent('dqn', 'CartPole-v1', 'network.kind=mlp')
  expect(network).toMatchObject({ kind: 'mlp', hidden: [120, 84] })
})

test('a combination that is refused says why, and shows the setting alone', async () => {
  await expect(agent('dqn', 'CartPole-v1', 'munchausen=true', 'double=true')).rejects.toThrow(
    /^agent\.munchausen: it values s′ by the soft policy.*\(got true\)$/,
  )
  await expect(agent('dqn', 'CartPole-v1', 'batchSize=60000')).rejects.toThrow(
    /replayCapacity \(50000\) \(got 60000\)$/,
  )
})

test('a value that fits none of a setting’s forms is told what the nearest one wants', async () => {
  const epsilon = (value: string) => agent('dqn', 'CartPole-v1', `epsilon=${value}`)
  await expect(epsilon('x')).rejects.toThrow(/^agent\.epsilon: expected number, .* \(got "x"\)$/)
  await expect(epsilon('{kind: linear, from: a, to: 0, over: 20%}')).rejects.toThrow(
    /^agent\.epsilon: from: expected number, received string/,
  )
  await expect(epsilon('{kind: linearr, from: 1, to: 0}')).rejects.toThrow(
    /^agent\.epsilon: kind: Expected 'constant' \| 'linear' \|/,
  )
  await expect(epsilon('{kind: linear, from: 1, to: 0, over: 20%, aftr: 3}')).rejects.toThrow(
    /"epsilon\.aftr"\. Did you mean "epsilon\.after"\? Known: epsilon\.after, epsilon\.from/,
  )
  await expect(agent('dqn', 'CartPole-v1', 'optimizer={kind: rmsprop, beta1: 0.9}')).rejects.toThrow(
    /"optimizer\.beta1"\..* Known: optimizer\.centered, optimizer\.decay/,
  )
  await expect(epsilon('{kind: piecewise, points: [[50%, 1], [0%, 0.1]]}')).rejects.toThrow(/points in order of time/)
  await expect(agent('dqn', 'CartPole-v1', 'optimizer=rmsprop')).rejects.toThrow(/Did you mean \{kind: rmsprop\}\?$/)
  await expect(agent('dqn', 'CartPole-v1', 'gamma=.nan')).rejects.toThrow(/\(got NaN\)$/)
  await expect(agent('c51', 'CartPole-v1', 'categorical.max=1e39')).rejects.toThrow(/a return between/)
  await expect(agent('drqn', 'CartPole-v1', 'replayCapacity=40')).rejects.toThrow(/at most the \d+ sequences/)
  await expect(agent('dqn', 'CartPole-v1', 'dueling=true')).rejects.toThrow(
    /^agent\.dueling: expected false, or expected one of "mean"\|"max" \(got true\)$/,
  )
  await expect(agent('dqn', 'CartPole-v1', 'temperature=-1')).rejects.toThrow(/no value below 0 \(got -1\)$/)
  await expect(agent('dqn', 'CartPole-v1', 'callbacks=[{pat: 3}]')).rejects.toThrow(
    /^callbacks\.0: path: expected string/,
  )
})

test('the step of a checkpoint may be written as a number', async () => {
  const request = { agent: 'dqn', env: 'CartPole-v1', flags: { initFrom: 'runs/other' } }
  const { initFrom } = await resolveConfig({ ...request, sets: ['initFrom.checkpoint=25000'] })
  expect(initFrom).toEqual({ run: 'runs/other', checkpoint: 25_000 })
})
