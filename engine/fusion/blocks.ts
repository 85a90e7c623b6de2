/** Which part of a linear memory is taken: blocks come and go, neighbours that are free become one. Sizes and addresses in bytes. */
export interface Blocks {
  /** The end of the last block. */
  readonly top: number
  /** Bytes in use. */
  readonly taken: number
  /** A free place of that size: the smallest that holds it, else undefined. */
  reuse(bytes: number): number | undefined
  /** A place after all others. */
  append(bytes: number): number
  free(address: number, bytes: number): void
  clear(): void
  checkValid(): void
}

export function createBlocks(start: number): Blocks {
  /** By address. */
  let gaps: { address: number; bytes: number }[] = []
  let top = start
  let taken = 0
  return {
    get top() {
      return top
    },
    get taken() {
      return taken
    },
    reuse(bytes) {
      let best: { address: number; bytes: number } | undefined
      for (const gap of gaps) if (gap.bytes >= bytes && gap.bytes < (best?.bytes ?? Infinity)) best = gap
      if (best === undefined) return undefined
      const { address } = best
      best.address += bytes
      best.bytes -= bytes
      if (best.bytes === 0) gaps.splice(gaps.indexOf(best), 1)
      taken += bytes
      return address
    },
    append(bytes) {
      const address = top
      top += bytes
      taken += bytes
      return address
    },
    free(address, bytes) {
      taken -= bytes
      let at = gaps.findIndex((gap) => gap.address > address)
      if (at < 0) at = gaps.length
      gaps.splice(at, 0, { address, bytes })
      for (const i of [at, at - 1]) {
        const [gap, next] = [gaps[i], gaps[i + 1]]
        if (gap === undefined || next === undefined || gap.address + gap.bytes !== next.address) continue
        gap.bytes += next.bytes
        gaps.splice(i + 1, 1)
      }
      const last = gaps.at(-1)
      if (last === undefined || last.address + last.bytes !== top) return
      top = last.address
      gaps.pop()
    },
    clear() {
      gaps = []
      top = start
      taken = 0
    },
    checkValid() {
      let end = start
      let free = 0
      for (const { address, bytes } of gaps) {
        if (bytes <= 0 || address < end || (address === end && end > start))
          throw new Error(`the gap at ${address} of ${bytes} bytes follows one that ends at ${end}`)
        end = address + bytes
        free += bytes
      }
      if (gaps.length > 0 && end >= top) throw new Error(`the last gap ends at ${end}, the blocks at ${top}`)
      if (start + taken + free !== top)
        throw new Error(`${taken} bytes taken and ${free} free do not fill up to ${top}`)
    },
  }
}
