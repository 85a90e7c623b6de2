import { decodeState } from '../../core/state.ts'
import type { ModelRequest, PageMessage, ServerMessage } from './protocol.ts'

export type ConnectionState = 'connecting' | 'connected' | 'lost'

export interface Connection {
  send(message: PageMessage | ModelRequest): void
}

export interface ConnectionHandlers {
  readonly message: (message: ServerMessage) => void
  /** `seconds` until the next attempt, when lost. */
  readonly state: (state: ConnectionState, seconds?: number) => void
}

const firstWait = 500
const longestWait = 5_000

/** The socket to the server; when it breaks it is opened again, for as long as the page lives. */
export function connect({ message, state }: ConnectionHandlers): Connection {
  const address = new URL('live', location.href)
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
  let socket: WebSocket | undefined
  let wait = firstWait
  const open = (): void => {
    const opened = new WebSocket(address)
    socket = opened
    opened.binaryType = 'arraybuffer'
    opened.addEventListener('open', () => {
      wait = firstWait
      state('connected')
    })
    opened.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
      message(decodeState(new Uint8Array(data)) as unknown as ServerMessage)
    })
    opened.addEventListener('close', () => {
      state('lost', wait / 1000)
      setTimeout(open, wait)
      wait = Math.min(longestWait, wait * 2)
    })
  }
  state('connecting')
  open()
  return {
    send(asked) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(asked))
    },
  }
}
