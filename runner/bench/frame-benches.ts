import { createPhi, createPlainPhi } from '../../core/raster/index.ts'
import { createRng } from '../../core/rng.ts'
import { timed, type Bench } from './types.ts'

/** φ of two Atari frames: maximum, luminance, 84 × 84 by area, and the last four pictures as an array of their own. */
function preprocessing(name: string, title: string, create: typeof createPhi, target: number): Bench {
  return {
    name,
    title,
    unit: 'call',
    peers: [{ name: 'OpenCV', key: 'phi', target }],
    rounds: 10,
    async prepare() {
      const rng = createRng(0)
      const frame = (): Uint8Array => Uint8Array.from({ length: 210 * 160 * 3 }, () => rng.int(256))
      const [before, last] = [frame(), frame()]
      const phi = create({ from: { height: 210, width: 160 }, to: { height: 84, width: 84 } })
      const picture = new Uint8Array(84 * 84)
      const stack = new Uint8Array(4 * picture.length)
      return timed(() => {
        phi(before, last, picture)
        stack.copyWithin(0, picture.length)
        stack.set(picture, 3 * picture.length)
        stack.slice()
      }, 1000)
    },
  }
}

export const frameBenches: readonly Bench[] = [
  preprocessing('phi', 'φ of two 210×160×3 frames, 84×84 by area, a stack of 4', createPhi, 1),
  preprocessing('phi-plain', 'the same in TypeScript alone', createPlainPhi, 3),
]
