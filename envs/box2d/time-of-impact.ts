import type { Edge } from './edge-manifold.ts'
import { linearSlop, skin, type RigidBody } from './rigid-body.ts'

const target = skin - 3 * linearSlop
const tolerance = 0.25 * linearSlop
const maxIterations = 20
const maxRootIterations = 50
/** Pushes past a root, as many as a polygon may have corners. */
const maxPushes = 8

/** The body's transform at a moment of its sweep. */
const at = { x: 0, y: 0, sin: 0, cos: 1 }

/** The direction along which edge and body are apart, and the points that measure it. */
const axis = {
  /** 'points': `x`, `y` in the world; 'edge': the edge's normal; 'side': the body's, in its frame, with `index` on the edge. */
  kind: 'points' as 'points' | 'edge' | 'side',
  x: 0,
  y: 0,
  pointX: 0,
  pointY: 0,
  edgeEnd: 0,
  corner: 0,
}

/**
 * The fraction of the body's sweep (from its start to its present place) at which it comes within the skin of the edge;
 * 1 where it does not, or overlaps already. Conservative advancement along separating axes (Box2D's b2TimeOfImpact).
 */
export function timeOfImpact(edge: Edge, body: RigidBody): number {
  let t1 = 0
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    transformAt(body, t1)
    const distance = closestFeatures(edge, body)
    if (distance <= 0) return 1
    if (distance < target + tolerance) return t1
    let t2 = 1
    for (let push = 0; push < maxPushes; push++) {
      transformAt(body, t2)
      let s2 = leastSeparation(edge, body)
      if (s2 > target + tolerance) return 1
      if (s2 > target - tolerance) {
        t1 = t2
        break
      }
      transformAt(body, t1)
      let s1 = separation(edge, body)
      if (s1 < target - tolerance) return 1
      if (s1 <= target + tolerance) return t1
      // Between them is a root: secants and bisections by turns.
      let [a1, a2] = [t1, t2]
      for (let i = 0; i < maxRootIterations; i++) {
        const t = i % 2 === 1 ? a1 + ((target - s1) * (a2 - a1)) / (s2 - s1) : (a1 + a2) / 2
        transformAt(body, t)
        const s = separation(edge, body)
        if (Math.abs(s - target) < tolerance) {
          t2 = t
          break
        }
        if (s > target) {
          a1 = t
          s1 = s
        } else {
          a2 = t
          s2 = s
        }
      }
    }
  }
  return 1
}

function transformAt({ x, y, angle, x0, y0, angle0, centreX, centreY }: RigidBody, t: number): void {
  const turn = (1 - t) * angle0 + t * angle
  at.sin = Math.sin(turn)
  at.cos = Math.cos(turn)
  at.x = (1 - t) * x0 + t * x - (at.cos * centreX - at.sin * centreY)
  at.y = (1 - t) * y0 + t * y - (at.sin * centreX + at.cos * centreY)
}

/** Sets `axis` by the nearest points at `at` and returns their distance, 0 where the two overlap. */
function closestFeatures(edge: Edge, { vertices, normals }: RigidBody): number {
  const { sin, cos } = at
  // The edge in the body's frame.
  const x1 = cos * (edge.x1 - at.x) + sin * (edge.y1 - at.y)
  const y1 = -sin * (edge.x1 - at.x) + cos * (edge.y1 - at.y)
  const x2 = cos * (edge.x2 - at.x) + sin * (edge.y2 - at.y)
  const y2 = -sin * (edge.x2 - at.x) + cos * (edge.y2 - at.y)
  let best = Infinity
  let apart = false
  let [least, most] = [Infinity, -Infinity]
  const [alongX, alongY] = [x2 - x1, y2 - y1]
  const squared = alongX * alongX + alongY * alongY
  for (let i = 0; i < vertices.length; i += 2) {
    const [x, y] = [vertices[i]!, vertices[i + 1]!]
    // A corner against the edge.
    const share = ((x - x1) * alongX + (y - y1) * alongY) / squared
    const held = share < 0 ? 0 : share > 1 ? 1 : share
    const d = (x - x1 - held * alongX) ** 2 + (y - y1 - held * alongY) ** 2
    const height = (x - x1) * alongY - (y - y1) * alongX
    least = Math.min(least, height)
    most = Math.max(most, height)
    if (d < best) {
      best = d
      axis.kind = share > 0 && share < 1 ? 'edge' : 'points'
      axis.edgeEnd = share <= 0 ? 0 : 1
      axis.corner = i
    }
    // The ends of the edge against a side.
    const next = i + 2 < vertices.length ? i + 2 : 0
    const [sideX, sideY] = [vertices[next]! - x, vertices[next + 1]! - y]
    const length2 = sideX * sideX + sideY * sideY
    const one = (x1 - x) * normals[i]! + (y1 - y) * normals[i + 1]!
    const two = (x2 - x) * normals[i]! + (y2 - y) * normals[i + 1]!
    if (one > 0 && two > 0) apart = true
    for (let end = 0; end < 2; end++) {
      const [endX, endY, away] = end === 0 ? [x1, y1, one] : [x2, y2, two]
      const along = ((endX - x) * sideX + (endY - y) * sideY) / length2
      if (along > 0 && along < 1 && away * away < best) {
        best = away * away
        axis.kind = 'side'
        axis.edgeEnd = end
        axis.corner = i
      }
    }
  }
  if (!apart && least <= 0 && most >= 0) return 0
  const distance = Math.sqrt(best)
  setAxis(edge, vertices, normals)
  return distance
}

