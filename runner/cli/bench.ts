import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { unknownName } from '../../core/errors.ts'
import type { BackendName } from '../../engine/types.ts'
import { benches, groups } from '../bench/benches.ts'
import type { Bench, BenchEngine } from '../bench/types.ts'

const interleavings = 3

interface Timing {
  /** Seconds of one unit. */
  readonly minimum: number
  readonly median: number
}

/** A peer's times, ours by theirs (of the minima and of the medians), or why there are none. */
interface PeerRow {
  readonly name: string
  readonly target: number
  readonly missing?: string
  readonly time?: Timing
  readonly ratio?: Timing
}

interface Row {
  readonly name: string
  readonly title: string
  readonly unit: Bench['unit']
  readonly ours: Timing
  readonly peers: readonly PeerRow[]
}

/** Times ours and the Python peers in turn, in one run: ratios mean more than seconds on a shared machine. */
export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { name, peers, json, engine, threads } = args as {
    name?: string
    peers: boolean
    json: boolean
    engine?: BackendName
    threads?: number
  }
  const names = [...Object.keys(groups), ...benches.map((bench) => bench.name)]
  const chosen = name === undefined ? benches : (groups[name] ?? benches.filter((bench) => bench.name === name))
  if (chosen.length === 0) throw unknownName('bench', String(name), names)
  const on = { engine: engine ?? 'onnx', threads: threads ?? 1 }
  const rows: Row[] = []
  for (const bench of chosen) {
    const row = await measure(bench, on, peers)
    rows.push(row)
    if (!json) process.stdout.write(`${describe(row)}\n`)
  }
  if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
}

async function measure(bench: Bench, on: BenchEngine, withPeers: boolean): Promise<Row> {
  const round = await bench.prepare(on)
  await round()
  const ours: number[] = []
  const theirs = bench.peers.map((peer) => ({
    peer,
    seconds: [] as number[],
    missing: withPeers ? undefined : 'not asked for; add --peers',
  }))
  for (let turn = 0; turn < interleavings; turn++) {
    for (let i = 0; i < bench.rounds; i++) ours.push(await round())
    for (const other of theirs) {
      if (other.missing !== undefined) continue
      const answer = askPeer(other.peer.key, bench.rounds, on.threads)
      if (typeof answer === 'string') other.missing = answer
      else other.seconds.push(...answer)
    }
  }
  const own = timing(ours)
  const { name, title, unit } = bench
  const peers = theirs.map(({ peer: { name, target }, seconds, missing }): PeerRow => {
    if (missing !== undefined) return { name, target, missing }
    const time = timing(seconds)
    const ratio = { minimum: own.minimum / time.minimum, median: own.median / time.median }
    return { name, target, time, ratio }
  })
  return { name, title, unit, ours: own, peers }
}

/** Seconds of each round in Python, or why there are none. */
function askPeer(key: string, rounds: number, threads: number): number[] | string {
  const python = process.env['RINGSIDE_PYTHON'] ?? 'python3'
  const script = ['../bench/peers/bench.py', '../../../runner/bench/peers/bench.py']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path))
  const { status, stdout, stderr, error } = spawnSync(python, [script ?? '', key, String(rounds), String(threads)], {
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

function describe({ name, title, unit, ours, peers }: Row): string {
  const show = ({ minimum, median }: Timing): string =>
    `${(minimum * 1e6).toFixed(2)} / ${(median * 1e6).toFixed(2)} µs a ${unit}` +
    (unit === 'step' ? `, ${Math.round(1 / median).toLocaleString('en')} steps/s` : '')
  const width = Math.max(...['ringside', ...peers.map((peer) => peer.name)].map((label) => label.length)) + 2
  const lines = [`${name}: ${title} (minimum / median)`, `  ${'ringside'.padEnd(width)}${show(ours)}`]
  for (const { name: peer, missing, time, ratio, target } of peers) {
    if (time === undefined || ratio === undefined) {
      lines.push(`  ${peer.padEnd(width)}${missing}`)
      continue
    }
    const ratios = `${ratio.minimum.toFixed(3)} / ${ratio.median.toFixed(3)} of its time (meant: at most ${target.toFixed(2)})`
    lines.push(`  ${peer.padEnd(width)}${show(time)}; ${ratios}`)
  }
  return lines.join('\n')
}
