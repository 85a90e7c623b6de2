import { collideEdgeAndPolygon, emptyManifold, type Edge, type Manifold } from './edge-manifold.ts'
import { linearSlop, skin, type RigidBody } from './rigid-body.ts'

const maxLinearCorrection = 0.2
const maxConditionNumber = 1000

/** A body that may touch an edge of the ground: Box2D's contact solver, with the ground at rest. No bounce. */
export class EdgeContact {
  readonly edge: Edge
  readonly body: RigidBody
  readonly manifold: Manifold = emptyManifold()
  /** Within one step: how often it hit, the fraction at which it will hit next, and whether that still counts. */
  impact = { count: 0, at: 1, enabled: true }
  /** Of the last step, which the next begins with. */
  private readonly savedNormal = new Float64Array(2)
  private readonly savedTangent = new Float64Array(2)
  private readonly friction: number
  // Of the present solve.
  private count = 0
  private normalX = 0
  private normalY = 0
  private readonly rx = new Float64Array(2)
  private readonly ry = new Float64Array(2)
  private readonly normalMass = new Float64Array(2)
  private readonly tangentMass = new Float64Array(2)
  private readonly normal = new Float64Array(2)
  private readonly tangent = new Float64Array(2)
  /** The two points' mass matrix and its inverse. */
  private readonly k = new Float64Array(3)
  private readonly inverse = new Float64Array(3)

  constructor(edge: Edge, body: RigidBody) {
    this.edge = edge
    this.body = body
    this.friction = Math.sqrt(edge.friction * body.friction)
  }

  get touching(): boolean {
    return this.manifold.count > 0
  }

  /** Whether a body that sweeps over the rest of its step can come near. */
  isNear(): boolean {
    const { edge, body } = this
    const reach = body.reach + skin
    return (
      Math.min(body.x, body.x0) - reach <= edge.x2 &&
      Math.max(body.x, body.x0) + reach >= edge.x1 &&
      Math.min(body.y, body.y0) - reach <= Math.max(edge.y1, edge.y2) &&
      Math.max(body.y, body.y0) + reach >= Math.min(edge.y1, edge.y2)
    )
  }

  /** Finds the points anew, and keeps the impulses of those that last. */
  update(): void {
    const { manifold, savedNormal, savedTangent } = this
    const { count, key } = manifold
    const [key0, key1] = [count > 0 ? key[0]! : -1, count > 1 ? key[1]! : -1]
    const [normal0, normal1, tangent0, tangent1] = [
      savedNormal[0]!,
      savedNormal[1]!,
      savedTangent[0]!,
      savedTangent[1]!,
    ]
    collideEdgeAndPolygon(manifold, this.edge, this.body)
    for (let i = 0; i < manifold.count; i++) {
      const at = key[i]!
      savedNormal[i] = at === key0 ? normal0 : at === key1 ? normal1 : 0
      savedTangent[i] = at === key0 ? tangent0 : at === key1 ? tangent1 : 0
    }
  }

  /** Masses of a solve. `warm`: it begins with the last step's impulses. */
  begin(warm: boolean): void {
    const { manifold, body, rx, ry, normal, tangent, k, inverse } = this
    this.count = manifold.count
    const { ofEdge } = manifold
    const [planeX, planeY] = ofEdge
      ? [manifold.planeX, manifold.planeY]
      : toWorld(body, manifold.planeX, manifold.planeY)
    let [nx, ny] = ofEdge ? [manifold.normalX, manifold.normalY] : turned(body, manifold.normalX, manifold.normalY)
    const [iB, mB] = [body.inverseInertia, body.inverseMass]
    const towards = ofEdge ? 1 : -1
    for (let i = 0; i < this.count; i++) {
      const [clipX, clipY] = ofEdge ? toWorld(body, manifold.x[i]!, manifold.y[i]!) : [manifold.x[i]!, manifold.y[i]!]
      // Midway between the two skins.
      const gap = (clipX - planeX) * nx + (clipY - planeY) * ny
      rx[i] = clipX - (gap / 2) * nx - body.x
      ry[i] = clipY - (gap / 2) * ny - body.y
    }
    nx *= towards
    ny *= towards
    this.normalX = nx
    this.normalY = ny
    for (let i = 0; i < this.count; i++) {
      const rn = rx[i]! * ny - ry[i]! * nx
      const rt = -rx[i]! * nx - ry[i]! * ny
      this.normalMass[i] = 1 / (mB + iB * rn * rn)
      this.tangentMass[i] = 1 / (mB + iB * rt * rt)
      normal[i] = warm ? this.savedNormal[i]! : 0
      tangent[i] = warm ? this.savedTangent[i]! : 0
    }
    if (this.count === 2) {
      const rn1 = rx[0]! * ny - ry[0]! * nx
      const rn2 = rx[1]! * ny - ry[1]! * nx
      const k11 = mB + iB * rn1 * rn1
      const k22 = mB + iB * rn2 * rn2
      const k12 = mB + iB * rn1 * rn2
      const det = k11 * k22 - k12 * k12
      if (k11 * k11 < maxConditionNumber * det) {
        k[0] = k11
        k[1] = k12
        k[2] = k22
        inverse[0] = k22 / det
        inverse[1] = -k12 / det
        inverse[2] = k11 / det
      } else this.count = 1 // The two say nearly the same.
    }
  }

