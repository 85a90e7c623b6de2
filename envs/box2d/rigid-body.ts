/** Box2D's tolerances and limits: metres, radians, seconds. */
export const linearSlop = 0.005
export const angularSlop = (2 / 180) * Math.PI
/** The skin around a polygon and around an edge, together. */
export const skin = 4 * linearSlop
const maxTranslation = 2
const maxRotation = Math.PI / 2
const linearSleepTolerance = 0.01
const angularSleepTolerance = (2 / 180) * Math.PI

/**
 * A convex polygon that moves. With `EdgeContact`, `Hinge` and `LunarWorld` it is a part of Box2D 2.3 (© 2006–2014 Erin
 * Catto, zlib licence), altered: written anew in double precision, only what a lander over a fixed ground needs, and with a
 * state that can be saved whole.
 */
export class RigidBody {
  /** x₀, y₀, x₁, y₁, … about the body's origin, counterclockwise; and the normal of the side that begins at each. */
  readonly vertices: readonly number[]
  readonly normals: readonly number[]
  readonly friction: number
  readonly inverseMass: number
  readonly inverseInertia: number
  /** The centre of mass about the origin. */
  readonly centreX: number
  readonly centreY: number
  /** From the centre of mass to the farthest corner. */
  readonly reach: number

  /** Centre of mass in the world, and its place at the beginning of the step's rest, which starts at `alpha0` of it. */
  x = 0
  y = 0
  angle = 0
  x0 = 0
  y0 = 0
  angle0 = 0
  alpha0 = 0
  xSpeed = 0
  ySpeed = 0
  spin = 0
  /** Seconds for which it has hardly moved. */
  restTime = 0
  forceX = 0
  forceY = 0
  torque = 0
  /** The transform: the origin in the world, sine and cosine of the angle. */
  originX = 0
  originY = 0
  sin = 0
  cos = 1

  constructor(vertices: readonly number[], { density, friction }: { density: number; friction: number }) {
    this.vertices = vertices
    this.friction = friction
    const normals: number[] = []
    let [area, momentX, momentY, second] = [0, 0, 0, 0]
    for (let i = 0; i < vertices.length; i += 2) {
      const [ax, ay] = [vertices[i]!, vertices[i + 1]!]
      const [bx, by] = [vertices[(i + 2) % vertices.length]!, vertices[(i + 3) % vertices.length]!]
      const length = Math.hypot(bx - ax, by - ay)
      normals.push((by - ay) / length, (ax - bx) / length)
      const cross = ax * by - ay * bx
      area += cross / 2
      momentX += (cross / 6) * (ax + bx)
      momentY += (cross / 6) * (ay + by)
      second += (cross / 12) * (ax * ax + ax * bx + bx * bx + ay * ay + ay * by + by * by)
    }
    this.normals = normals
    this.centreX = momentX / area
    this.centreY = momentY / area
    const mass = density * area
    this.inverseMass = 1 / mass
    this.inverseInertia = 1 / (density * second - mass * (this.centreX ** 2 + this.centreY ** 2))
    let reach = 0
    for (let i = 0; i < vertices.length; i += 2)
      reach = Math.max(reach, Math.hypot(vertices[i]! - this.centreX, vertices[i + 1]! - this.centreY))
    this.reach = reach
  }

  /** Puts its origin somewhere, at rest. */
  place(originX: number, originY: number, angle: number): void {
    this.angle = angle
    this.x = originX + Math.cos(angle) * this.centreX - Math.sin(angle) * this.centreY
    this.y = originY + Math.sin(angle) * this.centreX + Math.cos(angle) * this.centreY
    this.synchronize()
  }

  /** The transform of the present position. */
  synchronize(): void {
    this.sin = Math.sin(this.angle)
    this.cos = Math.cos(this.angle)
    this.originX = this.x - (this.cos * this.centreX - this.sin * this.centreY)
    this.originY = this.y - (this.sin * this.centreX + this.cos * this.centreY)
  }

  applyImpulse(x: number, y: number, atX: number, atY: number): void {
    this.xSpeed += this.inverseMass * x
    this.ySpeed += this.inverseMass * y
    this.spin += this.inverseInertia * ((atX - this.x) * y - (atY - this.y) * x)
  }

  /** Remembers where the step began, and lets gravity and forces act for `h` seconds. */
  begin(h: number, gravity: number): void {
    this.x0 = this.x
    this.y0 = this.y
    this.angle0 = this.angle
    this.alpha0 = 0
    this.xSpeed += h * this.inverseMass * this.forceX
    this.ySpeed += h * (gravity + this.inverseMass * this.forceY)
    this.spin += h * this.inverseInertia * this.torque
    this.forceX = this.forceY = this.torque = 0
  }

  /** Moves for `h` seconds. */
  move(h: number): void {
    const way = h * Math.sqrt(this.xSpeed * this.xSpeed + this.ySpeed * this.ySpeed)
    if (way > maxTranslation) {
      this.xSpeed *= maxTranslation / way
      this.ySpeed *= maxTranslation / way
    }
    const turn = Math.abs(h * this.spin)
    if (turn > maxRotation) this.spin *= maxRotation / turn
    this.x += h * this.xSpeed
    this.y += h * this.ySpeed
    this.angle += h * this.spin
  }

  /** Moves the beginning of the step's rest to the fraction `alpha` of the step. */
  advanceStart(alpha: number): void {
    const beta = (alpha - this.alpha0) / (1 - this.alpha0)
    this.x0 = beta * this.x + (1 - beta) * this.x0
    this.y0 = beta * this.y + (1 - beta) * this.y0
    this.angle0 = beta * this.angle + (1 - beta) * this.angle0
    this.alpha0 = alpha
  }

  /** Goes back to the fraction `alpha` of the step. */
  goTo(alpha: number): void {
    this.advanceStart(alpha)
    this.x = this.x0
    this.y = this.y0
    this.angle = this.angle0
    this.synchronize()
  }

  /** Seconds of rest, after `h` more. */
  rest(h: number): number {
    const speed = this.xSpeed * this.xSpeed + this.ySpeed * this.ySpeed
    const moves =
      this.spin * this.spin > angularSleepTolerance * angularSleepTolerance ||
      speed > linearSleepTolerance * linearSleepTolerance
    this.restTime = moves ? 0 : this.restTime + h
    return this.restTime
  }

  stop(): void {
    this.xSpeed = this.ySpeed = this.spin = this.restTime = 0
  }

  /** What lasts from step to step. */
  save(): number[] {
    return [this.x, this.y, this.angle, this.xSpeed, this.ySpeed, this.spin, this.restTime]
  }

  load([x, y, angle, xSpeed, ySpeed, spin, restTime]: Iterable<number>): void {
    Object.assign(this, { x, y, angle, xSpeed, ySpeed, spin, restTime })
    this.synchronize()
  }
}
