import { fields, type StateTree } from '../../core/state.ts'

/** A step whose update waits for the action that is taken in `next`. */
export interface WaitingStep {
  readonly state: number
  readonly action: number
  readonly reward: number
  readonly next: number
}

/** At most one step a lane. */
export interface WaitingSteps {
  put(lane: number, step: WaitingStep): void
  /** Takes it out; undefined where none waits. The object is reused by the next `take`. */
  take(lane: number): WaitingStep | undefined
  drop(lane: number): void
  state(): StateTree
  restore(state: StateTree): void
}

export function createWaitingSteps(lanes: number): WaitingSteps {
  const waits = new Uint8Array(lanes)
  const columns = {
    state: new Int32Array(lanes),
    action: new Int32Array(lanes),
    reward: new Float64Array(lanes),
    next: new Int32Array(lanes),
  }
  const taken = { state: 0, action: 0, reward: 0, next: 0 }
  return {
    put(lane, { state, action, reward, next }) {
      waits[lane] = 1
      columns.state[lane] = state
      columns.action[lane] = action
      columns.reward[lane] = reward
      columns.next[lane] = next
    },
    take(lane) {
      if (waits[lane] === 0) return undefined
      waits[lane] = 0
      taken.state = columns.state[lane]!
      taken.action = columns.action[lane]!
      taken.reward = columns.reward[lane]!
      taken.next = columns.next[lane]!
      return taken
    },
    drop(lane) {
      waits[lane] = 0
    },
    state: () => ({
      waits: waits.slice(),
      ...Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.slice()])),
    }),
    restore(state) {
      const saved = fields(state, 'the waiting steps')
      waits.set(saved.array('waits', 'uint8', [lanes]))
      for (const [name, column] of Object.entries(columns))
        column.set(saved.array(name, name === 'reward' ? 'float64' : 'int32', [lanes]))
    },
  }
}
