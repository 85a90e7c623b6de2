import { readSync, writeSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'
import { runInNewContext } from 'node:vm'

/** One answer; `body` is a view that the next exchange overwrites. */
export interface Reply {
  readonly status: number
  readonly body: Buffer
}

/** Why no answer came. `interrupted`: Ctrl-C, and the step did not end within two seconds of it. */
export class NoAnswer extends Error {
  readonly why: 'ended' | 'timeout' | 'interrupted'

  constructor(why: NoAnswer['why']) {
    super(why)
    this.why = why
  }
}

/** Milliseconds of polling without a rest: most steps end within it, and the shortest rest is a tenth of one. */
const spinMs = availableParallelism() > 1 ? 1 : 0
/** From here on, a signal breaks the wait. */
const longWaitMs = 1000
const graceMs = 2000
const headBytes = 8

/**
 * Requests and replies over two FIFOs, one at a time. Neither end of ours ever blocks in the kernel: we poll, at first
 * without a rest, then with growing ones, so that the time limit, the end of the other process and Ctrl-C are all seen.
 */
export class Channel {
  private readonly requestFd: number
  private readonly replyFd: number
  private readonly cell = new Int32Array(new SharedArrayBuffer(4))
  private request = Buffer.alloc(1 << 12)
  private reply = Buffer.alloc(1 << 16)
  private filled = 0

  /** Both descriptors are non-blocking and stay the caller's. */
  constructor(requestFd: number, replyFd: number) {
    this.requestFd = requestFd
    this.replyFd = replyFd
  }

  /** A buffer for the body of a request of at most `bytes`; valid until the next call. */
  body(bytes: number): Buffer {
    if (this.request.length < headBytes + bytes) this.request = Buffer.alloc(2 * (headBytes + bytes))
    return this.request.subarray(headBytes)
  }

  /** Sends what was written to `body()` and waits. Throws NoAnswer. */
  exchange(operation: number, bytes: number, timeoutMs: number): Reply {
    const began = performance.now()
    const limit = Math.min(longWaitMs, timeoutMs)
    const pending = this.begin(operation, bytes)
    if (this.poll(pending, began, limit)) return this.answer()
    if (timeoutMs <= longWaitMs) throw new NoAnswer('timeout')
    const outcome = isMainThread
      ? this.pollUnlessInterrupted(pending, began, timeoutMs)
      : this.poll(pending, began, timeoutMs)
    if (outcome === false) throw new NoAnswer('timeout')
    if (outcome === 'interrupted') {
      if (process.listenerCount('SIGINT') === 0) throw new NoAnswer('interrupted')
      // The program's own handlers were put away meanwhile: they get the signal when the event loop turns.
      process.kill(process.pid, 'SIGINT')
      if (!this.poll(pending, began, performance.now() - began + graceMs)) throw new NoAnswer('interrupted')
    }
    return this.answer()
  }

  /** The same with a running event loop, for what takes long: starting, importing, making. */
  async exchangeLater(operation: number, bytes: number, timeoutMs: number, ended: () => boolean): Promise<Reply> {
    const began = performance.now()
    const pending = this.begin(operation, bytes)
    while (!this.progress(pending)) {
      if (ended()) throw new NoAnswer('ended')
      if (performance.now() - began > timeoutMs) throw new NoAnswer('timeout')
      await pause(2)
    }
    return this.answer()
  }

  private begin(operation: number, bytes: number): Pending {
    this.filled = 0
    this.request.writeUInt32LE(bytes, 0)
    this.request.writeUInt32LE(operation, 4)
    return { sent: 0, bytes: headBytes + bytes }
  }

  /** False when `limitMs` have passed since `began`. */
  private poll(pending: Pending, began: number, limitMs: number): boolean {
    for (;;) {
      if (this.progress(pending)) return true
      const waited = performance.now() - began
      if (waited > limitMs) return false
      if (waited > spinMs) Atomics.wait(this.cell, 0, 0, Math.min(10, Math.max(0.05, waited / 10)))
    }
  }

  /**
   * Waits so that SIGINT throws out of it, which only a script run by `vm` can. It puts the program's handlers away
   * meanwhile, so it is kept for waits that are long already.
   */
  private pollUnlessInterrupted(pending: Pending, began: number, limitMs: number): boolean | 'interrupted' {
    const wait = (): boolean => this.poll(pending, began, limitMs)
    try {
      return runInNewContext('wait()', { wait }, { breakOnSigint: true }) as boolean
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return 'interrupted'
      throw error
    }
  }

  /** Writes and reads what goes without waiting; true when the reply is whole. */
  private progress(pending: Pending): boolean {
    if (pending.sent < pending.bytes) {
      pending.sent += withoutWaiting(() =>
        writeSync(this.requestFd, this.request, pending.sent, pending.bytes - pending.sent),
      )
      if (pending.sent < pending.bytes) return false
    }
    const { replyFd } = this
    const count = withoutWaiting(() => {
      const read = readSync(replyFd, this.reply, this.filled, this.reply.length - this.filled, null)
      if (read === 0) throw new NoAnswer('ended')
      return read
    })
    this.filled += count
    if (this.filled < headBytes) return false
    const needed = headBytes + this.reply.readUInt32LE(0)
    if (this.reply.length < needed) {
      const grown = Buffer.alloc(needed)
      this.reply.copy(grown, 0, 0, this.filled)
      this.reply = grown
    }
    return this.filled >= needed
  }

  private answer(): Reply {
    const length = this.reply.readUInt32LE(0)
    return { status: this.reply.readUInt32LE(4), body: this.reply.subarray(headBytes, headBytes + length) }
  }
}

interface Pending {
  sent: number
  readonly bytes: number
}

/** The count of bytes, 0 where the call would have blocked. */
function withoutWaiting(transfer: () => number): number {
  // An EAGAIN is thrown at every poll; its stack is read by nobody and costs more than the call.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return transfer()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EAGAIN') return 0
    if (code === 'EPIPE') throw new NoAnswer('ended')
    throw error
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
