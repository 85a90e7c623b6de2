import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ringside as run, temporaryFolder } from '../cli/run-cli.ts'

const folder = temporaryFolder()
const [here, elsewhere] = [join(folder, 'here'), join(folder, 'elsewhere')]
for (const path of [here, elsewhere]) mkdirSync(path)
const network = (activation: string): void =>
  writeFileSync(
    join(here, 'net.json'),
    JSON.stringify({
      class_name: 'Sequential',
      config: [
        {
          class_name: 'Dense',
          config: {
            name: 'a',
            units: 6,
            activation,
            batch_input_shape: [null, 4],
            kernel_initializer: 'glorotUniform',
          },
        },
      ],
    }),
  )

test('a run of the user’s own network is found from anywhere, and says when that is another one now', () => {
  network('relu')
  const sets = ['learningStarts=50', 'score.episodes=2', 'evaluation.episodes=1', 'film.maxSteps=0']
  const made = run(
    [
      'train',
      'dqn',
      'CartPole-v1',
      '--set',
      'network.kind=./net.json',
      ...sets.flatMap((set) => ['--set', set]),
      '--steps',
      '200',
      '--out',
      'run',
    ],
    here,
  )
  expect([made.status, made.stderr]).toEqual([0, ''])
  // The preset’s dense layers are not put on a network that is whole.
  const inspected = run(['inspect', join(here, 'run'), '--json'], elsewhere)
  const [{ layers }] = JSON.parse(inspected.stdout) as [{ layers: { path: string }[] }]
  expect(layers.some(({ path }) => path.includes('torso/dense'))).toBe(false)

  const evaluate = () => run(['evaluate', join(here, 'run'), '--episodes', '2', '--json'], elsewhere)
  const before = evaluate()
  expect([before.status, before.stderr]).toEqual([0, ''])
  network('tanh')
  const after = evaluate()
  expect(after.status).toBe(0)
  expect(after.stderr).toMatch(/net.json" is not what it was when this run began/)
  const resumed = run(['train', '--resume', 'run', '--steps', '300'], here)
  expect(resumed.status).toBe(0)
  expect(resumed.stdout + resumed.stderr).toMatch(/net.json" is not what it was when this run began/)
}, 60_000)
