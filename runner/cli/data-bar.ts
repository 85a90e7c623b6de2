import { SingleBar } from 'cli-progress'
import type { DataProgress } from '../../generative/datasets/types.ts'

/** What is over sooner is not worth a bar. */
const patience = 700

/** A bar for each download or drawing that takes a while; in a pipe a line every three seconds. */
export function dataBar(): DataProgress {
  let name: string | undefined
  let began = 0
  let bar: SingleBar | undefined
  return (what, done, total, unit) => {
    if (what !== name) {
      bar?.stop()
      ;[name, began, bar] = [what, performance.now(), undefined]
    }
    const told = (n: number): string => (unit === 'bytes' ? (n / 1e6).toFixed(1) : n.toLocaleString('en'))
    const payload = { what, size: `${told(done)} of ${told(total)}${unit === 'bytes' ? ' MB' : ''}` }
    if (bar !== undefined) bar.update(done, payload)
    else if (performance.now() - began >= patience && done < total) {
      bar = createBar()
      bar.start(total, done, payload)
    }
    if (done < total) return
    bar?.stop()
    name = bar = undefined
  }
}

function createBar(): SingleBar {
  return new SingleBar({
    format: '{bar} {percentage}% | {what}: {size} | ETA {eta_formatted}',
    stream: process.stdout,
    hideCursor: process.stdout.isTTY,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: 3000,
    fps: 10,
    gracefulExit: false,
  })
}
