// Command lines and configs by chance, near what is right: each ends in a run or in one clear message, never in a stack
// trace, a hang or a run folder that was not asked for.
//
//     node tests/faults/fuzz.mjs [--count 200] [--seed 1]
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { agents } from '../../dist/agents/registry.js'
import { commands } from '../../dist/runner/cli/commands.js'
import { models } from '../../dist/generative/registry.js'
import { runSchema } from '../../dist/runner/run/config.js'
import { modelRunSchema } from '../../dist/runner/run/model-config.js'

const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } })
const count = Number(values.count ?? 200)
let state = Number(values.seed ?? Date.now() % 1e9) >>> 0
console.log(`${count} command lines, --seed ${state}`)
const main = resolve('dist/runner/cli/main.js')
const folder = mkdtempSync(join(tmpdir(), 'ringside-fuzz-'))

/** mulberry32 */
function random() {
  state = (state + 0x6d2b79f5) >>> 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}
const below = (n) => Math.floor(random() * n)
const pick = (list) => list[below(list.length)]
const chance = (p) => random() < p

/** Paths of a schema's settings with the schema of each. */
function settingsOf(schema, path = '') {
  const of = (node) => node.anyOf ?? node.oneOf ?? [node]
  const inner = of(schema).filter(({ properties }) => properties !== undefined)
  if (inner.length === 0) return [[path, schema]]
  return inner.flatMap(({ properties }) =>
    Object.entries(properties).flatMap(([key, value]) => settingsOf(value, path === '' ? key : `${path}.${key}`)),
  )
}
const settings = (schema) => settingsOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))

// Nothing that takes the machine with it: what is right may be large.
const garbage = () =>
  pick([
    ...[
      '',
      'null',
      '~',
      'true',
      '-1',
      '0',
      '0.5',
      '1e400',
      '-.inf',
      '.nan',
      '9007199254740993',
      '"text"',
      "''",
      '[]',
      '{}',
    ],
    ...[
      '[1, 2',
      '{a: ',
      '!!js/function x',
      '&a [*a]',
      '../..',
      '/dev/null',
      'ünï',
      '💥',
      '#x',
      './none.ts#X',
      '__proto__',
      '%',
    ],
    ...[
      '{kind: linear}',
      '{kind: linear, from: 1, to: 0, over: 20%}',
      '{kind: nonsense}',
      '[[[]]]',
      '1 2',
      '0x10',
      '1_000',
    ],
  ])
function valueFor(schema) {
  if (chance(0.12)) return garbage()
  const [one] = [pick(schema.anyOf ?? schema.oneOf ?? [schema])]
  if (one.enum !== undefined) return String(pick(one.enum))
  if (one.const !== undefined) return String(one.const)
  if (one.type === 'boolean') return pick(['true', 'false'])
  if (one.type === 'integer') return String(pick([1, 2, 3, 7, 16, 32, 100, 0, -1]))
  if (one.type === 'number') return String(pick([0, 0.1, 0.5, 0.99, 1, 2, 10, -0.5]))
  return garbage()
}
const misspelt = (text) => {
  const at = below(text.length)
  return pick([text.slice(0, at) + text.slice(at + 1), text.slice(0, at) + 'x' + text.slice(at), text.toUpperCase()])
}
const perhapsMisspelt = (text) => (chance(0.03) ? misspelt(text) : text)

const agentNames = [...agents.names()]
const envNames = [
  'CartPole-v1',
  'FrozenLake-v1',
  'Pendulum-v1',
  'Catch-v0',
  'MinAtar/Breakout-v1',
  'Blackjack-v1',
  'MountainCarContinuous-v0',
]
const wrapperNames = [
  'FrameStack',
  'Flatten',
  'ClipReward',
  'TimeLimit',
  'Resize',
  'DiscretizeAction',
  'NormalizeObservation',
  'Nothing',
]
const small = {
  agent: ['film.maxSteps=0', 'score.episodes=1', 'evaluation.episodes=1', 'budget.seconds=2'],
  model: ['samples.count=4', 'budget.seconds=2'],
}
/** What makes a pair small, or fit together. */
const fitting = {
  'house-numbers': ['dataset={train: 60, validation: 5, test: 5}'],
  svhn: ['dataset={source: synthetic, syntheticTrain: 60, syntheticTest: 10}'],
  mnist: ['dataset.source=embedded'],
  'Blackjack-v1': ['env.wrappers=[{name: Flatten}]'],
  'Pendulum-v1': ['env.wrappers=[{name: DiscretizeAction, kwargs: {bins: 3}}]'],
  'MountainCarContinuous-v0': ['env.wrappers=[{name: DiscretizeAction, kwargs: {bins: 3}}]'],
}

