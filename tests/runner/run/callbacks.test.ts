import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveConfig, resolveModelConfig, resumeRun, startRun } from '../../../runner/run/index.ts'
import type { AnyRunConfig, AnySummary, Run, RunEvent } from '../../../runner/run/types.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-callbacks-'))
const file = join(folder, 'mine.mjs')
writeFileSync(
  file,
  `export const Counter = ({ options, log, note, stop, agent }) => {
    let calls = 0
    let evaluations = 0
    return {
      every: options.every,
      onStart: (step) => note('from ' + step),
      onStep(step) {
        log('calls', ++calls)
        if (step >= options.until) stop('enough at ' + step)
      },
      onEvent({ kind }) {
        if (kind === 'progress') throw new Error('progress is not for callbacks')
        if (kind === 'evaluation') log('evaluations', ++evaluations)
      },
      onEnd: ({ status }) => note(status + ' with ' + (agent === undefined ? 'no agent' : 'an agent')),
      state: () => ({ calls, evaluations }),
      restore(state) { ({ calls, evaluations } = state) },
    }
  }
  export const Typo = () => ({ onSteps() {} })
  export const Never = () => ({ every: 0 })
  export const Nothing = () => undefined
  export const Value = { onStep() {} }
  export const Fails = () => ({ every: 100, onStep(step) { if (step === 200) throw new Error('my own mistake') } })
  export const Clash = ({ log }) => ({ every: 20, onStep: () => log('epsilon', 1) })
  export const Spaces = ({ log }) => ({ every: 20, onStep: () => log('my value', 1) })
`,
)
const counter = (options: object): string =>
  `callbacks=${JSON.stringify([{ path: `${file}#Counter`, options: { every: 70, until: 10_000, ...options } }])}`
const settings = [
  'film.maxSteps=0',
  'score.episodes=2',
  'learningStarts=100',
  'evaluation={every: 200, episodes: 2}',
  'checkpoint={every: 150, keep: 99}',
  'log.every=50',
]
const configOf = (sets: readonly string[], steps?: number): ReturnType<typeof resolveConfig> =>
  resolveConfig({ agent: 'dqn', env: 'CartPole-v1', sets: [...settings, ...sets], flags: { steps } })

async function runOut(run: Run<AnyRunConfig>): Promise<{ summary: AnySummary; events: RunEvent[] }> {
  const events: RunEvent[] = []
  const iterator = run.events()
  for (;;) {
    const { value, done } = await iterator.next()
    if (done === true) return { summary: value, events }
    events.push(value)
  }
}

function rows(run: string): string[][] {
  const lines = readFileSync(join(run, 'metrics.csv'), 'utf8').trim().split('\n')
  const cells = lines.map((line) => line.split(','))
  const clock = cells[0]!.indexOf('seconds')
  return cells.map((row) => row.filter((_, i) => i !== clock))
}

test('a callback logs, says, ends training, and remembers over a cut', async () => {
  const whole = join(folder, 'whole')
  const { summary, events } = await runOut(
    await startRun<AnyRunConfig>({ config: await configOf([counter({ until: 560 })], 1_000), out: whole }),
  )
  expect(summary).toMatchObject({ status: 'finished', steps: 560, endedEarly: `${file}#Counter: enough at 560` })
  const notes = events.flatMap((event) => (event.kind === 'note' ? [event.text] : []))
  expect(notes).toEqual(['from 0', 'finished with an agent'])
  const [header, ...all] = rows(whole)
  const column = (name: string): string[] => all.map((row) => row[header!.indexOf(name)]!)
  expect(column('step').at(-1)).toBe('560')
  // Called at 70, 140, …: a value stands in the row after it was logged, and there alone.
  expect(column('calls').slice(0, 4)).toEqual(['', '1', '2', ''])
  expect(column('calls').at(-1)).toBe('8')
  expect(column('evaluations').filter(Boolean)).toEqual(['1', '2', '3'])

  const cut = join(folder, 'cut')
  const first = await startRun<AnyRunConfig>({ config: await configOf([counter({ until: 560 })], 1_000), out: cut })
  for await (const event of first.events()) {
    if (event.kind === 'checkpoint' && event.step === 300) first.stop()
  }
  const second = await runOut(await resumeRun({ folder: cut }))
  expect(second.summary).toMatchObject({ steps: 560, endedEarly: `${file}#Counter: enough at 560` })
  expect(rows(cut)).toEqual(rows(whole))
})

