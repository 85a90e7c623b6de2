import { fork } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { RingsideError } from '../../core/errors.ts'

export interface PageProcess {
  readonly address: string
  close(): void
}

const startMilliseconds = 30_000

/**
 * The page of a training, in a process of its own and at the lowest priority: it reads the run folder, so that whatever pages
 * do, the training neither waits for them nor computes for them.
 */
export async function openPage(folder: string): Promise<PageProcess> {
  const script = process.argv[1] ?? fileURLToPath(new URL('main.js', import.meta.url))
  const child = fork(script, ['watch', folder], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  try {
    setPriority(child.pid!, constants.priority.PRIORITY_LOW)
  } catch {
    // Not everywhere allowed; it is a courtesy.
  }
  const address = await new Promise<string>((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(failed('it did not start in time')), startMilliseconds)
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const found = /^Watch: (\S+)$/m.exec(said)
      if (found === null) return
      clearTimeout(timer)
      resolve(found[1]!)
    })
    child.once('exit', (status) => {
      clearTimeout(timer)
      reject(failed(`it ended with status ${status}`))
    })
  }).catch((error: unknown) => {
    child.kill()
    throw error
  })
  // A page that fails later is no reason to stop a training.
  child.on('error', () => {})
  child.unref()
  child.channel?.unref()
  ;(child.stdout as unknown as { unref?(): void }).unref?.()
  return { address, close: () => void child.kill() }
}

function failed(why: string): RingsideError {
  return new RingsideError(`The page of --watch could not be opened: ${why}.`)
}
