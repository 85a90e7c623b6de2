/**
 * Trains every preset that we claim learns, on its seeds, and prints the tables of docs/agents and docs/agents.md. Fails where a claim does.
 *
 *     node tests/learning/learn.mjs [--quick] [agent env]
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { claims } from './claims.mjs'

const quick = process.argv.includes('--quick')
const [onlyAgent, onlyEnv] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const folder = mkdtempSync(join(tmpdir(), 'ringside-learning-'))
const chosen = claims.filter(
  ({ agent, env }) => (onlyAgent === undefined || agent === onlyAgent) && (onlyEnv === undefined || env === onlyEnv),
)

/** Trains one seed; gives its summary, or what went wrong. */
function train({ agent, env, settings = [] }, seed) {
  const out = join(folder, `${agent}-${env.replaceAll(/\W/g, '_')}-${seed}`)
  const sets = [...settings, 'film.maxSteps=0'].flatMap((setting) => ['--set', setting])
  const args = ['train', agent, env, '--seed', String(seed), '--out', out, '--quiet', ...sets]
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['dist/runner/cli/main.js', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.on('data', (chunk) => (errors += chunk))
    child.on('close', (status) => {
      if (status !== 0) return resolve({ failed: errors.trim() || `exit status ${status}` })
      resolve(JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')))
      rmSync(out, { recursive: true, force: true })
    })
  })
}

/** Runs tasks, as many at once as there are processors. */
async function pool(tasks) {
  const results = new Array(tasks.length)
  let next = 0
  const worker = async () => {
    while (next < tasks.length) {
      const i = next++
      results[i] = await tasks[i]()
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(cpus().length, 8)) }, worker))
  return results
}

let failed = 0
const seedsOf = (claim) => (quick ? claim.quick : claim).seeds
// All at once, so that no processor waits for the last seed of a claim.
const runs = chosen.flatMap((claim) => Array.from({ length: seedsOf(claim) }, (_, seed) => ({ claim, seed })))
const trained = await pool(
  runs.map(
    ({ claim, seed }) =>
      () =>
        train(claim, seed),
  ),
)
for (const claim of chosen) {
  const { seeds, atLeast } = quick ? claim.quick : claim
  if (seeds === 0) {
    console.log(`\n${claim.agent} ${claim.env} skipped: too long for the short check; npm run evidence trains it`)
    continue
  }
  const summaries = trained.filter((_, i) => runs[i].claim === claim)
  const reached = summaries.filter((summary) => summary.bestScore >= claim.threshold).length
  const holds = reached >= atLeast
  if (!holds) failed++
  console.log(
    `\n${claim.agent} ${claim.env}: ${reached} of ${seeds} seeds reach ${claim.threshold}${holds ? '' : `, expected ${atLeast}`}`,
  )
  console.log('| seed | best score | final score | seconds |\n|---|---|---|---|')
  summaries.forEach((summary, seed) => {
    if (summary.failed !== undefined) console.log(`| ${seed} | ${summary.failed} |  |  |`)
    else {
      const { bestScore, score, seconds } = summary
      // Returns around 1 need their decimals.
      const digits = Math.abs(claim.threshold) < 10 ? 3 : 1
      console.log(`| ${seed} | ${bestScore.toFixed(digits)} | ${score.toFixed(digits)} | ${seconds.toFixed(1)} |`)
    }
  })
}
rmSync(folder, { recursive: true, force: true })
process.exitCode = failed === 0 ? 0 : 1
