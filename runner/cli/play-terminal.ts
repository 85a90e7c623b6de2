import { setTimeout as sleep } from 'node:timers/promises'
import { usageError } from '../../core/errors.ts'
import { envControls, fittingControls, makeVector, type ControlAction } from '../../envs/index.ts'
import { readKeys } from '../../render/index.ts'
import { createPlayer, playableSpec } from '../watch/index.ts'
import { openTerminalStage, sparkline, toldReturns } from './terminal-stage.ts'

/** A terminal tells no key that is let go: one counts as held for so long, and holding it repeats it. */
const heldMilliseconds = 150
const pauseMilliseconds = 30

/** The browser's names of what terminals send. */
const names: Readonly<Record<string, string>> = {
  left: 'ArrowLeft',
  right: 'ArrowRight',
  up: 'ArrowUp',
  down: 'ArrowDown',
  space: ' ',
  '\r': 'Enter',
}

/**
 * A person plays in the terminal. Where the environment has something to do while no key is held, time goes on by itself; else
 * each key is a step. p pauses, Enter begins the next episode, q and Ctrl-C leave, unless the environment wants those keys.
 */
export async function playInTerminal(id: string, seed: number): Promise<void> {
  const spec = await playableSpec(id)
  const env = await makeVector(spec, { lanes: 1, autoreset: 'disabled' })
  const { actions, keys = {}, idle } = fittingControls(await envControls(spec), env.actionSpace)
  if (Object.keys(keys).length === 0) {
    env.close()
    throw usageError(`${id} has no keys to play it by: its actions are ${String(env.actionSpace)}.`)
  }
  const stage = openTerminalStage({ input: true })
  const player = createPlayer({ env, agent: undefined, seed, gamma: 1, rewardClip: 'none', keepsPast: false })
  let [leaving, paused, next] = [false, false, false]
  let pressed: { action: ControlAction; at: number } | undefined
  const release = readKeys((key) => {
    const name = names[key] ?? key
    if (key === 'ctrl-c') leaving = true
    else if (keys[name] !== undefined) pressed = { action: keys[name], at: performance.now() }
    else if (name === 'q') leaving = true
    else if (name === 'p') paused = !paused
    else if (name === 'Enter' || name === 'n') next = true
  })
  const help = ` ${keysOf(keys, actions)} · p pause · Enter next episode · q quit`
  const returns: number[] = []
  try {
    while (!leaving) {
      const { scene } = player.view()
      const { step, return: total } = player
      const ended = player.ended !== null
      const state = ended ? `  over: Enter begins the next episode` : paused ? '  paused' : ''
      const line = ` ${spec.id}  step ${step}  return ${Number(total.toFixed(2))}  ${sparkline(returns)}${state}`
      const caption = scene.caption === undefined ? '' : `  ${scene.caption}`
      await stage.draw(scene, [line + caption, help])
      await sleep(paused || ended || idle === undefined ? pauseMilliseconds : 1000 / (scene.fps ?? 30))
      if (next) {
        if (step > 0) returns.push(total)
        player.next()
        ;[next, pressed] = [false, undefined]
        continue
      }
      if (paused || ended) continue
      const held = pressed !== undefined && performance.now() - pressed.at < heldMilliseconds
      const action = held ? pressed!.action : idle
      if (action !== undefined) player.advance(action)
      if (idle === undefined || !held) pressed = undefined
    }
  } finally {
    release()
    stage.close()
    player.close()
  }
  process.stdout.write(toldReturns(returns))
}

/** `← left, → right`: what each key does, by name where the actions have names. */
function keysOf(keys: Readonly<Record<string, ControlAction>>, actions: readonly string[] | undefined): string {
  const signs: Readonly<Record<string, string>> = {
    ...{ ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', ' ': 'space' },
  }
  return Object.entries(keys)
    .map(([key, action]) => {
      const name = typeof action === 'number' ? (actions?.[action] ?? String(action)) : action.join(' ')
      return `${signs[key] ?? key} ${name}`
    })
    .join(', ')
}
