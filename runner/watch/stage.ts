import type { TypedArray } from '../../core/dtype.ts'
import type { Agent } from '../../agents/types.ts'
import type { ControlAction } from '../../envs/index.ts'
import type {
  FrameMessage,
  ObservationLayout,
  PageMessage,
  SaliencyMessage,
  StatusMessage,
  TraceMessage,
} from '../../render/viewer/protocol.ts'
import type { Player } from './player.ts'
import { createSaliency, type SaliencyJob } from './saliency.ts'
import { createSpread } from './spread.ts'

export interface StageOptions {
  readonly player: Player
  readonly agent: Agent | undefined
  readonly keys: Readonly<Record<string, ControlAction>>
  readonly idle: ControlAction | undefined
  /** First action of a Discrete. */
  readonly firstAction: number
  readonly layout: ObservationLayout | null
  readonly canGoBack: boolean
  /** Steps a second at speed 1. */
  readonly fps: number
  readonly takenOver: boolean
}

/** A player in time: paused or at a speed, by the agent or by a person's keys. */
export interface Stage {
  /** Grows with everything that can be seen. */
  readonly serial: number
  readonly episode: number
  readonly steps: number
  /** Numbers of the episode from here on are others than `allTold` knew of. */
  readonly changedFrom: number
  readonly saliency: { readonly serial: number; readonly message: SaliencyMessage } | undefined
  policyStep: number | null
  training: boolean
  /** Does what is due; returns milliseconds until more is. */
  run(now: number): number
  /** Does what a page asks; returns why not, where it cannot. */
  ask(message: PageMessage): string | undefined
  pause(): void
  /** Nobody watches: no key is held any more. */
  release(): void
  allTold(): void
  frame(): FrameMessage
  trace(from: number): TraceMessage
  status(viewers: number): StatusMessage
  policyChanged(step: number): void
  close(): void
}

/** Milliseconds of steps in one go, so that pages and signals are answered. */
const sliceMilliseconds = 12
/** A last state is looked at for this long, in milliseconds at speed 1. */
const lingerMilliseconds = 700
/** Frames a second that a screen shows; steps between them are not sent. */
const screenRate = 62

