import type { TraceMessage } from '../protocol.ts'
import { createChart } from './chart.ts'
import { panel } from './panel.ts'

export interface EpisodePanel {
  readonly element: HTMLElement
  add(trace: TraceMessage): void
}

/** A chart is drawn again this often at most, in milliseconds: the eye reads no faster. */
const pause = 150

/** Return, reward and TD error over the steps of the present episode. */
export function createEpisodePanel(): EpisodePanel {
  const returns = createChart('Return over the steps of this episode', 120)
  const each = createChart('Reward and TD error over the steps of this episode', 120)
  const element = panel('episode', 'This episode', returns.element, each.element)
  let reward: number[] = []
  let tdError: number[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const draw = (): void => {
    timer = undefined
    let sum = 0
    const x = reward.map((_, i) => i + 1)
    returns.set([{ name: 'return', color: 'second', x, y: reward.map((r) => (sum += r)) }])
    each.set([
      ...(tdError.some(Number.isFinite) ? [{ name: 'TD error', color: 'third', x, y: tdError }] : []),
      { name: 'reward', color: 'accent', x, y: reward },
    ])
  }
  return {
    element,
    add(trace) {
      reward = [...reward.slice(0, trace.from), ...trace.reward]
      tdError = [...tdError.slice(0, trace.from), ...trace.tdError]
      timer ??= setTimeout(draw, pause)
    },
  }
}
