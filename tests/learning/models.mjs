/**
 * Trains the generative models that docs/generative.md says learn, and measures their pictures. Fails where a claim does.
 *
 *     node tests/learning/models.mjs [gan|dcgan]
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
    train: ['gan', 'mnist', '--epochs', '300'],
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
    train: ['dcgan', 'svhn', '--epochs', '6'],
    settings: ['dataset.source=synthetic', 'channels=128'],
    holds: ({ frechet, untrained }) => frechet <= 0.3 * untrained.frechet,
  },
}

let failed = 0
for (const [name, { what, train, settings, holds }] of Object.entries(claims)) {
  if (process.argv[2] !== undefined && process.argv[2] !== name) continue
  const run = join(folder, name)
  ringside('train', ...train, '--out', run, '--quiet', ...sets(settings))
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
