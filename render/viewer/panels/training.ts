import { el, setText } from '../dom.ts'
import { count } from '../numbers.ts'
import type { CurvesMessage, RunCurves, Series } from '../protocol.ts'
import { createChart, type Line } from './chart.ts'
import { panel } from './panel.ts'

export interface TrainingPanel {
  readonly element: HTMLElement
  show(curves: CurvesMessage): void
}

const colors = ['second', 'accent', 'third', 'fourth', 'fifth', 'sixth']
const titles: Readonly<Record<string, string>> = {
  loss: 'loss',
  policyLoss: 'loss of the policy',
  valueLoss: 'loss of the values',
  entropy: 'entropy of the policy',
  tdError: 'mean |TD error|',
  meanQ: 'mean q',
  epsilon: 'ε',
  discriminatorLoss: 'loss of the discriminator',
  generatorLoss: 'loss of the generator',
}

/** The curves of training: one run's, or several side by side in one chart each. */
export function createTrainingPanel(isAlone: boolean): TrainingPanel {
  const height = isAlone ? 240 : 150
  const returns = createChart('Return over environment steps of training', height)
  const status = el('ul', { class: 'runs' })
  const others = Object.entries(titles).map(([key, title]) => {
    const chart = createChart(`${title} over environment steps of training`, isAlone ? 180 : 110, !isAlone)
    const box = el('div', { class: 'metric' }, el('h3', {}, title), chart.element)
    return { key, chart, box }
  })
  const grid = el('div', { class: 'metrics' }, ...others.map(({ box }) => box))
  const element = panel('training', 'Training', status, returns.element, grid)
  return {
    element,
    show({ runs }) {
      element.hidden = runs.length === 0
      const many = runs.length > 1
      returns.set(
        runs
          .flatMap((run, i): Line[] => [
            {
              name: many ? `${run.name}: episodes` : 'training episodes',
              color: colorOf(i, many),
              ...run.episodes,
              pale: true,
            },
            { name: many ? run.name : 'evaluations', color: colorOf(i, many), ...run.evaluation },
          ])
          .filter((line) => line.x.length > 0 && !(many && line.pale === true && hasEvaluations(runs))),
      )
      for (const { key, chart, box } of others) {
        const lines = runs.map((run, i): Line => ({
          name: many ? run.name : titles[key]!,
          color: colorOf(i, many),
          ...(run.metrics[key] ?? none),
        }))
        box.hidden = lines.every((line) => line.x.length === 0)
        chart.set(lines.filter((line) => line.x.length > 0))
      }
      status.replaceChildren(...runs.map((run, i) => told(run, colorOf(i, many), many)))
    },
  }
}

const none: Series = { x: new Float64Array(0), y: new Float64Array(0) }

function hasEvaluations(runs: readonly RunCurves[]): boolean {
  return runs.every((run) => run.evaluation.x.length > 1)
}

function colorOf(i: number, many: boolean): string {
  return many ? colors[i % colors.length]! : 'second'
}

function told({ name, step, steps, state }: RunCurves, key: string, many: boolean): HTMLElement {
  const done = Math.min(1, step / steps)
  const bar = el('progress', { max: '1', value: String(done), 'aria-label': `${name}: steps of training` })
  const text = el('span')
  setText(text, `${many ? `${name}: ` : ''}${state}, ${count(step)} of ${count(steps)} steps`)
  const item = el('li', { class: 'key' }, text, bar)
  item.style.setProperty('--key', `var(--${key})`)
  return item
}
