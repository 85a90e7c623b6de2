import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ringside, temporaryFolder } from '../runner/cli/run-cli.ts'

const disk = join(temporaryFolder(), 'disk')
mkdirSync(disk)
const mount = (options: string): boolean =>
  process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status === 0
const mounted = mount('size=1m')
if (!mounted) console.log('a disk that fills up, skipped: it takes the right to mount a small one')
afterAll(() => void (mounted && spawnSync('umount', [disk])))
const resize = (size: string): void =>
  expect(spawnSync('mount', ['-o', `remount,size=${size}`, disk]).status).toBe(0) as unknown as void

const sets = (...list: string[]): string[] => list.flatMap((set) => ['--set', set])
test.skipIf(!mounted).each([
  [
    'agent',
    ['500', '4000'],
    [
      ...['dqn', 'CartPole-v1'],
      ...sets('learningStarts=200', 'film.maxSteps=0', 'score.episodes=1', 'checkpoint={every: 500, keep: 2}'),
      ...sets('evaluation={every: 1000, episodes: 1}', 'network.hidden=[64, 64]'),
    ],
  ],
  [
    'model',
    ['5', '60'],
    [
      ...['gan', 'house-numbers'],
      ...sets(
        'dataset.train=100',
        'dataset.validation=5',
        'dataset.test=5',
        'hidden=8',
        'samples={count: 4, every: 5}',
      ),
      ...sets('checkpoint={every: 5, keep: 2}', 'batchSize=20'),
    ],
  ],
])(
  'a disk that fills up while training (%s): said, nothing lost, and resumed once there is room',
  (name, [some, steps], args) => {
    const run = join(disk, name)
    // What the run begins with fits; what it writes later does not.
    resize('60m')
    expect(ringside(['train', ...args, '--steps', some!, '--quiet', '--out', run]).stderr).toBe('')
    const used = Number(/(\d+)/.exec(spawnSync('du', ['-sk', disk], { encoding: 'utf8' }).stdout)![1])
    resize(`${used + 80}k`)
    const full = ringside(['train', '--resume', run, '--steps', steps!, '--quiet'])
    expect(full.status).toBe(1)
    expect(full.stderr).toMatch(/no space left on device|ENOSPC/i)
    expect(full.stderr).not.toMatch(/^\s+at /m)

    resize('60m')
    const { status, stderr } = ringside(['train', '--resume', run, '--steps', steps!, '--quiet'])
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))).toMatchObject({ status: 'finished' })
    const left = readdirSync(run, { recursive: true }).map(String)
    expect(left.filter((path) => /\.saving-|\.writing$|\.tmp-/.test(path))).toEqual([])
  },
  90_000,
)
