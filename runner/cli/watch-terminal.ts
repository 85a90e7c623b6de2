import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises'
import { createRng } from '../../core/rng.ts'
import type { Agent } from '../../agents/types.ts'
import { envControls, fittingControls, makeVector } from '../../envs/index.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { readKeys } from '../../render/index.ts'
import { gameGoesOn, rollout } from '../run/rollout.ts'
import { sparkline, valuesLine, type TerminalStage } from './terminal-stage.ts'

/** A terminal is drawn on this often at most, in milliseconds; steps between are not drawn. */
const screenMilliseconds = 16
/** A key is answered after this long at most. */
const keyMilliseconds = 30
/** A last state is looked at for this long, in milliseconds at speed 1. */
const lingerMilliseconds = 500

/**
 * An agent plays in the terminal until a person leaves; the returns of the episodes that ended. Keys: space pauses, → steps, + and
 * − change the speed, n begins the next episode, q leaves.
 */
export async function watchInTerminal(agent: Agent, spec: EnvSpec, seed: number, stage: TerminalStage) {
  const env = await makeVector(spec, { lanes: 1, autoreset: 'disabled' })
  const { actions } = fittingControls(await envControls(spec), env.actionSpace)
  const rng = createRng(seed, 'watch')
  env.reset({ seed: rng.stream('env').uint32() })
  const steps = rollout(env, agent.actor(1, 'evaluate', rng.stream('actor')))
  let [paused, single, skip, leaving, speed] = [false, false, false, false, 1]
  let [step, total, ended, isNew] = [0, 0, false, true]
  const release = readKeys((key) => {
    if (key === 'q' || key === 'ctrl-c') leaving = true
    if (key === 'space') paused = !paused
    if (key === 'right' || key === 's') [paused, single] = [true, true]
    if (key === '+' || key === '=') speed = Math.min(16, speed * 2)
    if (key === '-') speed = Math.max(0.125, speed / 2)
    if (key === 'n') skip = true
    isNew = true
  })
  const fps = env.render().fps ?? 30
  const interval = (): number => Math.max(1000 / fps, ended ? lingerMilliseconds : 0) / speed
  const draw = async (): Promise<void> => {
    const scene = env.render()
    const values = valuesLine(agent.explain(env.observations()), actions)
    const caption = scene.caption === undefined ? '' : `  ${scene.caption}`
    const state = `×${speed}${paused ? '  paused' : ''}`
    await stage.draw(scene, [
      ` ${spec.id}  step ${step}  return ${Number(total.toFixed(2))}  ${sparkline(returns)}  ${state}${caption}`,
      ...(values === '' ? [] : [values]),
      ' space pause · → step · + − speed · n next · q quit',
    ])
  }
  const returns: number[] = []
  let [drawn, stepped] = [-Infinity, performance.now()]
  try {
    while (!leaving) {
      if (isNew && performance.now() - drawn >= screenMilliseconds) {
        ;[drawn, isNew] = [performance.now(), false]
        await draw()
        // Keys and signals are heard at any speed.
        await nextTick()
      }
      const rest = paused ? keyMilliseconds : stepped + interval() - performance.now()
      if (rest > 0 && !single && !skip) {
        await sleep(Math.min(rest, keyMilliseconds))
        if (paused) stepped = performance.now()
        continue
      }
      // What was missed while the machine was busy is not caught up with.
      stepped = Math.max(stepped + interval(), performance.now() - 250)
      ;[single, isNew] = [false, true]
      if (ended || skip) {
        if (ended) env.resetLanes(Uint8Array.of(1))
        else env.reset()
        ;[step, total, ended, skip] = [0, 0, false, false]
        continue
      }
      const { result } = steps.next().value
      step++
      total += result.reward[0]!
      const goesOn = gameGoesOn(result.infos[0]!)
      if (goesOn) env.resetLanes(Uint8Array.of(1))
      ended = result.episodes.length > 0 && !goesOn
      if (ended) returns.push(total)
    }
    return returns
  } finally {
    release()
    env.close()
  }
}
