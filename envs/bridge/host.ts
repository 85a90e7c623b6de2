import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { closeSync, constants, fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf, RingsideError, usageError } from '../../core/errors.ts'
import { packagedFile } from '../../core/packaged-file.ts'
import { refusal, type Refusal } from './refusal.ts'
import { Channel, NoAnswer, type Reply } from './channel.ts'

const operations = { hello: 0, spec: 1, make: 2, reset: 3, step: 4, render: 5, close: 6, save: 7, load: 8 } as const
export type Operation = keyof typeof operations

export interface HostOptions {
  /** The interpreter: `RINGSIDE_PYTHON`, or python3 on the PATH. */
  readonly python?: string
  /** Longest wait for a step, a reset or a frame; 60 by default. */
  readonly timeoutSeconds?: number
  /** Longest wait for Python to start, to import and to make the environments; 120 by default. */
  readonly startSeconds?: number
}

const living = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of living) killGroup(child)
})

/** Bytes of what Python printed that are kept; the oldest go first. */
const logLimit = 1 << 22
const tailBytes = 4000
const closeMs = 5000

/**
 * The Python process of one environment, or of all lanes of one vector environment. It ends by `end()`, by a wait that
 * lasts too long, and with this process, however that ends. Its pipes have no names once it runs, so nothing is left behind.
 */
export class Host {
  readonly python: string
  private readonly timeoutSeconds: number
  private readonly startSeconds: number
  private readonly channel: Channel
  private readonly child: ChildProcess
  private readonly logFd: number
  private readonly fds: readonly number[]
  /** Settles when Python runs or has failed to start. */
  private readonly spawned: Promise<void>
  private failure: RingsideError | undefined
  private spawnError: Error | undefined
  private closed = false
  private asked = 0

  /** Starts Python and waits until it has imported Gymnasium. Throws a RingsideError that says what to install. */
  static async start(options: HostOptions = {}): Promise<Host> {
    const host = new Host(options)
    try {
      await host.spawned
      await host.askLater('hello', {})
    } catch (error) {
      host.end()
      throw error
    }
    return host
  }

  private constructor({ python, timeoutSeconds = 60, startSeconds = 120 }: HostOptions) {
    if (process.platform === 'win32') {
      throw usageError('gymnasium: environments need named pipes as POSIX has them; on Windows, run inside WSL.')
    }
    for (const [name, seconds] of Object.entries({ timeoutSeconds, startSeconds })) {
      if (!(seconds > 0)) throw usageError(`kwargs.bridge.${name} expects a positive number, got ${seconds}.`)
    }
    this.python = python ?? process.env['RINGSIDE_PYTHON'] ?? 'python3'
    this.timeoutSeconds = timeoutSeconds
    this.startSeconds = startSeconds
    const pipes = openPipes()
    try {
      this.child = spawn(this.python, ['-u', packagedFile('envs/bridge/server.py')], {
        // Its own process group: Ctrl-C in the terminal is ours to handle, and all that it starts ends with it.
        detached: true,
        stdio: ['pipe', pipes.log, pipes.log, pipes.requestOut, pipes.replyIn],
      })
    } finally {
      closeSync(pipes.requestOut)
      closeSync(pipes.replyIn)
    }
    this.logFd = pipes.log
    this.fds = [pipes.requestIn, pipes.replyOut, pipes.log]
    this.channel = new Channel(pipes.requestIn, pipes.replyOut)
    living.add(this.child)
    this.spawned = new Promise((resolve) => {
      this.child.once('spawn', resolve)
      this.child.once('error', (error) => {
        this.spawnError = error
        living.delete(this.child)
        resolve()
      })
    })
    this.child.once('exit', () => living.delete(this.child))
    this.child.stdin?.on('error', () => {})
    this.child.unref()
    ;(this.child.stdin as unknown as { unref?(): void } | null)?.unref?.()
  }

  /** Room for a request's body, for `ask`. */
  body(bytes: number): Buffer {
    return this.channel.body(bytes)
  }

  /** Asks with the `bytes` written to `body()`. `what` says in errors who did not answer. */
  ask(operation: Operation, bytes: number, what: () => string): Buffer {
    this.assertAlive()
    if ((++this.asked & 1023) === 0) this.trimLog()
    try {
      return this.read(this.channel.exchange(operations[operation], bytes, this.timeoutSeconds * 1000), what)
    } catch (error) {
      throw this.explain(error, what(), 'timeoutSeconds')
    }
  }

