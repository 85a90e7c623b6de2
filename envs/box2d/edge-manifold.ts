import { skin, type RigidBody } from './rigid-body.ts'

/** A piece of fixed ground, met from either side. */
export interface Edge {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
  readonly friction: number
}

/** Where an edge and a polygon touch: up to two points. */
export interface Manifold {
  /** 0 where they are apart. */
  count: number
  /** Whose side the others are pushed from: then normal and plane are the edge's, in the world, and the points the body's. */
  ofEdge: boolean
  normalX: number
  normalY: number
  planeX: number
  planeY: number
  readonly x: Float64Array
  readonly y: Float64Array
  /** Which features make a point: the same number in the next step is the same point. */
  readonly key: Float64Array
}

export function emptyManifold(): Manifold {
  const pair = () => new Float64Array(2)
  return { count: 0, ofEdge: true, normalX: 0, normalY: 0, planeX: 0, planeY: 0, x: pair(), y: pair(), key: pair() }
}

// Reused: the polygon in the world, and the segment that is clipped.
const corners = new Float64Array(16)
const sides = new Float64Array(16)
const clipX = new Float64Array(2)
const clipY = new Float64Array(2)
const clipKey = new Float64Array(2)

/** Box2D's contact feature as one number: an index on each shape, and whether the first is a corner. */
const keyOf = (a: number, b: number, aIsCorner: boolean): number => (a * 16 + b) * 2 + (aIsCorner ? 1 : 0)

/** Box2D's b2CollideEdgeAndPolygon for an edge without neighbours. */
export function collideEdgeAndPolygon(manifold: Manifold, edge: Edge, body: RigidBody): void {
  manifold.count = 0
  const { vertices, normals, sin, cos, originX, originY } = body
  const { x1, y1, x2, y2 } = edge
  const length = Math.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2)
  const [alongX, alongY] = [(x2 - x1) / length, (y2 - y1) / length]
  // The side of the edge that the body is on.
  const front = alongY * (body.x - x1) - alongX * (body.y - y1) >= 0
  const normalX = front ? alongY : -alongY
  const normalY = front ? -alongX : alongX

  let edgeSeparation = Infinity
  for (let i = 0; i < vertices.length; i += 2) {
    const x = originX + cos * vertices[i]! - sin * vertices[i + 1]!
    const y = originY + sin * vertices[i]! + cos * vertices[i + 1]!
    corners[i] = x
    corners[i + 1] = y
    sides[i] = cos * normals[i]! - sin * normals[i + 1]!
    sides[i + 1] = sin * normals[i]! + cos * normals[i + 1]!
    edgeSeparation = Math.min(edgeSeparation, normalX * (x - x1) + normalY * (y - y1))
  }
  if (edgeSeparation > skin) return

  let side = -1
  let sideSeparation = -Infinity
  for (let i = 0; i < vertices.length; i += 2) {
    const one = -sides[i]! * (corners[i]! - x1) - sides[i + 1]! * (corners[i + 1]! - y1)
    const two = -sides[i]! * (corners[i]! - x2) - sides[i + 1]! * (corners[i + 1]! - y2)
    const separation = Math.min(one, two)
    if (separation > skin) return
    if (separation > sideSeparation) {
      side = i
      sideSeparation = separation
    }
  }

  // A little preference for the edge keeps contacts from jittering.
  const ofEdge = sideSeparation <= 0.98 * edgeSeparation + 0.001
  const next = (i: number): number => (i + 2 < vertices.length ? i + 2 : 0)
  let [faceX1, faceY1, faceX2, faceY2, faceNormalX, faceNormalY] = [x1, y1, x2, y2, alongY, -alongX]
  let [end1, end2] = [0, 1]
  if (ofEdge) {
    // The side most opposed to the edge is clipped.
    let most = 0
    let value = Infinity
    for (let i = 0; i < vertices.length; i += 2) {
      const dot = normalX * sides[i]! + normalY * sides[i + 1]!
      if (dot < value) {
        value = dot
        most = i
      }
    }
    const after = next(most)
    clipX[0] = corners[most]!
    clipY[0] = corners[most + 1]!
    clipKey[0] = keyOf(0, most / 2, false)
    clipX[1] = corners[after]!
    clipY[1] = corners[after + 1]!
    clipKey[1] = keyOf(0, after / 2, false)
    if (!front) {
      ;[faceX1, faceY1, faceX2, faceY2, faceNormalX, faceNormalY] = [x2, y2, x1, y1, -alongY, alongX]
      ;[end1, end2] = [1, 0]
    }
  } else {
    clipX[0] = x1
    clipY[0] = y1
    clipX[1] = x2
    clipY[1] = y2
    clipKey[0] = clipKey[1] = keyOf(side / 2, 0, false)
    const after = next(side)
    ;[faceX1, faceY1, faceX2, faceY2] = [corners[side]!, corners[side + 1]!, corners[after]!, corners[after + 1]!]
    ;[faceNormalX, faceNormalY, end1, end2] = [sides[side]!, sides[side + 1]!, side / 2, after / 2]
  }
  const [acrossX, acrossY] = [faceNormalY, -faceNormalX]
  if (!clip(acrossX, acrossY, acrossX * faceX1 + acrossY * faceY1, end1, ofEdge)) return
  if (!clip(-acrossX, -acrossY, -acrossX * faceX2 - acrossY * faceY2, end2, ofEdge)) return

  manifold.ofEdge = ofEdge
  manifold.normalX = ofEdge ? faceNormalX : normals[side]!
  manifold.normalY = ofEdge ? faceNormalY : normals[side + 1]!
  manifold.planeX = ofEdge ? faceX1 : vertices[side]!
  manifold.planeY = ofEdge ? faceY1 : vertices[side + 1]!
  for (let i = 0; i < 2; i++) {
    const [x, y] = [clipX[i]!, clipY[i]!]
    if (faceNormalX * (x - faceX1) + faceNormalY * (y - faceY1) > skin) continue
    const [fromX, fromY] = [x - originX, y - originY]
    manifold.x[manifold.count] = ofEdge ? cos * fromX + sin * fromY : x
    manifold.y[manifold.count] = ofEdge ? -sin * fromX + cos * fromY : y
    manifold.key[manifold.count] = clipKey[i]!
    manifold.count++
  }
}

/** Cuts what lies beyond a line off the segment; false where less than a segment is left. */
function clip(normalX: number, normalY: number, offset: number, feature: number, ofEdge: boolean): boolean {
  const one = normalX * clipX[0]! + normalY * clipY[0]! - offset
  const two = normalX * clipX[1]! + normalY * clipY[1]! - offset
  if (one <= 0 && two <= 0) return true
  if (one > 0 && two > 0) return false
  if (one * two === 0) return false
  const at = one / (one - two)
  const x = clipX[0]! + at * (clipX[1]! - clipX[0]!)
  const y = clipY[0]! + at * (clipY[1]! - clipY[0]!)
  const first = clipKey[0]! >> 1
  const key = ofEdge ? keyOf(feature, first & 15, true) : keyOf(first >> 4, feature, false)
  // Box2D puts the point that was kept first.
  if (one > 0) {
    clipX[0] = clipX[1]!
    clipY[0] = clipY[1]!
    clipKey[0] = clipKey[1]!
  }
  clipX[1] = x
  clipY[1] = y
  clipKey[1] = key
  return true
}
