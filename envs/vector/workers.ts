import { availableParallelism } from 'node:os'
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import { messageOf, RingsideError, usageError } from '../../core/errors.ts'
import type { Scene } from '../../core/scene.ts'
import { SnapshotMismatch } from '../adapt.ts'
import { spaceFromJSON } from '../spaces/index.ts'
import { maskWidth } from '../spaces/mask-width.ts'
import type { AutoresetMode, EnvSnapshot, EnvSpec, Info, VectorEnv, WrapperStatistics } from '../types.ts'
import type { Lanes } from './lanes.ts'
import { layoutOf } from './layout.ts'
import { bytesOf, createLaneMemory } from './memory.ts'
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
import { createVectorEnv } from './vector-env.ts'

export interface WorkersPlan {
  /** Whole, from `resolveSpec`. */
  readonly spec: EnvSpec
  readonly lanes: number
  /** Threads; as many as there are cores, and at most one a lane, where it is undefined. */
  readonly workers?: number | undefined
  readonly autoresetMode: AutoresetMode
  /** Seconds that a thread may take for one step of its lanes, 60 if undefined; it has a minute at least to come up. */
  readonly timeout?: number | undefined
  readonly checker?: boolean | undefined
  readonly orderEnforcing?: boolean | undefined
}

const secondsToComeUp = 60

/** One thread and the lanes that are its own. */
interface Thread {
  readonly worker: Worker
  readonly port: MessagePort
  readonly control: Int32Array
  readonly from: number
  readonly to: number
  /** The last it sent, one a lane of its own. */
  infos: readonly Info[]
  /** Why it is gone, as far as the event loop has told. */
  gone: string | undefined
}

/**
 * Steps environments in worker threads, each with a share of the lanes. Observations, actions, rewards and ends lie in
 * shared memory: an environment's observation is copied once, to where the caller sees it. A step costs two wake-ups of
 * a thread more than a step of the sync vector, so it pays where environments are slow.
 *
 * The threads hold nothing open: a process that forgets `close()` still ends. A thread that throws ends nothing; the
 * error names its lane. One that dies or does not answer for `timeout` seconds makes every later call throw.
 */
export async function createWorkersVector(plan: WorkersPlan): Promise<VectorEnv> {
  const { spec, lanes, autoresetMode, timeout = 60 } = plan
  const count = Math.min(lanes, plan.workers ?? availableParallelism())
  if (!Number.isInteger(lanes) || lanes < 1)
    throw usageError(`A vector environment expects a whole number of lanes of at least 1, got ${lanes}.`)
  if (!Number.isInteger(count) || count < 1)
    throw usageError(`A vector environment expects a whole number of workers of at least 1, got ${plan.workers}.`)
  if (!(timeout > 0)) throw usageError(`A vector environment expects a timeout in seconds above 0, got ${timeout}.`)

  const shared = new SharedArrayBuffer((count + 1) * slots.perWorker * 4)
  const threads: Thread[] = []
  try {
    for (let i = 0; i < count; i++) threads.push(startThread(plan, shared, i, count))
    const hellos = await Promise.all(threads.map((thread) => greet(thread, spec, Math.max(timeout, secondsToComeUp))))
    const hello = hellos[0]!
    const [observationSpace, actionSpace] = [spaceFromJSON(hello.observationSpace), spaceFromJSON(hello.actionSpace)]
    const memoryPlan = {
      lanes,
      observation: layoutOf(observationSpace, 'observation', hello.name),
      action: layoutOf(actionSpace, 'action', hello.name),
      maskWidth: maskWidth(actionSpace),
    }
    const buffer = new SharedArrayBuffer(bytesOf(memoryPlan))
    const memory = createLaneMemory(memoryPlan, buffer)
    const { observation, action } = memoryPlan
    const start: Start = {
      memory: buffer,
      plan: {
        ...memoryPlan,
        observation: { dtype: observation.dtype, width: observation.width },
        action: { dtype: action.dtype, width: action.width },
      },
    }
    const env = createVectorEnv({
      lanes: createRemoteLanes(threads, slotsOf(shared, count), lanes, spec.id, timeout),
      memory,
      autoresetMode,
      spec: hello.spec,
      observationSpace,
      actionSpace,
      name: `WorkersVector(${lanes} × ${hello.name}, ${autoresetMode}, ${count} threads)`,
    })
    for (const { worker } of threads) {
      worker.postMessage(start)
      worker.unref()
    }
    return env
  } catch (error) {
    for (const { worker } of threads) void worker.terminate()
    throw error
  }
}

