import { mkdtempSync, rmSync, writeFileSync, appendFileSync, readFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveConfig, startRun, type Run } from '../../../runner/index.ts'
import { createCurveReader, thin } from '../../../runner/watch/curves.ts'
import { followPolicy } from '../../../runner/watch/follow.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-feed-'))
const out = join(folder, 'run')
let run: Run
let seen: { readonly policies: number[]; readonly states: string[]; readonly steps: number[] }

/** A training that is watched by its folder alone, from its first step to its last. */
beforeAll(async () => {
  const config = await resolveConfig({
    agent: 'dqn',
    env: 'CartPole-v1',
    sets: ['film.maxSteps=0', 'score.episodes=1', 'evaluation.episodes=1', 'learningStarts=100'],
    flags: { steps: 3000, seed: 1 },
  })
  run = await startRun({ config, out, live: true })
  const follower = followPolicy(out, config.checkpoint.keep, 0, (why) => expect.fail(why))
  const reader = createCurveReader(out)
  const [policies, states, steps]: [number[], string[], number[]] = [[], [], []]
  const look = (): void => {
    const found = follower.look()
    if (found !== undefined) policies.push(found.step)
    const curves = reader.read()
    if (curves === undefined) return
    states.push(curves.state)
    steps.push(curves.step)
  }
  const events = run.events()
  while ((await events.next()).done !== true) look()
  look()
  seen = { policies, states, steps }
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a training that is watched', () => {
  it('hands out newer and newer policies, and takes the live copy away at its end', () => {
    expect(seen.policies.length).toBeGreaterThan(2)
    expect(seen.policies).toEqual([...seen.policies].sort((a, b) => a - b))
    expect(new Set(seen.policies).size).toBe(seen.policies.length)
    expect(existsSync(join(out, 'live'))).toBe(false)
  })

  it('shows its curves as they grow', () => {
    expect(seen.states[0]).toBe('training')
    expect(seen.states.at(-1)).toBe('finished')
    expect(seen.steps).toEqual([...seen.steps].sort((a, b) => a - b))
    expect(seen.steps.at(-1)).toBe(3000)
  })

  it('reads rows once, whole lines only, and again from the start when a resume has cut the file', () => {
    const reader = createCurveReader(out)
    const path = join(out, 'episodes.csv')
    const whole = readFileSync(path, 'utf8')
    const count = reader.read()!.episodes.x.length
    expect(count).toBe(whole.trim().split('\n').length - 1)
    expect(reader.read()).toBeUndefined()
    appendFileSync(path, '3001,99,0,7')
    expect(reader.read()?.episodes.x.length ?? count).toBe(count)
    appendFileSync(path, '.5,3\n')
    expect(reader.read()!.episodes.y.at(-1)).toBe(7.5)
    writeFileSync(path, whole.split('\n').slice(0, 3).join('\n') + '\n')
    expect(reader.read()!.episodes.x.length).toBe(2)
    writeFileSync(path, whole)
  })

  it('thins long curves by means', () => {
    const x = Float64Array.from({ length: 1000 }, (_, i) => i)
    const few = thin({ x, y: x }, 10)
    expect([...few.x]).toEqual([49.5, 149.5, 249.5, 349.5, 449.5, 549.5, 649.5, 749.5, 849.5, 949.5])
  })
})
