import { angularSlop, linearSlop, type RigidBody } from './rigid-body.ts'

const maxAngularCorrection = (8 / 180) * Math.PI

export interface HingeOptions {
  /** Where the hinge sits on each body, about its origin. */
  readonly anchorA: readonly [number, number]
  readonly anchorB: readonly [number, number]
  /** Of B against A, radians. */
  readonly lower: number
  readonly upper: number
  /** Radians a second, and the most torque that the motor spends on it, N m. */
  readonly motorSpeed: number
  readonly motorTorque: number
}

/** Two bodies turn about a common point, driven by a motor, between two limits (Box2D's revolute joint). */
export class Hinge {
  private readonly a: RigidBody
  private readonly b: RigidBody
  private readonly options: HingeOptions
  /** Impulses that the next step begins with. */
  private impulseX = 0
  private impulseY = 0
  private limitImpulse = 0
  private motorImpulse = 0
  /** −1 at the lower limit, 1 at the upper, 0 between. */
  private limit = 0
  // Of the present step: lever arms, and the inverses of the mass matrix with and without the limit.
  private ax = 0
  private ay = 0
  private bx = 0
  private by = 0
  private motorMass = 0
  private xz = 0
  private yz = 0
  private readonly inverse2 = new Float64Array(3)
  private readonly inverse3 = new Float64Array(6)

  constructor(a: RigidBody, b: RigidBody, options: HingeOptions) {
    this.a = a
    this.b = b
    this.options = options
  }

  /** Lever arms and masses of a step, and the last step's impulses. */
  begin(): void {
    const { a, b } = this
    this.levers()
    const { ax, ay, bx, by, inverse2, inverse3 } = this
    const mass = a.inverseMass + b.inverseMass
    const [iA, iB] = [a.inverseInertia, b.inverseInertia]
    const xx = mass + ay * ay * iA + by * by * iB
    const xy = -ay * ax * iA - by * bx * iB
    const yy = mass + ax * ax * iA + bx * bx * iB
    const xz = -ay * iA - by * iB
    const yz = ax * iA + bx * iB
    const zz = iA + iB
    this.xz = xz
    this.yz = yz
    this.motorMass = 1 / zz
    const det2 = xx * yy - xy * xy
    inverse2[0] = yy / det2
    inverse2[1] = -xy / det2
    inverse2[2] = xx / det2
    const det3 = xx * (yy * zz - yz * yz) + xy * (yz * xz - xy * zz) + xz * (xy * yz - yy * xz)
    inverse3[0] = (yy * zz - yz * yz) / det3
    inverse3[1] = (xz * yz - xy * zz) / det3
    inverse3[2] = (xy * yz - xz * yy) / det3
    inverse3[3] = (xx * zz - xz * xz) / det3
    inverse3[4] = (xz * xy - xx * yz) / det3
    inverse3[5] = (xx * yy - xy * xy) / det3

    const angle = b.angle - a.angle
    const limit = angle <= this.options.lower ? -1 : angle >= this.options.upper ? 1 : 0
    if (limit === 0 || limit !== this.limit) this.limitImpulse = 0
    this.limit = limit
    this.apply(this.impulseX, this.impulseY, this.motorImpulse + this.limitImpulse)
  }