function setAxis(edge: Edge, vertices: readonly number[], normals: readonly number[]): void {
  const [x, y] = [vertices[axis.corner]!, vertices[axis.corner + 1]!]
  const cornerX = at.x + at.cos * x - at.sin * y
  const cornerY = at.y + at.sin * x + at.cos * y
  if (axis.kind === 'side') {
    const next = axis.corner + 2 < vertices.length ? axis.corner + 2 : 0
    axis.x = normals[axis.corner]!
    axis.y = normals[axis.corner + 1]!
    axis.pointX = (x + vertices[next]!) / 2
    axis.pointY = (y + vertices[next + 1]!) / 2
    return
  }
  const ofEdge = axis.kind === 'edge'
  const endX = axis.edgeEnd === 0 ? edge.x1 : edge.x2
  const endY = axis.edgeEnd === 0 ? edge.y1 : edge.y2
  const dx = ofEdge ? edge.y2 - edge.y1 : cornerX - endX
  const dy = ofEdge ? edge.x1 - edge.x2 : cornerY - endY
  const length = Math.sqrt(dx * dx + dy * dy)
  axis.x = dx / length
  axis.y = dy / length
  if (!ofEdge) return
  axis.pointX = (edge.x1 + edge.x2) / 2
  axis.pointY = (edge.y1 + edge.y2) / 2
  if ((cornerX - axis.pointX) * axis.x + (cornerY - axis.pointY) * axis.y < 0) {
    axis.x = -axis.x
    axis.y = -axis.y
  }
}

/** Along the axis at `at`, after choosing the points that are deepest there. */
function leastSeparation(edge: Edge, body: RigidBody): number {
  if (axis.kind === 'side') {
    const [nx, ny] = [at.cos * axis.x - at.sin * axis.y, at.sin * axis.x + at.cos * axis.y]
    axis.edgeEnd = nx * edge.x2 + ny * edge.y2 < nx * edge.x1 + ny * edge.y1 ? 1 : 0
  } else {
    if (axis.kind === 'points')
      axis.edgeEnd = axis.x * edge.x2 + axis.y * edge.y2 > axis.x * edge.x1 + axis.y * edge.y1 ? 1 : 0
    const [u, v] = [at.cos * axis.x + at.sin * axis.y, -at.sin * axis.x + at.cos * axis.y]
    let least = Infinity
    const { vertices } = body
    for (let i = 0; i < vertices.length; i += 2) {
      const along = u * vertices[i]! + v * vertices[i + 1]!
      if (along < least) {
        least = along
        axis.corner = i
      }
    }
  }
  return separation(edge, body)
}

function separation(edge: Edge, { vertices }: RigidBody): number {
  const endX = axis.edgeEnd === 0 ? edge.x1 : edge.x2
  const endY = axis.edgeEnd === 0 ? edge.y1 : edge.y2
  if (axis.kind === 'side') {
    const nx = at.cos * axis.x - at.sin * axis.y
    const ny = at.sin * axis.x + at.cos * axis.y
    const px = at.x + at.cos * axis.pointX - at.sin * axis.pointY
    const py = at.y + at.sin * axis.pointX + at.cos * axis.pointY
    return (endX - px) * nx + (endY - py) * ny
  }
  const [x, y] = [vertices[axis.corner]!, vertices[axis.corner + 1]!]
  const cornerX = at.x + at.cos * x - at.sin * y
  const cornerY = at.y + at.sin * x + at.cos * y
  const [fromX, fromY] = axis.kind === 'edge' ? [axis.pointX, axis.pointY] : [endX, endY]
  return (cornerX - fromX) * axis.x + (cornerY - fromY) * axis.y
}
