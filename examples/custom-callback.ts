/**
 * Callbacks in one file: code of yours that runs during training.
 *
 *     ringside train dqn CartPole-v1 --set 'callbacks=[./examples/custom-callback.ts#StopWhenTooSure]'
 *     ringside train dqn CartPole-v1 --set 'callbacks=[{path: ./examples/custom-callback.ts#StopWhenTooSure, options: {bound: 200}}]'
 */
import type { CallbackFactory } from 'ringside/runner'

/**
 * Logs how long ago the best evaluation was, and ends training once Q-values promise more than `bound` beyond what
 * episodes bring, three rows of metrics in a row.
 */
export const StopWhenTooSure: CallbackFactory = ({ options, log, note, stop }) => {
  const { bound = 1_000 } = options as { bound?: number }
  let bestStep = 0
  let rowsAbove = 0
  return {
    onStep: (step) => log('stepsSinceBest', step - bestStep),
    onEvent(event) {
      if (event.kind === 'evaluation' && event.best) {
        bestStep = event.step
        note(`Step ${event.step.toLocaleString('en')}: the best so far, ${event.meanReturn.toFixed(1)}`)
      }
      if (event.kind === 'metrics') {
        rowsAbove = (event.metrics['overestimation'] ?? 0) > bound ? rowsAbove + 1 : 0
        if (rowsAbove === 3) stop(`Q-values promise ${bound} more than episodes bring`)
      }
    },
    // What a resumed run has to know: the end is the same as if it had never been cut.
    state: () => ({ bestStep, rowsAbove }),
    restore: (state) => {
      bestStep = state['bestStep'] as number
      rowsAbove = state['rowsAbove'] as number
    },
  }
}
