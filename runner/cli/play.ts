import { openPlay } from '../watch/index.ts'
import { playInTerminal } from './play-terminal.ts'
import { note, servePage, type PageOptions } from './serve-page.ts'

interface PlayArgs extends PageOptions {
  readonly env: string
  readonly seed: number
  readonly terminal: boolean
}

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const options = args as unknown as PlayArgs
  const { env, seed, terminal, host, port } = options
  if (terminal) return playInTerminal(env, seed)
  await servePage(options, () =>
    openPlay(env, { seed, note, ...(host !== undefined && { host }), ...(port !== undefined && { port }) }),
  )
}
