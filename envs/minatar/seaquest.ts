import type { Rng } from '../../core/rng.ts'
import { palette } from '../palette.ts'
import { action, at, cells, inside, size, type Channel, type Game, type GameOptions } from './game.ts'
import { Swarm } from './swarm.ts'

export const seaquestChannels: readonly Channel[] = [
  { name: 'submarine front', color: palette.blue },
  { name: 'submarine back', color: palette.sky },
  { name: 'own bullet', color: palette.ink },
  { name: 'trail', color: palette.faint },
  { name: 'enemy bullet', color: palette.red },
  { name: 'enemy fish', color: palette.green },
  { name: 'enemy submarine', color: palette.grey },
  { name: 'oxygen', color: palette.sand },
  { name: 'divers on board', color: '#8a6bb0' },
  { name: 'diver', color: palette.orange },
]

const bottom = size - 1
const oxygenFull = 200
const room = 6
/** Frames. */
const [ownReload, enemyReload, diverInterval, diverWait] = [5, 10, 30, 5]

/**
 * # MinAtar Seaquest
 *
 * A submarine shoots fish and submarines, picks up divers, and must surface for air (Young and Tian 2019).
 *
 * Observation: submarine front and back (the back is behind it by its direction); own bullet; trail (the cell behind
 * fish, submarines and divers); enemy bullet; enemy fish; enemy submarine; and in the bottom row the oxygen (10 cells of
 * 20 frames) and the divers on board (from the right); diver. Minimal actions: all six. Reward: 1 an enemy shot; when
 * surfacing with six divers, 1 for each cell of oxygen left. Start: at the surface (row 0), facing left, full of oxygen.
 * End: an enemy or its bullet touches the submarine, oxygen runs out, or it surfaces without a diver.
 *
 * Surfacing fills the oxygen and costs one diver, or all six. Enemies come at first every 20 frames at a random side of a
 * random row (1 to 8): a submarine with chance 1/3, else a fish; none comes into a row where one goes the other way.
 * They move every sixth frame; submarines shoot every eleventh. Divers come every 30 frames. With difficulty ramping every
 * surfacing makes enemies come a frame sooner, and every second one makes them move a frame sooner.
 */
export class Seaquest implements Game {
  readonly channels = seaquestChannels
  readonly minimalActions = [action.none, action.left, action.up, action.right, action.down, action.fire]
  over = false
  private x = 0
  private y = 0
  private facing = -1
  private atSurface = true
  private oxygen = 0
  private onBoard = 0
  private untilOwnShot = 0
  private untilEnemy = 0
  private untilDiver = 0
  private enemyInterval = 0
  private enemyWait = 0
  private ramps = 0
  private readonly own = new Swarm()
  private readonly bullets = new Swarm()
  private readonly fish = new Swarm()
  private readonly submarines = new Swarm()
  private readonly divers = new Swarm()
  private readonly swarms = [this.own, this.bullets, this.fish, this.submarines, this.divers]
  private readonly ramping: boolean

  constructor({ difficultyRamping }: GameOptions) {
    this.ramping = difficultyRamping
  }

  start(): void {
    this.x = 5
    this.y = 0
    this.facing = -1
    this.atSurface = true
    this.oxygen = oxygenFull
    this.onBoard = this.untilOwnShot = this.ramps = 0
    this.enemyInterval = this.untilEnemy = 20
    this.untilDiver = diverInterval
    this.enemyWait = 5
    this.over = false
    for (const swarm of this.swarms) swarm.clear()
  }

  advance(chosen: number, rng: Rng): number {
    if (this.untilEnemy === 0) {
      this.spawnEnemy(rng)
      this.untilEnemy = this.enemyInterval
    }
    if (this.untilDiver === 0) {
      const direction = 2 * rng.int(2) - 1
      this.divers.add(direction > 0 ? 0 : size - 1, 1 + rng.int(8), direction, diverWait)
      this.untilDiver = diverInterval
    }
    this.act(chosen)
    let reward = this.moveOwnBullets()
    this.moveDivers()
    reward += this.moveEnemies(this.submarines, true)
    this.moveBullets()
    reward += this.moveEnemies(this.fish, false)

    this.untilEnemy--
    this.untilDiver--
    if (this.untilOwnShot > 0) this.untilOwnShot--
    if (this.oxygen <= 0) this.over = true
    if (this.y > 0) {
      this.oxygen--
      this.atSurface = false
    } else if (!this.atSurface) {
      if (this.onBoard === 0) this.over = true
      else reward += this.surface()
    }
    return reward
  }

  draw(planes: Uint8Array): void {
    planes[at(this.x, this.y)] = 1
    const back = this.x - this.facing
    if (inside(back)) planes[cells + at(back, this.y)] = 1
    this.own.draw(planes, 2 * cells)
    this.bullets.draw(planes, 4 * cells)
    this.drawWithTrail(this.fish, planes, 5)
    this.drawWithTrail(this.submarines, planes, 6)
    this.drawWithTrail(this.divers, planes, 9)
    const full = Math.floor((Math.max(this.oxygen, 0) * size) / oxygenFull)
    for (let i = 0; i < full; i++) planes[7 * cells + at(i, bottom)] = 1
    for (let i = 0; i < this.onBoard; i++) planes[8 * cells + at(size - 2 - i, bottom)] = 1
  }