async function trainLine(kind, n) {
  const registry = kind === 'agent' ? agents : models
  const name = pick(kind === 'agent' ? agentNames : [...models.names()])
  const isTable = /q-learning|sarsa/.test(name)
  const envs = isTable && chance(0.8) ? ['FrozenLake-v1'] : envNames
  const target = kind === 'agent' ? pick(envs) : pick(['mnist', 'house-numbers', 'svhn'])
  const paths = [...settings(kind === 'agent' ? runSchema : modelRunSchema), ...settings(registry.get(name).config)]
  const own = Array.from({ length: below(4) }, () => {
    const [path, schema] = pick(paths)
    // What asks for threads, gigabytes or another program is not left to chance.
    return /^(workers|lanes|threads|device|engine|replayCapacity|samples\.count|channels)/.test(path)
      ? `${path}=${pick(['1', '2', '-1', 'x'])}`
      : `${perhapsMisspelt(path)}=${valueFor(schema)}`
  })
  if (kind === 'agent' && chance(0.15))
    own.push(
      `env.wrappers=[{name: ${pick(wrapperNames)}, kwargs: ${pick(['{}', '{frames: 2}', '{height: -1}', '{x: 1}', '3'])}}]`,
    )
  const fits = chance(0.9)
    ? [...(fitting[target] ?? []), ...(learnsFromReplay(registry, name) ? ['learningStarts=100'] : [])]
    : []
  const sets = [...small[kind], ...fits, ...own]
  const names = [perhapsMisspelt(name), perhapsMisspelt(target)].slice(0, chance(0.05) ? below(2) : 2)
  const flags = ['--steps', chance(0.9) ? '400' : garbage(), '--out', join(folder, `run-${n}`), '--quiet']
  if (chance(0.3)) {
    const file = join(folder, `config-${n}.${pick(['yaml', 'json'])}`)
    writeFileSync(file, chance(0.1) ? garbage() : JSON.stringify(nested(own.map(inFull(kind, registry, name)))))
    return [
      'train',
      ...names,
      ...flags,
      ...[...small[kind], ...fits].flatMap((set) => ['--set', set]),
      '--config',
      file,
    ]
  }
  return ['train', ...names, ...flags, ...sets.flatMap((set) => ['--set', set])]
}

const ownKeys = (registry, name) => settings(registry.get(name).config).map(([path]) => path)
const learnsFromReplay = (registry, name) => ownKeys(registry, name).includes('learningStarts')
/** `agent.gamma=1` for `gamma=1`, as a file has it. */
const inFull = (kind, registry, name) => (set) =>
  ownKeys(registry, name).includes(set.slice(0, set.indexOf('='))) && chance(0.95) ? `${kind}.${set}` : set

/** `a.b=1` as objects, as a config file has it; the values stay texts. */
function nested(sets) {
  const out = {}
  for (const set of sets) {
    const [path, value] = [set.slice(0, set.indexOf('=')).split('.'), set.slice(set.indexOf('=') + 1)]
    let at = out
    for (const key of path.slice(0, -1)) at = typeof at[key] === 'object' && at[key] !== null ? at[key] : (at[key] = {})
    at[path.at(-1)] = Number.isNaN(Number(value)) ? value : Number(value)
  }
  return out
}

