import { expect, test } from 'vitest'
import { ringside } from './run-cli.ts'

test('bench times every engine that is here beside ours, and says why one is not', async () => {
  const { status, stdout } = await ringside(['bench', 'act', '--engine', 'all', '--json'])
  expect(status).toBe(0)
  const [row] = JSON.parse(stdout) as [
    {
      name: string
      ours: { minimum: number }
      peers: { name: string; ratio?: { minimum: number }; missing?: string }[]
    },
  ]
  expect(row.ours.minimum).toBeGreaterThan(0)
  expect(row.peers.map(({ name }) => name)).toEqual(['tensorflow', 'wasm', 'cpu'])
  for (const { ratio, missing } of row.peers) {
    if (ratio === undefined) expect(missing).toMatch(/cannot be used here/)
    else expect(ratio.minimum).toBeGreaterThan(0)
  }
  expect(row.peers.at(-1)!.ratio).toBeDefined()
})
