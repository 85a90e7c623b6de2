import { messageOf, nearestName, RingsideError, usageError } from '../../../core/errors.ts'
import { loadModulePath } from '../../../core/load-path.ts'
import { fields, type StateTree } from '../../../core/state.ts'
import type { Metrics } from '../../../agents/types.ts'
import type { Duty } from '../loop.ts'
import type { AnyRunConfig, AnySummary, RunEvent } from '../types.ts'
import type { Callback, CallbackContext, CallbackFactory } from './types.ts'

/** The callbacks of a run, as its session calls them. */
export interface Callbacks {
  readonly duties: readonly Duty[]
  start(step: number): Promise<void>
  event(event: RunEvent): Promise<void>
  end(summary: AnySummary): Promise<void>
  close(): void
  /** Lines that were said since the last call. */
  notes(): readonly RunEvent[]
  /** Values that were logged since the last row. Throws for a name that is in `own`, the run's own metrics. */
  row(own: Metrics): Metrics
  state(): StateTree
  restore(state: StateTree): void
}

export interface CallbacksRequest extends Pick<CallbackContext, 'folder' | 'agent' | 'model'> {
  readonly config: AnyRunConfig
  /** Told when one wants to end training. */
  stop(reason: string): void
}

/** Loads and makes the callbacks of a config. Throws usage errors for what is no callback. */
export async function openCallbacks({ stop, ...given }: CallbacksRequest): Promise<Callbacks> {
  const { config } = given
  let said: RunEvent[] = []
  const logged = new Map<string, { value: number; by: string }>()
  const drain = (): readonly RunEvent[] => {
    const out = said
    said = []
    return out
  }
  const opened: Opened[] = []
  for (const entry of config.callbacks) {
    const { path, options = {} } = typeof entry === 'string' ? { path: entry } : entry
    const context: CallbackContext = {
      ...given,
      options,
      log: (name, value) => void logged.set(checkedName(path, name, value), { value, by: path }),
      note: (text) => void said.push({ kind: 'note', text }),
      stop: (reason) => stop(`${path}: ${reason}`),
    }
    opened.push({ path, callback: await make(path, context) })
  }

  return {
    duties: opened.flatMap(({ path, callback }) => (callback.onStep === undefined ? [] : [dutyOf(path, callback)])),
    async start(step) {
      for (const { path, callback } of opened) await guarded(path, 'onStart', () => callback.onStart?.(step))
    },
    async event(event) {
      if (event.kind === 'progress') return
      for (const { path, callback } of opened) await guarded(path, 'onEvent', () => callback.onEvent?.(event))
    },
    async end(summary) {
      for (const { path, callback } of opened) await guarded(path, 'onEnd', () => callback.onEnd?.(summary))
    },
    close() {
      for (const { callback } of opened) callback.close?.()
    },
    notes: drain,
    row(own) {
      const row: Record<string, number> = {}
      for (const [name, { value, by }] of logged) {
        if (name in own)
          throw new RingsideError(`The callback ${by} logs "${name}", which the run logs itself; choose another name.`)
        row[name] = value
      }
      logged.clear()
      return row
    },
    state: () => ({
      own: opened.map(({ callback }) => callback.state?.() ?? null),
      logged: Object.fromEntries([...logged].map(([name, { value }]) => [name, value])),
      loggedBy: Object.fromEntries([...logged].map(([name, { by }]) => [name, by])),
    }),
    restore(state) {
      const saved = fields(state, 'the callbacks')
      const own = saved.get('own') as readonly (StateTree | null)[]
      opened.forEach(({ path, callback }, i) => {
        const kept = own[i] ?? null
        if (kept === null || callback.restore === undefined) return
        try {
          callback.restore(kept)
        } catch (error) {
          throw failed(path, 'restore', error)
        }
      })
      const by = saved.tree('loggedBy') as Record<string, string>
      for (const [name, value] of Object.entries(saved.tree('logged')))
        logged.set(name, { value: value as number, by: by[name]! })
    },
  }

  function dutyOf(path: string, callback: Callback): Duty {
    return {
      every: callback.every ?? config.log.every,
      async *run(step) {
        await guarded(path, 'onStep', () => callback.onStep?.(step))
        yield* drain()
      },
    }
  }
}

interface Opened {
  readonly path: string
  readonly callback: Callback
}

async function make(path: string, context: CallbackContext): Promise<Callback> {
  const factory = await loadModulePath('callback', path)
  if (typeof factory !== 'function')
    throw usageError(
      `The callback "${path}" is no function; expected (context) => ({ every, onStep, onEvent, onEnd, … }), got ${typeof factory}.`,
    )
  let made: unknown
  try {
    made = await (factory as CallbackFactory)(context)
  } catch (error) {
    if (error instanceof RingsideError) throw error
    throw usageError(`The callback "${path}" could not be made: ${messageOf(error)}`, error)
  }
  return checked(path, made)
}

const hooks = ['onStart', 'onStep', 'onEvent', 'onEnd', 'close', 'state', 'restore'] as const
const known: readonly string[] = ['every', ...hooks]

function checked(path: string, made: unknown): Callback {
  if (typeof made !== 'object' || made === null)
    throw usageError(
      `The callback "${path}" gave ${made === null ? 'null' : typeof made}; expected an object of ${known.join(', ')}, all optional.`,
    )
  const callback = made as Callback
  for (const key of Object.keys(callback)) {
    // Fields of its own are its own affair; a hook that is nearly one of ours would never be called.
    const near =
      /^on[A-Z]/.test(key) && !known.includes(key) ? (nearestName(key, hooks) ?? hooks.join(', ')) : undefined
    if (near !== undefined)
      throw usageError(`The callback "${path}" has "${key}", which nobody calls; expected ${near}.`)
  }
  for (const hook of hooks)
    if (callback[hook] !== undefined && typeof callback[hook] !== 'function')
      throw usageError(`${hook} of the callback "${path}" is no function, got ${JSON.stringify(callback[hook])}.`)
  const { every } = callback
  if (every !== undefined && !(Number.isSafeInteger(every) && every >= 1))
    throw usageError(`every of the callback "${path}" is a whole number of steps of at least 1, got ${String(every)}.`)
  return callback
}

function checkedName(path: string, name: string, value: number): string {
  if (typeof name !== 'string' || !/^[\w./-]+$/.test(name) || ['step', 'seconds'].includes(name))
    throw new RingsideError(
      `The callback ${path} logs under the name ${JSON.stringify(name)}; expected letters, digits and . / - _ (and not step or seconds).`,
    )
  if (typeof value !== 'number')
    throw new RingsideError(`The callback ${path} logs "${name}" as ${typeof value}; expected a number.`)
  return name
}

async function guarded(path: string, hook: string, call: () => void | Promise<void>): Promise<void> {
  try {
    await call()
  } catch (error) {
    throw failed(path, hook, error)
  }
}

function failed(path: string, hook: string, error: unknown): RingsideError {
  return error instanceof RingsideError
    ? error
    : new RingsideError(`The callback ${path} failed in ${hook}: ${messageOf(error)}`, { cause: error })
}
