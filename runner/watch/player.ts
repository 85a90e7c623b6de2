import { allocate, sizeOf, type TypedArray } from '../../core/dtype.ts'
import { createRng } from '../../core/rng.ts'
import type { StateTree } from '../../core/state.ts'
import { clipReward, type RewardClip } from '../../agents/replay/accumulator.ts'
import type { Acted, Actor, Agent, Explanation } from '../../agents/types.ts'
import type { Scene } from '../../core/scene.ts'
import { isDiscrete } from '../../envs/spaces/index.ts'
import type { ControlAction } from '../../envs/index.ts'
import type { EnvSnapshot, VectorEnv } from '../../envs/types.ts'
import type { EpisodeEntry } from '../../render/viewer/protocol.ts'
import { gameGoesOn } from '../run/rollout.ts'
import { createPast, type Past } from './past.ts'

export interface PlayerOptions {
  /** One lane, autoreset `disabled`. */
  readonly env: VectorEnv
  /** Undefined: only a person acts. */
  readonly agent: Agent | undefined
  readonly seed: number
  /** Discount and clipping behind TD errors. */
  readonly gamma: number
  readonly rewardClip: RewardClip
  /** Keep every state, to go back to; else only the first of each episode. */
  readonly keepsPast: boolean
}

/** The present state, seen by a person and by the agent. */
export interface View {
  readonly scene: Scene
  readonly observation: TypedArray
  readonly explanation: Explanation
  /** What the agent will do; undefined without one, or when the episode is over. */
  readonly action: TypedArray | undefined
  readonly explored: boolean
}

/** One episode after another, forwards and backwards, played by an agent or a person. It knows nothing of time or pages. */
export interface Player {
  readonly episode: number
  readonly step: number
  readonly reward: number
  readonly return: number
  readonly ended: 'terminated' | 'truncated' | null
  readonly seed: number
  /** Of the present episode, one number a step. */
  readonly rewards: readonly number[]
  readonly tdErrors: readonly number[]
  readonly episodes: readonly EpisodeEntry[]
  exploring: boolean
  view(): View
  /** One step, by the agent's own action unless one is given; the first of a new episode's states when the last one is over. */
  advance(action?: ControlAction): void
  /** To the state before; false at the first that is kept. */
  back(): boolean
  next(): void
  /** Starts over with episode 1 of another seed. */
  restart(seed: number): void
  /** Begins an episode again that was begun before; false when it is not kept. */
  replay(episode: number): boolean
  /** The agent has other weights: what it thinks is asked again. */
  policyChanged(): void
  /** Takes another environment from the next episode on. */
  replaceEnv(env: VectorEnv): void
  close(): void
}

/** A moment that can be come back to. */
interface Moment {
  readonly env: EnvSnapshot
  readonly actor: StateTree | undefined
  readonly step: number
  readonly reward: number
  readonly return: number
  readonly ended: 'terminated' | 'truncated' | null
}