  warmStart(): void {
    for (let i = 0; i < this.count; i++) {
      const [p, q] = [this.normal[i]!, this.tangent[i]!]
      this.push(i, p * this.normalX + q * this.normalY, p * this.normalY - q * this.normalX)
    }
  }

  solveVelocity(): void {
    const { body, rx, ry, normal, tangent, normalX: nx, normalY: ny } = this
    for (let i = 0; i < this.count; i++) {
      const vx = body.xSpeed - body.spin * ry[i]!
      const vy = body.ySpeed + body.spin * rx[i]!
      const most = this.friction * normal[i]!
      const wanted = tangent[i]! - this.tangentMass[i]! * (vx * ny - vy * nx)
      const total = wanted < -most ? -most : wanted > most ? most : wanted
      const change = total - tangent[i]!
      tangent[i] = total
      this.push(i, change * ny, -change * nx)
    }
    if (this.count === 1) {
      const total = Math.max(normal[0]! - this.normalMass[0]! * this.approach(0), 0)
      const change = total - normal[0]!
      normal[0] = total
      this.push(0, change * nx, change * ny)
    } else this.solveBlock()
  }

  /** Both points at once, by trying which of them push (Murty's total enumeration). */
  private solveBlock(): void {
    const { normal, k, inverse, normalX: nx, normalY: ny } = this
    const [a1, a2] = [normal[0]!, normal[1]!]
    const b1 = this.approach(0) - k[0]! * a1 - k[1]! * a2
    const b2 = this.approach(1) - k[1]! * a1 - k[2]! * a2
    let x1 = -(inverse[0]! * b1 + inverse[1]! * b2)
    let x2 = -(inverse[1]! * b1 + inverse[2]! * b2)
    if (!(x1 >= 0 && x2 >= 0)) {
      x1 = -this.normalMass[0]! * b1
      x2 = 0
      if (!(x1 >= 0 && k[1]! * x1 + b2 >= 0)) {
        x1 = 0
        x2 = -this.normalMass[1]! * b2
        if (!(x2 >= 0 && k[1]! * x2 + b1 >= 0)) {
          x2 = 0
          if (!(b1 >= 0 && b2 >= 0)) return
        }
      }
    }
    normal[0] = x1
    normal[1] = x2
    this.push(0, (x1 - a1) * nx, (x1 - a1) * ny)
    this.push(1, (x2 - a2) * nx, (x2 - a2) * ny)
  }

  /** Keeps the impulses for the next step. */
  store(): void {
    this.savedNormal.set(this.normal)
    this.savedTangent.set(this.tangent)
  }

  /** Pushes the body out by a share of its depth; returns the separation it found. */
  solvePosition(share: number): number {
    const { manifold, body } = this
    const { ofEdge } = manifold
    let least = 0
    for (let i = 0; i < manifold.count; i++) {
      body.synchronize()
      const [planeX, planeY] = ofEdge
        ? [manifold.planeX, manifold.planeY]
        : toWorld(body, manifold.planeX, manifold.planeY)
      const [nx, ny] = ofEdge ? [manifold.normalX, manifold.normalY] : turned(body, manifold.normalX, manifold.normalY)
      const [x, y] = ofEdge ? toWorld(body, manifold.x[i]!, manifold.y[i]!) : [manifold.x[i]!, manifold.y[i]!]
      const separation = (x - planeX) * nx + (y - planeY) * ny - skin
      least = Math.min(least, separation)
      const error = Math.min(Math.max(share * (separation + linearSlop), -maxLinearCorrection), 0)
      const [rx, ry] = [x - body.x, y - body.y]
      const rn = rx * ny - ry * nx
      const impulse = ((ofEdge ? 1 : -1) * -error) / (body.inverseMass + body.inverseInertia * rn * rn)
      body.x += body.inverseMass * impulse * nx
      body.y += body.inverseMass * impulse * ny
      body.angle += body.inverseInertia * impulse * rn
    }
    return least
  }

  save(): number[] {
    const { manifold, savedNormal, savedTangent } = this
    return [manifold.count, ...manifold.key, ...savedNormal, ...savedTangent]
  }

  load([count, key0, key1, normal0, normal1, tangent0, tangent1]: Iterable<number>): void {
    this.manifold.count = count!
    this.manifold.key.set([key0!, key1!])
    this.savedNormal.set([normal0!, normal1!])
    this.savedTangent.set([tangent0!, tangent1!])
  }

  /** Speed along the normal at a point: negative towards the ground. */
  private approach(i: number): number {
    const { body, rx, ry } = this
    return (body.xSpeed - body.spin * ry[i]!) * this.normalX + (body.ySpeed + body.spin * rx[i]!) * this.normalY
  }

  private push(i: number, x: number, y: number): void {
    const { body, rx, ry } = this
    body.xSpeed += body.inverseMass * x
    body.ySpeed += body.inverseMass * y
    body.spin += body.inverseInertia * (rx[i]! * y - ry[i]! * x)
  }
}

function toWorld(body: RigidBody, x: number, y: number): [number, number] {
  return [body.originX + body.cos * x - body.sin * y, body.originY + body.sin * x + body.cos * y]
}

function turned(body: RigidBody, x: number, y: number): [number, number] {
  return [body.cos * x - body.sin * y, body.sin * x + body.cos * y]
}
