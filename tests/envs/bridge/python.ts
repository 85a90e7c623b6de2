import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, vi } from 'vitest'

export const python = process.env['RINGSIDE_PYTHON'] ?? 'python3'

// Where Python finds the environments of these tests; processes that we start inherit it.
process.env['PYTHONPATH'] = resolve('tests/envs/bridge/python')

/** Whether this Python can import all of the modules; says so where it cannot. */
export function pythonHas(...modules: readonly string[]): boolean {
  const { status, error, stderr } = spawnSync(python, ['-c', `import ${modules.join(', ')}`], { encoding: 'utf8' })
  if (status === 0) return true
  const why = error?.message ?? stderr.trim().split('\n').at(-1)
  console.log(`bridge to Gymnasium, tests with ${modules.join(' and ')} skipped: ${python}: ${why}`)
  return false
}

/** The process is gone within five seconds. */
export async function gone(pid: number): Promise<void> {
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 5000, interval: 20 })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