export function createPlayer(options: PlayerOptions): Player {
  const { agent, gamma, rewardClip, keepsPast } = options
  let { env, seed } = options
  let waiting: VectorEnv | undefined
  const first = isDiscrete(env.actionSpace) ? env.actionSpace.start : 0
  let [exploring, episode, step, reward, total] = [false, 0, 0, 0, 0]
  let ended: Moment['ended'] = null
  let [rewards, tdErrors]: [number[], number[]] = [[], []]
  let entries: EpisodeEntry[] = []
  let starts = new Map<number, Moment>()
  let actor: Actor | undefined
  let acted: Acted | undefined
  let view: View | undefined
  const past: Past<Moment> = createPast()

  const newActor = (): void => {
    actor = agent?.actor(1, exploring ? 'train' : 'evaluate', createRng(seed, 'watch').stream(`actor ${episode}`))
  }
  /** Of this moment, before the actor draws anything for it. */
  let actorBefore: StateTree | undefined
  const moment = (): Moment => ({ env: env.snapshot(), actor: actorBefore, step, reward, return: total, ended })

  /** What the agent makes of the present state: once, because asking draws from the actor's numbers. */
  const look = (): View => {
    if (view !== undefined) return view
    const observation = env.observations().slice()
    actorBefore = actor?.state()
    acted = ended === null ? actor?.act(observation, env.isFirst(), env.actionMask()) : undefined
    const explanation = agent?.explain(observation, acted?.extras) ?? {}
    const action = acted?.actions.slice()
    const { q } = explanation
    const explored = q !== undefined && action !== undefined && q[action[0]! - first]! < largest(q, env.actionMask())
    return (view = { scene: env.render(), observation, explanation, action, explored })
  }
  const begin = (number: number): void => {
    leave()
    if (waiting !== undefined) {
      env.close()
      env = waiting
      waiting = undefined
    }
    episode = number
    ;[step, reward, total, ended, rewards, tdErrors] = [0, 0, 0, null, [], []]
    env.reset({ seed: createRng(seed, 'watch').stream(`episode ${number}`).uint32() })
    newActor()
    remember()
  }
  const remember = (): void => {
    view = undefined
    past.clear()
    look()
    starts.set(episode, moment())
    if (starts.size > keptEpisodes) starts.delete(starts.keys().next().value!)
  }
  /** Notes how far the present episode came. */
  const leave = (): void => {
    if (step === 0) return
    const entry = { number: episode, return: total, length: step, complete: ended !== null }
    entries = [...entries.filter(({ number }) => number !== episode), entry].slice(-keptEpisodes)
    entries.sort((a, b) => a.number - b.number)
  }
  const resume = (to: Moment): void => {
    env.restore(to.env)
    if (to.actor !== undefined) actor?.restore(to.actor)
    ;({ step, reward, return: total, ended } = to)
    rewards.length = Math.min(rewards.length, step)
    tdErrors.length = Math.min(tdErrors.length, step)
    view = undefined
    look()
  }
  begin(1)

  return {
    get episode() {
      return episode
    },
    get step() {
      return step
    },
    get reward() {
      return reward
    },
    get return() {
      return total
    },
    get ended() {
      return ended
    },
    get seed() {
      return seed
    },
    get rewards() {
      return rewards
    },
    get tdErrors() {
      return tdErrors
    },
    get episodes() {
      return entries
    },
    get exploring() {
      return exploring
    },
    set exploring(on) {
      if (on === exploring) return
      exploring = on
      const memory = actorBefore
      newActor()
      // What a recurrent actor remembers is of the episode, not of how it explores.
      if (memory !== undefined) actor!.restore(memory)
      view = undefined
      look()
    },
    view: look,
    advance(given) {
      if (ended !== null) return begin(episode + 1)
      const { action, explanation } = look()
      const taken = given === undefined ? action : asArray(given, env)
      if (taken === undefined) return
      if (keepsPast) past.push(moment())
      const result = env.step(taken)
      step++
      reward = result.reward[0]!
      total += reward
      const terminated = result.terminated[0] !== 0
      // A lost life ends the learner's episode; the game goes on, and is watched to its end.
      const goesOn = terminated && gameGoesOn(result.infos[0]!)
      ended = goesOn ? null : terminated ? 'terminated' : result.truncated[0] !== 0 ? 'truncated' : null
      if (goesOn) env.reset()
      view = undefined
      const after = look().explanation
      rewards.push(reward)
      tdErrors.push(tdError(explanation, after, taken[0]! - first, terminated ? 0 : gamma))
      if (ended !== null) leave()
    },
    back() {
      const to = past.pop()
      if (to === undefined) return false
      resume(to)
      return true
    },
    next: () => begin(episode + 1),
    restart(to) {
      seed = to
      step = 0
      entries = []
      starts = new Map()
      begin(1)
    },
    replay(number) {
      const start = starts.get(number)
      if (start === undefined) return false
      leave()
      episode = number
      ;[rewards, tdErrors] = [[], []]
      newActor()
      past.clear()
      resume(start)
      return true
    },
    policyChanged() {
      if (actorBefore !== undefined) actor!.restore(actorBefore)
      view = undefined
      look()
    },
    replaceEnv(other) {
      waiting?.close()
      waiting = other
    },
    close() {
      waiting?.close()
      env.close()
    },
  }

  /** δ = r + γ max q(s′) − q(s, a), by v where there is no q; NaN where there is neither. `bootstrap`: γ, 0 at the end. */
  function tdError(before: Explanation, after: Explanation, action: number, bootstrap: number): number {
    const r = clipReward(reward, rewardClip)
    if (before.q !== undefined && after.q !== undefined)
      return r + bootstrap * largest(after.q, env.actionMask()) - before.q[action]!
    if (before.value !== undefined && after.value !== undefined)
      return r + bootstrap * after.value[0]! - before.value[0]!
    return NaN
  }
}

/** Episodes that can be gone back to, and that are listed. */
const keptEpisodes = 200

function largest(values: ArrayLike<number>, mask: Uint8Array | undefined): number {
  let best = -Infinity
  for (let i = 0; i < values.length; i++) if (mask?.[i] !== 0 && values[i]! > best) best = values[i]!
  return best
}

function asArray(action: ControlAction, { actionSpace }: VectorEnv): TypedArray {
  if (typeof action === 'number') return Int32Array.of(action)
  const out = allocate(actionSpace.dtype ?? 'float32', sizeOf(actionSpace.shape ?? [action.length]))
  out.set(action)
  return out
}
