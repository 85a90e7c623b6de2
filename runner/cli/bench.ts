import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { unknownName } from '../../core/errors.ts'
import { benches, type Bench } from '../bench/benches.ts'

const interleavings = 3
const roundsEach = 10

interface Row {
  readonly name: string
  readonly title: string
  /** Seconds of one call. */
  readonly ours: Timing
  readonly peer: (Timing & { readonly name: string }) | { readonly name: string; readonly missing: string }
  /** Ours by theirs, of the medians and of the minima. */
  readonly ratio?: { readonly median: number; readonly minimum: number }
  readonly target: number
}

interface Timing {
  readonly minimum: number
  readonly median: number
}

/** Times ours and the Python peers in turn, in one run: ratios mean more than seconds on a shared machine. */
export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { name, peers, json } = args as { name?: string; peers: boolean; json: boolean }
  const chosen = name === undefined ? benches : benches.filter((bench) => bench.name === name)
  if (chosen.length === 0)
    throw unknownName(
      'bench',
      String(name),
      benches.map((bench) => bench.name),
    )
  const rows: Row[] = []
  for (const bench of chosen) {
    const row = await measure(bench, peers)
    rows.push(row)
    if (!json) process.stdout.write(`${describe(row)}\n`)
  }
  if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
}

async function measure(bench: Bench, withPeer: boolean): Promise<Row> {
  const call = await bench.prepare()
  for (let i = 0; i < bench.calls; i++) call()
  const ours: number[] = []
  const theirs: number[] = []
  let missing = withPeer ? undefined : 'not asked for; add --peers'
  for (let turn = 0; turn < interleavings; turn++) {
    for (let round = 0; round < roundsEach; round++) {
      const began = performance.now()
      for (let i = 0; i < bench.calls; i++) call()
      ours.push((performance.now() - began) / 1000 / bench.calls)
    }
    if (missing !== undefined) continue
    const peer = askPeer(bench.name)
    if (typeof peer === 'string') missing = peer
    else theirs.push(...peer)
  }
  const { name, title, target, peer } = bench
  const own = timing(ours)
  if (missing !== undefined) return { name, title, ours: own, peer: { name: peer, missing }, target }
  const other = timing(theirs)
  const ratio = { median: own.median / other.median, minimum: own.minimum / other.minimum }
  return { name, title, ours: own, peer: { name: peer, ...other }, ratio, target }
}

/** Seconds of each round in Python, or why there are none. */
function askPeer(name: string): number[] | string {
  const python = process.env['RINGSIDE_PYTHON'] ?? 'python3'
  const script = ['../bench/peers/bench.py', '../../../runner/bench/peers/bench.py']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path))
  const { status, stdout, stderr, error } = spawnSync(python, [script ?? '', name, String(roundsEach)], {
    encoding: 'utf8',
    timeout: 300_000,
  })
  if (error !== undefined) return `${python}: ${error.message}`
  if (status !== 0) return stderr.trim().split('\n').at(-1) ?? 'it failed'
  return stdout.trim().split('\n').map(Number)
}

function timing(seconds: readonly number[]): Timing {
  const sorted = [...seconds].sort((a, b) => a - b)
  return { minimum: sorted[0]!, median: sorted[sorted.length >> 1]! }
}

function describe({ name, title, ours, peer, ratio, target }: Row): string {
  const show = ({ minimum, median }: Timing): string =>
    `${(minimum * 1e6).toFixed(2)} / ${(median * 1e6).toFixed(2)} µs`
  const lines = [`${name}: ${title} (minimum / median)`, `  ringside   ${show(ours)}`]
  if ('missing' in peer) lines.push(`  ${peer.name.padEnd(10)} ${peer.missing}`)
  else lines.push(`  ${peer.name.padEnd(10)} ${show(peer)}`)
  if (ratio !== undefined)
    lines.push(
      `  ratio      ${ratio.minimum.toFixed(3)} / ${ratio.median.toFixed(3)}, meant to be at most ${target.toFixed(3)}`,
    )
  return lines.join('\n')
}
