import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { messageOf, RingsideError } from '../../core/errors.ts'
import { judge, type Verdict } from './guard.ts'
import { longestMessage, parsePageMessage } from './messages.ts'
import { readPage, type PageFile } from './page-files.ts'
import type { Session, Viewer } from './session.ts'

export interface WatchServerOptions {
  readonly session: Session
  /** Default 127.0.0.1: nothing but this machine reaches it. */
  readonly host?: string
  /** Default 0: any that is free. */
  readonly port?: number
  readonly token?: string
  readonly files?: ReadonlyMap<string, PageFile>
}

export interface WatchServer {
  /** `http://127.0.0.1:PORT/TOKEN/` */
  readonly address: string
  readonly port: number
  readonly token: string
  close(): Promise<void>
}

/** Messages that cannot be understood, after which a page is left. */
const patience = 50

/** Serves the page, and each page's socket to the session. */
export async function openWatchServer(options: WatchServerOptions): Promise<WatchServer> {
  const { session, host = '127.0.0.1', token = randomBytes(16).toString('hex'), files = readPage() } = options
  let port = options.port ?? 0
  const verdictOn = (request: IncomingMessage): Verdict =>
    judge(
      {
        method: request.method ?? '',
        url: request.url ?? '',
        host: request.headers.host,
        origin: request.headers.origin,
      },
      { token, port, host },
    )

  const server = createServer((request, response) => answer(request, response, verdictOn(request), files))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: longestMessage, perMessageDeflate: false })
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const verdict = verdictOn(request)
    // A page that is gone before it is answered is no failure of ours.
    stream.on('error', () => {})
    if (!('path' in verdict) || verdict.path !== '/live') {
      const status = 'path' in verdict ? 404 : verdict.status
      stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, stream, head, (socket) => attend(socket, session))
  })
  // Beside what the parser refuses by itself.
  server.on('clientError', (_error, stream) => {
    stream.destroy()
  })
  server.requestTimeout = 10_000
  server.headersTimeout = 5_000

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new RingsideError(`The page cannot be served on ${host}:${port}: ${messageOf(error)}`))
    })
    server.listen(port, host, resolve)
  })
  port = (server.address() as AddressInfo).port
  const shown = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host
  return {
    address: `http://${shown}:${port}/${token}/`,
    port,
    token,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Nothing but our own scripts, styles and socket; no frame around it; no address given on. */
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  verdict: Verdict,
  files: ReadonlyMap<string, PageFile>,
): void {
  const file = 'path' in verdict ? files.get(verdict.path) : undefined
  if (file === undefined) {
    const { status, why } = 'path' in verdict ? { status: 404, why: 'no such file' } : verdict
    response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`ringside: ${why}\n`)
    return
  }
  response.writeHead(200, { ...headers, 'Content-Type': file.type, 'Content-Length': file.bytes.length })
  response.end(request.method === 'HEAD' ? undefined : file.bytes)
}

function attend(socket: WebSocket, session: Session): void {
  let misunderstood = 0
  const viewer: Viewer = {
    get waiting() {
      return socket.bufferedAmount
    },
    send: (bytes) => {
      if (socket.readyState === socket.OPEN) socket.send(bytes)
    },
  }
  const leave = session.join(viewer)
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    const message = isBinary
      ? ({ kind: 'malformed', why: 'expected text' } as const)
      : parsePageMessage(data.toString('utf8'))
    if (message.kind !== 'malformed') return session.ask(message, viewer)
    session.refuse(viewer, message.why)
    if (++misunderstood >= patience) socket.close(1008, 'too many malformed messages')
  })
  // ws closes the socket of a message that is too long or broken, after this.
  socket.on('error', () => {})
  socket.on('close', leave)
}
