import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reportRun, resolveConfig, resolveModelConfig, startRun } from '../../../runner/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-report-'))

/** Everything in a page that a browser would fetch. */
function fetched(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import/g)]
    .map(([whole, attribute, url]) => attribute ?? url ?? whole)
    .filter((target) => !target.startsWith('data:image/') && !target.startsWith('#'))
}

test('a finished run: figures, film, curves, evaluations, times and what was set, in one file that asks for nothing', async () => {
  const sets = [
    'learningStarts=50',
    'film.maxSteps=5',
    'score.episodes=2',
    'log.every=20',
    'evaluation={every: 100, episodes: 2}',
    'gamma=0.9',
  ]
  const config = await resolveConfig({ agent: 'prioritized-dqn', env: 'CartPole-v1', sets, flags: { steps: 400 } })
  const run = await startRun({ config, out: join(folder, 'agent') })
  const events = run.events()
  let summary
  for (let next = await events.next(); ; next = await events.next())
    if (next.done === true) {
      summary = next.value
      break
    }
  const { path } = await reportRun(run.folder)
  expect(path).toBe(join(run.folder, 'report.html'))
  const html = readFileSync(path, 'utf8')
  expect(html).toContain('<h1>prioritized-dqn on CartPole-v1</h1>')
  expect(html).toContain('Finished, 400 of 400 steps.')
  expect(html).toContain(`<dd>${summary.score!.toLocaleString('en', { maximumFractionDigits: 1 })}</dd>`)
  expect(html).toMatch(/<img src="data:image\/gif;base64,R0lGOD/)
  expect(html.match(/<svg/g)!.length).toBeGreaterThanOrEqual(7)
  expect(html).toMatch(/<td>agent\.gamma<\/td><td>0\.9<\/td><td>0\.99<\/td>/)
  expect(html.match(/<tr><td>\d+( ★)?<\/td>/g)).toHaveLength(4)
  const shares = [...html.matchAll(/([\d.]+) %<\/span>/g)].map(([, share]) => Number(share))
  expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(100, 0)
  expect(fetched(html)).toEqual([])

  const elsewhere = join(folder, 'elsewhere.html')
  await reportRun(run.folder, { out: elsewhere })
  await expect(reportRun(run.folder, { out: elsewhere })).rejects.toThrow(/exists; choose another --out/)
})

test('a run of a model that has not begun to end, and a folder that is no run', async () => {
  const sets = ['dataset={train: 60, validation: 5, test: 5}', 'samples.count=4', 'log.every=2']
  const config = await resolveModelConfig({ model: 'gan', dataset: 'house-numbers', sets, flags: { steps: 30 } })
  const run = await startRun({ config, out: join(folder, 'model') })
  for await (const event of run.events()) if (event.kind === 'metrics' && event.step === 20) run.stop()
  const { path } = await reportRun(run.folder)
  const html = readFileSync(path, 'utf8')
  expect(html).toMatch(/Stopped, 2\d of 30 steps\./)
  expect(html).toContain('what the discriminator says')
  expect(fetched(html)).toEqual([])
  await expect(reportRun(join(folder, 'none'))).rejects.toThrow(/Expected a run folder/)
  expect(existsSync(join(folder, 'none'))).toBe(false)
})