test('what is no callback is refused before the run has a folder', async () => {
  const start = async (name: string): Promise<unknown> =>
    startRun({ config: await configOf([`callbacks=[${JSON.stringify(name)}]`], 400), out: join(folder, 'refused') })
  await expect(start(`${file}#Countr`)).rejects.toThrow(/exports no "Countr".*Did you mean "Counter"/)
  await expect(start(`${file}#Typo`)).rejects.toThrow(/has "onSteps", which nobody calls; expected onStep/)
  await expect(start(`${file}#Never`)).rejects.toThrow(/every .* whole number of steps of at least 1, got 0/)
  await expect(start(`${file}#Nothing`)).rejects.toThrow(/gave undefined; expected an object of every, onStart/)
  await expect(start(`${file}#Value`)).rejects.toThrow(/is no function/)
  await expect(configOf(['callbacks=./a.ts'])).rejects.toThrow(/callbacks: .*array/)
  expect(readdirSync(folder)).not.toContain('refused')
})

test.each([
  ['Fails', /mine\.mjs#Fails failed in onStep: my own mistake.*last checkpoint is kept/],
  ['Clash', /logs "epsilon", which the run logs itself/],
  ['Spaces', /logs under the name "my value"; expected letters/],
])('%s: a mistake of a callback ends the run in words', async (name, message) => {
  const out = join(folder, name)
  const run = await startRun<AnyRunConfig>({
    config: await configOf([`callbacks=[${JSON.stringify(`${file}#${name}`)}]`], 400),
    out,
  })
  await expect(runOut(run)).rejects.toThrow(message)
  expect(JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))).toMatchObject({ status: 'failed' })
})

test('a budget in updates ends a run at the same step each time', async () => {
  const ends = []
  for (const n of [1, 2]) {
    const config = await configOf(['budget.updates=83', 'trainEvery=3'], 2_000)
    const { summary } = await runOut(await startRun<AnyRunConfig>({ config, out: join(folder, `updates-${n}`) }))
    ends.push([summary.steps, summary.endedEarly])
    const [header, ...all] = rows(join(folder, `updates-${n}`))
    expect(all.at(-1)![header!.indexOf('updates')]).toBe('83')
  }
  expect(ends[0]).toEqual(ends[1])
  expect(ends[0]![1]).toBe('the budget of 83 updates is used up')
})

test('budgets in seconds and in frames, of agents and of models', async () => {
  const seconds = await runOut(
    await startRun<AnyRunConfig>({
      config: await configOf(['budget.seconds=0.2'], 1_000_000),
      out: join(folder, 'seconds'),
    }),
  )
  expect(seconds.summary).toMatchObject({ status: 'finished', endedEarly: 'the budget of 0.2 seconds is used up' })
  expect(seconds.summary.seconds).toBeGreaterThanOrEqual(0.2)
  expect(seconds.summary.steps).toBeLessThan(1_000_000)

  const model = await resolveModelConfig({ model: 'gan', dataset: 'mnist', sets: ['budget.seconds=0.2'] })
  const { summary } = await runOut(await startRun<AnyRunConfig>({ config: model, out: join(folder, 'model') }))
  expect(summary).toMatchObject({ status: 'finished', endedEarly: 'the budget of 0.2 seconds is used up' })

  const wrapped =
    'env.wrappers=[{name: AtariPreprocessing, kwargs: {skip: 3}}, {name: RepeatAction, kwargs: {times: 2}}]'
  const frames = (sets: readonly string[], steps?: number): ReturnType<typeof resolveConfig> =>
    resolveConfig({ agent: 'dqn', env: 'Arcade/Pong-v0', sets: [wrapped, ...sets], flags: { steps } })
  expect((await frames(['budget.frames=60000'])).steps).toBe(10_000)
  expect((await frames(['budget.frames=60000'], 400)).steps).toBe(400)
  await expect(frames(['budget.frames=5'])).rejects.toThrow(/less than one step, which takes 6 frames/)
})

test('training ends after evaluations without a new best', async () => {
  const config = await configOf(['evaluation.stopOnNoImprovement=2', 'learningStarts=3900'], 4_000)
  const { summary, events } = await runOut(await startRun<AnyRunConfig>({ config, out: join(folder, 'no-better') }))
  expect(summary.endedEarly).toBe('no new best in the last 2 evaluations')
  const means = events.flatMap((event) => (event.kind === 'evaluation' ? [event.meanReturn] : []))
  const bestBefore = Math.max(...means.slice(0, -2))
  expect(Math.max(...means.slice(-2))).toBeLessThanOrEqual(bestBefore)
})
