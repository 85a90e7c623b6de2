import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  evaluateModelRun,
  exportRun,
  resolveModelConfig,
  sampleRun,
  startRun,
  type SampleOptions,
} from '../../../runner/index.ts'
import { openDataset } from '../../../generative/datasets/registry.ts'
import { createRng } from '../../../core/rng.ts'
import { readSamples } from '../../../runner/run/model-samples.ts'
import { sampleDataset } from '../../../runner/run/sample.ts'
import { main, ringside, temporaryFolder } from '../cli/run-cli.ts'

const folder = temporaryFolder()
const data = ['dataset.train=400', 'dataset.validation=10', 'dataset.test=10']
const small = [...data, 'hidden=16', 'batchSize=20', 'samples.count=12'].flatMap((set) => ['--set', set])
const gan = (out: string, ...more: string[]): string[] => [
  ...['train', 'gan', 'house-numbers', '--out', out, '--quiet'],
  ...small,
  ...more,
]

/** All that a run leaves which no clock has touched. */
function results(run: string): Record<string, unknown> {
  const rows = readFileSync(join(run, 'metrics.csv'), 'utf8')
    .split('\n')
    .map((line) => line.split(','))
  const at = rows[0]!.indexOf('seconds')
  const checkpoints = readdirSync(join(run, 'checkpoints')).sort((a, b) => Number(a) - Number(b))
  const manifest = JSON.parse(readFileSync(join(run, 'checkpoints', checkpoints.at(-1)!, 'manifest.json'), 'utf8')) as {
    files: Record<string, string>
  }
  const samples = join(run, 'media', 'samples')
  return {
    checkpoints,
    policy: manifest.files['policy.bin'],
    metrics: rows.map((cells) => cells.filter((_, i) => i !== at).join()),
    samples: readdirSync(samples).map((name) => [name, readFileSync(join(samples, name)).toString('base64')]),
  }
}

test('a GAN killed at any moment and resumed ends bit-identical to one that was not', async () => {
  // In the middle of an epoch (20 batches) too.
  const plan = [
    '--steps',
    '1000',
    '--set',
    'checkpoint.every=35',
    '--set',
    'samples.every=45',
    '--set',
    'discriminatorSteps=2',
  ]
  const whole = join(folder, 'whole')
  expect(ringside(gan(whole, ...plan)).stderr).toBe('')
  const cut = join(folder, 'cut')
  let kills = 0
  for (const wait of [250]) {
    const args = existsSync(join(cut, 'config.json')) ? ['train', '--resume', cut, '--quiet'] : gan(cut, ...plan)
    const child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    while (!existsSync(join(cut, 'config.json')) && child.exitCode === null) await sleep(10)
    await sleep(wait)
    if (child.kill('SIGKILL')) kills++
    await ended
  }
  expect(kills).toBeGreaterThan(0)
  const last = ringside(['train', '--resume', cut, '--quiet'])
  expect([last.stderr, last.status]).toEqual(['', 0])
  expect(results(cut)).toEqual(results(whole))
}, 120_000)

