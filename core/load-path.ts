import { existsSync, readdirSync } from 'node:fs'
import { register as registerHook } from 'node:module'
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, nearestName, usageError } from './errors.ts'

/** `./my-env.ts#Export`: a module of the user's. Registered names never contain `#`, a leading `.` or `/`, or a script ending. */
export function isModulePath(name: string): boolean {
  return /^\.{0,2}[/\\]/.test(name) || /^[A-Za-z]:[/\\]/.test(name) || name.includes('#') || /\.[cm]?[jt]s$/.test(name)
}

/** `{ file, exportName }` of a module path; the export defaults to `default`. Relative paths are seen from `base`. */
export function parseModulePath(name: string, base = process.cwd()): { file: string; exportName: string } {
  const hash = name.lastIndexOf('#')
  const path = hash < 0 ? name : name.slice(0, hash)
  return { file: resolve(base, path), exportName: hash < 0 ? 'default' : name.slice(hash + 1) || 'default' }
}

/**
 * Imports one export of a user's module, in TypeScript or JavaScript. `kind` names what is looked for in errors
 * ("environment", "agent"). Throws a usage error when the file or the export is missing or the module fails to load.
 */
export async function loadModulePath(kind: string, name: string, base = process.cwd()): Promise<unknown> {
  const { file, exportName } = parseModulePath(name, base)
  if (!existsSync(file)) {
    const from = isAbsolute(name) || base !== process.cwd() ? '' : ' Relative paths are seen from the present folder.'
    throw usageError(`No file "${file}" for the ${kind} "${name}".${nearFile(file) || from}`)
  }
  let module: Record<string, unknown>
  try {
    if (/\.[cm]?ts$/.test(extname(file))) await registerTypeScript()
    module = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (error) {
    throw usageError(`The ${kind} "${name}" could not be loaded: ${messageOf(error)}`, error)
  }
  const found = module[exportName]
  if (found === undefined) {
    const names = Object.keys(module)
    const near = nearestName(exportName, names)
    const meant = near ?? (name.includes('#') || names[0] === undefined ? undefined : `${name}#${names[0]}`)
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
    throw usageError(`"${file}" exports no "${exportName}".${hint} It exports: ${names.join(', ') || '(nothing)'}.`)
  }
  return found
}

let registered = false

/**
 * tsx's hook, once a process. `tsImport` would load a second copy of our own modules. A second hook says that a user's `.ts`
 * files are ES modules whatever package.json they lie under: `npm init` writes `"type": "commonjs"`.
 */
async function registerTypeScript(): Promise<void> {
  if (registered) return
  const { register } = await import('tsx/esm/api')
  register()
  registerHook(`data:text/javascript,${encodeURIComponent(typeScriptIsModules)}`)
  registered = true
}

const typeScriptIsModules = `
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context)
  const isTheirs = /\\.ts(\\?|$)/.test(found.url) && !found.url.includes('/node_modules/')
  return isTheirs ? { ...found, format: 'module' } : found
}`

function nearFile(file: string): string {
  const folder = dirname(file)
  if (!existsSync(folder)) return ''
  const near = nearestName(basename(file), readdirSync(folder))
  return near === undefined ? '' : ` Did you mean "${join(folder, near)}"?`
}
