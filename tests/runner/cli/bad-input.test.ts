import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ringside, short, temporaryFolder } from './run-cli.ts'

const folder = temporaryFolder()
writeFileSync(join(folder, 'broken.json'), '{ "agent": ')
writeFileSync(join(folder, 'foreign.yaml'), 'name: my-other-project\nversion: 3\n')
writeFileSync(join(folder, 'file'), 'not a folder')
mkdirSync(join(folder, 'damaged'))
writeFileSync(join(folder, 'damaged', 'config.json'), '{')
mkdirSync(join(folder, 'full'))
writeFileSync(join(folder, 'full', 'thesis.txt'), 'precious')

const train = ['train', 'dqn', 'CartPole-v1'] as const

describe('wrong use: one clear message, status 2, nothing half-written', () => {
  test.each<[string, readonly string[], RegExp]>([
    [
      'an unknown agent',
      ['train', 'dbl-dqn', 'CartPole-v1'],
      /Unknown agent or model "dbl-dqn".*Did you mean "double-dqn"/s,
    ],
    ['an unknown environment', ['train', 'dqn', 'CartPoll-v1'], /Did you mean "CartPole-v1"/],
    ['an unknown version', ['train', 'dqn', 'CartPole-v7'], /Did you mean "CartPole-v1"/],
    ['no environment', ['train', 'dqn'], /Which environment/],
    ['an unknown command', ['trian', 'dqn', 'CartPole-v1'], /train/],
    ['an unknown option', [...train, '--stepz', '5'], /stepz/],
    ['an unknown setting', [...train, '--set', 'learningrate=1'], /learningrate.*Did you mean "learningRate"/s],
    ['an unknown nested setting', [...train, '--set', 'evaluation.evry=5'], /Did you mean "evaluation.every"/],
    ['a wrong type', [...train, '--set', 'batchSize=many'], /agent\.batchSize.*"many"/s],
    ['a value out of range', [...train, '--set', 'gamma=1.5'], /agent\.gamma.*1\.5/s],
    ['a batch larger than the replay', [...train, '--set', 'batchSize=64', '--set', 'replayCapacity=32'], /batchSize/],
    ['a warm-up as long as the run', [...train, '--steps', '500', '--set', 'learningStarts=500'], /learningStarts/],
    ['--set without a value', [...train, '--set', 'gamma'], /key=value/],
    ['a path that reaches for prototypes', [...train, '--set', '__proto__.polluted=1'], /--set expects/],
    ['an engine that does not exist', [...train, '--engine', 'onyx'], /engine/],
    ['a config file that is missing', [...train, '--config', join(folder, 'none.yaml')], /does not exist/],
    ['a config file that is cut off', [...train, '--config', join(folder, 'broken.json')], /cannot be read as JSON/],
    ['a config file of another program', ['train', '--config', join(folder, 'foreign.yaml')], /Unknown setting/],
    ['an output that is a file', [...train, '--out', join(folder, 'file')], /is a file/],
    ['an output with something else in it', [...train, '--out', join(folder, 'full'), '--force'], /not a run/],
    ['a run folder that is none', ['evaluate', join(folder, 'full')], /no config.json/],
    ['a run folder that is damaged', ['evaluate', join(folder, 'damaged')], /config.json.*damaged/],
    ['a number that is none', ['evaluate', join(folder, 'full'), '--episodes', 'many'], /--episodes expects a number/],
    [
      'a negative seed',
      ['record', join(folder, 'full'), '--seed', '-1'],
      /--seed expects a whole number of at least 0/,
    ],
    ['an agent path without a file', ['train', './nothing.ts#Agent', 'CartPole-v1'], /No file/],
  ])('%s', (_, args, message) => {
    const before = readdirSync(folder).sort()
    const { status, stderr, stdout } = ringside(
      args.includes('--out') ? args : [...args, ...(args[0] === 'train' ? ['--out', join(folder, 'never')] : [])],
    )
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(readdirSync(folder).sort()).toEqual(before)
  })
})

test('an existing run is kept without --resume or --force', () => {
  const run = join(folder, 'run')
  const first = ringside([
    'train',
    'random',
    'CartPole-v1',
    '--steps',
    '200',
    '--out',
    run,
    '--json',
    '--set',
    'film.maxSteps=0',
    '--set',
    'score.episodes=2',
  ])
  expect(first.stderr).toBe('')
  expect(first.status).toBe(0)
  const again = ringside(['train', 'random', 'CartPole-v1', '--steps', '200', '--out', run])
  expect(again.status).toBe(2)
  expect(again.stderr).toMatch(/--resume.*--force/s)
})

test('an environment that breaks its contract in the middle fails with its name and value, and the run can be resumed', () => {
  const path = join(folder, 'breaks.mjs')
  writeFileSync(
    path,
    `const spaces = (await import(${JSON.stringify(join(process.cwd(), 'dist/envs/index.js'))})).spaces
export class Breaks {
  observationSpace = spaces.box({ low: -1, high: 1, shape: [2] })
  actionSpace = spaces.discrete(2)
  n = 0
  reset() { return { observation: new Float32Array(2), info: {} } }
  step() { this.n++; return { observation: new Float32Array(2), reward: this.n > 300 ? NaN : 1, terminated: this.n % 20 === 0, truncated: false, info: {} } }
}
`,
  )
  const run = join(folder, 'breaks')
  const { status, stderr } = ringside(['train', 'dqn', `${path}#Breaks`, '--out', run, '--quiet', ...short])
  expect(stderr).toMatch(/Breaks.*reward.*finite number/s)
  expect(stderr).not.toMatch(/\n\s+at /)
  expect(status).toBe(1)
  expect(existsSync(join(run, 'checkpoints'))).toBe(true)
})

test('learning that diverges stops with the step, the tensor and a checkpoint from before', () => {
  const run = join(folder, 'diverges')
  const wild = ['--set', 'learningRate=1e30', '--set', 'gradientNorm=null', '--set', 'loss=mse', ...short]
  const { status, stderr } = ringside(['train', 'dqn', 'CartPole-v1', '--out', run, '--quiet', ...wild])
  expect(stderr).toMatch(/diverged at step \d+, update \d+: the loss is .*"online\/.*learningRate/s)
  expect(stderr).toMatch(/last checkpoint is kept/)
  expect(status).toBe(1)
  for (const step of readdirSync(join(run, 'checkpoints'))) {
    const evaluated = ringside(['evaluate', run, '--checkpoint', step, '--episodes', '1', '--json'])
    expect(evaluated.stderr).toBe('')
    expect(evaluated.status).toBe(0)
  }
})

test.skipIf(process.platform === 'win32')(
  'an output folder that cannot be written fails at once, with its name',
  () => {
    // Not by permissions: root, as in containers, may write everywhere. /proc refuses new folders in a way of its own.
    for (const parent of [join(folder, 'file', 'below'), ...(existsSync('/proc') ? ['/proc/ringside'] : [])]) {
      const { status, stderr } = ringside(['train', 'random', 'CartPole-v1', '--steps', '100', '--out', parent])
      expect(stderr).toMatch(/cannot be written/)
      expect(stderr).not.toMatch(/\n\s+at /)
      expect(status).toBe(1)
    }
  },
)
