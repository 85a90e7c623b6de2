/**
 * Trains the generative models that docs/generative.md says learn, and measures their pictures. Fails where a claim does.
 *
 *     node tests/learning/models.mjs [gan|dcgan] [--quick]
 *
 * Quick: the same claims after fewer epochs, in a few minutes.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const folder = mkdtempSync(join(tmpdir(), 'ringside-models-'))
const ringside = (...args) => execFileSync(process.execPath, ['dist/runner/cli/main.js', ...args], { encoding: 'utf8' })
const sets = (settings) => settings.flatMap((setting) => ['--set', setting])

const claims = {
  gan: {
    what: 'digits: at least 60 % called one with more than 0.9, all ten among them',
    train: ['gan', 'mnist'],
    epochs: 300,
    quickEpochs: 100,
    settings: [
      'dataset.source=embedded',
      'hidden=256',
      'learningRate=5e-4',
      'beta1=0.5',
      'averaging=0.999',
      'conditional=true',
      'samples.every=4000',
    ],
    holds: ({ confident, labels }) => confident >= 0.6 && labels.every((n) => n > 0),
  },
  dcgan: {
    what: 'house numbers at a quarter of the width: the Fréchet distance at most 30 % of the untrained one',
    train: ['dcgan', 'svhn'],
    epochs: 6,
    quickEpochs: 3,
    settings: ['dataset.source=synthetic', 'channels=128'],
    holds: ({ frechet, untrained }) => frechet <= 0.3 * untrained.frechet,
  },
}

let failed = 0
const quick = process.argv.includes('--quick')
const [chosen] = process.argv.slice(2).filter((word) => !word.startsWith('-'))
for (const [name, { what, train, epochs, quickEpochs, settings, holds }] of Object.entries(claims)) {
  if (chosen !== undefined && chosen !== name) continue
  const run = join(folder, name)
  const length = ['--epochs', String(quick ? quickEpochs : epochs)]
  ringside('train', ...train, ...length, '--out', run, '--quiet', ...sets(settings))
  const quality = JSON.parse(ringside('evaluate', run, '--json'))
  const { frechet, untrained, real, confident, labels } = quality
  const fine = holds(quality)
  if (!fine) failed++
  console.log(`${fine ? 'ok  ' : 'FAIL'} ${name}, ${what}`)
  console.log(
    `     Fréchet ${frechet.toFixed(1)}, real ${real.frechet.toFixed(1)}, untrained ${untrained.frechet.toFixed(1)}; ` +
      `confident ${(100 * confident).toFixed(1)} %, by class ${labels.join(' ')}`,
  )
}
rmSync(folder, { recursive: true, force: true })
process.exitCode = failed > 0 ? 1 : 0
