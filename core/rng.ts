import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

/**
 * Random numbers with a state that can be saved. There is no global one: each consumer is handed a named stream of the
 * run's root seed (`createRng(seed).stream('replay')`), so that drawing more in one place moves no other.
 * The generator is xoroshiro128+ (Blackman and Vigna 2018).
 */
export interface Rng {
  /** A uniform 32-bit unsigned integer. */
  uint32(): number
  /** A uniform double in [0, 1), 53 bits. */
  float(): number
  /** A uniform integer in [0, n), n ≤ 2³², without modulo bias. */
  int(n: number): number
  /** A uniform double in [low, high). */
  uniform(low: number, high: number): number
  /** A standard normal (Marsaglia polar; both values of a pair are used). */
  normal(): number
  /** An independent generator derived from this one's seed and `name`; drawing from either does not move the other. */
  stream(name: string): Rng
  state(): RngState
  restore(state: RngState): void
}

export interface RngState {
  /** The seed words that `stream` derives from. */
  readonly key: readonly number[]
  readonly words: readonly number[]
  /** The second normal of a pair, if one is waiting. */
  readonly spare: number | null
}

/** The generator of a seed (any safe integer) and, optionally, a path of stream names. */
export function createRng(seed: number, ...path: string[]): Rng {
  let key = hashWords([seed | 0, Math.floor(seed / 2 ** 32) | 0], '')
  for (const name of path) key = hashWords(key, name)
  return fromKey(key)
}

function fromKey(initialKey: readonly number[]): Rng {
  let key = initialKey
  let generator = xoroshiro128plusFromState(nonZero(key))
  let spare: number | null = null

  const rng: Rng = {
    uint32: () => generator.next() >>> 0,
    float: () => ((generator.next() >>> 5) * 67108864 + (generator.next() >>> 6)) / 9007199254740992,
    int(n) {
      if (!(n >= 1 && n <= 4294967296)) throw new RangeError(`rng.int expects 1 ≤ n ≤ 2^32, got ${n}`)
      const limit = 4294967296 - (4294967296 % n)
      let x = generator.next() >>> 0
      while (x >= limit) x = generator.next() >>> 0
      return x % n
    },
    uniform: (low, high) => low + (high - low) * rng.float(),
    normal() {
      if (spare !== null) {
        const value = spare
        spare = null
        return value
      }
      let u: number, v: number, s: number
      do {
        u = 2 * rng.float() - 1
        v = 2 * rng.float() - 1
        s = u * u + v * v
      } while (s >= 1 || s === 0)
      const scale = Math.sqrt((-2 * Math.log(s)) / s)
      spare = v * scale
      return u * scale
    },
    stream: (name) => fromKey(hashWords(key, name)),
    state: () => ({ key: [...key], words: [...generator.getState()], spare }),
    restore(state) {
      key = [...state.key]
      generator = xoroshiro128plusFromState([...state.words])
      spare = state.spare
    },
  }
  return rng
}

/** Four well-mixed 32-bit words of a key and a name (the finaliser of MurmurHash3 over each word). */
function hashWords(key: readonly number[], name: string): number[] {
  const bytes = new TextEncoder().encode(name)
  return [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x71374491].map((salt) => {
    let h = salt
    for (const word of key) h = mix(h ^ word)
    for (const byte of bytes) h = mix(h ^ byte)
    return mix(h ^ bytes.length)
  })
}

function mix(x: number): number {
  let h = (x + 0x9e3779b9) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}

/** xoroshiro's only forbidden state is all zeros. */
function nonZero(words: readonly number[]): number[] {
  return words.some((w) => w !== 0) ? [...words] : [1, 2, 3, 4]
}

/** A seed nobody chose, for runs that give none. */
export function entropySeed(): number {
  return xoroshiro128plus(Date.now() ^ Math.floor(performance.now() * 1e6)).next() >>> 1
}