/** Any command with options of any command; nothing that serves, installs or runs for long. */
function anyLine() {
  const { command } = pick(commands.filter(({ command: name }) => !/^(train|bench|doctor|watch|play|sweep)/.test(name)))
  const options = [
    '--json',
    '--seed',
    '--episodes',
    '--count',
    '--checkpoint',
    '--out',
    '--format',
    '--steps',
    '--by',
    '--nonsense',
    '--help',
  ]
  const line = [command.split(' ')[0]]
  for (let i = below(3); i > 0; i--)
    line.push(
      pick([
        'CartPole-v1',
        'dqn',
        'envs',
        'agents',
        'wrappers',
        'presets',
        'runs/none',
        folder,
        '.',
        './none.ts#X',
        '',
        garbage(),
      ]),
    )
  for (let i = below(3); i > 0; i--) line.push(pick(options), ...(chance(0.6) ? [garbage()] : []))
  // What is written goes here.
  return line.map((word) => (word.startsWith('/dev') ? join(folder, 'x') : word))
}

function run(args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err, interrupted] = ['', '', false]
    child.stdout.on('data', (text) => (out += text))
    child.stderr.on('data', (text) => (err += text))
    const stop = setTimeout(() => ((interrupted = true), child.kill('SIGINT')), 40_000)
    const hang = setTimeout(() => child.kill('SIGKILL'), 60_000)
    child.once('close', (status, signal) => {
      clearTimeout(stop)
      clearTimeout(hang)
      done({ status, signal, out, err, interrupted })
    })
  })
}

/** What is wrong with how it ended; undefined when nothing is. */
function fault(args, { status, signal, out, err, interrupted }) {
  if (signal !== null) return `ended by ${signal}${signal === 'SIGKILL' ? ' after a minute and an interrupt' : ''}`
  if (![0, 1, 2].includes(status)) return `exit status ${status}`
  const trace = /^\s+at .*[:(]\d+:\d+\)?$|node:internal|^(Type|Range|Reference|Syntax)Error/m.exec(`${out}\n${err}`)
  if (trace !== null) return `a stack trace: ${trace[0]}`
  if (/\[object Object\]|undefined is not|Cannot read prop|is not a function|is not iterable/.test(err))
    return 'a message for nobody'
  if (status !== 0 && err.trim() === '' && !interrupted && !args.includes('--json')) return 'failed without a word'
  if (status === 2 && args[0] === 'train') {
    const at = args[args.indexOf('--out') + 1]
    if (existsSync(join(at, 'config.json'))) return 'was refused, and made a run folder'
  }
  return undefined
}

let faults = 0
const ends = { 0: 0, 1: 0, 2: 0 }
let next = 0
async function worker() {
  while (next < count) {
    const n = next++
    const kind = random()
    const args = kind < 0.6 ? await trainLine('agent', n) : kind < 0.8 ? await trainLine('model', n) : anyLine()
    const end = await run(args)
    ends[end.status] = (ends[end.status] ?? 0) + 1
    const wrong = fault(args, end)
    if (process.env['FUZZ_SHOW'] !== undefined && end.status !== 0)
      console.log(`${end.status} ${args.slice(0, 3).join(' ')} … ${end.err.trim().slice(0, 400)}`)
    if (wrong !== undefined) {
      faults++
      console.log(
        `\nringside ${args.map((word) => JSON.stringify(word)).join(' ')}\n${wrong}\n${end.err.slice(0, 1500)}`,
      )
    }
    rmSync(join(folder, `run-${n}`), { recursive: true, force: true })
  }
}
await Promise.all([worker(), worker()])
const left = readdirSync(folder).filter((name) => /\.starting-|\.tmp-/.test(name))
if (left.length > 0) {
  faults++
  console.log(`Left behind: ${left.join(', ')}`)
}
rmSync(folder, { recursive: true, force: true })
console.log(`${ends[0]} ran, ${ends[2]} were refused, ${ends[1]} failed in words; ${faults} faults`)
if (ends[0] === 0 || ends[2] === 0) throw new Error('All ended alike: nothing was tried.')
process.exitCode = faults > 0 ? 1 : 0
