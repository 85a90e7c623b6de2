import { checkFlags, checkNumbers } from '../../core/check-options.ts'
import type { Scene, SceneItem } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { discrete } from '../spaces/index.ts'
import type { EnvSnapshot, Info, ResetResult, StepResult } from '../types.ts'
import { drawOutcome, type Outcome, type TransitionTable } from './transition-table.ts'

const side = 5
/** Columns that have a wall to their right, by row. */
const walls: readonly (readonly number[])[] = [[1], [1], [], [0, 2], [0, 2]]
/** Row and column of Red, Green, Yellow and Blue. */
const stands = [
  [0, 0],
  [0, 4],
  [4, 0],
  [4, 3],
] as const
const standNames = ['Red', 'Green', 'Yellow', 'Blue']
const standColors = [palette.red, palette.green, '#d8b23a', palette.blue]
const inTaxi = 4
/** South, north, east, west: row and column. */
const moves = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const
/** What lies to the left and to the right of each heading. */
const sides = [
  [2, 3],
  [3, 2],
  [1, 0],
  [0, 1],
] as const

interface TaxiState {
  readonly row: number
  readonly column: number
  /** A stand, or 4 in the taxi. */
  readonly passenger: number
  readonly destination: number
}

/**
 * # Taxi
 *
 * Fetch a passenger at one of four stands and bring them to another (Dietterich 2000). The transition table is Gymnasium's.
 *
 * Observation: ((row · 5 + column) · 5 + passenger) · 4 + destination; passenger and destination are 0 red, 1 green,
 * 2 yellow, 3 blue, and passenger 4 is in the taxi. Actions: 0 south, 1 north, 2 east, 3 west, 4 pick up, 5 drop off. Reward:
 * −1 a step, −10 for picking up or dropping off in the wrong place, 20 for delivery. Start: uniform over the 300 states in
 * which the passenger waits somewhere else than at the destination. Ends on delivery; cut after 200 steps. Info: `prob`, and
 * `actionMask` of the actions that change something.
 *
 * Options: `isRainy` (a move goes astray to either side with (1 − `rainyProbability`) / 2), `ficklePassenger` (with
 * `fickleProbability` the passenger changes the destination on the first move). Versions: v4.
 */
export class Taxi extends Environment<number, number> {
  readonly observationSpace = discrete(side * side * 5 * 4)
  readonly actionSpace = discrete(6)
  /** Gymnasium's P. */
  readonly table: TransitionTable
  private readonly ficklePassenger: boolean
  private readonly fickleProbability: number
  private state = 0
  /** The passenger will change their mind on the first move. */
  private fickle = false

  constructor({
    isRainy = false,
    rainyProbability = 0.8,
    ficklePassenger = false,
    fickleProbability = 0.3,
  }: {
    readonly isRainy?: boolean
    readonly rainyProbability?: number
    readonly ficklePassenger?: boolean
    readonly fickleProbability?: number
  } = {}) {
    super()
    checkFlags('Taxi', { isRainy, ficklePassenger })
    checkNumbers('Taxi', { rainyProbability, fickleProbability }, { min: 0, max: 1 })
    this.ficklePassenger = ficklePassenger
    this.fickleProbability = fickleProbability
    this.table = Array.from({ length: 500 }, (_, state) =>
      Array.from({ length: 6 }, (_, action) =>
        outcomesOf(decode(state), action, isRainy ? rainyProbability : undefined),
      ),
    )
  }

  protected begin(): ResetResult<number> {
    const [row, column, passenger] = [this.rng.int(side), this.rng.int(side), this.rng.int(4)]
    const destination = (passenger + 1 + this.rng.int(3)) % 4
    this.state = encode({ row, column, passenger, destination })
    this.fickle = this.ficklePassenger && this.rng.float() < this.fickleProbability
    return { observation: this.state, info: this.info(1) }
  }

  step(action: number): StepResult<number> {
    const { state, reward, terminated, probability } = drawOutcome(this.table[this.state]![action]!, this.rng)
    const [before, after] = [decode(this.state), decode(state)]
    this.state = state
    const moved = before.row !== after.row || before.column !== after.column
    if (this.fickle && before.passenger === inTaxi && moved) {
      this.fickle = false
      this.state = encode({ ...after, destination: (before.destination + 1 + this.rng.int(3)) % 4 })
    }
    return { observation: this.state, reward, terminated, truncated: false, info: this.info(probability) }
  }