  solveVelocity(h: number): void {
    const { a, b, options, ax, ay, bx, by, inverse2, inverse3 } = this
    const mA = a.inverseMass
    const mB = b.inverseMass
    const iA = a.inverseInertia
    const iB = b.inverseInertia
    let spinA = a.spin
    let spinB = b.spin

    const most = h * options.motorTorque
    const wanted = this.motorImpulse - this.motorMass * (spinB - spinA - options.motorSpeed)
    const motor = wanted < -most ? -most : wanted > most ? most : wanted
    spinA -= iA * (motor - this.motorImpulse)
    spinB += iB * (motor - this.motorImpulse)
    this.motorImpulse = motor

    const xError = b.xSpeed - spinB * by - a.xSpeed + spinA * ay
    const yError = b.ySpeed + spinB * bx - a.ySpeed - spinA * ax
    let x = -(inverse2[0]! * xError + inverse2[1]! * yError)
    let y = -(inverse2[1]! * xError + inverse2[2]! * yError)
    let z = 0
    if (this.limit !== 0) {
      const turn = spinB - spinA
      z = -(inverse3[2]! * xError + inverse3[4]! * yError + inverse3[5]! * turn)
      if ((this.limitImpulse + z) * this.limit > 0) {
        // It would pull: the limit lets go.
        z = -this.limitImpulse
        const xRight = -xError + this.limitImpulse * this.xz
        const yRight = -yError + this.limitImpulse * this.yz
        x = inverse2[0]! * xRight + inverse2[1]! * yRight
        y = inverse2[1]! * xRight + inverse2[2]! * yRight
        this.limitImpulse = 0
      } else {
        x = -(inverse3[0]! * xError + inverse3[1]! * yError + inverse3[2]! * turn)
        y = -(inverse3[1]! * xError + inverse3[3]! * yError + inverse3[4]! * turn)
        this.limitImpulse += z
      }
    }
    this.impulseX += x
    this.impulseY += y
    a.xSpeed -= mA * x
    a.ySpeed -= mA * y
    a.spin = spinA - iA * (ax * y - ay * x + z)
    b.xSpeed += mB * x
    b.ySpeed += mB * y
    b.spin = spinB + iB * (bx * y - by * x + z)
  }

  /** Moves the bodies together; true where what is left is within the slop. */
  solvePosition(): boolean {
    const { a, b, options } = this
    let angularError = 0
    if (this.limit !== 0) {
      const error = b.angle - a.angle - (this.limit < 0 ? options.lower : options.upper)
      angularError = this.limit * error
      const beyond = Math.min(Math.max(angularError - angularSlop, 0), maxAngularCorrection)
      const impulse = -this.motorMass * this.limit * beyond
      a.angle -= a.inverseInertia * impulse
      b.angle += b.inverseInertia * impulse
    }
    a.synchronize()
    b.synchronize()
    this.levers()
    const { ax, ay, bx, by } = this
    const xError = b.x + bx - a.x - ax
    const yError = b.y + by - a.y - ay
    const mass = a.inverseMass + b.inverseMass
    const [iA, iB] = [a.inverseInertia, b.inverseInertia]
    const xx = mass + iA * ay * ay + iB * by * by
    const xy = -iA * ax * ay - iB * bx * by
    const yy = mass + iA * ax * ax + iB * bx * bx
    const det = xx * yy - xy * xy
    const x = -(yy * xError - xy * yError) / det
    const y = -(xx * yError - xy * xError) / det
    a.x -= a.inverseMass * x
    a.y -= a.inverseMass * y
    a.angle -= iA * (ax * y - ay * x)
    b.x += b.inverseMass * x
    b.y += b.inverseMass * y
    b.angle += iB * (bx * y - by * x)
    return Math.sqrt(xError * xError + yError * yError) <= linearSlop && angularError <= angularSlop
  }

  save(): number[] {
    return [this.impulseX, this.impulseY, this.limitImpulse, this.motorImpulse, this.limit]
  }

  load([impulseX, impulseY, limitImpulse, motorImpulse, limit]: Iterable<number>): void {
    Object.assign(this, { impulseX, impulseY, limitImpulse, motorImpulse, limit })
  }

  /** From each centre of mass to the hinge; the transforms' sines and cosines are up to date. */
  private levers(): void {
    const { a, b, options } = this
    const [x, y] = [options.anchorA[0] - a.centreX, options.anchorA[1] - a.centreY]
    const [u, v] = [options.anchorB[0] - b.centreX, options.anchorB[1] - b.centreY]
    this.ax = a.cos * x - a.sin * y
    this.ay = a.sin * x + a.cos * y
    this.bx = b.cos * u - b.sin * v
    this.by = b.sin * u + b.cos * v
  }

  private apply(x: number, y: number, turn: number): void {
    const { a, b, ax, ay, bx, by } = this
    a.xSpeed -= a.inverseMass * x
    a.ySpeed -= a.inverseMass * y
    a.spin -= a.inverseInertia * (ax * y - ay * x + turn)
    b.xSpeed += b.inverseMass * x
    b.ySpeed += b.inverseMass * y
    b.spin += b.inverseInertia * (bx * y - by * x + turn)
  }
}
