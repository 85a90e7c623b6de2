import { z } from 'zod'

/** What is read of a JSON schema. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
}

/** A table of the settings of a zod schema, nested ones by their path: what `--set` takes. */
export function settingsTable(schema: z.ZodType): string {
  const rows = rowsOf('', z.toJSONSchema(schema, { io: 'input' }) as Schema)
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')).join(' | '))
  return ['| setting | values | default | |', '|---|---|---|---|', ...cells.map((row) => `| ${row} |`)].join('\n')
}

function rowsOf(path: string, schema: Schema, suffix = ''): string[][] {
  const below = (of: Schema, only = ''): string[][] =>
    Object.entries(of.properties ?? {})
      .filter(([, property]) => property.const === undefined)
      .flatMap(([name, property]) => rowsOf(path === '' ? name : `${path}.${name}`, property, only))
  if (schema.properties !== undefined) return below(schema, suffix)
  const own = [
    `\`${path}\``,
    values(schema),
    schema.default === undefined ? '' : `\`${brief(schema.default)}\``,
    (schema.description ?? '') + suffix,
  ]
  const variants = alternatives(schema).filter(({ properties }) => properties !== undefined)
  if (isSchedule(schema) || variants.length === 0) return [own]
  const kinds = variants.map(({ properties }) => properties!['kind']?.const).filter((kind) => kind !== undefined)
  const inner = variants.flatMap((variant) => {
    const kind = variant.properties!['kind']?.const
    return below(variant, kind === undefined || kinds.length < 2 ? '' : ` (${String(kind)})`)
  })
  return [own, ...inner]
}

function alternatives(schema: Schema): readonly Schema[] {
  const { type } = schema
  if (typeof type !== 'string' && type !== undefined) return type.map((one) => ({ ...schema, type: one }))
  const inner = schema.anyOf ?? schema.oneOf
  return inner === undefined ? [schema] : inner.flatMap(alternatives)
}

function isSchedule(schema: Schema): boolean {
  return alternatives(schema).some(({ properties }) => properties?.['kind']?.const === 'piecewise')
}

function values(schema: Schema): string {
  const said = alternatives(schema).map((one): string => {
    if (one.const !== undefined) return String(one.const)
    if (one.enum !== undefined) return one.enum.join(', ')
    if (one.properties !== undefined) {
      const kind = one.properties['kind']?.const
      if (kind === 'constant' || kind === 'linear' || kind === 'exponential') return ''
      return kind === 'piecewise' ? 'or a schedule' : kind === undefined ? 'an object' : `{kind: ${String(kind)}, …}`
    }
    switch (one.type) {
      case 'boolean':
        return 'true, false'
      case 'number':
      case 'integer':
        return `${one.type === 'integer' ? 'whole number' : 'number'}${range(one)}`
      case 'array':
        return `list, each ${values(one.items ?? {})}`
      case 'null':
        return 'null'
      default:
        return 'text'
    }
  })
  return said
    .filter((one) => one !== '')
    .join(', ')
    .replaceAll(', or', ' or')
}

function range({ minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below }: Schema): string {
  const low = above !== undefined ? `> ${above}` : minimum !== undefined ? `≥ ${minimum}` : ''
  const largest = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  const high = below !== undefined ? `< ${below}` : largest !== undefined ? `≤ ${largest}` : ''
  const both = [low.startsWith('≥ -9007') ? '' : low, high].filter((part) => part !== '')
  return both.length === 0 ? '' : ` ${both.join(', ')}`
}

/** As `--set` takes it. */
function brief(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(brief).join(', ')}]`
  if (value === null || typeof value !== 'object') return String(value)
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}: ${brief(item)}`)
    .join(', ')}}`
}
