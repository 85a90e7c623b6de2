import { openPlay } from '../watch/index.ts'
import { note, servePage, type PageOptions } from './serve-page.ts'

interface PlayArgs extends PageOptions {
  readonly env: string
  readonly seed: number
}

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const options = args as unknown as PlayArgs
  const { env, seed, host, port } = options
  await servePage(options, () =>
    openPlay(env, { seed, note, ...(host !== undefined && { host }), ...(port !== undefined && { port }) }),
  )
}