export function createStage(options: StageOptions): Stage {
  const { player, agent, keys, idle, firstAction, layout, canGoBack, fps } = options
  let [paused, speed, takenOver, saliencyOn] = [false, 1, options.takenOver, false]
  let held: readonly string[] = []
  /** Pressed since the last step: a short tap counts. */
  let tapped: string | undefined
  let serial = 0
  let changedFrom = 0
  /** When the next step is due; undefined: from now on. */
  let due: number | undefined
  let glide = 0
  let training = false
  let policyStep: number | null = null
  /** The map that is being made, and what of. */
  let job: (SaliencyJob & { readonly serial: number; readonly episode: number; readonly step: number }) | undefined
  let saliency: Stage['saliency']
  const spread = createSpread()

  const changed = (from: number, glideFor: number): void => {
    serial++
    changedFrom = Math.min(changedFrom, from)
    glide = glideFor
    if (layout?.kind === 'vector') spread.add(player.view().observation)
  }
  /** What the person does now; undefined: nothing, and time stands still. */
  const given = (): ControlAction | undefined => {
    const key = held.at(-1) ?? tapped
    tapped = undefined
    return key === undefined ? idle : keys[key]
  }
  const interval = (): number => 1000 / (fps * speed)
  /** One step; false where a person has pressed nothing. */
  const step = (glideFor: number): boolean => {
    const wasOver = player.ended !== null
    const action = takenOver && !wasOver ? given() : undefined
    if (takenOver && !wasOver && action === undefined) return false
    player.advance(action)
    changed(wasOver ? 0 : player.step, wasOver ? 0 : glideFor)
    return true
  }
  const worth = (observations: TypedArray, lanes: number): Float32Array => {
    const { q, value } = agent!.explain(observations)
    const all = q ?? value
    const width = all === undefined ? 0 : all.length / lanes
    return Float32Array.from({ length: lanes }, (_, lane) => {
      let best = -Infinity
      for (let i = lane * width; i < (lane + 1) * width; i++) best = Math.max(best, all![i]!)
      return best
    })
  }
  /** Goes on with the map of the present state; one that was begun is finished before the next. */
  const lookCloser = (until: number): boolean => {
    if (!saliencyOn || layout === null || agent === undefined) return false
    if (job === undefined && saliency?.serial === serial) return false
    job ??= Object.assign(
      createSaliency({ layout, observation: player.view().observation, spread: spread.deviation(), worth }),
      { serial, episode: player.episode, step: player.step },
    )
    while (!job.go()) if (performance.now() > until) return true
    const { rows, columns, values, episode, step } = job
    const largest = values.reduce((a, b) => Math.max(a, b), 0)
    saliency = { serial: job.serial, message: { kind: 'saliency', episode, step, rows, columns, values, largest } }
    job = undefined
    return serial !== saliency.serial
  }
  changed(0, 0)

  return {
    get serial() {
      return serial
    },
    get episode() {
      return player.episode
    },
    get steps() {
      return player.rewards.length
    },
    get changedFrom() {
      return changedFrom
    },
    get saliency() {
      return saliency
    },
    get policyStep() {
      return policyStep
    },
    set policyStep(step) {
      policyStep = step
    },
    get training() {
      return training
    },
    set training(on) {
      training = on
    },
    run(now) {
      const until = performance.now() + sliceMilliseconds
      if (paused) {
        due = undefined
        return lookCloser(until) ? 1 : 50
      }
      due ??= now
      // What was missed while the machine was busy is not caught up with.
      if (now - due > 250) due = now
      while (due <= now && performance.now() < until) {
        if (!step(Math.max(interval(), 1000 / screenRate))) {
          due = undefined
          return lookCloser(until) ? 1 : 50
        }
        due += player.ended === null ? interval() : Math.max(interval(), lingerMilliseconds / speed)
      }
      const busy = lookCloser(until)
      const spent = performance.now()
      // Beyond the screen's rate several steps go into one frame.
      return busy ? 1 : Math.max(due - spent, 1000 / screenRate - (spent - now))
    },
    ask(message) {
      switch (message.kind) {
        case 'pause':
          paused = message.on
          return undefined
        case 'step':
          paused = true
          if (!step(0)) return 'hold a key to step: you have taken over'
          return undefined
        case 'back': {
          paused = true
          if (!canGoBack) return 'this environment cannot be put back'
          if (!player.back()) return 'this is the first state that is kept'
          changed(player.step, 0)
          return undefined
        }
        case 'speed':
          speed = message.speed
          due = undefined
          return undefined
        case 'seed':
          player.restart(message.seed)
          changed(0, 0)
          return undefined
        case 'episode':
          if (!player.replay(message.number)) return `episode ${message.number} is not kept`
          changed(0, 0)
          return undefined
        case 'next':
          player.next()
          changed(0, 0)
          return undefined
        case 'explore':
          if (agent === undefined) return 'there is no agent that could explore'
          player.exploring = message.on
          changed(player.step, 0)
          return undefined
        case 'takeover':
          if (agent === undefined) return 'only you play here'
          if (message.on && Object.keys(keys).length === 0) return 'this environment has no keys'
          takenOver = message.on
          held = []
          tapped = undefined
          changed(player.step, 0)
          return undefined
        case 'saliency':
          if (agent === undefined || layout === null) return 'there is nothing to look into here'
          saliencyOn = message.on
          if (!saliencyOn) [saliency, job] = [undefined, undefined]
          return undefined
        case 'keys': {
          const known = message.held.filter((key) => Object.hasOwn(keys, key))
          const pressed = known.find((key) => !held.includes(key))
          if (pressed !== undefined) tapped = pressed
          held = known
          return undefined
        }
      }
    },
    pause() {
      paused = true
    },
    release() {
      held = []
      due = undefined
    },
    allTold() {
      changedFrom = Infinity
    },
    frame() {
      const { scene, observation, explanation, action, explored } = player.view()
      const { q, value, advantage, policy, distribution, support } = explanation
      const shown = takenOver ? undefined : action
      return {
        kind: 'frame',
        episode: player.episode,
        step: player.step,
        scene,
        reward: player.reward,
        return: player.return,
        action: shown === undefined ? null : shown instanceof Int32Array ? shown[0]! - firstAction : [...shown],
        explored,
        q: q ?? null,
        value: value ?? null,
        advantage: advantage ?? null,
        policy: policy ?? null,
        distribution: distribution ?? null,
        support: support ?? null,
        observation,
        ended: player.ended,
        glide,
      }
    },
    trace: (from) => ({
      kind: 'trace',
      episode: player.episode,
      from,
      reward: Float32Array.from(player.rewards.slice(from)),
      tdError: Float32Array.from(player.tdErrors.slice(from)),
    }),
    status: (viewers) => ({
      kind: 'status',
      paused,
      speed,
      seed: player.seed,
      exploring: player.exploring,
      takenOver,
      saliency: saliencyOn,
      viewers,
      episode: player.episode,
      episodes: player.episodes,
      policyStep,
      training,
    }),
    policyChanged(step) {
      policyStep = step
      job = undefined
      player.policyChanged()
      changed(player.step, 0)
    },
    close: () => player.close(),
  }
}
