import { at } from './game.ts'

const width = 5

/**
 * Things that move along their rows: column, row, direction (±1) and two counters each, in one array. Removing puts the
 * last one into the gap, so a loop that removes goes backwards.
 */
export class Swarm {
  count = 0
  private data = new Int32Array(16 * width)

  clear(): void {
    this.count = 0
  }

  add(x: number, y: number, direction: number, wait = 0, reload = 0): void {
    const from = this.count++ * width
    if (from === this.data.length) {
      const larger = new Int32Array(2 * from)
      larger.set(this.data)
      this.data = larger
    }
    this.data[from] = x
    this.data[from + 1] = y
    this.data[from + 2] = direction
    this.data[from + 3] = wait
    this.data[from + 4] = reload
  }

  remove(i: number): void {
    const last = --this.count * width
    this.data.copyWithin(i * width, last, last + width)
  }

  x(i: number): number {
    return this.data[i * width]!
  }

  y(i: number): number {
    return this.data[i * width + 1]!
  }

  direction(i: number): number {
    return this.data[i * width + 2]!
  }

  /** One cell on; the new column, which may be outside. */
  move(i: number): number {
    return (this.data[i * width]! += this.data[i * width + 2]!)
  }

  /** Counts down to a move: true when it was at 0, and starts again at `interval`. */
  moves(i: number, interval: number): boolean {
    return this.tick(i * width + 3, interval)
  }

  /** The same for shots. */
  shoots(i: number, interval: number): boolean {
    return this.tick(i * width + 4, interval)
  }

  isAt(i: number, x: number, y: number): boolean {
    return this.data[i * width] === x && this.data[i * width + 1] === y
  }

  /** The first one in the cell, or −1. */
  find(x: number, y: number): number {
    for (let i = 0; i < this.count; i++) if (this.isAt(i, x, y)) return i
    return -1
  }

  /** Whether one in the row goes in the direction. */
  inRow(y: number, direction: number): boolean {
    for (let i = 0; i < this.count; i++) if (this.y(i) === y && this.direction(i) === direction) return true
    return false
  }

  draw(planes: Uint8Array, offset: number): void {
    for (let i = 0; i < this.count; i++) planes[offset + at(this.x(i), this.y(i))] = 1
  }

  save(): Int32Array {
    return this.data.slice(0, this.count * width)
  }

  load(state: Int32Array): void {
    this.clear()
    for (let i = 0; i < state.length; i += width) this.add(...(state.subarray(i, i + width) as unknown as Row))
  }

  private tick(counter: number, interval: number): boolean {
    if (this.data[counter]! > 0) {
      this.data[counter]!--
      return false
    }
    this.data[counter] = interval
    return true
  }
}

type Row = [number, number, number, number, number]
