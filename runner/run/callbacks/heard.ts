import type { RunEvent } from '../types.ts'
import type { Callbacks } from './open.ts'

/** The same events, each told to the callbacks first, and followed by what they say. */
export async function* heard<Result>(
  events: AsyncGenerator<RunEvent, Result>,
  callbacks: Callbacks,
): AsyncGenerator<RunEvent, Result> {
  try {
    for (;;) {
      const next = await events.next()
      if (next.done === true) return next.value
      await callbacks.event(next.value)
      yield next.value
      yield* callbacks.notes()
    }
  } finally {
    await events.return(undefined as Result)
  }
}
