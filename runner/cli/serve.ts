import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { packagedFile } from '../../core/packaged-file.ts'
import { make } from '../../envs/index.ts'
import { makeFolder, writeFileAtomic } from '../run/files.ts'
import { openEnvServer } from '../serve/server.ts'
import { checkAddress, note, type PageOptions } from './serve-page.ts'

interface ServeArgs extends PageOptions {
  readonly env?: string
  readonly once: boolean
  readonly client?: string
  readonly force: boolean
}

/** With --once: how long a client may take to come. */
const firstClientSeconds = 60

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const options = args as unknown as ServeArgs
  const { env: id, once, client, force, host, port, json = false } = options
  if (client !== undefined) writeClient(client, force)
  if (id === undefined) {
    if (client === undefined) throw usageError('serve expects an environment: ringside serve CartPole-v1')
    return
  }
  checkAddress(options, 'can play it, each an environment of their own')
  // What cannot be made is said now, not to the first client.
  const env = await make(id)
  const name = String(env)
  env.close()

  const at = { ...(host !== undefined && { host }), ...(port !== undefined && { port }) }
  const server = await openEnvServer({ id, ...at, note })
  const { address } = server
  process.stdout.write(json ? `${JSON.stringify({ address, env: name })}\n` : `Serving ${name} at ${address}\n`)
  if (process.stdout.isTTY && !json)
    process.stdout.write(
      `In Python:  from ringside_env import RingsideEnv; env = RingsideEnv("${address}")\n` +
        '(ringside serve --client ringside_env.py writes that module.)  Ctrl-C ends it.\n',
    )
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
    if (once) void server.deserted(firstClientSeconds).then(resolve)
  })
  await server.close()
}

function writeClient(path: string, force: boolean): void {
  const text = readFileSync(packagedFile('runner/serve/ringside_env.py'), 'utf8')
  if (existsSync(path) && !force && readFileSync(path, 'utf8') !== text)
    throw usageError(`"${path}" exists and is not this file; --force replaces it.`)
  makeFolder(dirname(path))
  writeFileAtomic(path, text)
  process.stderr.write(`${path} written\n`)
}
