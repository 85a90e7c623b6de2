import { z } from 'zod'
import { nearestName } from '../../core/errors.ts'
import { isModulePath } from '../../core/load-path.ts'

/** Networks by name. */
export const networkKinds = ['auto', 'mlp', 'nature', 'minatar', 'impala', 'impala-small'] as const

/** The setting `network.kind`: a name, or the path of one of the user's (see custom-network.ts). */
export const networkKind = z.string().superRefine((kind, context) => {
  if (isNetworkPath(kind) || (networkKinds as readonly string[]).includes(kind)) return
  const near = nearestName(kind, networkKinds)
  const hint = near === undefined ? '' : `; did you mean "${near}"?`
  context.addIssue({
    code: 'custom',
    message: `expected one of ${networkKinds.join(', ')}, or the path of your own${hint}`,
  })
})

export function isNetworkPath(kind: string): boolean {
  return isModulePath(kind) || kind.endsWith('.json')
}
