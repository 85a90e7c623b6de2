const engineFolder = new URL('../', import.meta.url).href
/** Built or mapped back to its source, the engine is not the user's code; nor is tfjs, whose source maps name its own folders. */
const ours = [engineFolder, engineFolder.replace(/\/dist\/engine\/$/, '/engine/')]
const tfjs = /@tensorflow|\/tfjs-(?:core|layers|data|converter|backend-\w+)\/src\//

/**
 * `file:line` of the innermost frame that is neither ours nor tfjs's: the user's own code. Undefined when there is none.
 * Of the present stack, or of an error caught too late to see it.
 */
export function userLine(error?: Error): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 100
  const { stack = '' } = error ?? new Error()
  Error.stackTraceLimit = limit
  for (const line of stack.split('\n').slice(1)) {
    const place = /\(?((?:file:\/\/)?[^\s()]+:\d+:\d+)\)?$/.exec(line)?.[1]
    if (place === undefined || place.startsWith('node:') || tfjs.test(place)) continue
    const url = place.startsWith('file://') ? place : `file://${place}`
    if (ours.some((folder) => url.startsWith(folder))) continue
    return place.replace(/^file:\/\//, '').replace(/\?[^:]*/, '')
  }
  return undefined
}

/** `text (at file:line)`. */
export function atUserLine(text: string, error?: Error): string {
  const line = userLine(error)
  return line === undefined ? text : `${text} (at ${line})`
}
