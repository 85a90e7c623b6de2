/** Calls back when it is time, and says what time it is. */
export interface Clock {
  /** `tick` is given milliseconds that only grow, and says how long it can wait. */
  start(tick: (now: number) => number): void
  /** Ticks at once instead of waiting. */
  wake(): void
  stop(): void
}

export function createClock(): Clock {
  let timer: NodeJS.Timeout | undefined
  let tick: ((now: number) => number) | undefined
  const run = (): void => {
    if (tick === undefined) return
    timer = setTimeout(run, Math.max(1, tick(performance.now())))
  }
  return {
    start(call) {
      tick = call
      timer = setTimeout(run, 0)
    },
    wake() {
      clearTimeout(timer)
      if (tick !== undefined) timer = setTimeout(run, 0)
    },
    stop() {
      clearTimeout(timer)
      tick = undefined
    },
  }
}