function startThread(plan: WorkersPlan, control: SharedArrayBuffer, index: number, count: number): Thread {
  const { spec, lanes, autoresetMode, checker = true, orderEnforcing = true } = plan
  const from = Math.floor((index * lanes) / count)
  const to = Math.floor(((index + 1) * lanes) / count)
  const { port1, port2 } = new MessageChannel()
  const data: WorkerData = {
    worker: index,
    workers: count,
    control,
    spec,
    checker,
    orderEnforcing,
    autoresetMode,
    from,
    lanes: to - from,
  }
  let worker: Worker
  try {
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
    worker = new Worker(new URL(file, import.meta.url), {
      name: `lanes ${from} to ${to - 1}`,
      workerData: { ...data, port: port2 },
      transferList: [port2],
    })
  } catch (error) {
    throw usageError(
      `${spec.id} cannot be made in worker threads (${messageOf(error)}): its settings have to be JSON or typed arrays.`,
      error,
    )
  }
  const thread: Thread = {
    worker,
    port: port1,
    control: slotsOf(control, index),
    from,
    to,
    infos: [],
    gone: undefined,
  }
  worker.on('error', (error) => (thread.gone ??= messageOf(error)))
  worker.on('exit', (code) => (thread.gone ??= `it ended with exit code ${code}`))
  return thread
}

/** Waits for a thread's environments. */
async function greet(thread: Thread, spec: EnvSpec, timeout: number): Promise<Exclude<Hello, { failure: Failure }>> {
  const { worker } = thread
  const hello = await new Promise<Hello>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new RingsideError(`${nameOf(thread, spec.id)} did not come up within ${timeout} s.`)),
      timeout * 1000,
    )
    const fail = (): void =>
      reject(new RingsideError(`${nameOf(thread, spec.id)} ended while it came up: ${thread.gone}.`))
    worker.once('error', fail)
    worker.once('exit', fail)
    worker.once('message', (message: Hello) => {
      worker.off('error', fail)
      worker.off('exit', fail)
      resolve(message)
    })
    worker.once('message', () => clearTimeout(timer))
    worker.once('exit', () => clearTimeout(timer))
  })
  if ('failure' in hello) throw raised(hello.failure, thread, spec.id)
  return hello
}

