import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { RingsideError, unknownName } from '../../core/errors.ts'
import { packagedFile } from '../../core/packaged-file.ts'
import type { BackendName } from '../../engine/types.ts'
import { benches, groups } from '../bench/benches.ts'
import type { Bench, BenchEngine, Own, Peer } from '../bench/types.ts'

const interleavings = 3

interface Timing {
  /** Seconds of one unit. */
  readonly minimum: number
  readonly median: number
}

/** Somebody else who does the same, and the seconds of each of its rounds, or why there are none. */
interface Rival {
  readonly name: string
  /** The ratio of times that we mean to keep. */
  readonly target?: number
  ask(): readonly number[] | string | Promise<readonly number[] | string>
  /** Is it asked in every turn, or in the first alone? */
  readonly everyTurn: boolean
}

/** A rival's times, ours by theirs (of the minima and of the medians), or why there are none. */
interface PeerRow {
  readonly name: string
  readonly target?: number
  readonly missing?: string
  readonly time?: Timing
  readonly ratio?: Timing
}

interface Row {
  readonly name: string
  readonly title: string
  readonly unit: Bench['unit']
  readonly ours: Timing
  readonly limit?: number
  readonly peers: readonly PeerRow[]
}

const otherEngines: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu']
/** Plain JavaScript takes minutes for one update of a large network. */
const mostSecondsOfAnEngine = 100

/** Times ours and its rivals (Python peers, other engines) in turn, in one run: ratios mean more than seconds on a shared machine. */
export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { name, peers, json, engine, threads } = args as {
    name?: string
    peers: boolean
    json: boolean
    engine?: BackendName | 'all'
    threads?: number
  }
  const names = [...Object.keys(groups), ...benches.map((bench) => bench.name)]
  const chosen = name === undefined ? benches : (groups[name] ?? benches.filter((bench) => bench.name === name))
  if (chosen.length === 0) throw unknownName('bench', String(name), names)
  const on: BenchEngine = { engine: engine === 'all' ? 'onnx' : (engine ?? 'onnx'), threads: threads ?? 1 }
  const rows: Row[] = []
  for (const bench of chosen) {
    const python = bench.peers.map((peer) => pythonRival(peer, bench.rounds, on.threads))
    const others = groups['engine']!.includes(bench) ? otherEngines.map((other) => engineRival(bench, other)) : []
    const own = bench.own === undefined ? [] : [await ownRival(bench.own, bench.rounds, on)]
    try {
      const row = await measure(bench, on, [...own, ...(peers ? python : []), ...(engine === 'all' ? others : [])])
      rows.push(row)
      if (!json) process.stdout.write(`${describe(row)}\n`)
    } catch (error) {
      // One that cannot run here (no Python, say) keeps none of the others from running.
      if (!(error instanceof RingsideError) || chosen.length === 1) throw error
      process.stderr.write(`${bench.name}: ${error.message}\n`)
    }
  }
  if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
}

async function measure(bench: Bench, on: BenchEngine, rivals: readonly Rival[]): Promise<Row> {
  const round = await bench.prepare(on)
  await round()
  const ours: number[] = []
  const theirs = rivals.map((rival) => ({ rival, seconds: [] as number[], missing: undefined as string | undefined }))
  for (let turn = 0; turn < interleavings; turn++) {
    for (let i = 0; i < bench.rounds; i++) ours.push(await round())
    for (const other of theirs) {
      if (other.missing !== undefined || (turn > 0 && !other.rival.everyTurn)) continue
      const answer = await other.rival.ask()
      if (typeof answer === 'string') other.missing = answer
      else other.seconds.push(...answer)
    }
  }
  const own = timing(ours)
  const { name, title, unit, limit } = bench
  const peers = theirs.map(({ rival: { name, target }, seconds, missing }): PeerRow => {
    const row = { name, ...(target !== undefined && { target }) }
    if (missing !== undefined) return { ...row, missing }
    const time = timing(seconds)
    const ratio = { minimum: own.minimum / time.minimum, median: own.median / time.median }
    return { ...row, time, ratio }
  })
  return { name, title, unit, ours: own, ...(limit !== undefined && { limit }), peers }
}

function pythonRival({ name, key, target }: Peer, rounds: number, threads: number): Rival {
  const python = process.env['RINGSIDE_PYTHON'] ?? 'python3'
  const script = packagedFile('runner/bench/peers/bench.py')
  return {
    name,
    target,
    everyTurn: true,
    ask() {
      const answer = askProcess(python, [script, key, String(rounds), String(threads)], 300)
      return typeof answer === 'string' ? answer : answer.stdout.trim().split('\n').map(Number)
    },
  }
}

async function ownRival({ name, target, prepare }: Own, rounds: number, on: BenchEngine): Promise<Rival> {
  const round = await prepare(on)
  await round()
  return {
    name,
    target,
    everyTurn: true,
    async ask() {
      const seconds: number[] = []
      for (let i = 0; i < rounds; i++) seconds.push(await round())
      return seconds
    },
  }
}

/** The same bench on another engine, in a process of its own: the slow ones can be ended. */
function engineRival({ name }: Bench, engine: BackendName): Rival {
  const main = fileURLToPath(new URL('./main.js', import.meta.url))
  return {
    name: engine,
    everyTurn: false,
    ask() {
      const answer = askProcess(
        process.execPath,
        [main, 'bench', name, '--engine', engine, '--json'],
        mostSecondsOfAnEngine,
      )
      if (typeof answer === 'string') return answer
      const [row] = JSON.parse(answer.stdout) as [Row]
      return [row.ours.minimum, row.ours.median]
    },
  }
}

/** What a process prints, or why it failed. */
function askProcess(command: string, args: readonly string[], seconds: number): { stdout: string } | string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: seconds * 1000 })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT') return `more than ${seconds} s`
  if (error !== undefined) return `${command}: ${error.message}`
  return status === 0 ? { stdout } : (stderr.trim().split('\n').at(-1) ?? 'it failed')
}

function timing(seconds: readonly number[]): Timing {
  const sorted = [...seconds].sort((a, b) => a - b)
  return { minimum: sorted[0]!, median: sorted[sorted.length >> 1]! }
}

function describe({ name, title, unit, ours, limit, peers }: Row): string {
  const show = ({ minimum, median }: Timing): string =>
    `${(minimum * 1e6).toFixed(2)} / ${(median * 1e6).toFixed(2)} µs a ${unit}` +
    (unit === 'step' ? `, ${Math.round(1 / median).toLocaleString('en')} steps/s` : '')
  const width = Math.max(...['ringside', ...peers.map((peer) => peer.name)].map((label) => label.length)) + 2
  const most = limit === undefined ? '' : ` (meant: at most ${limit * 1e6})`
  const lines = [`${name}: ${title} (minimum / median)`, `  ${'ringside'.padEnd(width)}${show(ours)}${most}`]
  for (const { name: peer, missing, time, ratio, target } of peers) {
    if (time === undefined || ratio === undefined) {
      lines.push(`  ${peer.padEnd(width)}${missing}`)
      continue
    }
    const meant = target === undefined ? '' : ` (meant: at most ${target.toFixed(2)})`
    const ratios = `${ratio.minimum.toFixed(3)} / ${ratio.median.toFixed(3)} of its time${meant}`
    lines.push(`  ${peer.padEnd(width)}${show(time)}; ${ratios}`)
  }
  return lines.join('\n')
}
