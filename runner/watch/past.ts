import { isTypedArray } from '../../core/dtype.ts'
import { Segment } from '../../core/state.ts'

/** States to go back to, the oldest forgotten first. */
export interface Past<T> {
  readonly length: number
  push(moment: T): void
  pop(): T | undefined
  clear(): void
}

export interface PastOptions {
  readonly maxMoments?: number
  readonly maxBytes?: number
}

export function createPast<T>({ maxMoments = 5000, maxBytes = 64 * 2 ** 20 }: PastOptions = {}): Past<T> {
  const moments: { readonly moment: T; readonly bytes: number }[] = []
  let bytes = 0
  return {
    get length() {
      return moments.length
    },
    push(moment) {
      const size = bytesOf(moment)
      moments.push({ moment, bytes: size })
      bytes += size
      while (moments.length > 1 && (moments.length > maxMoments || bytes > maxBytes)) bytes -= moments.shift()!.bytes
    },
    pop() {
      const last = moments.pop()
      bytes -= last?.bytes ?? 0
      return last?.moment
    },
    clear() {
      moments.length = 0
      bytes = 0
    },
  }
}

/** About what a tree of JSON and typed arrays takes in memory. */
function bytesOf(value: unknown): number {
  if (isTypedArray(value)) return value.byteLength + 100
  if (typeof value !== 'object' || value === null || value instanceof Segment) return 8
  let sum = 48
  for (const part of Object.values(value)) sum += 8 + bytesOf(part)
  return sum
}