  askJson(operation: Operation, body: unknown, what: () => string): Buffer {
    return this.ask(operation, this.writeJson(body), what)
  }

  async askLater(operation: Operation, body: unknown): Promise<unknown> {
    this.assertAlive()
    const bytes = this.writeJson(body)
    const ended = (): boolean => this.spawnError !== undefined || this.child.exitCode !== null
    const what = (): string => (operation === 'hello' ? 'its start' : operation === 'make' ? 'make()' : 'a question')
    try {
      const answer = this.read(
        await this.channel.exchangeLater(operations[operation], bytes, this.startSeconds * 1000, ended),
        what,
      )
      return JSON.parse(answer.toString()) as unknown
    } catch (error) {
      throw this.explain(error, what(), 'startSeconds')
    }
  }

  /** Closes the environments and ends the process. Idempotent. */
  end(): void {
    if (this.closed) return
    if (this.failure === undefined && this.spawnError === undefined) {
      try {
        this.channel.exchange(operations.close, 0, Math.min(closeMs, this.timeoutSeconds * 1000))
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
      }
    }
    this.closed = true
    for (const fd of this.fds) closeSync(fd)
    killGroup(this.child)
    this.child.stdin?.destroy()
  }

  private assertAlive(): void {
    if (this.failure !== undefined) throw new RingsideError(this.failure.message)
    if (this.closed) throw new RingsideError('The environment is closed.')
  }

  private writeJson(body: unknown): number {
    const text = JSON.stringify(body)
    return this.channel.body(3 * text.length).write(text)
  }

  private read({ status, body }: Reply, what: () => string): Buffer {
    if (status === 0) return body
    throw refusal(JSON.parse(body.toString()) as Refusal, this.python, what())
  }

  /** What became of the process, in words; it is ended. */
  private explain(error: unknown, what: string, limit: 'timeoutSeconds' | 'startSeconds'): unknown {
    if (!(error instanceof NoAnswer)) return error
    const tail = this.logTail()
    killGroup(this.child)
    // Nobody here handles Ctrl-C: it ends the program, as it would have without us.
    if (error.why === 'interrupted' && process.listenerCount('SIGINT') === 0) process.kill(process.pid, 'SIGINT')
    this.failure =
      this.spawnError !== undefined
        ? new RingsideError(
            `Python could not be started as "${this.python}": ${messageOf(this.spawnError)}. Set RINGSIDE_PYTHON to a Python ` +
              'that has gymnasium.',
          )
        : new RingsideError(
            {
              ended: `The Python process (${this.python}) ended in ${what}.`,
              timeout:
                `The Python process did not answer ${what} within ${this[limit]} seconds and was ended; ` +
                `kwargs { bridge: { ${limit} } } gives it longer.`,
              interrupted: `Interrupted: the Python process was still in ${what} and was ended.`,
            }[error.why] + (tail === '' ? '' : ` The last it printed:\n${tail}`),
          )
    return this.failure
  }

  private logTail(): string {
    const { size } = fstatSync(this.logFd)
    const buffer = Buffer.alloc(Math.min(size, tailBytes))
    readSync(this.logFd, buffer, 0, buffer.length, size - buffer.length)
    return buffer.toString().trim().split('\n').slice(-20).join('\n')
  }

  private trimLog(): void {
    if (fstatSync(this.logFd).size > logLimit) ftruncateSync(this.logFd, 0)
  }
}

function killGroup({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

/** Both ends of two FIFOs and of a log, all of them nameless by the time this returns. */
function openPipes(): { requestIn: number; requestOut: number; replyIn: number; replyOut: number; log: number } {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-bridge-'))
  try {
    const [requests, replies] = [join(folder, 'requests'), join(folder, 'replies')]
    const { status, error, stderr } = spawnSync('mkfifo', ['-m', '600', requests, replies], { encoding: 'utf8' })
    if (status !== 0) throw new RingsideError(`mkfifo failed: ${error?.message ?? stderr.trim()}`)
    const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants
    const requestOut = openSync(requests, O_RDONLY | O_NONBLOCK)
    const requestIn = openSync(requests, O_WRONLY | O_NONBLOCK)
    const replyOut = openSync(replies, O_RDONLY | O_NONBLOCK)
    const replyIn = openSync(replies, O_WRONLY | O_NONBLOCK)
    return { requestIn, requestOut, replyIn, replyOut, log: openSync(join(folder, 'log'), 'a+', 0o600) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Beside this file in the sources; the build copies no Python, so from dist/ it is found in the package's envs/. */