describe('a trained model', () => {
  const run = join(folder, 'run')
  test('leaves losses, grids and a film, repeats from its config, and is sampled from its generator alone', () => {
    expect(ringside(gan(run, '--epochs', '2')).status).toBe(0)
    for (const path of [
      'plots/losses.png',
      'media/samples-4x4.png',
      'media/samples-6x12.png',
      'media/progress.png',
      'media/nearest.png',
      'media/training.gif',
    ])
      expect(existsSync(join(run, path)), path).toBe(true)
    const again = join(folder, 'again')
    expect(ringside(['train', '--config', join(run, 'config.json'), '--out', again, '--quiet']).status).toBe(0)
    expect(results(again)).toEqual(results(run))

    const picture = (name: string, ...more: string[]): Buffer => {
      const out = join(folder, name)
      const { status, stderr } = ringside(['sample', run, '--out', out, ...more])
      expect([status, stderr]).toEqual([0, ''])
      return readFileSync(out)
    }
    const first = picture('a.png', '--count', '4', '--seed', '3')
    // Two by two pictures of 32 pixels, twice as large, with gaps of 2.
    expect([first.readUInt32BE(16), first.readUInt32BE(20)]).toEqual([3 * 2 + 2 * 64, 3 * 2 + 2 * 64])
    const checkpoints = readdirSync(join(run, 'checkpoints'))
    for (const step of checkpoints) rmSync(join(run, 'checkpoints', step, 'training.bin'))
    expect(picture('b.png', '--count', '4', '--seed', '3')).toEqual(first)
    expect(picture('c.png', '--count', '4', '--seed', '4')).not.toEqual(first)
    // Two pictures, each in a row with its two nearest of the training data.
    const near = picture('near.png', '--count', '2', '--nearest', '2')
    expect([near.readUInt32BE(16), near.readUInt32BE(20)]).toEqual([4 * 2 + 3 * 64, 3 * 2 + 2 * 64])
    // The way from one picture to another begins with the one and ends with the other.
    expect(picture('way.png', '--from', '3', '--to', '4', '--frames', '1', '--columns', '1')).toEqual(
      picture('one.png', '--count', '1', '--seed', '3', '--columns', '1'),
    )
  }, 60_000)

  test.each<[string, string[], RegExp]>([
    ['a wrong name', ['train', 'gann', 'mnist'], /Unknown agent or model "gann".*Did you mean "gan"/s],
    ['lanes', gan('x', '--lanes', '3'), /--lanes is for agents/],
    ['a film', ['record', run], /run of the model gan, and this is for agents.*ringside sample/],
    [
      'a label of none',
      ['sample', run, '--label', '3', '--out', 'x.png'],
      /--label is for models that were told labels/,
    ],
    ['a dataset that is no run', ['sample', 'mnist'], /"mnist" is a dataset: add --real/],
    ['an environment as a dataset', ['train', 'gan', 'CartPole-v1'], /its frames are one: env:CartPole-v1/],
    ['an agent on a dataset', ['train', 'dqn', 'mnist'], /"mnist" is a dataset, from which models learn/],
    ['settings for a run taken up again', ['train', '--resume', run, '--epochs', '9'], /leave out --epochs/],
    ['settings of a dataset for a run', ['sample', run, '--set', 'seed=1'], /add --real/],
    ['an unknown setting', ['sample', 'mnist', '--real', '--set', 'sorce=files'], /"sorce"\. Did you mean "source"/],
  ])('%s gets one clear message, status 2, and nothing is written', (_, args, message) => {
    const { status, stderr } = ringside(args)
    expect(stderr).toMatch(message)
    expect(status).toBe(2)
    expect(existsSync('x')).toBe(false)
  })

  test('real pictures of one class, no two of them the same one', async () => {
    const out = join(folder, 'real.png')
    const settings = { train: 60, validation: 0, test: 0 }
    const { count } = await sampleDataset('house-numbers', settings, { label: 3, out })
    const { labels } = (await openDataset('house-numbers', settings, { rng: createRng(0) })).train
    expect(count).toBe(labels!.filter((label) => label === 3).length)
    await expect(sampleDataset('house-numbers', settings, { count: 61, out, force: true })).rejects.toThrow(
      /house-numbers has 60 pictures to train on/,
    )
  })

  test('settings of the dataset need no prefix, and tell of their drawing', async () => {
    const sets = ['train=300', 'validation=20', 'test=10', 'hidden=8', 'loss=hinge']
    const config = await resolveModelConfig({ model: 'gan', dataset: 'house-numbers', sets, flags: { steps: 1 } })
    expect(config.dataset).toMatchObject({ train: 300, validation: 20, test: 10 })
    // Smoothing is of the sigmoid losses, and asked of no other unless it is set.
    expect(config.model).toMatchObject({ loss: 'hinge', hidden: 8, smoothing: 0 })
    const seen: unknown[] = []
    const drawing = await startRun({
      config,
      out: join(folder, 'drawn'),
      progress: (...told) => seen.push(told),
    })
    expect(seen.at(-1)).toEqual(['drawing house numbers', 330, 330])
    for await (const _ of drawing.events());
  })

  test("pictures of a run's own scale come back as the bytes that they were", async () => {
    const made = async (scale: string): Promise<number> => {
      const config = await resolveModelConfig({
        ...{ model: 'gan', dataset: './examples/custom-dataset.ts#Discs', flags: { steps: 1 } },
        sets: [`scale=${scale}`, 'hidden=8'],
      })
      const { folder: at, events } = await startRun({ config, out: join(folder, scale) })
      for await (const _ of events());
      const { images } = readSamples(at)[0]!
      return images.reduce((sum, byte) => sum + byte, 0) / images.length
    }
    // Nought, about which a generator begins, is a middle gray by the one scale, and black by the other.
    expect(await made('signed')).toBeGreaterThan(100)
    expect(await made('unit')).toBeLessThan(80)
  })

  test('what does not fit together is refused before anything is written', async () => {
    const refused = async (model: string, dataset: string, ...sets: string[]): Promise<void> => {
      const config = await resolveModelConfig({ model, dataset, sets })
      await startRun({ config, out: join(folder, 'refused') })
    }
    const on = (...sets: string[]) => refused('gan', 'house-numbers', ...data, ...sets)
    await expect(refused('gan', 'mnits')).rejects.toThrow(/Unknown dataset "mnits".*Did you mean "mnist"/)
    await expect(on('latnt=3')).rejects.toThrow(/Unknown setting "latnt".*Did you mean "latent"/)
    await expect(on('dataset.trian=3')).rejects.toThrow(
      /Unknown setting of the dataset house-numbers.*"trian".*"train"/,
    )
    await expect(on('loss=hinge', 'smoothing=0.1')).rejects.toThrow(/smoothing belongs to the sigmoid losses/)
    await expect(on('loss=wasserstein', 'gradientPenalty=0')).rejects.toThrow(/bounded discriminator/)
    await expect(refused('dcgan', 'house-numbers', ...data, 'gradientPenalty=1')).rejects.toThrow(
      /set batchNorm to false/,
    )
    await expect(sampleRun(run, { from: 3, out: join(folder, 'x.png') })).rejects.toThrow(
      /--from and --to belong together/,
    )
    const beside = (nearest: number) => sampleRun(run, { nearest, out: join(folder, 'x.png') })
    await expect(beside(0)).rejects.toThrow(/--nearest expects a whole number from 1 to 100, got 0/)
    const sampled = (options: SampleOptions) => expect(sampleRun(run, { out: 'x.png', ...options })).rejects
    await sampled({ seed: NaN }).toThrow(/--seed expects a seed, a whole number, got NaN/)
    await sampled({ count: 0 }).toThrow(/--count expects a whole number from 1 to 10000, got 0/)
    await sampled({ frames: 4 }).toThrow(/--frames are those on the way/)
    await sampled({ from: 1, to: 2, count: 3 }).toThrow(/--count is of pictures by themselves/)
    await expect(sampleDataset('mnist', {}, { nearest: 2 })).rejects.toThrow(
      /--nearest is for pictures that a model makes/,
    )
    await expect(evaluateModelRun(run, { count: 1 })).rejects.toThrow(/--count expects a whole number of at least 2/)
    await expect(exportRun(run, { batch: 0 })).rejects.toThrow(/--batch expects a whole number of at least 1/)
    await expect(sampleRun(run, { out: 'x.gif' })).rejects.toThrow(/expects a \.png file, got "x.gif"/)
    expect(existsSync(join(folder, 'refused'))).toBe(false)
  })
})
