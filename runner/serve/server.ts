import { createServer, type AddressInfo, type Socket } from 'node:net'
import { messageOf, RingsideError } from '../../core/errors.ts'
import { createEnvSession } from './env-session.ts'
import { createMessageReader, encodeMessage } from './message.ts'

export interface EnvServerOptions {
  /** What `make` takes. */
  readonly id: string
  /** Default 127.0.0.1: nothing but this machine reaches it. */
  readonly host?: string
  /** Default 0: any that is free. */
  readonly port?: number
  /** Told of clients that are sent away. */
  readonly note?: (line: string) => void
}

export interface EnvServer {
  /** `127.0.0.1:PORT` */
  readonly address: string
  /** Settles when the last client has gone, or when none came within the seconds. */
  deserted(seconds: number): Promise<void>
  close(): Promise<void>
}

/** An environment over TCP, one of its own for each client, for as long as the client is there. */
export async function openEnvServer({ id, host = '127.0.0.1', port = 0, note }: EnvServerOptions): Promise<EnvServer> {
  const sockets = new Set<Socket>()
  let wasVisited = false
  let onDeserted = (): void => {}
  const server = createServer((socket) => {
    sockets.add(socket)
    wasVisited = true
    void attend(socket, id).then((complaint) => {
      if (complaint !== undefined) note?.(`a client was sent away: ${complaint}`)
      sockets.delete(socket)
      if (sockets.size === 0) onDeserted()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new RingsideError(`The environment cannot be served on ${host}:${port}: ${messageOf(error)}`))
    })
    server.listen(port, host, resolve)
  })
  const { port: given } = server.address() as AddressInfo
  return {
    address: `${host.includes(':') ? `[${host}]` : host}:${given}`,
    deserted: (seconds) =>
      new Promise((resolve) => {
        onDeserted = resolve
        setTimeout(() => !wasVisited && resolve(), seconds * 1000).unref()
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Until the client goes, or is sent away: then with what was wrong. */
function attend(socket: Socket, id: string): Promise<string | undefined> {
  const session = createEnvSession(id)
  const read = createMessageReader()
  let complaint: string | undefined
  // Requests are answered in their order, one at a time.
  let turn = Promise.resolve()
  socket.setNoDelay(true)
  socket.on('data', (chunk) => {
    try {
      for (const request of read(chunk)) {
        turn = turn.then(async () => {
          const reply = encodeMessage(await session.answer(request))
          if (!socket.destroyed) socket.write(reply)
        })
      }
    } catch (error) {
      complaint = messageOf(error)
      const reply = encodeMessage({ error: complaint, kind: 'usage' })
      void turn.then(() => socket.end(reply))
    }
  })
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.once('close', () => {
      void turn.finally(() => {
        session.close()
        resolve(complaint)
      })
    })
  })
}
