import { createHash } from 'node:crypto'
import { basename, resolve } from 'node:path'
import { messageOf, RingsideError, usageError } from '../../core/errors.ts'
import { runFolderOf, type TrialRunner } from './run-sweep.ts'
import type { SweepFile, Trial } from './sweep-file.ts'
import { runTrial, type TrialEnd } from './trial-process.ts'

/** The trials of a sweep on Redis: whoever leads it puts them there, workers on any machine that shares its folder run them. */
export interface TrialQueue {
  /** For `runSweep`: puts a trial on the queue and waits for its end. */
  readonly run: TrialRunner
  /** Takes trials off the queue, so many at a time, until closed or stopped. */
  work(options: WorkOptions): QueueWorker
  /** Takes what waits off the queue; what is at work elsewhere goes on. */
  close(): Promise<void>
  /** Only lets go of it. */
  leave(): Promise<void>
}

export interface WorkOptions {
  readonly count: number
  /** Asks the runs at work here to save and stop. */
  readonly signal: AbortSignal
  readonly onTrial?: (trial: Trial, end: TrialEnd | undefined) => void
}

export interface QueueWorker {
  /** When what is at work has ended. */
  close(): Promise<void>
}

interface TrialJob {
  readonly trial: Trial
  readonly steps: number
}

/** A worker that was killed is missed after so long, and its trial is somebody else's. */
const lockMilliseconds = 15_000

/** Throws a usage error for what is no address of Redis, and an error that says how to install what is missing. */
export async function openTrialQueue(url: string, sweep: SweepFile, out: string): Promise<TrialQueue> {
  assertRedisUrl(url)
  const { Queue, QueueEvents, Worker, Redis } = await loadQueueLibraries()
  // The same sweep in the same folder, wherever that is mounted.
  const identity = JSON.stringify([sweep, basename(resolve(out))])
  const name = `ringside-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`
  const connections: InstanceType<typeof Redis>[] = []
  const connect = (): InstanceType<typeof Redis> => {
    // As the library wants it: commands wait for a connection that is lost.
    const connection = new Redis(url, { maxRetriesPerRequest: null })
    connection.on('error', () => {})
    connections.push(connection)
    return connection
  }
  await assertReachable(url, Redis)
  const queue = new Queue<TrialJob, TrialEnd>(name, { connection: connect() })
  const events = new QueueEvents(name, { connection: connect() })
  const begun = new Map<string, () => void>()
  events.on('active', ({ jobId }) => begun.get(jobId)?.())
  queue.on('error', () => {})
  events.on('error', () => {})
  await events.waitUntilReady()

  const once = async (trial: Trial, steps: number): Promise<TrialEnd> => {
    const jobId = `${trial.id}-to-${steps}`
    const left = await queue.getJob(jobId)
    // What ended while nobody led is asked for again: a run that is finished says so at once.
    if (left !== undefined && ((await left.isCompleted()) || (await left.isFailed()))) await left.remove()
    const job = await queue.add('trial', { trial, steps }, { jobId })
    if (await job.isActive()) begun.get(jobId)?.()
    try {
      return await job.waitUntilFinished(events)
    } catch (error) {
      return { kind: 'failed', error: messageOf(error) }
    } finally {
      await job.remove().catch(() => {})
    }
  }

  const leave = async (): Promise<void> => {
    await Promise.allSettled([events.close(), queue.close()])
    for (const connection of connections) connection.disconnect()
  }
  return {
    leave,
    async run(trial, steps, signal, onBegin) {
      const stopped = new Promise<TrialEnd>((resolve) => {
        if (signal.aborted) resolve({ kind: 'stopped' })
        signal.addEventListener('abort', () => resolve({ kind: 'stopped' }))
      })
      begun.set(`${trial.id}-to-${steps}`, onBegin)
      for (;;) {
        const end = await Promise.race([once(trial, steps), stopped])
        // Its worker was asked to stop: another one, or that one when it is back, goes on with it.
        if (end.kind !== 'stopped' || signal.aborted) return end
      }
    },
    work({ count, signal, onTrial }) {
      const worker = new Worker<TrialJob, TrialEnd>(
        name,
        async ({ data: { trial, steps } }) => {
          onTrial?.(trial, undefined)
          const end = await runTrial(trial, runFolderOf(out, trial), steps, signal)
          onTrial?.(trial, end)
          return end
        },
        {
          connection: connect(),
          concurrency: count,
          lockDuration: lockMilliseconds,
          stalledInterval: lockMilliseconds,
          // As often as machines go down: each time it is resumed.
          maxStalledCount: 100,
        },
      )
      worker.on('error', () => {})
      const stop = (): void => void worker.pause(true)
      signal.addEventListener('abort', stop)
      return { close: () => worker.close() }
    },
    async close() {
      await queue.drain().catch(() => {})
      await leave()
    },
  }
}

function assertRedisUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined
  if (protocol !== 'redis:' && protocol !== 'rediss:')
    throw usageError(`--queue expects redis://host:port, or rediss:// with TLS, got "${url}".`)
}

type Libraries = Awaited<ReturnType<typeof importLibraries>>

async function importLibraries() {
  const [{ Queue, QueueEvents, Worker }, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')])
  return { Queue, QueueEvents, Worker, Redis }
}

async function loadQueueLibraries(): Promise<Libraries> {
  try {
    return await importLibraries()
  } catch (error) {
    throw new RingsideError(
      `--queue needs two packages that are not installed here: npm install bullmq@6.7.0 ioredis@6.0.0 (${messageOf(error)})`,
    )
  }
}

async function assertReachable(url: string, Redis: Libraries['Redis']): Promise<void> {
  const probe = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5000 })
  let why = ''
  probe.on('error', (error: Error) => (why = error.message))
  try {
    await probe.connect()
    await probe.ping()
  } catch (error) {
    throw new RingsideError(`Redis at ${withoutPassword(url)} does not answer: ${why || messageOf(error)}`)
  } finally {
    probe.disconnect()
  }
}

function withoutPassword(url: string): string {
  const shown = new URL(url)
  if (shown.password !== '') shown.password = '…'
  return decodeURI(shown.href)
}
