import { isIP } from 'node:net'
import { usageError } from '../../core/errors.ts'
import type { WatchServer } from '../watch/index.ts'

export interface PageOptions {
  readonly host?: string
  readonly port?: number
  /** Say the address as JSON. */
  readonly json?: boolean
}

export const note = (text: string): void => void process.stderr.write(`ringside: ${text}\n`)

/** Refuses what is no host or port; warns of hosts that others reach, by what those can do. */
export function checkAddress({ host, port }: PageOptions, reach: string): void {
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw usageError(`--port expects a whole number from 0 to 65535, got ${port}.`)
  if (host === '') throw usageError('--host expects a name or an address, such as 127.0.0.1.')
  if (host !== undefined && !isLoopback(host)) note(`--host ${host}: others who reach this machine ${reach}.`)
}

/** Serves a page until a signal ends it. Its address is the first line of the output. */
export async function servePage(options: PageOptions, open: () => Promise<WatchServer>): Promise<void> {
  const { json = false } = options
  checkAddress(options, 'and know the whole address can watch and play')
  const server = await open()
  process.stdout.write(json ? `${JSON.stringify({ address: server.address })}\n` : `Watch: ${server.address}\n`)
  if (process.stdout.isTTY && !json) process.stdout.write('Ctrl-C ends it.\n')
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
    // A training's page: its training is gone.
    process.once('disconnect', resolve)
  })
  await server.close()
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
