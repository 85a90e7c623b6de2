// Kills training with SIGKILL at random moments, half of them inside the writing of a checkpoint, resumes it each time, and
// wants the end to be that of a run that was never cut, to the bit.
//
//     node tests/faults/kill.mjs [--kills 10] [--seed 1]
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } })
const kills = Number(values.kills ?? 10)
const main = resolve('dist/runner/cli/main.js')
const folder = mkdtempSync(join(tmpdir(), 'ringside-kill-'))
let state = Number(values.seed ?? Date.now() % 1e9) >>> 0
console.log(`${kills} kills, --seed ${state}`)
/** mulberry32 */
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const sets = (...list) => list.flatMap((set) => ['--set', set])
const often = ['evaluation={every: 400, episodes: 2}', 'film.maxSteps=30', 'score.episodes=3', 'learningStarts=200']
const trainings = [
  ['prioritized-dqn', 'CartPole-v1', '--steps', '4000', ...sets(...often, 'checkpoint={every: 100, keep: 2}')],
  // Frames stored once, in chunks that are shared by checkpoints.
  [
    ...['dqn', 'Catch-v0', '--steps', '3000', '--lanes', '2'],
    ...sets(
      ...often,
      'env.wrappers=[{name: RenderObservation, kwargs: {height: 48, width: 48}}, {name: Grayscale}, {name: FrameStack}]',
      'network={kind: mlp, hidden: [16]}',
      'replayCapacity=1500',
      'checkpoint={every: 150, keep: 2}',
    ),
  ],
  [
    ...['gan', 'house-numbers', '--steps', '600'],
    ...sets('dataset.train=400', 'dataset.validation=10', 'dataset.test=10', 'hidden=16', 'batchSize=20'),
    ...sets('samples={every: 45, count: 6}', 'checkpoint={every: 25, keep: 2}', 'log.every=10'),
  ],
]

/** All that a run leaves which no clock has touched. */
function results(run) {
  const at = (...path) => join(run, ...path)
  const text = (name) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : '')
  const rows = text('metrics.csv')
    .split('\n')
    .map((line) => line.split(','))
  const clock = rows[0].indexOf('seconds')
  const steps = readdirSync(at('checkpoints'))
    .map(Number)
    .sort((a, b) => a - b)
  const manifest = JSON.parse(readFileSync(at('checkpoints', String(steps.at(-1)), 'manifest.json'), 'utf8'))
  const { score, bestScore, bestStep, episodes, images } = JSON.parse(text('summary.json'))
  const samples = existsSync(at('media', 'samples')) ? readdirSync(at('media', 'samples')).sort() : []
  return JSON.stringify(
    {
      ...{ score, bestScore, bestStep, episodes, images, steps },
      policy: manifest.files['policy.bin'],
      segments: manifest.segments,
      replay: existsSync(at('replay')) ? readdirSync(at('replay')).sort() : [],
      metrics: rows.map((cells) => cells.filter((_, i) => i !== clock).join()),
      episodesCsv: text('episodes.csv'),
      evaluations: text('evaluations.json'),
      samples: samples.map((name) => [name, readFileSync(at('media', 'samples', name)).toString('base64')]),
    },
    null,
    1,
  )
}

/** What a cut in the middle of writing leaves: names that a whole run has none of. */
const unfinished = (path) =>
  existsSync(path)
    ? readdirSync(path, { recursive: true }).filter((name) => /\.saving-|\.writing$|\.tmp-\d+$/.test(name))
    : []

async function runAndKill(args, run, seconds, inside) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text) => (said += text))
  const ended = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })))
  const kill = () => child.kill('SIGKILL')
  let watcher
  const timer = setTimeout(
    async () => {
      if (!inside) return kill()
      // From now on, the next checkpoint that is begun; after a moment that is still within it, mostly.
      while (child.exitCode === null && !existsSync(join(run, 'checkpoints'))) await sleep(2)
      if (child.exitCode !== null) return
      watcher = watch(join(run, 'checkpoints'), (_, name) => {
        if (String(name).startsWith('.saving-')) setTimeout(kill, random() * 3)
      })
    },
    random() * seconds * 1000,
  )
  const end = await ended
  clearTimeout(timer)
  watcher?.close()
  if (end.signal !== 'SIGKILL' && end.code !== 0) throw new Error(`It ended with ${end.code}: ${said}`)
  return end.signal === 'SIGKILL'
}

let made = 0
let withinWriting = 0
try {
  const wholes = trainings.map((training, i) => {
    const run = join(folder, `whole-${i}`)
    const began = performance.now()
    const { status, stderr } = spawnSync(process.execPath, [main, 'train', ...training, '--quiet', '--out', run], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`The whole run of ${training[0]} ended with ${status}: ${stderr}`)
    return { run, seconds: (performance.now() - began) / 1000 }
  })
  for (let round = 0; made < kills; round++) {
    const training = trainings[round % trainings.length]
    const whole = wholes[round % trainings.length]
    const run = join(folder, `cut-${round}`)
    const share = Math.min(kills - made, Math.ceil(kills / trainings.length))
    for (let n = 0; n < share;) {
      const begun = existsSync(join(run, 'config.json'))
      const args = begun ? ['train', '--resume', run, '--quiet'] : ['train', ...training, '--quiet', '--out', run]
      const inside = made % 2 === 0
      const killed = await runAndKill(args, run, whole.seconds / 2, inside)
      if (!killed) break
      n++
      made++
      if (unfinished(run).length > 0) withinWriting++
    }
    const args = existsSync(join(run, 'config.json'))
      ? ['train', '--resume', run, '--quiet']
      : ['train', ...training, '--quiet', '--out', run]
    const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`Resuming ${run} ended with ${status}: ${stderr}`)
    const [want, got] = [results(whole.run), results(run)]
    if (want !== got) {
      const lines = got.split('\n')
      const at = want.split('\n').findIndex((line, i) => line !== lines[i])
      throw new Error(
        `${run} is not ${whole.run}: expected ${want.split('\n')[at]?.slice(0, 300)}, got ${lines[at]?.slice(0, 300)}`,
      )
    }
    const left = unfinished(run)
    if (left.length > 0) throw new Error(`${run} still holds ${left.join(', ')}.`)
    console.log(`${training[0]}: ${made} kills so far, ${withinWriting} inside a write; the end is the same to the bit`)
    rmSync(run, { recursive: true })
  }
  if (kills >= 10 && withinWriting === 0) throw new Error('No kill fell inside the writing of a checkpoint.')
  rmSync(folder, { recursive: true, force: true })
} catch (error) {
  console.error(`${error.message}\nKept: ${folder}`)
  process.exitCode = 1
}
