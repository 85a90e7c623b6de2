import { afterEach, describe, expect, it } from 'vitest'
import { decodeState } from '../../../core/state.ts'
import { makeVector } from '../../../envs/index.ts'
import { protocolVersion, type Hello, type ServerMessage } from '../../../render/viewer/protocol.ts'
import { createPlayer } from '../../../runner/watch/player.ts'
import { createSession, type Session, type Viewer } from '../../../runner/watch/session.ts'
import { createStage } from '../../../runner/watch/stage.ts'

const hello: Hello = {
  ...{ kind: 'hello', version: protocolVersion, mode: 'play', agent: null, env: 'CartPole-v1', runs: [] },
  ...{
    actions: ['left', 'right'],
    keys: { a: 0, b: 1 },
    names: null,
    layout: null,
    canGoBack: true,
    canExplain: false,
  },
}
let session: Session

/** A session whose clock the test moves. The person's idle hand pushes right. */
async function open() {
  const env = await makeVector({ id: 'CartPole-v1' }, { lanes: 1, autoreset: 'disabled' })
  const player = createPlayer({ env, agent: undefined, seed: 1, gamma: 1, rewardClip: 'none', keepsPast: true })
  const stage = createStage({
    ...{ player, agent: undefined, keys: hello.keys, idle: 1, firstAction: 0, layout: null, canGoBack: true },
    ...{ fps: 50, takenOver: true },
  })
  let tick: (now: number) => number = () => 0
  const clock = { start: (call: typeof tick) => void (tick = call), wake() {}, stop() {} }
  session = createSession({ hello, stage, clock, failed() {} })
  return { tick: (now: number) => tick(now), stage }
}
afterEach(() => session.close())

function viewer() {
  const heard: ServerMessage[] = []
  const each = { waiting: 0, send: (bytes: Uint8Array) => void heard.push(decodeState(bytes) as never) }
  const steps = (): number[] => heard.flatMap((m) => (m.kind === 'frame' ? [m.step] : []))
  return { each: each as Viewer & { waiting: number }, heard, steps }
}

describe('the session', () => {
  it('sends a slow page fewer frames, never waits for it, and leaves no gap in its numbers', async () => {
    const { tick } = await open()
    const [quick, slow] = [viewer(), viewer()]
    session.join(quick.each)
    session.join(slow.each)
    let now = 1000
    const go = (ticks: number): void => {
      for (let i = 0; i < ticks; i++) tick((now += 20))
    }
    go(2)
    slow.each.waiting = 1e6
    go(4)
    expect(quick.steps()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(slow.steps()).toEqual([0, 1, 2])
    slow.each.waiting = 0
    go(1)
    expect(slow.steps()).toEqual([0, 1, 2, 7])
    const rewards: number[] = []
    for (const m of slow.heard) if (m.kind === 'trace') rewards.splice(m.from, Infinity, ...m.reward)
    expect(rewards).toEqual(Array.from({ length: 7 }, () => 1))
  })

  it('stands still while nobody watches, and does not catch up', async () => {
    const { tick, stage } = await open()
    for (let now = 0; now < 1000; now += 20) tick(now)
    expect(stage.frame().step).toBe(0)
    const one = viewer()
    const leave = session.join(one.each)
    tick(1000)
    expect(stage.frame().step).toBe(1)
    tick(9000)
    expect(stage.frame().step).toBe(2)
    leave()
    tick(9020)
    expect(stage.frame().step).toBe(2)
  })

  it('goes at its speed: 16 times as fast, or a tenth', async () => {
    const { tick, stage } = await open()
    const one = viewer()
    session.join(one.each)
    session.ask({ kind: 'speed', speed: 0.1 }, one.each)
    for (let now = 0; now <= 1000; now += 10) tick(now)
    // One at once, then one each 200 ms.
    expect(stage.frame().step).toBe(6)
    session.ask({ kind: 'speed', speed: 16 }, one.each)
    tick(1010)
    const from = stage.frame()
    tick(1030)
    const to = stage.frame()
    if (to.episode === from.episode) expect(to.step - from.step).toBeGreaterThanOrEqual(1)
    expect(one.heard.filter((m) => m.kind === 'status').at(-1)).toMatchObject({ speed: 16 })
  })

  it('says why not', async () => {
    await open()
    const one = viewer()
    session.join(one.each)
    session.ask({ kind: 'back' }, one.each)
    session.ask({ kind: 'episode', number: 7 }, one.each)
    session.ask({ kind: 'explore', on: true }, one.each)
    expect(one.heard.flatMap((m) => (m.kind === 'refused' ? [m.why] : []))).toEqual([
      'this is the first state that is kept',
      'episode 7 is not kept',
      'there is no agent that could explore',
    ])
  })
})
