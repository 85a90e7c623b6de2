// Packs the package, installs it into an empty folder without our .npmrc, and runs it as its user would: where ONNX
// Runtime is missing, on wasm with the mending command as the first line; and natively once mended.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import assert from 'node:assert/strict'

const folder = mkdtempSync(join(tmpdir(), 'ringside-packed-'))
const npm = (args, cwd = folder) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
try {
  const [{ filename, size }] = JSON.parse(
    npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], process.cwd()),
  )
  assert(size < 5e6, `the package is ${size} bytes`)
  writeFileSync(join(folder, 'package.json'), '{ "name": "user", "private": true, "type": "module" }')
  npm(['install', '--no-audit', '--no-fund', join(folder, filename)])

  const bin = join(folder, 'node_modules', '.bin', 'ringside')
  const ringside = (...args) => spawnSync(bin, args, { cwd: folder, encoding: 'utf8', timeout: 300_000 })
  const train = (out) =>
    ringside(
      'train',
      'dqn',
      'CartPole-v1',
      '--steps',
      '300',
      '--set',
      'learningStarts=100',
      '--set',
      'score.episodes=2',
      '--out',
      out,
      '--set',
      'film.maxSteps=20',
    )

  // Whether or not the install script of onnxruntime-node got through here, the machine without it is the one to show.
  rmSync(join(folder, 'node_modules', 'onnxruntime-node'), { recursive: true, force: true })
  const onWasm = train('on-wasm')
  assert.equal(onWasm.status, 0, onWasm.stderr)
  const [firstLine] = onWasm.stdout.split('\n')
  const mend = /To mend it: (npm install .*)$/.exec(firstLine)?.[1]
  assert(mend, `the first line names no command: ${firstLine}`)
  assert.match(onWasm.stdout, /wasm:/)

  const [, ...mendArgs] = mend.split(' ')
  npm(mendArgs)
  const native = train('native')
  assert.equal(native.status, 0, native.stderr)
  assert.match(native.stdout, /onnx: ONNX Runtime/)
  assert.doesNotMatch(native.stdout, /To mend it/)

  // As a library, from JavaScript.
  writeFileSync(
    join(folder, 'use.js'),
    `import { make } from 'ringside/envs'
import { compile, tf } from 'ringside/engine'
const env = await make('CartPole-v1')
env.reset({ seed: 1 })
if (env.step(1).reward !== 1) throw new Error('no reward')
const w = tf.variable(tf.tensor1d([1]))
const step = compile(({ x }) => { w.assign(tf.add(w, x)); return { w: tf.mul(w, 1) } }, { state: { w } })
if (step({ x: Float32Array.of(2) }).w[0] !== 3) throw new Error('wrong sum')
`,
  )
  execFileSync(process.execPath, ['use.js'], { cwd: folder })

  // And from TypeScript: every door of the package, checked by its types, compiled and run.
  writeFileSync(
    join(folder, 'use-typed.ts'),
    `import { make, type Env } from 'ringside/envs'
import { createAgent, loadAgent } from 'ringside/agents'
import { openEngine } from 'ringside/engine'
import { createModel, openDataset } from 'ringside/generative'
import { encodePng } from 'ringside/render'
import { compare, evaluate, resume, train, type Summary } from 'ringside/runner'
const env: Env = await make('CartPole')
env.reset({ seed: 1 })
const reward: number = env.step(1).reward
const agent = { name: 'dqn', learningStarts: 100 }
const summary: Summary = await train(
  { agent, env: 'CartPole-v1', steps: 300, film: { maxSteps: 0 }, score: { episodes: 2 } },
  { out: 'runs/typed' },
)
const { returns } = await evaluate('runs/typed', { episodes: 2 })
for (const door of [createAgent, loadAgent, openEngine, createModel, openDataset, encodePng, compare, resume])
  if (typeof door !== 'function') throw new Error('a door is closed')
if (reward !== 1 || summary.status !== 'finished' || returns.length !== 2) throw new Error(JSON.stringify(summary))
`,
  )
  // TensorFlow.js's own declarations do not pass without skipLibCheck.
  const tsc = join(process.cwd(), 'node_modules', '.bin', 'tsc')
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck', 'use-typed.ts']
  execFileSync(tsc, options, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
  execFileSync(process.execPath, ['use-typed.js'], { cwd: folder })
  console.log('packed package works')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
