import { z } from 'zod'
import { fastest, slowest, type ModelRequest, type PageMessage } from '../../render/viewer/protocol.ts'

/** Bytes of the longest message that a page has reason to send. */
export const longestMessage = 4096

const on = z.boolean()
const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const schema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pause'), on }),
  z.strictObject({ kind: z.literal('step') }),
  z.strictObject({ kind: z.literal('back') }),
  z.strictObject({ kind: z.literal('speed'), speed: z.number().min(slowest).max(fastest) }),
  z.strictObject({ kind: z.literal('seed'), seed: whole }),
  z.strictObject({ kind: z.literal('episode'), number: z.number().int().min(1) }),
  z.strictObject({ kind: z.literal('next') }),
  z.strictObject({ kind: z.literal('explore'), on }),
  z.strictObject({ kind: z.literal('takeover'), on }),
  z.strictObject({ kind: z.literal('saliency'), on }),
  z.strictObject({ kind: z.literal('grid'), step: whole }),
  z.strictObject({ kind: z.literal('between'), from: whole, to: whole }),
  z.strictObject({ kind: z.literal('keys'), held: z.array(z.string().max(20)).max(16) }),
])

/** What a page asks for, or why it cannot be understood. Never throws. */
export function parsePageMessage(
  text: string,
): PageMessage | ModelRequest | { readonly kind: 'malformed'; readonly why: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'malformed', why: 'expected JSON' }
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = issue?.path.join('.') ?? ''
  return { kind: 'malformed', why: `${path === '' ? '' : `${path}: `}${issue?.message ?? 'not a message'}` }
}
