import type { Scene } from '../../core/scene.ts'
import { decimals } from '../decimals.ts'
import { palette } from '../palette.ts'

export const minPosition = -1.2
export const maxPosition = 0.6

/** The valley of both mountain cars, with the car in it and a flag at the goal. */
export function mountainCarScene(position: number, velocity: number, goal: number): Scene {
  const scale = 600 / (maxPosition - minPosition)
  const screenX = (at: number): number => (at - minPosition) * scale
  const screenY = (at: number): number => 380 - (Math.sin(3 * at) * 0.45 + 0.55) * 300
  const hill: number[] = []
  for (let i = 0; i <= 100; i++) {
    const at = minPosition + (i / 100) * (maxPosition - minPosition)
    hill.push(screenX(at), screenY(at))
  }
  const slope = -Math.atan(Math.cos(3 * position) * 3 * 0.45 * (300 / scale))
  const [goalX, goalY] = [screenX(goal), screenY(goal)]
  return {
    width: 600,
    height: 400,
    background: palette.paper,
    fps: 30,
    caption: `position ${decimals(position, 2)}, speed ${decimals(velocity, 3)}`,
    items: [
      { kind: 'polygon', points: [0, 400, ...hill, 600, 400], fill: palette.sand },
      { kind: 'line', points: hill, stroke: { color: palette.grey, width: 3 } },
      { kind: 'line', points: [goalX, goalY, goalX, goalY - 50], stroke: { color: palette.ink, width: 3 } },
      {
        kind: 'polygon',
        points: [goalX, goalY - 50, goalX + 26, goalY - 41, goalX, goalY - 32],
        fill: palette.green,
      },
      {
        kind: 'sprite',
        id: 'car',
        x: screenX(position),
        y: screenY(position),
        angle: slope,
        items: [
          { kind: 'rect', x: -22, y: -26, width: 44, height: 16, cornerRadius: 4, fill: palette.blue },
          { kind: 'rect', x: -12, y: -36, width: 24, height: 12, cornerRadius: 4, fill: palette.sky },
          { kind: 'circle', x: -13, y: -8, radius: 8, fill: palette.ink },
          { kind: 'circle', x: 13, y: -8, radius: 8, fill: palette.ink },
        ],
      },
    ],
  }
}
