import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { messageOf, RingsideError } from '../../core/errors.ts'
import { make, SnapshotMismatch, type Env, type Info } from '../index.ts'
import { createLanes, type Lanes } from './lanes.ts'
import { layoutOf } from './layout.ts'
import { createLaneMemory } from './memory.ts'
import {
  commands,
  outcomes,
  slots,
  slotsOf,
  type Call,
  type Failure,
  type Hello,
  type Start,
  type WorkerData,
} from './protocol.ts'

/** A thread of a workers vector: makes its environments, says which they are, and steps them when it is woken. */

/** Waits end as often, so that nothing here blocks for ever. */
const waitMilliseconds = 10_000

const { port, ...data } = workerData as WorkerData & { readonly port: MessagePort }
const parent = parentPort!
const control = slotsOf(data.control, data.worker)
const atWork = slotsOf(data.control, data.workers)
/** The infos that the other side has, where they can be compared. */
let sent: readonly Info[] | undefined
let laneAtWork: number | undefined

const tellOfEnd = (): void => answer(outcomes.gone)
process.on('exit', tellOfEnd)
try {
  const envs: Env[] = []
  for (let i = 0; i < data.lanes; i++) {
    laneAtWork = data.from + i
    envs.push(await make(data.spec, { checker: data.checker, orderEnforcing: data.orderEnforcing }))
  }
  laneAtWork = undefined
  const first = envs[0]!
  parent.once('message', (start: Start) => serve(envs, start))
  parent.postMessage({
    name: String(first),
    spec: first.spec,
    observationSpace: first.observationSpace.toJSON(),
    actionSpace: first.actionSpace.toJSON(),
  } satisfies Hello)
} catch (error) {
  parent.postMessage({ failure: failureOf(error) } satisfies Hello)
}

function serve(envs: readonly Env[], { plan, memory }: Start): void {
  const { observationSpace, actionSpace } = envs[0]!
  const lanes = createLanes({
    envs,
    autoresetMode: data.autoresetMode,
    memory: createLaneMemory(plan, memory),
    observation: layoutOf(observationSpace, 'observation', `${envs[0]}`),
    action: layoutOf(actionSpace, 'action', `${envs[0]}`),
    maskWidth: plan.maskWidth,
    from: data.from,
    atWork(lane) {
      laneAtWork = lane
      control[slots.lane] = lane
    },
  })
  for (let closed = false; !closed;) {
    const command = Atomics.load(control, slots.command)
    if (command === commands.idle) {
      Atomics.wait(control, slots.command, commands.idle, waitMilliseconds)
      continue
    }
    laneAtWork = undefined
    try {
      const [next, after] = [control[slots.next]!, control[slots.after]!]
      if (command === commands.call) {
        const call = receive() as Call
        closed = call.kind === 'close'
        if (closed) process.off('exit', tellOfEnd)
        port.postMessage(carryOut(lanes, call))
      } else if (command === commands.reset) {
        lanes.reset(next, (receive() as Record<string, unknown> | null) ?? undefined)
      } else lanes.step(next, after)
      laneAtWork = undefined
      answer(command === commands.call ? outcomes.fine : sendInfos(lanes.infos))
    } catch (error) {
      port.postMessage(failureOf(error))
      answer(outcomes.failed)
    }
  }
  port.close()
}

function carryOut(lanes: Lanes, call: Call): unknown {
  switch (call.kind) {
    case 'render':
      laneAtWork = call.lane
      return lanes.render(call.lane)
    case 'statistics':
      return lanes.statistics()
    case 'snapshots':
      return lanes.snapshots()
    case 'restore':
      return lanes.restore(call.snapshots)
    case 'close':
      return lanes.close()
  }
}

/** Infos that are empty, as most, or the same as before are not worth a message. */
function sendInfos(all: readonly Info[]): number {
  const infos = all.slice(data.from, data.from + data.lanes)
  if (infos.every((info) => Object.keys(info).length === 0)) return outcomes.fine
  if (sent !== undefined && infos.every((info, i) => isSame(info, sent![i]!))) return outcomes.sameInfos
  try {
    port.postMessage(infos)
  } catch (error) {
    throw new RingsideError(
      `an info cannot be sent to the main thread (${messageOf(error)}): keep infos to JSON and typed arrays, or use sync`,
    )
  }
  sent = infos.every(isFlat) ? infos.map((info) => ({ ...info })) : undefined
  return outcomes.infos
}

/** Whether its values are all primitives, or equal ones are told by `===`. */
function isFlat(info: Info): boolean {
  return Object.values(info).every((value) => typeof value !== 'object' || value === null)
}

/** Of an info and one that is flat. */
function isSame(info: Info, other: Info): boolean {
  const keys = Object.keys(info)
  return keys.length === Object.keys(other).length && keys.every((key) => Object.is(info[key], other[key]))
}

function receive(): unknown {
  return receiveMessageOnPort(port)?.message
}

function answer(outcome: number): void {
  if (Atomics.load(control, slots.command) === commands.idle) return
  control[slots.outcome] = outcome
  Atomics.store(control, slots.command, commands.idle)
  if (Atomics.sub(atWork, 0, 1) === 1) Atomics.notify(atWork, 0)
}

function failureOf(error: unknown): Failure {
  return {
    message: messageOf(error),
    exitStatus: error instanceof RingsideError ? error.exitStatus : 1,
    mismatch: error instanceof SnapshotMismatch,
    lane: laneAtWork,
  }
}
