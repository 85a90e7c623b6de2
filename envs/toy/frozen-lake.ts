import { checkFlags, checkNumbers } from '../../core/check-options.ts'
import { unknownName, usageError } from '../../core/errors.ts'
import { createRng, type Rng } from '../../core/rng.ts'
import type { Scene, SceneItem } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'
import { drawOutcome, type Outcome, type TransitionTable } from './transition-table.ts'

const maps: Readonly<Record<string, readonly string[]>> = {
  '4x4': ['SFFF', 'FHFH', 'FFFH', 'HFFG'],
  '8x8': ['SFFFFFFF', 'FFFFFFFF', 'FFFHFFFF', 'FFFFFHFF', 'FFFHFFFF', 'FHHFFFHF', 'FHFFHFHF', 'FFFHFFFG'],
}

export interface FrozenLakeOptions {
  readonly mapName?: string
  /** A map of your own: rows of S (start), F (frozen), H (hole), G (goal). */
  readonly desc?: readonly string[]
  readonly isSlippery?: boolean
  /** Chance of going where one means to, on slippery ice. */
  readonly successRate?: number
  /** For reaching the goal, a hole, and frozen ice. */
  readonly rewardSchedule?: readonly [number, number, number]
  /** Of `mapName: 'random'`: side, share of frozen tiles, and the seed of the map. */
  readonly size?: number
  readonly frozen?: number
  readonly mapSeed?: number
}

/** Row and column of what actions 0 to 3 mean. */
const moves = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const

/**
 * # FrozenLake
 *
 * Cross a frozen lake from the start to the goal without falling into a hole. The ice is slippery: a step goes where it
 * was meant to with `successRate` (1/3), else to one of the sides. The transition table is Gymnasium's.
 *
 * Observation: row · columns + column. Actions: 0 left, 1 down, 2 right, 3 up. Reward: 1 at the goal, else 0
 * (`rewardSchedule`). Start: the tile S. Ends at the goal or in a hole; cut after 100 steps (200 on 8×8). Info: `prob`, the
 * probability of what happened.
 *
 * Options: `mapName` 4x4, 8x8 or random (with `size`, `frozen`, `mapSeed`; a path to the goal is certain), `desc`,
 * `isSlippery`, `successRate`, `rewardSchedule`. Versions: v1.
 */
export class FrozenLake extends Environment<number, number> {
  readonly observationSpace
  readonly actionSpace = discrete(4)
  /** Gymnasium's P. */
  readonly table: TransitionTable
  private readonly map: readonly string[]
  private readonly start: number
  private position = 0
  private lastAction: number | undefined

  constructor(options: FrozenLakeOptions = {}) {
    super()
    const { desc, mapName = '4x4', isSlippery = true, successRate = 1 / 3, rewardSchedule = [1, 0, 0] } = options
    this.map = desc ?? (mapName === 'random' ? randomMap(options) : (maps[mapName] ?? unknownMap(mapName)))
    checkMap(this.map)
    checkFlags('FrozenLake', { isSlippery })
    checkNumbers('FrozenLake', { successRate }, { min: 0, max: 1 })
    if (!Array.isArray(rewardSchedule) || rewardSchedule.length !== 3)
      throw usageError(
        `FrozenLake expects a rewardSchedule of [goal, hole, ice], got ${JSON.stringify(rewardSchedule)}.`,
      )
    checkNumbers('FrozenLake', Object.fromEntries(rewardSchedule.map((r, i) => [`rewardSchedule[${i}]`, r])))
    this.start = this.map.join('').indexOf('S')
    this.table = buildTable(this.map, isSlippery ? successRate : 1, rewardSchedule, isSlippery)
    this.observationSpace = discrete(this.table.length)
  }

  protected begin(): ResetResult<number> {
    this.position = this.start
    this.lastAction = undefined
    return { observation: this.position, info: { prob: 1 } }
  }

  step(action: number): StepResult<number> {
    const outcome = drawOutcome(this.table[this.position]![action]!, this.rng)
    this.position = outcome.state
    this.lastAction = action
    const { state: observation, reward, terminated, probability: prob } = outcome
    return { observation, reward, terminated, truncated: false, info: { prob } }
  }

