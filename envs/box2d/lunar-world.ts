import { EdgeContact } from './edge-contact.ts'
import type { Edge } from './edge-manifold.ts'
import { Hinge } from './hinge.ts'
import { linearSlop, RigidBody } from './rigid-body.ts'
import { timeOfImpact } from './time-of-impact.ts'

/** Pixels a metre in Gymnasium's picture; its measures are given in pixels. */
export const scale = 30
/** Of the view, in metres. */
export const width = 600 / scale
export const height = 400 / scale
/** Pixels, y up, about the lander's origin, counterclockwise. */
export const hull = [17, -10, 17, 0, 14, 17, -14, 17, -17, 0, -17, -10] as const
/** Half the width and height of a leg, and where its hinge is seen from its middle. Pixels. */
export const leg = { halfWidth: 2, halfHeight: 8, away: 20, down: 18 } as const
/** Points of the moon's surface, evenly spaced. */
export const surfacePoints = 11

/** Seconds a step. */
const h = 1 / 50
const velocityIterations = 180
const positionIterations = 60
const impactPositionIterations = 20
const maxImpacts = 8
const timeToRest = 0.5
const baumgarte = 0.2
const impactBaumgarte = 0.75
const legTorque = 40
/** Radians by which a leg leans outwards at first. */
const legTilt = 0.05
const unknown = -1
/** Impacts within float32's rounding of the end of a step are left to the next. */
const latestImpact = 1 - 10 * 2 ** -23

/** The lander over the moon: a hull, two hinged legs, and the ground, stepped as Box2D 2.3 steps them. */
export class LunarWorld {
  readonly lander: RigidBody
  /** The right one first, as Gymnasium numbers them. */
  readonly legs: readonly [RigidBody, RigidBody]
  /** Of each leg with the ground: 0 or 1. */
  readonly legContacts: [number, number] = [0, 0]
  /** The hull has touched the ground. */
  crashed = false
  /** Whatever moved has come to rest. */
  asleep = false
  private readonly gravity: number
  private readonly bodies: readonly RigidBody[]
  private readonly hinges: readonly Hinge[]
  private readonly contacts: readonly EdgeContact[]
  /** Fraction of the step up to which the ground has been moved on. */
  private groundAlpha = 0

  /** `surface`: heights of the moon at the surface points, metres. */
  constructor(surface: ArrayLike<number>, gravity: number) {
    this.gravity = gravity
    this.lander = new RigidBody(
      hull.map((v) => v / scale),
      { density: 5, friction: 0.1 },
    )
    this.lander.place(width / 2, height, 0)
    this.legs = [createLeg(-1), createLeg(1)]
    // Box2D's order: the latest first.
    this.bodies = [this.legs[1], this.lander, this.legs[0]]
    this.hinges = [hingeOf(this.lander, this.legs[1], 1), hingeOf(this.lander, this.legs[0], -1)]
    const chunk = width / (surfacePoints - 1)
    const edges: Edge[] = [{ x1: 0, y1: 0, x2: width, y2: 0, friction: 0.2 }]
    for (let i = 0; i < surfacePoints - 1; i++)
      edges.push({ x1: i * chunk, y1: surface[i]!, x2: (i + 1) * chunk, y2: surface[i + 1]!, friction: 0.1 })
    this.contacts = this.bodies.flatMap((body) => edges.map((edge) => new EdgeContact(edge, body)))
  }

  step(): void {
    // Box2D looks at its newest contacts first. So a leg that slides over a joint of the ground counts as off it: what it
    // comes to is told before what it leaves.
    const touching = this.contacts.filter((contact) => contact.touching)
    for (const contact of this.contacts) if (!contact.touching) this.update(contact)
    for (const contact of touching) this.update(contact)
    const solved = this.solve()
    let rest = Infinity
    for (const body of this.bodies) rest = Math.min(rest, body.rest(h))
    this.asleep = solved && rest >= timeToRest
    if (this.asleep) for (const body of this.bodies) body.stop()
    else this.solveImpacts()
  }

  /** Everything that the next step depends on, beside the surface. */
  save(): Float64Array {
    return Float64Array.of(
      ...[...this.bodies, ...this.hinges, ...this.contacts].flatMap((part) => part.save()),
      ...this.legContacts,
      this.crashed ? 1 : 0,
      this.asleep ? 1 : 0,
    )
  }

  load(saved: ArrayLike<number>): void {
    let at = 0
    for (const part of [...this.bodies, ...this.hinges, ...this.contacts]) {
      const length = part.save().length
      part.load(Array.from({ length }, (_, i) => saved[at + i]!))
      at += length
    }
    this.legContacts[0] = saved[at]!
    this.legContacts[1] = saved[at + 1]!
    this.crashed = saved[at + 2] === 1
    this.asleep = saved[at + 3] === 1
  }

