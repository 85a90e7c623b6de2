import { encodeState, type StateTree } from '../../core/state.ts'
import { messageOf } from '../../core/errors.ts'
import type {
  CurvesMessage,
  Hello,
  ModelRequest,
  PageMessage,
  SamplesMessage,
  ServerMessage,
} from '../../render/viewer/protocol.ts'
import type { Clock } from './clock.ts'
import type { Gallery } from './gallery.ts'
import type { Stage } from './stage.ts'

/** One page, as the session sees it. */
export interface Viewer {
  /** Bytes that it has yet to take. */
  readonly waiting: number
  send(bytes: Uint8Array): void
}

/** What all pages of one address see: one stage, one clock, the same curves. */
export interface Session {
  /** Says all there is to a new page; returns what to call when it is gone. */
  join(viewer: Viewer): () => void
  ask(message: PageMessage | ModelRequest, viewer: Viewer): void
  refuse(viewer: Viewer, why: string): void
  /** To all pages, now and to come. */
  announce(message: CurvesMessage | SamplesMessage): void
  /** Something beside what pages ask for has changed (another policy). */
  refresh(): void
  close(): void
}

export interface SessionOptions {
  readonly hello: Hello
  /** Undefined: curves alone. */
  readonly stage: Stage | undefined
  /** Of a generative model. */
  readonly gallery?: Gallery
  readonly clock: Clock
  /** A step, a view or a message that threw; the session goes on paused. */
  readonly failed: (why: string) => void
}

/** A page with more than this to take is sent no frames until it has caught up; what it then gets is the newest. */
const mostWaiting = 256 * 1024

interface Seen {
  /** Serial number of the newest frame that it was sent. */
  frame: number
  saliency: number
  /** Steps of the episode that it has the numbers of. */
  steps: number
  episode: number
}

export function createSession({ hello, stage, gallery, clock, failed }: SessionOptions): Session {
  const viewers = new Map<Viewer, Seen>()
  const announced = new Map<string, Uint8Array>()
  let status = ''
  /** The encoded frame, made once for all pages. */
  let frame: { readonly serial: number; readonly bytes: Uint8Array } | undefined
  let saliency: { readonly serial: number; readonly bytes: Uint8Array } | undefined

  const sendTo = (viewer: Viewer, message: ServerMessage): void => viewer.send(encode(message))
  const show = (): void => {
    if (stage === undefined || viewers.size === 0) return
    const statusNow = stage.status(viewers.size)
    const text = JSON.stringify(statusNow)
    if (text !== status) {
      status = text
      const bytes = encode(statusNow)
      for (const viewer of viewers.keys()) viewer.send(bytes)
    }
    for (const [viewer, seen] of viewers) {
      if (viewer.waiting > mostWaiting) continue
      if (seen.frame !== stage.serial) {
        if (frame?.serial !== stage.serial) frame = { serial: stage.serial, bytes: encode(stage.frame()) }
        if (stage.episode !== seen.episode) seen.steps = 0
        const from = Math.min(seen.steps, stage.changedFrom)
        sendTo(viewer, stage.trace(from))
        viewer.send(frame.bytes)
        Object.assign(seen, { frame: stage.serial, steps: stage.steps, episode: stage.episode })
      }
      const found = stage.saliency
      if (found !== undefined && seen.saliency !== found.serial) {
        if (saliency?.serial !== found.serial) saliency = { serial: found.serial, bytes: encode(found.message) }
        viewer.send(saliency.bytes)
        seen.saliency = found.serial
      }
    }
    // Pages that were passed over are further behind than what the others have been told of.
    if ([...viewers.values()].every((seen) => seen.frame === stage.serial)) stage.allTold()
  }
  const guarded = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      stage?.pause()
      failed(messageOf(error))
      for (const viewer of viewers.keys()) sendTo(viewer, { kind: 'refused', why: messageOf(error) })
    }
  }
  const tick = (now: number): number => {
    let wait = 50
    guarded(() => {
      if (stage !== undefined && viewers.size > 0) wait = stage.run(now)
      show()
    })
    return wait
  }
  clock.start(tick)

  return {
    join(viewer) {
      viewers.set(viewer, { frame: -1, saliency: -1, steps: 0, episode: -1 })
      sendTo(viewer, hello)
      for (const bytes of announced.values()) viewer.send(bytes)
      // The others learn that there is one more; this one learns everything.
      status = ''
      guarded(show)
      clock.wake()
      return () => {
        viewers.delete(viewer)
        if (viewers.size === 0) stage?.release()
        guarded(show)
      }
    },
    ask(message, viewer) {
      guarded(() => {
        if (message.kind === 'grid' || message.kind === 'between') {
          sendTo(viewer, gallery?.answer(message) ?? { kind: 'refused', why: 'there are no such pictures' })
          return
        }
        const why = stage === undefined ? 'there is nothing to play here' : stage.ask(message)
        if (why !== undefined) sendTo(viewer, { kind: 'refused', why })
        show()
      })
      clock.wake()
    },
    refuse: (viewer, why) => sendTo(viewer, { kind: 'refused', why }),
    announce(message) {
      const bytes = encode(message)
      announced.set(message.kind, bytes)
      for (const viewer of viewers.keys()) if (viewer.waiting <= mostWaiting) viewer.send(bytes)
    },
    refresh: () => guarded(show),
    close() {
      clock.stop()
      stage?.close()
    },
  }
}

function encode(message: ServerMessage): Uint8Array {
  return encodeState(message as unknown as StateTree)
}
