import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodeState } from '../../../core/state.ts'
import { openRun } from '../../../runner/run/open.ts'
import { ringside, temporaryFolder } from '../cli/run-cli.ts'

const folder = temporaryFolder()

/** Observations normalized, rewards a tenth: what a run has to keep apart from its scores. */
const config = `
agent: double-dqn
env:
  id: CartPole-v1
  wrappers:
    - { name: NormalizeObservation }
    - { name: ScaleReward, kwargs: { factor: 0.1 } }
lanes: 2
steps: 1200
evaluation: { every: 400, episodes: 4 }
checkpoint: { every: 200, keep: 3 }
score: { episodes: 5 }
film: { maxSteps: 0 }
`

test("evaluations use the checkpoint's statistics and leave them as they are", async () => {
  const [run, file] = [join(folder, 'run'), join(folder, 'config.yaml')]
  writeFileSync(file, config)
  const trained = ringside(['train', '--config', file, '--set', 'learningStarts=200', '--out', run, '--json'])
  expect({ stderr: trained.stderr, status: trained.status }).toEqual({ stderr: '', status: 0 })
  const policyOf = (step: string): Uint8Array => readFileSync(join(run, 'checkpoints', step, 'policy.bin'))
  const steps = readdirSync(join(run, 'checkpoints'))
  expect(steps).toContain('1200')

  // All observations of both lanes: each step, and the first of each episode.
  const saved = decodeState(policyOf('1200'))['envStatistics'] as {
    wrapper: string
    mean: Float64Array
    count: number
  }[]
  const { episodes } = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')) as { episodes: number }
  expect(saved.map(({ wrapper }) => wrapper)).toEqual(['NormalizeObservation'])
  expect(saved[0]!.count).toBeCloseTo(1200 + episodes + 2, 2)

  const before = policyOf('1200')
  const evaluate = (...more: string[]) => ringside(['evaluate', run, '--episodes', '3', '--json', ...more]).stdout
  const returns = (JSON.parse(evaluate('--checkpoint', 'last')) as { returns: number[] }).returns
  expect(evaluate('--checkpoint', 'last')).toBe(evaluate('--checkpoint', 'last'))
  // Raw: a pole stands for more than eight steps whatever one does, which a tenth of it would not be.
  expect(Math.min(...returns)).toBeGreaterThanOrEqual(8)
  expect(policyOf('1200')).toEqual(before)

  const opened = await openRun(run, { checkpoint: 'last', engine: 'cpu' })
  opened.close()
  expect(opened.config.env.wrappers![0]).toEqual({ name: 'NormalizeObservation' })
  expect(opened.env.wrappers![0]!.kwargs!['frozen']).toMatchObject({
    mean: [...saved[0]!.mean],
    count: saved[0]!.count,
  })

  // Cut back and resumed, in threads this time: the same statistics, the same agent.
  const hash = createHash('sha256').update(before).digest('hex')
  rmSync(join(run, 'checkpoints', '1200'), { recursive: true })
  rmSync(join(run, 'summary.json'))
  const path = join(run, 'config.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace('"vectorMode": "sync"', '"vectorMode": "workers"'))
  expect(ringside(['train', '--resume', run, '--json']).status).toBe(0)
  expect(createHash('sha256').update(policyOf('1200')).digest('hex')).toBe(hash)
}, 60_000)