/** The lanes of all threads, as one. `atWork[0]`: the threads that have not answered. */
function createRemoteLanes(
  threads: readonly Thread[],
  atWork: Int32Array,
  lanes: number,
  id: string,
  timeout: number,
): Lanes {
  const infos: Info[] = Array.from({ length: lanes }, () => ({}))
  let broken: string | undefined

  /** Gives threads a command and waits for them all; the first failure that one reports, if any. Throws when one is gone or silent. */
  const carryOut = (chosen: readonly Thread[], command: number, seconds = timeout): (() => Error) | undefined => {
    Atomics.store(atWork, 0, chosen.length)
    for (const { control } of chosen) {
      Atomics.store(control, slots.command, command)
      Atomics.notify(control, slots.command)
    }
    const deadline = performance.now() + seconds * 1000
    for (let left; (left = Atomics.load(atWork, 0)) > 0;) {
      const rest = deadline - performance.now()
      if (rest > 0) Atomics.wait(atWork, 0, left, rest)
      else
        throw silent(
          chosen.find(({ control }) => Atomics.load(control, slots.command) === command)!,
          seconds,
        )
    }
    let failure: (() => Error) | undefined
    for (const thread of chosen) {
      const failed = take(thread, command)
      if (failed !== undefined) failure ??= () => raised(failed, thread, id)
    }
    return failure
  }
  const silent = (thread: Thread, seconds: number): Error => {
    const lane = thread.control[slots.lane]!
    broken = `${nameOf(thread, id)} has not answered for ${seconds} s, at work on lane ${lane}: the environment hangs or its thread has died.`
    return new RingsideError(broken)
  }
  /** What a thread's answer to a command brings. */
  const take = (thread: Thread, command: number): Failure | undefined => {
    const outcome = thread.control[slots.outcome]
    if (outcome === outcomes.gone) {
      broken = `${nameOf(thread, id)} has ended in the middle of its work on lane ${thread.control[slots.lane]}.`
      throw new RingsideError(broken)
    }
    if (outcome === outcomes.failed) return receive(thread) as Failure
    if (command === commands.call) return undefined
    const received = outcome === outcomes.infos ? (receive(thread) as Info[]) : undefined
    for (let lane = thread.from; lane < thread.to; lane++)
      infos[lane] =
        received?.[lane - thread.from] ??
        (outcome === outcomes.sameInfos ? { ...thread.infos[lane - thread.from] } : {})
    if (received !== undefined) thread.infos = received.map((info) => ({ ...info }))
    return undefined
  }
  const receive = (thread: Thread): unknown => receiveMessageOnPort(thread.port)?.message
  const checkWhole = (): void => {
    if (broken !== undefined) throw new RingsideError(broken)
    for (const thread of threads)
      if (thread.gone !== undefined) throw new RingsideError(`${nameOf(thread, id)} has died: ${thread.gone}.`)
  }
  /** All threads at once; the first failure is thrown once all are idle. */
  const carryOutBatches = (command: number, next: number, after: number): void => {
    for (const { control, from } of threads) {
      control[slots.lane] = from
      control[slots.next] = next
      control[slots.after] = after
    }
    const failure = carryOut(threads, command)
    if (failure !== undefined) throw failure()
  }
  const call = (thread: Thread, message: Call, seconds?: number): unknown => {
    thread.port.postMessage(message)
    const failure = carryOut([thread], commands.call, seconds)
    if (failure !== undefined) throw failure()
    return receive(thread)
  }

  return {
    infos,
    reset(into, options) {
      checkWhole()
      for (const { port } of threads) port.postMessage(options ?? null)
      carryOutBatches(commands.reset, into, into)
    },
    step(next, after) {
      checkWhole()
      carryOutBatches(commands.step, next, after)
    },
    render(lane) {
      checkWhole()
      const thread = threads.find(({ from, to }) => lane >= from && lane < to)
      if (thread === undefined) throw usageError(`render expects a lane from 0 to ${lanes - 1}, got ${lane}.`)
      return call(thread, { kind: 'render', lane }) as Scene
    },
    statistics() {
      checkWhole()
      return threads.flatMap((thread) => call(thread, { kind: 'statistics' }) as WrapperStatistics[][])
    },
    snapshots() {
      checkWhole()
      return threads.flatMap((thread) => call(thread, { kind: 'snapshots' }) as EnvSnapshot[])
    },
    restore(snapshots) {
      checkWhole()
      const errors: unknown[] = []
      for (const thread of threads) {
        try {
          call(thread, { kind: 'restore', snapshots: snapshots.slice(thread.from, thread.to) })
        } catch (error) {
          errors.push(error)
        }
      }
      if (errors.length > 0) throw errors[0]
    },
    close() {
      const errors: unknown[] = []
      for (const thread of threads) {
        try {
          if (broken === undefined && thread.gone === undefined) call(thread, { kind: 'close' }, Math.min(timeout, 5))
        } catch (error) {
          errors.push(error)
        }
        thread.gone ??= 'it was closed'
        thread.port.close()
        void thread.worker.terminate()
      }
      if (errors.length > 0) throw errors[0]
    },
  }
}

function nameOf({ from, to }: Thread, id: string): string {
  return `The worker thread of ${to - from === 1 ? `lane ${from}` : `lanes ${from} to ${to - 1}`} of ${id}`
}

function raised({ message, lane, exitStatus, mismatch }: Failure, thread: Thread, id: string): Error {
  if (mismatch) return new SnapshotMismatch(message)
  const text = `${lane === undefined ? nameOf(thread, id) : `Lane ${lane} of ${id}, in its worker thread`}: ${message}`
  return new RingsideError(/[.!?]$/.test(text) ? text : `${text}.`, { exitStatus })
}
