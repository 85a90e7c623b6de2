import type { Scene, SceneItem } from '../../core/scene.ts'
import { decimals } from '../decimals.ts'
import { palette } from '../palette.ts'
import { height, hull, leg, scale, surfacePoints, type LunarWorld } from './lunar-world.ts'
import type { RigidBody } from './rigid-body.ts'

const night = '#1e2436'
const regolith = '#b9b3a4'
const metal = '#c9ced8'

export interface LunarView {
  readonly world: LunarWorld
  /** Heights of the ground, metres. */
  readonly surface: ArrayLike<number>
  readonly padHeight: number
  /** 0 none, 1 the jet on the right, 2 the main engine, 3 the jet on the left. */
  readonly firing: number
}

/** The moon by night, 600 × 400: pixels of Gymnasium's picture. */
export function lunarScene({ world, surface, padHeight, firing }: LunarView): Scene {
  const { lander, legs } = world
  const up = (metres: number): number => (height - metres) * scale
  const placed = (id: string, body: RigidBody, items: readonly SceneItem[]): SceneItem => ({
    kind: 'sprite',
    id,
    x: body.originX * scale,
    y: up(body.originY),
    angle: -body.angle,
    items,
  })
  const step = 600 / (surfacePoints - 1)
  const ridge = Array.from(surface).flatMap((y, i) => [i * step, up(y)])
  const pad = up(padHeight)
  const [padLeft, padRight] = [4 * step, 6 * step]
  return {
    width: 600,
    height: 400,
    background: night,
    fps: 50,
    caption: `speed ${decimals(Math.hypot(lander.xSpeed, lander.ySpeed), 1)} m/s, tilt ${decimals((lander.angle * 180) / Math.PI, 0)}°`,
    items: [
      ...stars,
      { kind: 'circle', x: 508, y: 62, radius: 22, fill: palette.blue },
      { kind: 'polygon', points: [493, 54, 506, 48, 516, 54, 509, 65, 500, 69], fill: palette.green },
      { kind: 'polygon', points: [512, 70, 522, 66, 525, 72, 516, 79], fill: palette.green },
      { kind: 'polygon', points: [0, 400, ...ridge, 600, 400], fill: regolith },
      {
        kind: 'polygon',
        points: [0, 400, ...ridge.map((v, i) => (i % 2 === 0 ? v : Math.min(v + 22, 400))), 600, 400],
        fill: '#a39d8f',
      },
      { kind: 'line', points: ridge, stroke: { color: '#d8d2c3', width: 3 } },
      { kind: 'rect', x: padLeft, y: pad, width: padRight - padLeft, height: 7, cornerRadius: 2, fill: palette.ink },
      ...lights(padLeft, padRight, pad),
      ...flag(padLeft, pad),
      ...flag(padRight, pad),
      ...(firing === 0 ? [] : [placed('flame', lander, flame(firing))]),
      ...legs.map((body, i) => strut(lander, body, i === 0 ? 1 : -1, up)),
      ...legs.map((body, i) => placed(`leg-${i}`, body, legItems)),
      placed('lander', lander, landerItems),
    ],
  }
}

/** Where stars are is nobody's state: a fixed scatter. */
const stars: readonly SceneItem[] = Array.from({ length: 60 }, (_, i) => ({
  kind: 'circle',
  x: (i * 373.7 + 41) % 600,
  y: (i * i * 31.3 + i * 97.1) % 260,
  radius: i % 7 === 0 ? 1.4 : 0.8,
  fill: i % 5 === 0 ? '#ffffff' : '#8f98b3',
}))

const landerItems: readonly SceneItem[] = [
  { kind: 'polygon', points: [-6, 9, 6, 9, 9, 16, -9, 16], fill: palette.grey },
  { kind: 'polygon', points: hull.map((v, i) => (i % 2 === 0 ? v : -v)), fill: metal },
  { kind: 'polygon', points: [-17, 0, 17, 0, 17, 10, -17, 10], fill: '#c79a3b' },
  { kind: 'line', points: [-17, 0, 17, 0], stroke: { color: palette.ink, width: 1.5 } },
  { kind: 'circle', x: 0, y: -8, radius: 5, fill: palette.blue, stroke: { color: palette.ink, width: 1.5 } },
]

const legItems: readonly SceneItem[] = [
  {
    kind: 'rect',
    x: -leg.halfWidth,
    y: -leg.halfHeight,
    width: 2 * leg.halfWidth,
    height: 2 * leg.halfHeight,
    fill: metal,
  },
  { kind: 'rect', x: -5, y: leg.halfHeight - 3, width: 10, height: 3, cornerRadius: 1.5, fill: palette.grey },
]

/** From the hull to the upper end of a leg; `side`: 1 right, −1 left. */
function strut(lander: RigidBody, body: RigidBody, side: number, up: (metres: number) => number): SceneItem {
  const end = ({ originX, originY, sin, cos }: RigidBody, x: number, y: number): [number, number] => [
    (originX + (cos * x - sin * y) / scale) * scale,
    up(originY + (sin * x + cos * y) / scale),
  ]
  return {
    kind: 'line',
    id: `strut-${side}`,
    points: [...end(lander, side * 14, -3), ...end(body, 0, leg.halfHeight - 2)],
    stroke: { color: palette.grey, width: 2.5 },
  }
}

function lights(left: number, right: number, y: number): SceneItem[] {
  return Array.from({ length: 6 }, (_, i) => {
    return { kind: 'circle', x: left + ((i + 0.5) * (right - left)) / 6, y: y + 3.5, radius: 1.8, fill: '#ffe08a' }
  })
}

function flag(x: number, ground: number): SceneItem[] {
  return [
    { kind: 'line', points: [x, ground, x, ground - 50], stroke: { color: '#f2f2f2', width: 2 } },
    { kind: 'polygon', points: [x, ground - 50, x + 24, ground - 43, x, ground - 36], fill: palette.orange },
  ]
}

function flame(firing: number): SceneItem[] {
  if (firing === 2)
    return [
      { kind: 'polygon', points: [-8, 15, 0, 46, 8, 15], fill: palette.orange },
      { kind: 'polygon', points: [-4, 15, 0, 33, 4, 15], fill: '#ffe08a' },
    ]
  const side = firing === 1 ? 1 : -1
  const jet = (start: number, end: number, half: number, fill: string): SceneItem => ({
    kind: 'polygon',
    points: [side * start, -13 - half, side * end, -13, side * start, -13 + half],
    fill,
  })
  return [jet(14, 34, 4, palette.orange), jet(14, 24, 2, '#ffe08a')]
}
