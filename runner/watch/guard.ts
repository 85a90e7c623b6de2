import { timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'

export interface Asked {
  readonly method: string
  /** Path and query as they came. */
  readonly url: string
  readonly host: string | undefined
  readonly origin: string | undefined
}

export interface GuardOptions {
  readonly token: string
  readonly port: number
  /** What was asked to listen on: its name is a good Host too. */
  readonly host: string
}

export type Verdict = { readonly path: string } | { readonly status: 400 | 403 | 404 | 405; readonly why: string }

/**
 * Who may ask: whoever has the token, which is the first part of the path, from a page of our own. A Host that is a name
 * we do not know is refused although the token is right: the address may have been rebound to us (DNS rebinding).
 */
export function judge({ method, url, host, origin }: Asked, { token, port, host: own }: GuardOptions): Verdict {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, why: 'only GET is answered here' }
  if (!isOurs(host, port, own)) return { status: 403, why: 'unknown Host' }
  if (origin !== undefined && origin !== `http://${host}`) return { status: 403, why: 'foreign Origin' }
  const [, given = '', path] = /^\/([^/?#]*)(\/[^?#]*)?/.exec(url) ?? []
  if (!same(given, token)) return { status: 403, why: 'the address needs its token: copy it whole' }
  return path === undefined ? { status: 404, why: 'the address ends with a slash' } : { path }
}

function isOurs(host: string | undefined, port: number, own: string): boolean {
  const [, name = '', given = '80'] = /^(\[[0-9a-f:]+\]|[^:]+)(?::(\d+))?$/i.exec(host ?? '') ?? []
  if (Number(given) !== port) return false
  const bare = name.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === own || isIP(bare) !== 0
}

function same(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}
