import { nearestName, RingsideError, usageError } from '../../core/errors.ts'

/** An error of the Python side. */
export interface Refusal {
  readonly kind: string
  readonly message: string
  readonly executable?: string
  readonly python?: string
  readonly package?: string
  readonly module?: string
  readonly missing?: string
  readonly ids?: readonly string[]
  readonly gymnasium?: string
  readonly type?: string
  readonly where?: string
}

/** Puts it in words: what failed, and what to type. */
export function refusal(said: Refusal, python: string, what: string): RingsideError {
  const executable = said.executable ?? python
  const here = `Python ${said.python ?? ''} (${executable})`
  const install = (name: string): string => `Install it by: ${executable} -m pip install ${name}`
  const orElse = 'or set RINGSIDE_PYTHON to a Python that has it.'
  switch (said.kind) {
    case 'no-gymnasium':
      return said.missing === 'gymnasium'
        ? new RingsideError(`${here} has no gymnasium. ${install('"gymnasium>=1.0"')}, ${orElse}`)
        : new RingsideError(`${here} cannot import gymnasium: ${said.message}.`)
    case 'old-gymnasium':
      return new RingsideError(
        `${here} has gymnasium ${said.message}; 1.0 or newer is needed. ${install('-U "gymnasium>=1.0"')}, ${orElse}`,
      )
    case 'no-package':
      return new RingsideError(
        `This environment needs the package ${said.package}, and ${here} cannot import it (${said.message}). ` +
          `${install(said.package ?? '')}, ${orElse}`,
      )
    case 'no-module':
      return new RingsideError(
        `${here} cannot import the module "${said.module}": ${said.message}. Modules are looked for in the present folder ` +
          'and among the installed packages.',
      )
    case 'dependency':
      return new RingsideError(`This environment needs a package that ${here} has not: ${said.message}`)
    case 'unknown-id': {
      const ids = said.ids ?? []
      return usageError(
        `Gymnasium ${said.gymnasium ?? ''} knows no environment "${said.message}".${nearest(said.message, ids)} One that ` +
          'another package registers is named with its module: gymnasium:module:Name-v0.',
      )
    }
    case 'space':
      return usageError(
        `This environment cannot be used here: ${said.message}. Supported are Box, Discrete, MultiDiscrete, MultiBinary, ` +
          'Text, Tuple and Dict of numbers; a wrapper in Python may turn it into one.',
      )
    default:
      return new RingsideError(
        `Python's ${what} raised ${said.type ?? 'an error'}: ${said.message}${said.where === undefined ? '' : ` (${said.where})`}`,
      )
  }
}

/** Other versions of the same name, else the nearest name. */
function nearest(wanted: string, ids: readonly string[]): string {
  const bare = (id: string): string => id.replace(/-v\d+$/, '')
  const versions = ids.filter((id) => bare(id) === bare(wanted))
  if (versions.length > 0) return ` There are: ${versions.join(', ')}.`
  const near = nearestName(wanted, ids)
  return near === undefined ? '' : ` Did you mean "${near}"?`
}
