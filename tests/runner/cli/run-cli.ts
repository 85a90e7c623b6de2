import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const main = resolve('dist/runner/cli/main.js')
if (!existsSync(main)) throw new Error('dist/ is missing: these tests run what users run; build it with npm run build')

/** Runs the built command line and waits. */
export function ringside(args: readonly string[], cwd = process.cwd()): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [main, ...args], { cwd, encoding: 'utf8', timeout: 120_000 })
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'ringside-'))
}

/** A CartPole training that takes two seconds. */
export const short = [
  '--steps',
  '600',
  '--set',
  'learningStarts=100',
  '--set',
  'film.maxSteps=20',
  '--set',
  'score.episodes=5',
  '--set',
  'evaluation={every: 200, episodes: 3}',
] as const