  render(): Scene {
    const cell = 80
    const { row, column, passenger, destination } = decode(this.state)
    const items: SceneItem[] = []
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        items.push({
          kind: 'rect',
          x: x * cell + 1,
          y: y * cell + 1,
          width: cell - 2,
          height: cell - 2,
          cornerRadius: 4,
          fill: palette.sand,
        })
    stands.forEach(([y, x], i) =>
      items.push({
        kind: 'rect',
        x: x * cell + 8,
        y: y * cell + 8,
        width: cell - 16,
        height: cell - 16,
        cornerRadius: 8,
        fill: standColors[i]!,
        ...(i === destination && { stroke: { color: palette.ink, width: 5 } }),
      }),
    )
    walls.forEach((columns, y) =>
      columns.forEach((x) =>
        items.push({
          kind: 'line',
          points: [(x + 1) * cell, y * cell, (x + 1) * cell, (y + 1) * cell],
          stroke: { color: palette.ink, width: 6 },
        }),
      ),
    )
    const person = (x: number, y: number): SceneItem[] => [
      { kind: 'circle', x, y: y - 8, radius: 7, fill: palette.paper, stroke: { color: palette.ink, width: 2 } },
      {
        kind: 'rect',
        x: x - 7,
        y,
        width: 14,
        height: 16,
        cornerRadius: 5,
        fill: palette.paper,
        stroke: { color: palette.ink, width: 2 },
      },
    ]
    if (passenger !== inTaxi) {
      const [y, x] = stands[passenger]!
      items.push(...person(x * cell + cell / 2, y * cell + cell / 2))
    }
    items.push({
      kind: 'sprite',
      id: 'taxi',
      x: column * cell + cell / 2,
      y: row * cell + cell / 2,
      items: [
        { kind: 'rect', x: -26, y: -4, width: 52, height: 22, cornerRadius: 6, fill: palette.orange },
        { kind: 'rect', x: -14, y: -18, width: 28, height: 16, cornerRadius: 5, fill: palette.orange },
        { kind: 'circle', x: -15, y: 18, radius: 6, fill: palette.ink },
        { kind: 'circle', x: 15, y: 18, radius: 6, fill: palette.ink },
        ...(passenger === inTaxi ? [{ kind: 'circle', x: 0, y: -9, radius: 6, fill: palette.paper } as const] : []),
      ],
    })
    const where = passenger === inTaxi ? 'in the taxi' : `at ${standNames[passenger]}`
    return {
      width: side * cell,
      height: side * cell,
      background: palette.paper,
      fps: 4,
      caption: `passenger ${where}, to ${standNames[destination]}`,
      items,
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: this.state, fickle: this.fickle }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'Taxi')
    this.state = saved.number('state')
    this.fickle = saved.get('fickle') === true
  }

  private info(prob: number): Info {
    return { prob, actionMask: maskOf(decode(this.state)) }
  }
}

function encode({ row, column, passenger, destination }: TaxiState): number {
  return ((row * side + column) * 5 + passenger) * 4 + destination
}

function decode(state: number): TaxiState {
  const place = Math.floor(state / 20)
  return {
    row: Math.floor(place / side),
    column: place % side,
    passenger: Math.floor(state / 4) % 5,
    destination: state % 4,
  }
}

/** Without rain there is one outcome; `rainy` is the chance of a move going where it was meant to. */
function outcomesOf(state: TaxiState, action: number, rainy: number | undefined): Outcome[] {
  const sure = (next: TaxiState, reward: number, terminated = false): Outcome[] => [
    { probability: 1, state: encode(next), reward, terminated },
  ]
  const stand = standAt(state)
  if (action === 4) {
    return stand !== -1 && stand === state.passenger ? sure({ ...state, passenger: inTaxi }, -1) : sure(state, -10)
  }
  if (action === 5) {
    if (state.passenger !== inTaxi || stand === -1) return sure(state, -10)
    const delivered = stand === state.destination
    return sure({ ...state, passenger: stand }, delivered ? 20 : -1, delivered)
  }
  if (rainy === undefined) return sure(moved(state, action), -1)
  // Where the way ahead is closed, rain drives nowhere either.
  const open = canMove(state, action)
  return [action, ...sides[action]!].map((direction, i) => ({
    probability: i === 0 ? rainy : (1 - rainy) / 2,
    state: encode(!open ? state : i === 0 ? moved(state, direction) : driven(state, direction)),
    reward: -1,
    terminated: false,
  }))
}

function moved(state: TaxiState, direction: number): TaxiState {
  if (!canMove(state, direction)) return state
  const [down, right] = moves[direction]!
  return { ...state, row: state.row + down, column: state.column + right }
}

/**
 * Sideways in the rain. Gymnasium looks for the wall from the tile that is reached, at its far edge going east and west as
 * it wrote the check; kept as it is there.
 */
function driven(state: TaxiState, direction: number): TaxiState {
  const [down, right] = moves[direction]!
  const row = Math.min(Math.max(state.row + down, 0), side - 1)
  const column = Math.min(Math.max(state.column + right, 0), side - 1)
  if (right === 1 && isClosed(row, column - 1)) return state
  if (right === -1 && isClosed(row, column)) return state
  return { ...state, row, column }
}

function canMove({ row, column }: TaxiState, direction: number): boolean {
  if (direction === 0) return row < side - 1
  if (direction === 1) return row > 0
  return direction === 2 ? !isClosed(row, column) : !isClosed(row, column - 1)
}

/** Whether the right edge of a column is a wall; both ends of the map are. */
function isClosed(row: number, column: number): boolean {
  return column < 0 || column >= side - 1 || walls[row]!.includes(column)
}

function standAt({ row, column }: TaxiState): number {
  return stands.findIndex(([y, x]) => y === row && x === column)
}

function maskOf(state: TaxiState): Uint8Array {
  const stand = standAt(state)
  const moving = [0, 1, 2, 3].map((direction) => (canMove(state, direction) ? 1 : 0))
  const pickUp = stand !== -1 && stand === state.passenger ? 1 : 0
  const dropOff = stand !== -1 && state.passenger === inTaxi ? 1 : 0
  return Uint8Array.of(...moving, pickUp, dropOff)
}