  render(): Scene {
    const cell = 64
    const columns = this.map[0]!.length
    const items = this.map.flatMap((row, y) => [...row].flatMap((tile, x) => tileItems(tile, x * cell, y * cell, cell)))
    const [x, y] = [(this.position % columns) * cell, Math.floor(this.position / columns) * cell]
    const fell = this.map[Math.floor(this.position / columns)]![this.position % columns] === 'H'
    items.push(
      { kind: 'circle', id: 'player', x: x + cell / 2, y: y + cell / 2, radius: fell ? 9 : 16, fill: palette.orange },
      { kind: 'circle', id: 'face', x: x + cell / 2, y: y + cell / 2 - 4, radius: fell ? 3 : 6, fill: palette.sand },
    )
    const went = this.lastAction === undefined ? '' : `, meant ${['left', 'down', 'right', 'up'][this.lastAction]}`
    return {
      width: columns * cell,
      height: this.map.length * cell,
      background: palette.paper,
      fps: 4,
      caption: `tile ${this.position}${went}`,
      items,
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: this.position, lastAction: this.lastAction ?? null }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'FrozenLake')
    this.position = saved.number('state')
    const last = saved.get('lastAction')
    this.lastAction = typeof last === 'number' ? last : undefined
  }
}

function buildTable(
  map: readonly string[],
  successRate: number,
  [goal, hole, frozen]: readonly [number, number, number],
  slippery: boolean,
): TransitionTable {
  const [rows, columns] = [map.length, map[0]!.length]
  return Array.from({ length: rows * columns }, (_, state) => {
    const [row, column] = [Math.floor(state / columns), state % columns]
    const go = (direction: number, probability: number): Outcome => {
      const [down, right] = moves[direction]!
      const y = Math.min(Math.max(row + down, 0), rows - 1)
      const x = Math.min(Math.max(column + right, 0), columns - 1)
      const tile = map[y]![x]!
      const reward = tile === 'G' ? goal : tile === 'H' ? hole : frozen
      return { probability, state: y * columns + x, reward, terminated: tile === 'G' || tile === 'H' }
    }
    return moves.map((_, action): Outcome[] => {
      if ('GH'.includes(map[row]![column]!)) return [{ probability: 1, state, reward: 0, terminated: true }]
      if (!slippery) return [go(action, 1)]
      const aside = (1 - successRate) / 2
      return [go((action + 3) % 4, aside), go(action, successRate), go((action + 1) % 4, aside)]
    })
  })
}

/** Draws maps until one has a path from the top left to the bottom right, as Gymnasium does. */
function randomMap({ size = 8, frozen = 0.8, mapSeed = 0 }: FrozenLakeOptions): string[] {
  if (!Number.isInteger(size) || size < 2) throw usageError(`FrozenLake expects a size of at least 2, got ${size}.`)
  if (!(frozen > 0 && frozen <= 1)) throw usageError(`FrozenLake expects frozen above 0 and up to 1, got ${frozen}.`)
  const rng: Rng = createRng(mapSeed, 'frozen lake map')
  for (;;) {
    const tiles = Array.from({ length: size }, () =>
      Array.from({ length: size }, () => (rng.float() < frozen ? 'F' : 'H') as string),
    )
    tiles[0]![0] = 'S'
    tiles[size - 1]![size - 1] = 'G'
    const map = tiles.map((row) => row.join(''))
    if (hasPath(map)) return map
  }
}

function hasPath(map: readonly string[]): boolean {
  const seen = new Set<string>()
  const open: [number, number][] = [[0, 0]]
  while (open.length > 0) {
    const [y, x] = open.pop()!
    const tile = map[y]?.[x]
    if (tile === undefined || tile === 'H' || seen.has(`${y},${x}`)) continue
    if (tile === 'G') return true
    seen.add(`${y},${x}`)
    for (const [down, right] of moves) open.push([y + down, x + right])
  }
  return false
}

function checkMap(map: readonly string[]): void {
  const width = map[0]?.length ?? 0
  if (width === 0 || map.some((row) => row.length !== width || !/^[SFHG]+$/.test(row)))
    throw usageError(
      `FrozenLake expects desc to be rows of one length made of S, F, H and G, got ${JSON.stringify(map)}.`,
    )
  if (map.join('').split('S').length !== 2) throw usageError('FrozenLake expects a map with exactly one start, S.')
}

function unknownMap(name: string): never {
  throw unknownName('map', name, [...Object.keys(maps), 'random'])
}

function tileItems(tile: string, x: number, y: number, cell: number): SceneItem[] {
  const fill = tile === 'H' ? palette.blue : tile === 'F' ? '#dcebf4' : palette.sand
  const ice: SceneItem = { kind: 'rect', x: x + 1, y: y + 1, width: cell - 2, height: cell - 2, cornerRadius: 5, fill }
  if (tile === 'H') return [ice, { kind: 'circle', x: x + cell / 2, y: y + cell / 2, radius: 20, fill: palette.ink }]
  if (tile !== 'G') return [ice]
  const pole: SceneItem = {
    kind: 'line',
    points: [x + 24, y + 52, x + 24, y + 12],
    stroke: { color: palette.ink, width: 3 },
  }
  const flag: SceneItem = {
    kind: 'polygon',
    points: [x + 25, y + 12, x + 48, y + 20, x + 25, y + 28],
    fill: palette.green,
  }
  return [ice, pole, flag]
}