  save(): Int32Array {
    const { x, y, facing, oxygen, onBoard, untilOwnShot, untilEnemy, untilDiver, enemyInterval, enemyWait } = this
    const lists = this.swarms.map((swarm) => swarm.save())
    return Int32Array.of(
      ...[x, y, facing, oxygen, onBoard, untilOwnShot, untilEnemy, untilDiver, enemyInterval, enemyWait],
      ...[this.ramps, Number(this.atSurface), Number(this.over)],
      ...lists.flatMap((list) => [list.length, ...list]),
    )
  }

  load(state: Int32Array): void {
    const [x, y, facing, oxygen, onBoard, untilOwnShot, untilEnemy, untilDiver, enemyInterval, enemyWait] = state
    Object.assign(this, { x, y, facing, oxygen, onBoard, untilOwnShot, untilEnemy, untilDiver })
    Object.assign(this, { enemyInterval, enemyWait, ramps: state[10] })
    this.atSurface = state[11] === 1
    this.over = state[12] === 1
    let from = 13
    for (const swarm of this.swarms) {
      const length = state[from++]!
      swarm.load(state.subarray(from, (from += length)))
    }
  }

  private act(chosen: number): void {
    if (chosen === action.fire) {
      if (this.untilOwnShot > 0) return
      this.own.add(this.x, this.y, this.facing)
      this.untilOwnShot = ownReload
    } else if (chosen === action.left || chosen === action.right) {
      this.facing = chosen === action.left ? -1 : 1
      this.x = Math.min(Math.max(this.x + this.facing, 0), size - 1)
    } else if (chosen === action.up) this.y = Math.max(this.y - 1, 0)
    else if (chosen === action.down) this.y = Math.min(this.y + 1, bottom - 1)
  }

  private moveOwnBullets(): number {
    let reward = 0
    for (let i = this.own.count - 1; i >= 0; i--) {
      const x = this.own.move(i)
      if (!inside(x)) {
        this.own.remove(i)
        continue
      }
      for (const enemies of [this.fish, this.submarines]) {
        const hit = enemies.find(x, this.own.y(i))
        if (hit < 0) continue
        enemies.remove(hit)
        this.own.remove(i)
        reward++
        break
      }
    }
    return reward
  }

  private moveDivers(): void {
    const { divers } = this
    for (let i = divers.count - 1; i >= 0; i--) {
      if (this.takeDiver(i)) continue
      if (!divers.moves(i, diverWait)) continue
      if (!inside(divers.move(i))) divers.remove(i)
      else this.takeDiver(i)
    }
  }

  private takeDiver(i: number): boolean {
    if (this.onBoard === room || !this.divers.isAt(i, this.x, this.y)) return false
    this.divers.remove(i)
    this.onBoard++
    return true
  }

  private moveEnemies(enemies: Swarm, shoot: boolean): number {
    let reward = 0
    for (let i = enemies.count - 1; i >= 0; i--) {
      if (enemies.isAt(i, this.x, this.y)) this.over = true
      if (enemies.moves(i, this.enemyWait)) {
        if (!inside(enemies.move(i))) {
          enemies.remove(i)
          continue
        }
        if (enemies.isAt(i, this.x, this.y)) this.over = true
        const bullet = this.own.find(enemies.x(i), enemies.y(i))
        if (bullet >= 0) {
          this.own.remove(bullet)
          enemies.remove(i)
          reward++
          continue
        }
      }
      if (shoot && enemies.shoots(i, enemyReload)) this.bullets.add(enemies.x(i), enemies.y(i), enemies.direction(i))
    }
    return reward
  }

  private moveBullets(): void {
    const { bullets } = this
    for (let i = bullets.count - 1; i >= 0; i--) {
      if (bullets.isAt(i, this.x, this.y)) this.over = true
      if (!inside(bullets.move(i))) bullets.remove(i)
      else if (bullets.isAt(i, this.x, this.y)) this.over = true
    }
  }

  private surface(): number {
    this.atSurface = true
    let reward = 0
    if (this.onBoard === room) {
      this.onBoard = 0
      reward = Math.floor((this.oxygen * size) / oxygenFull)
    }
    this.onBoard--
    this.oxygen = oxygenFull
    if (this.ramping && (this.enemyInterval > 1 || this.enemyWait > 2)) {
      if (this.enemyWait > 2 && this.ramps % 2 === 1) this.enemyWait--
      if (this.enemyInterval > 1) this.enemyInterval--
      this.ramps++
    }
    return reward
  }

  private spawnEnemy(rng: Rng): void {
    const direction = 2 * rng.int(2) - 1
    const isSubmarine = rng.int(3) === 0
    const y = 1 + rng.int(8)
    if (this.fish.inRow(y, -direction) || this.submarines.inRow(y, -direction)) return
    const enemies = isSubmarine ? this.submarines : this.fish
    enemies.add(direction > 0 ? 0 : size - 1, y, direction, this.enemyWait, enemyReload)
  }

  private drawWithTrail(swarm: Swarm, planes: Uint8Array, channel: number): void {
    swarm.draw(planes, channel * cells)
    for (let i = 0; i < swarm.count; i++) {
      const behind = swarm.x(i) - swarm.direction(i)
      if (inside(behind)) planes[3 * cells + at(behind, swarm.y(i))] = 1
    }
  }
}