  /** The contact's points, and what Gymnasium's listener makes of their coming and going. */
  private update(contact: EdgeContact): void {
    const touched = contact.touching
    if (contact.isNear()) contact.update()
    else contact.manifold.count = 0
    if (contact.touching === touched) return
    const { body } = contact
    if (body === this.lander) this.crashed ||= contact.touching
    else this.legContacts[body === this.legs[0] ? 0 : 1] = contact.touching ? 1 : 0
  }

  /** One step of velocities and positions; true where no position error is left. */
  private solve(): boolean {
    const { bodies, hinges } = this
    for (const body of bodies) body.begin(h, this.gravity)
    const touching = this.contacts.filter((contact) => contact.touching)
    for (const contact of touching) contact.begin(true)
    for (const contact of touching) contact.warmStart()
    for (const hinge of hinges) hinge.begin()
    for (let i = 0; i < velocityIterations; i++) {
      for (const hinge of hinges) hinge.solveVelocity(h)
      for (const contact of touching) contact.solveVelocity()
    }
    for (const contact of touching) contact.store()
    for (const body of bodies) body.move(h)
    let solved = false
    for (let i = 0; i < positionIterations && !solved; i++) {
      let least = 0
      for (const contact of touching) least = Math.min(least, contact.solvePosition(baumgarte))
      solved = least >= -3 * linearSlop
      for (const hinge of hinges) if (!hinge.solvePosition()) solved = false
    }
    for (const body of bodies) body.synchronize()
    return solved
  }

  /** Takes a body that would fly into the ground back to the moment of its impact, and lets it go on from there. */
  private solveImpacts(): void {
    const { contacts } = this
    if (!contacts.some((contact) => contact.isNear())) return
    for (const contact of contacts) contact.impact = { count: 0, at: unknown, enabled: true }
    this.groundAlpha = 0
    for (;;) {
      let first: EdgeContact | undefined
      let alpha = 1
      for (const contact of contacts) {
        const { impact } = contact
        if (!impact.enabled || impact.count > maxImpacts || !contact.isNear()) continue
        if (impact.at === unknown) impact.at = this.impactOf(contact)
        if (impact.at < alpha) {
          first = contact
          alpha = impact.at
        }
      }
      if (first === undefined || alpha > latestImpact) return
      this.takeBack(first, alpha)
    }
  }

  private takeBack(contact: EdgeContact, alpha: number): void {
    const { body, impact } = contact
    const { x, y, angle, x0, y0, angle0, alpha0 } = body
    const { groundAlpha } = this
    body.goTo(alpha)
    this.groundAlpha = alpha
    this.update(contact)
    impact.at = unknown
    impact.count++
    if (!contact.touching) {
      impact.enabled = false
      Object.assign(body, { x, y, angle, x0, y0, angle0, alpha0 })
      this.groundAlpha = groundAlpha
      body.synchronize()
      return
    }
    const touching = [contact]
    for (const other of this.contacts) {
      if (other === contact || other.body !== body) continue
      this.update(other)
      other.impact.enabled = true
      if (other.touching) touching.push(other)
    }
    solveImpact(body, touching, (1 - alpha) * h)
    for (const other of this.contacts) if (other.body === body) other.impact.at = unknown
  }

  /** The fraction of the step at which they meet, 1 where they do not. */
  private impactOf({ edge, body }: EdgeContact): number {
    const alpha0 = Math.max(body.alpha0, this.groundAlpha)
    if (body.alpha0 < alpha0) body.advanceStart(alpha0)
    this.groundAlpha = alpha0
    return Math.min(alpha0 + (1 - alpha0) * timeOfImpact(edge, body), 1)
  }
}

function solveImpact(body: RigidBody, contacts: readonly EdgeContact[], rest: number): void {
  for (let i = 0; i < impactPositionIterations; i++) {
    let least = 0
    for (const contact of contacts) least = Math.min(least, contact.solvePosition(impactBaumgarte))
    if (least >= -1.5 * linearSlop) break
  }
  body.x0 = body.x
  body.y0 = body.y
  body.angle0 = body.angle
  body.synchronize()
  for (const contact of contacts) contact.begin(false)
  for (let i = 0; i < velocityIterations; i++) for (const contact of contacts) contact.solveVelocity()
  body.move(rest)
  body.synchronize()
}

/** `side`: −1 the right leg, 1 the left one. */
function createLeg(side: number): RigidBody {
  const [x, y] = [leg.halfWidth / scale, leg.halfHeight / scale]
  const body = new RigidBody([-x, -y, x, -y, x, y, -x, y], { density: 1, friction: 0.2 })
  body.place(width / 2 - (side * leg.away) / scale, height, side * legTilt)
  return body
}

function hingeOf(lander: RigidBody, body: RigidBody, side: number): Hinge {
  return new Hinge(lander, body, {
    anchorA: [0, 0],
    anchorB: [(side * leg.away) / scale, leg.down / scale],
    // The limits count from the angle at which the leg was fastened.
    lower: side * legTilt + (side < 0 ? 0.4 : -0.9),
    upper: side * legTilt + (side < 0 ? 0.9 : -0.4),
    motorSpeed: 0.3 * side,
    motorTorque: legTorque,
  })
}
