import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ringside, temporaryFolder } from './run-cli.ts'

const folder = temporaryFolder()

test('the custom environment is checked, trained in, evaluated and filmed by its path', () => {
  const id = './examples/custom-env.ts#Corridor'
  expect(ringside(['check', id]).status).toBe(0)
  const run = join(folder, 'corridor')
  const trained = ringside(['train', 'dqn', id, '--steps', '6000', '--out', run, '--json', '--set', 'film.maxSteps=60'])
  expect(trained.stderr).toBe('')
  // The shortest way with the key is worth more than 1.3; wandering about is worth less than nothing.
  expect((JSON.parse(trained.stdout) as { bestScore: number }).bestScore).toBeGreaterThan(1)
  const evaluated = ringside(['evaluate', run, '--episodes', '7', '--json'])
  expect((JSON.parse(evaluated.stdout) as { returns: number[] }).returns.length).toBe(7)
  for (const file of [
    'config.json',
    'metrics.csv',
    'episodes.csv',
    'evaluations.json',
    'summary.json',
    'plots/learning-curve.png',
    'media/episode.gif',
  ]) {
    expect(existsSync(join(run, file)), file).toBe(true)
  }
  const film = join(folder, 'film.gif')
  const filmed = ringside(['record', run, '--out', film, '--width', '300', '--json'])
  expect(JSON.parse(filmed.stdout)).toMatchObject({ path: film, frames: expect.any(Number) as number })
  expect(readFileSync(film).subarray(0, 6).toString()).toBe('GIF89a')
  const onnx = join(folder, 'corridor.onnx')
  const exported = ringside(['export', run, '--out', onnx, '--json'])
  expect(JSON.parse(exported.stdout)).toMatchObject({ path: onnx, inputs: { observations: { shape: [1, 2] } } })
}, 60_000)

test('the custom agent learns CartPole by its path', () => {
  const run = join(folder, 'climber')
  const { stdout, stderr } = ringside([
    'train',
    '--agent',
    './examples/custom-agent.ts#HillClimbing',
    '--env',
    'CartPole-v1',
    '--steps',
    '20000',
    '--out',
    run,
    '--json',
    '--set',
    'film.maxSteps=0',
  ])
  expect(stderr).toBe('')
  expect((JSON.parse(stdout) as { bestScore: number }).bestScore).toBeGreaterThan(100)
}, 60_000)
