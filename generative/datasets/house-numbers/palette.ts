import { grayOf } from '../../../core/raster/index.ts'
import type { Rng } from '../../../core/rng.ts'

/** Red, green, blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number]

/** What walls, doors and plates are painted in. */
const grounds: readonly Colour[] = [
  ...([
    [196, 192, 184],
    [168, 166, 162],
    [132, 134, 136],
    [92, 96, 102],
    [60, 64, 72],
  ] as const),
  ...([
    [178, 160, 132],
    [150, 128, 102],
    [116, 92, 70],
    [84, 62, 48],
    [142, 84, 66],
  ] as const),
  ...([
    [118, 60, 50],
    [70, 92, 128],
    [44, 62, 104],
    [98, 122, 148],
    [62, 86, 74],
  ] as const),
  ...([
    [36, 44, 40],
    [34, 34, 38],
    [214, 206, 190],
    [124, 116, 104],
    [106, 110, 96],
  ] as const),
]

/** What numbers are made of: paint, brass, steel, enamel. */
const inks: readonly Colour[] = [
  ...([
    [28, 28, 30],
    [40, 38, 40],
    [56, 44, 36],
    [24, 32, 58],
    [70, 70, 74],
  ] as const),
  ...([
    [236, 236, 232],
    [220, 222, 226],
    [244, 240, 222],
    [206, 190, 150],
    [186, 160, 98],
  ] as const),
  ...([
    [170, 172, 176],
    [120, 90, 54],
    [110, 34, 32],
    [232, 214, 120],
    [48, 80, 120],
  ] as const),
]

/** Levels of luminance by which a number stands out at least; few do by less than the second. */
const contrast = [26, 60] as const

export interface Colours {
  readonly wall: Colour
  /** A plate, a frame, the grooves of a wall. */
  readonly second: Colour
  readonly ink: Colour
  readonly shadow: Colour
}

export function drawColours(rng: Rng): Colours {
  const jitter = (colour: Colour, by: number): Colour => {
    const all = rng.uniform(-by, by)
    return [0, 1, 2].map((k) => clamp(colour[k]! + all + rng.uniform(-by / 3, by / 3))) as unknown as Colour
  }
  const wall = duller(jitter(grounds[rng.int(grounds.length)]!, 26), rng.uniform(0.1, 0.6))
  const faint = rng.float() < 0.3
  const needed = contrast[faint ? 0 : 1]
  let ink = jitter(inks[rng.int(inks.length)]!, 18)
  for (let tries = 0; tries < 8 && Math.abs(lightness(ink) - lightness(wall)) < needed; tries++)
    ink = jitter(inks[rng.int(inks.length)]!, 18)
  if (Math.abs(lightness(ink) - lightness(wall)) < needed) ink = lightness(wall) > 128 ? [34, 34, 36] : [232, 232, 228]
  const second = jitter(rng.float() < 0.6 ? wall : grounds[rng.int(grounds.length)]!, 40)
  const shadow: Colour = [wall[0] * 0.45, wall[1] * 0.45, wall[2] * 0.48]
  return { wall, second, ink, shadow }
}

export function lightness([red, green, blue]: Colour): number {
  return grayOf(Math.round(red), Math.round(green), Math.round(blue))
}

/** A street's dust: a share of each colour becomes gray. */
function duller(colour: Colour, share: number): Colour {
  const gray = lightness(colour)
  return [0, 1, 2].map((k) => colour[k]! + (gray - colour[k]!) * share) as unknown as Colour
}

function clamp(level: number): number {
  return Math.min(255, Math.max(0, level))
}
